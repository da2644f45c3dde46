#!/usr/bin/env python3
"""What Lazzari and Liu 2023 say must be seen, each row of their experiments on small networks: `lazzari.py ROW`.

A row runs the experiment's own sweep file (sweeps/lazzari2023) at a small scale, draws its figure as a user does, and
makes statements about orderings and signs over several seeds. Its negative control is the same check on an experiment in
which the effect is absent: there the check must fail.
"""

import functools
import tempfile

import claims
import digits
import experiments
import numpy as np

run = functools.partial(experiments.run, "lazzari2023")
SMALL = ("target.size=32", "model.width=64", "training.batch=256")
EPOCHS = ("target.size=32", "model.width=128", "training.batch=32")  # of 32 steps, as the paper's
SEEDS = "seed=[0, 1, 2]"


def given(*inputs):
    """The setting by which pixels are given to the networks in these forms: "none", "interval", numbers of octaves, or
    "fourier", of so high frequencies that all pixels are equally far from each other."""
    members = {
        "encoding.kind": [form if isinstance(form, str) else "positional" for form in inputs],
        "encoding.octaves": [1 if isinstance(form, str) else form for form in inputs],
        "target.endpoint": [str(not isinstance(form, str)).lower() for form in inputs],
    }
    if all(isinstance(form, str) for form in inputs):
        del members["encoding.octaves"]  # they would have no effect
    words = ", ".join(f"{path}: [{', '.join(map(str, values))}]" for path, values in members.items())
    return f"axes.zip={{name: coordinates, {words}}}", *(["encoding.sigma=100"] if "fourier" in inputs else [])


def over(results, variable, *dimensions):
    """A variable as an array over these dimensions, the last moment of any other."""
    array = results[variable]
    others = [name for name in array.dims if name not in dimensions]
    return array.isel({name: -1 for name in others}).transpose(*dimensions).values


def share(histogram, bins, below):
    """Of a density over its last dimension, the share below a value."""
    return (histogram * (bins[1] - bins[0]))[..., bins < below].sum(-1)


def test_fig1(claim):
    def gain(*forms, draws=None):
        """How much nearer the second form comes to the image than the first, in dB: [seed]."""
        results = run("fig1", *SMALL, *given(*forms), "training.steps=1000", SEEDS, draws=draws)
        wanted = ("coordinates", "seed", "sample", "output")
        error = (over(results, "prediction", *wanted) - over(results, "targets", *wanted)) ** 2
        psnr = -10 * np.log10(error.mean((-1, -2)))
        return psnr[1] - psnr[0]

    found = gain("none", 8, draws=claim)
    claim(f"L=8 is sharper than coordinates by {np.round(found, 1)} dB, at least 5", (found > 5).all())
    found = gain("none", 1)
    claim(f"control, a single octave: {np.round(found, 1)} dB", not (found > 5).all())


def test_fig2ab(claim):
    def shares(*forms, draws=None):
        """Regions over pixels: [form][seed]."""
        results = run("fig2ab", *SMALL, *given(*forms), "target.size=64", SEEDS, draws=draws)
        return (over(results, "region_map", "coordinates", "seed", "sample").max(-1) + 1) / results.sizes["sample"]

    def differ(found):
        return bool((found[0] < 0.8).all() and (found[1] > 0.95).all())

    found = shares("none", 8, draws=claim)
    claim(f"regions over pixels, for coordinates {found[0]}, for L=8 {found[1]}", differ(found))
    found = shares("none", "interval")
    claim(f"control, coordinates on [-1,1) for the encoding: {found[1]}", not differ(found))


def test_fig2cd(claim):
    def regions(*forms, draws=None):
        small = ("training.steps=400", "record.every=100", SEEDS)
        results = run("fig2cd", *SMALL, *given(*forms), *small, draws=draws)
        return over(results, "regions", "coordinates", "seed") / 32**2, over(results, "loss", "coordinates", "seed")

    def only_the_last(found):
        return bool((found[-1] > 0.95).all() and (found[:-1] < 0.9).all())

    found, losses = regions("none", "interval", 1, 8, draws=claim)
    claim(f"regions over pixels after training, mean of networks, [0,1), [-1,1), L=1, 8: {found.mean(1).round(2)}",
          only_the_last(found))
    claim(f"L=8 has the lowest loss: {losses.mean(1).round(4)}", (losses[-1] < losses[:-1]).all())
    found, _ = regions("none", 2, 1)
    claim(f"control, [0,1), L=2, 1: {found.mean(1).round(2)}", not only_the_last(found))


def test_fig3(claim):
    def straight(*forms, order=None, draws=None):
        """Share of neurons of the first layer that turn on or off at most once along each row and column: [form]."""
        results, shares = run("fig3", *SMALL, *given(*forms), draws=draws), []
        for i in range(len(forms)):
            some = results.isel(coordinates=i, seed=0)
            inputs = int(some["layer_inputs"][0])
            at = [int(some[name][0]) for name in ("weight_offset", "bias_offset")]
            parameters = over(some, "parameters", "parameter")
            weights = parameters[at[0] : at[0] + inputs * 64].reshape(64, inputs)
            x = over(some, "inputs", "sample", "input")[:, :inputs]
            on = x @ weights.T + parameters[at[1] : at[1] + 64] > 0
            on = (on if order is None else on[order]).reshape(32, 32, 64)
            turns = [np.diff(on, axis=axis).sum(axis).max(0) for axis in (0, 1)]
            shares.append(float((np.maximum(*turns) <= 1).mean()))
        return shares

    coordinates, encoding = straight("none", 4, draws=claim)
    claim(f"straight borders: {coordinates:.2f} of the neurons with coordinates, {encoding:.2f} with L=4",
          coordinates == 1 and encoding < 0.5)
    (control,) = straight("none", order=np.random.default_rng(0).permutation(32**2))
    claim(f"control, pixels in another order: {control:.2f}", control < 1)


def test_fig4(claim):
    def nearness(*forms, draws=None):
        """Mean distance of pixels that are 4 apart in their row, over that of all pairs: [form]."""
        results, found = run("fig4", *SMALL, "training.batch=full", *given(*forms), draws=draws), []
        for i in range(len(forms)):
            x = np.nan_to_num(over(results.isel(coordinates=i, seed=0), "inputs", "sample", "input"))
            distances = np.sqrt(np.maximum(0, (x**2).sum(1)[:, None] + (x**2).sum(1) - 2 * x @ x.T))
            image = x.reshape(32, 32, -1)
            found.append(float(np.linalg.norm(image[:, 4:] - image[:, :-4], axis=-1).mean() / distances.mean()))
        return found

    def diagonal(found):
        return found[0] < 0.4 < 0.5 < found[1]

    found = nearness("none", 8, draws=claim)
    claim(f"distance of pixels 4 apart over the mean: coordinates {found[0]:.2f}, L=8 {found[1]:.2f}", diagonal(found))
    found = nearness("none", "interval")
    claim(f"control, coordinates on [-1,1) for the encoding: {found[1]:.2f}", not diagonal(found))


PAIRS = ("probes.hamming.global_pairs=2000", "probes.hamming.window_pairs=50")
GRADIENTS = ("probes.confusion.global_pairs=2000", "probes.confusion.window_pairs=50")


def nearer(results, axis, variable="hamming_local"):
    """Distances of local pairs over those of global ones after training: [form][seed], or [form][seed][layer]."""
    layers = ("hidden_layer",) if variable.endswith("_layer") else ()
    local, far = (over(results, variable.replace("local", kind), axis, "seed", *layers) for kind in ("local", "global"))
    return np.divide(local, far, out=np.ones_like(local), where=far > 0)


def confused(results, *dimensions):
    """Share of local pairs with a cosine below -0.5."""
    return share(over(results, "confusion_local_histogram", *dimensions, "cosine_bin"), results["cosine_bin"].values, -0.5)


def test_fig5(claim):
    small = (*EPOCHS, *PAIRS, *GRADIENTS, "record.every=4000", "seed=[0, 1]")
    at = "probes.confusion.at=[480, 10000, 10500, 11000, 11500, last]"
    results = run("fig5", *small, "training.steps=12000", at, *given("none", "interval", 4, 8), draws=claim)
    ratios = nearer(results, "coordinates")
    claim(f"Hamming distances, local over global, [0,1), [-1,1), L=4, 8: {ratios.round(2).tolist()}",
          (ratios < 0.85).all())
    control = nearer(run("fig5", *small, "training.steps=40", "probes.confusion.at=last", *given("fourier", "none")),
                     "coordinates")
    claim(f"control, random Fourier features of all frequencies: {control[0].round(2)}", not (control[0] < 0.85).all())

    shares = over(results, "confusion_local_share", "confusion_step", "coordinates", "seed")
    density, bins = over(results, "confusion_global_histogram", "confusion_step", "coordinates", "seed",
                         "cosine_bin"), results["cosine_bin"].values
    widths = np.sqrt((density * bins**2).sum(-1) * (bins[1] - bins[0]))

    def most_confused(found):
        """Whether both forms of coordinates are more confused than both encodings: [form][seed]."""
        return bool((found[:2].min(0) > found[2:].max(0) + 0.05).all())

    def narrowest(found):
        """Whether cosines of both forms of coordinates lie nearer to 0 than those of both encodings: [form][seed]."""
        return bool((found[:2].max(0) < found[2:].min(0)).all())

    late, early = shares[1:].mean(0), shares[0]
    claim(f"local cosines below 0, mean of the last 60 epochs: {late.round(3).tolist()}", most_confused(late))
    claim(f"control, after epoch 15: {early.round(3).tolist()}", not most_confused(early))
    late, early = widths[1:].mean(0), widths[0]
    claim(f"root mean squares of global cosines, mean of the last 60 epochs: {late.round(3).tolist()}", narrowest(late))
    claim(f"control, after epoch 15: {early.round(3).tolist()}", not narrowest(early))


def test_fig6(claim):
    small = ("model.width=64", "training.steps=200", "target.samples=1024", *PAIRS, *GRADIENTS, SEEDS)
    results = run("fig6", *small, "axes.encoding=[{kind: none}, {kind: interval}, {kind: positional, octaves: 7}]",
                  draws=claim)
    ratios = nearer(results, "encoding")
    claim(f"Hamming distances, local over global: {ratios.mean(1).round(2)}", (ratios < 0.7).all())

    def less_than_all(found):
        return bool((found[-1] < found[:-1] - 0.1).all())

    found = confused(results, "encoding", "seed").mean(1)
    claim(f"local cosines below -0.5, mean of networks, [0,1), [-1,1) and 7 octaves: {found.round(2)}",
          less_than_all(found))

    def moves(results, form):
        """How far global Hamming distances move over training, relative to its start, mean of networks: [form]."""
        distances = over(results, "hamming_global", form, "seed", "step")
        return ((distances.max(-1) - distances.min(-1)) / distances[..., 0]).mean(1)

    def images(*changed):
        of_images = (*SMALL, *PAIRS, *GRADIENTS, "training.batch=32", "probes.confusion.at=last", "record.every=160")
        return moves(run("fig5", *of_images, "seed=[0, 1]", *given("none", "interval", 8), *changed), "coordinates")

    curves, trained = moves(results, "encoding"), images("training.steps=8000")
    untrained = images("training.steps=800", "training.learning_rate=1e-6")
    claim(f"global Hamming distances move by {curves.round(2)}, of images (figure 5) by {trained.round(2)}",
          (curves < 0.8 * trained).all())
    claim(f"control, images without training: {untrained.round(2)}", not (curves < 0.8 * untrained).any())
    any_frequency = "axes.encoding=[{kind: fourier, features: 64, sigma: 1000}, {kind: none}]"
    results = run("fig6", *small, "training.steps=20", any_frequency)
    ratios = nearer(results, "encoding")[0]
    claim(f"control, random Fourier features of all frequencies: {ratios.round(2)}", not (ratios < 0.7).all())
    found = confused(results, "encoding", "seed").mean(1)
    claim(f"control, cosines of these and of coordinates: {found.round(2)}", not less_than_all(found))


def test_fig7(claim):
    small = (*SMALL, "training.steps=1500", "record.every=500", "probes.hyperplane_cosine.at=[4, last]", SEEDS)
    results = run("fig7", *small, draws=claim)
    wanted = ("hidden_layer", "hyperplane_cosine_step", "octaves", "seed", "cosine_bin")
    density, bins = over(results, "hyperplane_cosine_histogram", *wanted), results["cosine_bin"].values
    negative = share(density, bins, -0.2)[:, -1]  # [layer][octaves][seed]

    def falls(found):
        return bool((np.diff(found, axis=0) < -0.02).all())

    claim(f"cosines below -0.2 in layer 1, L=4, 8, 16: {negative[0].mean(1).round(3)}", falls(negative[0]))
    claim(f"control, layer 2: {negative[1].mean(1).round(3)}", not falls(negative[1]))
    parallel = 1 - share(density, bins, 0.4)[2:]  # [layer 3, 4][step][octaves][seed]
    grow = parallel[:, 1].mean(0) > 2 * parallel[:, 0].mean(0)
    claim(f"cosines above 0.4 in layers 3 and 4, after step 4 and in the end: {parallel.mean((0, 2, 3)).round(3)}",
          grow.all())
    still = run("fig7", *small, "training.learning_rate=1e-6", "training.steps=50")
    parallel = 1 - share(over(still, "hyperplane_cosine_histogram", *wanted), bins, 0.4)[2:]
    claim(f"control, without training: {parallel.mean((0, 2, 3)).round(3)}",
          not (parallel[:, 1].mean(0) > 2 * parallel[:, 0].mean(0)).all())


def test_fig8(claim):
    def low_over_high(steps, draws=None):
        """Regions on the plane of low features over those on the plane of high ones, L=16: [seed]."""
        small = (*EPOCHS, f"training.steps={steps}", "axes.encoding.octaves=[16]", "probes.slice.size=96",
                 "seed=[0, 1]")
        regions = over(run("fig8", *small, draws=draws), "slice_regions", "seed", "octaves", "band")[:, 0]
        return regions[:, 0] / regions[:, 1]

    found = low_over_high(16000, claim)
    claim(f"regions on low features over those on high ones: {found.round(2)}, above 1.5", (found > 1.5).all())
    found = low_over_high(1)
    claim(f"control, an untrained network: {found.round(2)}", not (found > 1.5).all())


def test_fig9(claim):
    small = (*EPOCHS, "axes.encoding.octaves=[4, 16]", "probes.boundary_distance.samples=512", "record.every=16000",
             "seed=[0, 1]")

    def course(results, variable):
        """Distances after epoch 20, at their lowest and in the end, means of four moments: [moment][octaves][seed]."""
        found = over(results, variable, "boundary_distance_step", "octaves", "seed")
        smooth = np.stack([found[i : i + 4].mean(0) for i in range(len(found) - 3)])
        return np.stack([found[0], smooth.min(0), smooth[-1]])

    def falls_and_rises(found):
        return bool((found[1] < 0.75 * found[0]).all() and (found[2] > 1.15 * found[1]).all())

    def more_for_larger(found):
        rise = found[2] / found[1]
        return bool((rise[1] > 1.1 * rise[0]).all())

    at = f"probes.boundary_distance.at={[640, *range(1000, 16001, 500)]}"
    results = run("fig9", *small, "training.steps=16000", at, draws=claim)
    layer, full = (course(results, f"boundary_distance{form}") for form in ("_layer", ""))
    claim(f"by the layer's input, in 1e-3, [after epoch 20, lowest, last][L=4, 16]: {(layer * 1e3).round(2).tolist()}",
          falls_and_rises(layer))
    claim(f"it rises more for L=16: by {(layer[2] / layer[1]).round(2).tolist()}", more_for_larger(layer))
    claim(f"by the network's input: by {(full[2] / full[1]).round(2).tolist()}", more_for_larger(full))
    still = run("fig9", *small, "training.learning_rate=1e-7", "training.steps=1000",
                f"probes.boundary_distance.at={[*range(640, 1001, 40)]}")
    layer = course(still, "boundary_distance_layer")
    claim(f"control, without training: {(layer * 1e3).round(2).tolist()}",
          not falls_and_rises(layer) and not more_for_larger(layer))
    claim("control, the first 100 epochs alone: it falls, but does not rise",
          not falls_and_rises(course(results.sel(boundary_distance_step=slice(0, 3200)), "boundary_distance_layer")))


def test_fig10abc(claim):
    def ratio(*forms, draws=None):
        """Product of the norms after training, the first form's over the second's: [seed]."""
        small = (*SMALL, "training.steps=1000", "record.every=100", SEEDS)
        product = over(run("fig10abc", *small, *given(*forms), draws=draws), "lipschitz_bound", "coordinates", "seed")
        return product[0] / product[1]

    found = ratio("none", 8, draws=claim)
    claim(f"product of norms, coordinates over L=8: {found.round(1)}, above 1.5", (found > 1.5).all())
    found = ratio("none", "interval")
    claim(f"control, [0,1) over [-1,1): {found.round(1)}", not (found > 1.5).all())


def test_fig10d(claim):
    forms = ("{kind: none}", "{kind: interval}", "{kind: interval, low: -3, high: 3}", "{kind: positional, octaves: 8}")

    def dead(inputs, draws=None):
        """Before and after training, mean of networks: [step][form]."""
        small = (*SMALL, "training.steps=200", "record.every=200", "seed={from: 0, to: 4}")
        results = run("fig10d", *small, f"axes.encoding=[{', '.join(inputs)}]", draws=draws)
        return results["dead_relu"].sum("hidden_layer").mean("seed").transpose("step", "encoding").values

    def fall(found):
        return bool((np.diff(found, axis=1) < 0).all() and (found[:, 0] > 3 * found[:, -1]).any())

    found = dead(forms, claim)
    claim(f"dead ReLUs of 256 for wider intervals and L=8, before and after: {found.tolist()}", fall(found))
    found = dead(forms[::-1])
    claim(f"control, exchanged: {found.tolist()}", not fall(found))


def test_supplement_inradius(claim):
    def radii(octaves, draws=None):
        """Before and after training: [step][octaves][seed]."""
        small = (*SMALL, "training.steps=100", "probes.inradius.at=[4, last]", "probes.inradius.samples=20", SEEDS)
        results = run("supplement_inradius", *small, f"axes.encoding.octaves={octaves}", draws=draws)
        return over(results, "inradius_box", "inradius_step", "octaves", "seed")

    def grow(found):
        return bool((np.diff(found, axis=1) > 0).all())

    found = radii([2, 4, 8], claim)
    claim(f"radius within the box, L=2, 4, 8: {found.mean(2).round(3).tolist()}", grow(found))
    found = radii([8, 4, 2])
    claim(f"control, exchanged: {found.mean(2).round(3).tolist()}", not grow(found))


def test_scripts_layers(claim):
    small = (*SMALL, *PAIRS, "training.steps=300", "record.every=100", SEEDS)
    results = run("scripts_layers", *small, *given("none", "interval", 4, 8), draws=claim)
    ratios = nearer(results, "coordinates", "hamming_local_layer")
    claim(f"local over global distances, [form][layer]: {ratios.mean(1).round(2).tolist()}", (ratios < 0.8).all())
    control = nearer(run("scripts_layers", *small, "training.steps=20", *given("fourier", "none")), "coordinates",
                     "hamming_local_layer")[0]
    claim(f"control, random Fourier features of all frequencies: {control.mean(0).round(2)}", not (control < 0.8).any())


def test_scripts_size(claim):
    def more_confused(steps, draws=None):
        """Share of local cosines below 0, coordinates less L=8: [size], mean of networks."""
        sizes = "axes.zip={name: size, model.depth: [3, 5, 5], model.width: [64, 64, 48]}"
        small = (*EPOCHS, sizes, *PAIRS, *GRADIENTS, f"training.steps={steps}", "record.every=1000", "seed=[0, 1]")
        results = run("scripts_size", *small, *given("none", 8), draws=draws)
        found = over(results, "confusion_local_share", "coordinates", "size", "seed")
        return (found[0] - found[1]).mean(1)

    found = more_confused(8000, claim)
    claim(f"coordinates are confused more often than L=8 at each size, by {found.round(3)}", (found > 0.06).all())
    found = more_confused(480)
    claim(f"control, after epoch 15: {found.round(3)}", not (found > 0.06).any())


def test_scripts_generalisation(claim):
    def overfits(*forms, draws=None):
        """Whether the second form has the lower training loss, and the lower PSNR between the pixels."""
        small = (*SMALL, "target.size=64", "training.steps=1000", "record.every=100", SEEDS)
        results = run("scripts_generalisation", *small, *given(*forms), draws=draws)
        loss, psnr = (over(results, name, "coordinates", "seed") for name in ("loss", "validation_psnr"))
        words = f"training loss {loss.mean(1).round(4)}, PSNR between the pixels {psnr.mean(1).round(1)} dB"
        return bool((loss[1] < loss[0]).all() and (psnr[1] < psnr[0]).all()), words

    holds, words = overfits(4, 16, draws=claim)
    claim(f"L=16 learns more than L=4, and interpolates worse: {words}", holds)
    holds, words = overfits("none", 2)
    claim(f"control, two octaves against coordinates: {words}", not holds)


def test_scripts_classification(claim):
    with tempfile.TemporaryDirectory() as folder:
        small = (*digits.write(folder, 400), "model.width=64", "training.batch=100", "training.steps=40", *PAIRS,
                 *GRADIENTS, "probes.confusion.at=[0, last]", SEEDS)
        results = run("scripts_classification", *small, draws=claim)
    local, far = (over(results, f"hamming_{kind}", "seed") for kind in ("local", "global"))
    claim(f"nearest pairs differ in fewer neurons than farthest: {local.round(1)} against {far.round(1)}",
          (local < far).all())

    def more_confused(moment):
        """Whether the gradients of nearest pairs have the lower cosines: means, [pairs][seed]."""
        some = results.isel(confusion_step=moment)
        means = [over(some, f"confusion_{kind}_mean", "seed") for kind in ("local", "global")]
        return bool((means[0] < means[1] - 0.05).all()), np.round(means, 2).tolist()

    holds, means = more_confused(-1)
    claim(f"mean cosines of nearest and farthest pairs: {means}", holds)
    holds, means = more_confused(0)
    claim(f"control, before training: {means}", not holds)


if __name__ == "__main__":
    claims.main({name.removeprefix("test_"): test for name, test in globals().items() if name.startswith("test_")})
