#!/usr/bin/env python3
"""The probes `spectral_bias` and `image_spectrum` against NumPy's transforms of the same networks' outputs."""

import claims
import snapshot
import numpy as np

CURVE = """
specbias: 1
name: spectral_bias
target: {samples: 200, frequencies: {from: 5, to: 50, by: 5}, amplitude_law: power, amplitude_exponent: -0.5}
model: {depth: 4, width: 64}
training: {steps: 400, learning_rate: 3e-3}
record: {every: 200}
probes:
  parameters: {at: [0, 200, last]}
  spectral_bias: {}
axes:
  - probes.spectral_bias.cutoff: [median, 22]
  - embedding.kind: [line, circle]
"""
IMAGE = """
specbias: 1
name: image_spectrum
target: {kind: image, size: 30, channels: rgb}
encoding: {kind: positional, octaves: 3}
model: {depth: 3, width: 64}
training: {steps: 60, learning_rate: 3e-3}
record: {every: 30}
probes:
  parameters: {at: [0, 30, last]}
  spectral_bias: {}
  image_spectrum: {}
axes:
  - probes.spectral_bias.cutoff: [median, 4]
"""
ABSOLUTE, RELATIVE = 1e-5, 1e-4


def transforms(values, sides):
    """|DFT|^2 / N^2 of each output, [outputs][modes], and the shell of each mode."""
    grids = values.T.reshape(-1, *sides)
    axes = tuple(range(1, grids.ndim))
    energies = np.abs(np.fft.fftn(grids, axes=axes)) ** 2 / len(values) ** 2
    k = np.meshgrid(*(np.fft.fftfreq(side, 1 / side) for side in sides), indexing="ij")
    return energies.reshape(len(grids), -1), np.rint(np.sqrt(sum(wave**2 for wave in k))).ravel()


def bias(outputs, targets, sides, cutoff):
    """SB, E_low, E_high and the cut-off; without one (0) at the median of the target's energy."""
    target, shell = transforms(targets, sides)
    residual, _ = transforms(outputs - targets, sides)
    total = target[:, shell > 0].sum()
    if not cutoff:
        shells = np.arange(1, shell.max() + 1)
        below = np.array([target[:, (shell > 0) & (shell <= r)].sum() for r in shells])
        cutoff = shells[below >= (0.5 - 1e-6) * total][0]
    low, high = residual[:, (shell > 0) & (shell <= cutoff)].sum(), residual[:, shell > cutoff].sum()
    return np.array([(high - low) / (high + low), low / total, high / total, cutoff])


NAMES = ("spectral_bias", "spectral_bias_low", "spectral_bias_high", "spectral_bias_cutoff")


def error(ours, values):
    """The largest error in units of the tolerance."""
    return np.max(np.abs(ours - values) / (ABSOLUTE + RELATIVE * np.abs(values)))


def errors(networks, sides, fixed, shift=0):
    """Of every network and cut-off; a control moves the cut-offs by `shift`."""
    found = []
    for network in networks:
        for i, cutoff in enumerate((0, fixed)):
            ours = np.array([network.result(name)[i] for name in NAMES])
            values = bias(network.forward()[-1], network.targets, sides, ours[3] + shift if shift else cutoff)
            found.append(error(ours[:3], values[:3]) if shift else error(ours, values))
    return found


def test_biases(claim):
    for text, sweep, sides, fixed, shift in (("curves", CURVE, (200,), 22, 10), ("an image", IMAGE, (30, 30), 4, 2)):
        results, networks = snapshot.run(sweep)
        found = errors(networks, sides, fixed)
        claim(f"{text}: {len(found)} measurements within {max(found):.2g} of the tolerance", max(found) < 1)
        trained = [network for network in networks if network.step > 0]
        control = min(errors(trained, sides, fixed, shift))
        claim(f"control, other cut-offs: {control:.2g}", control > 1)
    first, last = (results["spectral_bias"].isel(cutoff=0, step=i).item() for i in (0, -1))
    claim(f"the image's low frequencies are learned first: {first:.2f} before, {last:.2f} after", last > first + 0.1)


def test_images(claim):
    _, networks = snapshot.run(IMAGE)

    def radial(values, radii):
        energies, shell = transforms(values, (30, 30))
        return np.array([np.sqrt(energies[:, shell == r]).mean() for r in radii])

    def worst(take):
        found = []
        for network in networks:
            radii = network.results["radial_frequency"].values
            for name, values in (("image_spectrum", network.forward()[-1]), ("image_spectrum_target", network.targets)):
                expected = radial(take(values), radii)
                found.append(np.max(np.abs(network.result(name) - expected) / (1e-7 + RELATIVE * expected)))
        return found

    found = worst(lambda values: values)
    claim(f"{len(found)} spectra of radii up to 15 within {max(found):.2g} of the tolerance", max(found) < 1)
    control = min(worst(lambda values: values[np.random.default_rng(0).permutation(len(values))]))
    claim(f"control, pixels out of order: {control:.2g}", control > 1)


if __name__ == "__main__":
    claims.main({"biases": test_biases, "images": test_images})
