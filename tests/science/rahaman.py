#!/usr/bin/env python3
"""What Rahaman et al. 2019 say must be seen, each row of their experiments on small networks: `rahaman.py ROW`.

A row runs the experiment's own sweep file (sweeps/rahaman2019) at a small scale, draws its figure as a user does, and
makes statements about orderings and signs over several seeds. Its negative control is the same check on an experiment
in which the effect is absent: there the check must fail.
"""

import functools
import tempfile

import claims
import digits
import experiments
import numpy as np
from experiments import rank_correlation

run = functools.partial(experiments.run, "rahaman2019")
# Of all frequencies from the start: a network with these inputs has no reason to learn the low ones first.
ANY_FREQUENCY = ("encoding.kind=fourier", "encoding.features=128", "encoding.sigma=100")


def test_fig1(claim):
    small = ("model.width=128", "training.steps=3000", "record.every=50", "seed=[0, 1, 2]")

    def order(results):
        """Rank correlation of frequency and mean magnitude over training, for each amplitude law."""
        mean = results["spectrum"].mean(["seed", "step"]).transpose("amplitude_law", "frequency").values
        return [rank_correlation(results["frequency"].values, row) for row in mean]

    def growth(results):
        """The product of spectral norms at the end over that at step 1000: geometric mean of networks."""
        product = results["lipschitz_bound"]
        return float(np.exp(np.log(product.sel(step=3000) / product.sel(step=1000)).mean()))

    results = run("fig1", *small, draws=claim)
    for law, correlation in zip(results["amplitude_law"].values, order(results)):
        claim(f"{law} amplitudes: rank correlation of frequency and learning: {correlation:.2f}", correlation < -0.9)
    rises = growth(results)
    claim(f"norms rise by {rises:.1f} while higher frequencies are learned, at least 2", rises >= 2)
    equal = "axes.target.amplitude_law=[equal]"
    (control,) = order(run("fig1", *small, equal, *ANY_FREQUENCY, "training.steps=1000"))
    claim(f"control, random Fourier features of all frequencies: {control:.2f}, not below -0.9", control >= -0.9)
    control = growth(run("fig1", *small, equal, "target.frequencies=[5]"))
    claim(f"control, nothing but k=5, which is learned by step 1000: {control:.1f}, not 2", control < 2)


def test_fig2(claim):
    small = ("target.frequencies=[3, 12]", "model.width=128", "training.learning_rate=1e-3", "seed=[0, 1, 2]")

    def nearer_to_envelope(results):
        """Whether f is nearer to the part with k=3 than to the whole target: [seed][snapshot]."""
        target = results["targets"].values[:, None, :, 0]
        spectrum = np.fft.rfft(target)
        spectrum[..., 4:] = 0
        envelope = np.fft.irfft(spectrum, target.shape[-1])
        f = results["prediction"].transpose("seed", "predictions_step", ...).values[..., 0]
        return ((f - envelope) ** 2).mean(-1) < ((f - target) ** 2).mean(-1)

    def envelope_first(nearer):
        return bool(nearer[:, 0].all() and not nearer[:, -1].any())

    steps = ("training.steps=2500", "probes.predictions.at=[200, 2500]")
    nearer = nearer_to_envelope(run("fig2", *small, *steps, draws=claim))
    claim(f"nearer to the envelope than to the target, [network][step 200, 2500]: {nearer.tolist()}",
          envelope_first(nearer))
    steps = ("training.steps=400", "probes.predictions.at=[200, 400]")
    nearer = nearer_to_envelope(run("fig2", *small, *steps, *ANY_FREQUENCY))
    claim(f"control, random Fourier features of all frequencies: {nearer.tolist()}", not envelope_first(nearer))


def test_fig3(claim):
    small = ("target.frequencies=[4, 8, 12]", "model.width=128", "training.learning_rate=1e-3", "seed=[0, 1, 2]",
             "probes.perturbation.magnitudes=[0, 1]", "probes.perturbation.directions=50")

    def responses(steps, draws=None):
        """Response to a perturbation of norm 1, what was learned, [frequency], and whether norm 0 changed nothing."""
        results = run("fig3", *small, f"training.steps={steps}", draws=draws)
        response = results["perturbation"].mean("seed")
        exact = bool((results["perturbation"].sel(magnitude=0) == 1).all())
        return response.sel(magnitude=1).values, results["spectrum"].mean("seed").values, exact

    def low_survive(response):
        return bool(response[0] > 0.8 and np.argmin(response) == len(response) - 1)

    response, learned, exact = responses(4000, claim)
    claim(f"the three frequencies are learned: {np.round(learned, 2)}", (learned > 0.6).all())
    claim("a perturbation of norm 0 changes nothing, exactly", exact)
    claim(f"norm 1 leaves k=4 above 0.8 and hurts the highest most: {np.round(response, 3)}", low_survive(response))
    response, _, _ = responses(1)
    claim(f"control, an untrained network: {np.round(response, 3)}", not low_survive(response))


def dips_deepen(claim, name, frequencies):
    """Under label noise of rising frequencies, the lowest validation loss falls; noise of the highest leaves a dip."""

    def dips(of, amplitude, draws=None):
        """The lowest and the last validation loss for each frequency, mean of networks."""
        with tempfile.TemporaryDirectory() as folder:
            results = run(name, *digits.write(folder, 500), "model.width=64", "training.learning_rate=1e-3",
                          "training.steps=300", "record.every=5", "seed=[0, 1]", f"noise.frequency={of}",
                          f"noise.amplitude={[amplitude] * len(of)}", draws=draws)
        losses = results["validation_loss"].transpose("noise", "seed", "step")
        return losses.min("step").mean("seed").values, losses.isel(step=-1).mean("seed").values

    def deepen(lowest, last):
        return bool((np.diff(lowest) < 0).all() and lowest[-1] < 0.5 * min(lowest[0], last[-1]))

    lowest, last = dips(frequencies, 1, claim)
    claim(f"noise of k={frequencies}: lowest validation loss {np.round(lowest, 2)}, last {np.round(last, 2)}",
          deepen(lowest, last))
    lowest, last = dips(frequencies, 0.01)
    claim(f"control, hardly any noise: {np.round(lowest, 2)}, {np.round(last, 2)}", not deepen(lowest, last))


def test_fig4(claim):
    dips_deepen(claim, "fig4", [0.1, 0.2, 1])


def test_fig4_direction(claim):
    dips_deepen(claim, "fig4_direction", [1, 2, 8])


def test_fig4_component(claim):
    dips_deepen(claim, "fig4_component", [0.1, 0.2, 1])


def spectra_at_the_dip(claim, name, noise):
    """The leading eigenvectors are fitted first, and at the dip of the validation loss the network's spectrum is nearer
    to the clean target's than to the noisy one's, which it comes nearer to afterwards."""
    steps = list(range(0, 301, 10))

    def spectra(*overrides, draws=None):
        with tempfile.TemporaryDirectory() as folder:
            return run(name, *digits.write(folder, 400), "model.width=64", "training.learning_rate=1e-3", *overrides,
                       f"training.steps={steps[-1]}", "record.every=10", f"probes.kernel_spectrum.at={steps}",
                       "probes.kernel_spectrum.bins=20", "seed=[0, 1]", draws=draws)

    def distances(results):
        """From the clean and from the noisy target's spectrum, at the dip and at the end: [seed][dip, end]."""
        at = results["validation_loss"].transpose("seed", "step").values.argmin(-1)
        found = results["kernel_spectrum"].transpose("seed", "kernel_spectrum_step", "kernel_bin").values
        network = np.stack([found[np.arange(len(at)), at], found[:, -1]], 1)
        return [np.linalg.norm(network - results[f"kernel_spectrum_{of}"].values[:, None], axis=-1)
                for of in ("clean", "target")]

    def clean_at_the_dip(clean, noisy):
        return bool((clean[:, 0] < 0.5 * noisy[:, 0]).all() and (clean[:, 0] < clean[:, 1]).all()
                    and (noisy[:, 1] < noisy[:, 0]).all())

    def leading_first(results):
        """How far the leading and the last quarter of the bins have come at a third of the training, over the end."""
        found = results["kernel_spectrum"].mean("seed")
        share = (found.isel(kernel_spectrum_step=len(steps) // 3) / found.isel(kernel_spectrum_step=-1)).values
        return share[:5].mean(), share[-5:].mean()

    results = spectra(draws=claim)
    clean, noisy = distances(results)
    claim(f"distance to the clean spectrum [network][dip, end] {np.round(clean, 2).tolist()}, to the noisy one "
          f"{np.round(noisy, 2).tolist()}", clean_at_the_dip(clean, noisy))
    leading, last = leading_first(results)
    claim(f"at a third of training, {leading:.2f} of the leading coefficients and {last:.2f} of the last",
          leading > last + 0.1)
    clean, noisy = distances(spectra(noise))
    claim(f"control, {noise}: {np.round(clean, 2).tolist()}, {np.round(noisy, 2).tolist()}",
          not clean_at_the_dip(clean, noisy))


def test_fig5a(claim):
    spectra_at_the_dip(claim, "fig5a", "noise.amplitude=0.01")


def test_fig5b(claim):
    spectra_at_the_dip(claim, "fig5b", "noise.amplitude=0.01")


def test_fig6(claim):
    small = ("target.frequencies=[30]", "model.width=64", "training.learning_rate=1e-3", "training.steps=1500")

    def agreement(*overrides, draws=None):
        """Accuracy of the worse network, and the share of the plane that the two put into the same class."""
        results = run("fig6", *small, *overrides, draws=draws)
        one, other = results["function_grid"].transpose("seed", ...).values > 0
        return float(results["accuracy"].isel(step=-1).min()), float((one == other).mean())

    def fit_and_differ(accuracy, same):
        return accuracy > 0.95 and same < accuracy - 0.05

    accuracy, same = agreement(draws=claim)
    claim(f"both put {accuracy:.3f} of the samples into their class, and agree on {same:.2f} of the plane",
          fit_and_differ(accuracy, same))
    accuracy, same = agreement("training.steps=1")
    claim(f"control, not trained: {accuracy:.3f}, {same:.2f}", not fit_and_differ(accuracy, same))


def test_arxiv6(claim):
    def frequencies(*overrides, draws=None):
        """The frequency at which each eigenvector's Fourier transform is largest."""
        vectors = run("arxiv6", *overrides, draws=draws)["kernel_eigenvector"].isel(seed=0)
        return np.abs(np.fft.rfft(vectors.transpose("kernel_mode", ...).values)).argmax(-1)

    def off(found):
        return np.abs(found - np.arange(len(found)) / 2).max()

    found = off(frequencies(draws=claim))
    claim(f"the frequency of eigenvector n differs from n/2 by at most {found:.1f}, not over 1", found <= 1)
    found = off(frequencies("probes.kernel_spectrum.sigma=1"))
    claim(f"control, a kernel so wide that the last eigenvalues are rounding: {found:.1f}", not found <= 1)


def test_fig7(claim):
    small = ("target.samples=500", "target.frequencies=[100]", "model.width=64", "training.steps=1500",
             "training.learning_rate=1e-3", "record.every=25", "seed=[0, 1, 2]")

    def learning_steps(petals, draws=None):
        """The first record at which k=100 is half learned, infinite if never, [petals][seed]; and the last losses."""
        results = run("fig7", *small, f"axes.embedding.petals={petals}", draws=draws)
        learned = results["spectrum"].isel(frequency=0).transpose("petals", "seed", "step").values >= 0.5
        steps = np.where(learned.any(-1), results["step"].values[learned.argmax(-1)], np.inf)
        return steps, results["loss"].isel(step=-1).transpose("petals", "seed").values

    def easier(steps, losses):
        return bool(np.isfinite(steps[-1]).all() and (steps[-1] < steps[0]).all() and (losses[-1] < losses[0]).all())

    steps, losses = learning_steps([0, 16], claim)
    claim(f"16 petals learn k=100 sooner than none: steps {steps[1]} against {steps[0]}; to a lower loss: "
          f"{np.round(losses[1], 3)} against {np.round(losses[0], 3)}", easier(steps, losses))
    steps, losses = learning_steps([0, 1])
    claim(f"control, one petal: steps {steps[1]} against {steps[0]}", not easier(steps, losses))


def test_fig8(claim):
    small = ("target.samples=500", "model.width=64", "training.steps=1000", "training.learning_rate=1e-3",
             "record.every=1000", "seed=[0, 1]", "axes.embedding.petals=[0, 20]",
             "axes.target.frequencies=[20, 100, 200]")

    def accuracy(*overrides, draws=None):
        """At the end, mean of networks: [petals][frequency]."""
        results = run("fig8", *small, *overrides, draws=draws)
        return results["accuracy"].isel(step=-1).mean("seed").transpose("petals", "frequencies").values

    def falls_with_k_and_rises_with_petals(found):
        return bool((np.diff(found.mean(0)) < -0.02).all() and (np.diff(found.mean(1)) > 0.02).all())

    found = accuracy(draws=claim)
    claim(f"accuracy, [L=0, 20][k=20, 100, 200]: {np.round(found, 2).tolist()}",
          falls_with_k_and_rises_with_petals(found))
    found = accuracy(*ANY_FREQUENCY, "training.steps=200")
    claim(f"control, random Fourier features of all frequencies: {np.round(found, 2).tolist()}",
          not falls_with_k_and_rises_with_petals(found))


def higher_sooner(claim, name, axis, values, control):
    """The second of two values of an axis learns the frequencies of a delta peak sooner than the first; `control`:
    overrides without that effect."""
    small = ("target.frequencies=[2, 5, 10, 20, 40]", "training.steps=3000", "training.learning_rate=1e-3",
             "record.every=50", "seed={from: 0, to: 3}")

    def learned(*overrides, draws=None):
        """Magnitude at each frequency, mean of networks and over training: [value][frequency]."""
        results = run(name, *small, *overrides, draws=draws)
        return results["spectrum"].mean(["seed", "step"]).transpose(axis.split(".")[-1], "frequency").values

    def sooner(found):
        return bool((found[1] > found[0]).all() and found[1].mean() > found[0].mean() + 0.1)

    found = learned(f"axes.{axis}={values}", draws=claim)
    claim(f"{axis} {values[1]} learns k=2, 5, 10, 20, 40 sooner than {values[0]}; mean magnitude over training: "
          f"{np.round(found[1], 2)} against {np.round(found[0], 2)}", sooner(found))
    found = learned(f"axes.{axis}={values}", *control)
    claim(f"control, {', '.join(control)}: {np.round(found[1], 2)} against {np.round(found[0], 2)}", not sooner(found))


def test_appendix_depth(claim):
    higher_sooner(claim, "appendix_depth", "model.depth", [3, 6], ["training.steps=50"])


def test_appendix_width(claim):
    higher_sooner(claim, "appendix_width", "model.width", [16, 128], ["training.steps=50"])


def test_appendix_clip(claim):
    higher_sooner(claim, "appendix_clip", "training.weight_clip", [0.1, 2],
                  ["axes.training.weight_clip=[5, 10]", "training.steps=1000"])


def test_appendix_parabola(claim):
    small = ("target.frequencies=[10]", "model.width=64", "training.learning_rate=1e-3", "training.steps=2500",
             "seed={from: 0, to: 3}")

    def learned(*overrides, draws=None):
        """Mean magnitude over training: [embedding][seed]."""
        results = run("appendix_parabola", *small, *overrides, draws=draws)
        return results["spectrum"].isel(frequency=0).mean("step").transpose("embedding", "seed").values

    def sooner(found):
        return bool(found[1].mean() > found[0].mean() + 0.05)

    found = learned(draws=claim)
    claim(f"the parabola learns k=10 sooner than the line; mean magnitude over training: {np.round(found[1], 2)} "
          f"against {np.round(found[0], 2)}", sooner(found))
    found = learned("axes.embedding=[{kind: parabola}, {kind: line}]", "training.steps=1000")
    claim(f"control, exchanged: {np.round(found[1], 2)} against {np.round(found[0], 2)}", not sooner(found))


if __name__ == "__main__":
    claims.main({name.removeprefix("test_"): test for name, test in globals().items() if name.startswith("test_")})
