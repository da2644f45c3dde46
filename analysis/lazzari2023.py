"""Figures of Lazzari and Liu, "Understanding the Spectral Bias of Coordinate Based MLPs via Training Dynamics" (2023), from
the sweeps in sweeps/lazzari2023. One function for each; the table is at the end. Those of the supplement and of the
published scripts are in lazzari2023_scripts.py."""

import numpy

import maps
from curves import STEP, band, shades
from experiment import Figure
from forms import canvas, first, forms, legend, moments, once, over_steps
from panels import BANDS, sign

PAPER = "Lazzari and Liu 2023, "


def lazzari2023_fig1(results):
    """The image, and what networks made of it."""
    given = forms(results)
    figure, axes = canvas(1, 1 + len(given), 2.4, 2.6)
    target = once(given[0].panel, "targets", "sample", "output")
    maps.photograph(axes[0, 0], maps.square(target), "the image")
    for form, part in zip(given, axes[0, 1:]):
        learned = once(form.panel, "prediction", "sample", "output")
        psnr = -10 * numpy.log10(numpy.mean((learned - target) ** 2))
        maps.photograph(part, maps.square(learned), f"{form.name}: PSNR {psnr:.1f} dB")
    sign(figure, results, title=PAPER + "figure 1")
    return figure


def lazzari2023_fig2ab(results):
    """Activation patterns of untrained networks over the pixels."""
    given = forms(results)
    figure, axes = canvas(1, len(given), 2.6, 2.8)
    for form, part in zip(given, axes[0]):
        numbers = once(form.panel, "region_map", "sample")
        title = f"{form.name}: {numbers.max() + 1:.0f} regions\nof {len(numbers)} pixels"
        maps.regions(part, maps.square(numbers), title)
    sign(figure, results, title=PAPER + "figure 2 a, b")
    return figure


def lazzari2023_fig2cd(results):
    """Loss, and number of regions."""
    figure, axes = canvas(1, 2, 4.2, 3.2)
    over_steps(axes[0, 0], results, "loss", "Loss", logarithmic=True)
    over_steps(axes[0, 1], results, "regions", "Unique regions")
    axes[0, 0].legend()
    sign(figure, results, BANDS, PAPER + "figure 2 c, d")
    return figure


def first_layer(panel):
    """Pre-activations [pixel][neuron] of the first layer of the first network, untrained."""
    names = ("layer_inputs", "layer_outputs", "weight_offset", "bias_offset")
    inputs, outputs, weights, biases = (int(once(panel, name, "layer")[0]) for name in names)
    x, parameters = once(panel, "inputs", "sample", "input"), once(panel, "parameters", "parameter")
    weight = parameters[weights : weights + inputs * outputs].reshape(outputs, inputs)
    return x @ weight.T + parameters[biases : biases + outputs]


def lazzari2023_fig3(results):
    """Where three neurons of the first layer are on, over the pixels."""
    neurons, given = (0, 9, 100), forms(results)
    figure, axes = canvas(len(given), len(neurons), 2, 2.1)
    for form, row in zip(given, axes):
        z = first_layer(form.panel)
        for neuron, part in zip((min(neuron, z.shape[1] - 1) for neuron in neurons), row):
            maps.matrix(part, maps.square(z[:, neuron] > 0), f"neuron {neuron}", cmap="cividis", vmin=0, vmax=1)
        row[0].set_ylabel(form.name)
    sign(figure, results, "; bright: on", PAPER + "figure 3")
    return figure


def lazzari2023_fig4(results):
    """Distances between all pairs of inputs."""
    given = forms(results)
    figure, axes = canvas(1, len(given), 3, 2.8)
    for form, part in zip(given, axes[0]):
        x = once(form.panel, "inputs", "sample", "input")
        square = numpy.sum(x**2, axis=1)
        distances = numpy.sqrt(numpy.maximum(square[:, None] + square - 2 * x @ x.T, 0))
        image = maps.matrix(part, distances, form.name, vmin=0)
        part.set(xlabel="pixel, row by row", ylabel="pixel" if part is axes[0, 0] else "")
        figure.colorbar(image, ax=part, shrink=0.8)
    sign(figure, results, title=PAPER + "figure 4: distance between inputs")
    return figure


DYNAMICS = tuple(
    name
    for kind in ("local", "global")
    for name in (f"hamming_{kind}", f"confusion_{kind}_histogram", f"confusion_{kind}_share")
)


def dynamics(results, title, near="local", far="global"):
    """Hamming distances over training, and densities of the cosine between gradients; near pairs beside distant ones."""
    at = moments(results, "confusion_local_histogram")
    times = results[at].values if at else [None]
    figure, axes = canvas(1 + len(times), 2, 4.2, 2.6, sharey="row")
    for column, (kind, name) in enumerate((("local", near), ("global", far))):
        over_steps(axes[0, column], results, f"hamming_{kind}", f"Hamming distance, {name}")
        for row, time in enumerate(times, start=1):
            densities(axes[row, column], results, kind, row - 1)
            after = "after training" if time is None else f"after step {time:g}"
            axes[row, column].set(xlabel=f"Cosine of gradients, {name}, {after}", ylabel="Density")
    if any(form.name for form in forms(results)):
        axes[0, 0].legend(fontsize=7)
    sign(figure, results, BANDS, title)
    return figure


def densities(axes, results, kind, moment=0):
    """Histograms of gradient confusion at one of its moments; the share below 0 in the legend."""
    at = moments(results, f"confusion_{kind}_histogram")
    for form in forms(results):
        wanted = [at] if at else []
        density, *_, cosines = form.panel.values(f"confusion_{kind}_histogram", *wanted, "cosine_bin")
        share, *_ = form.panel.values(f"confusion_{kind}_share", *wanted)
        if at:
            density, share = density[:, moment], share[:, moment]
        band(axes, cosines, density, form.colour, f"{form.name}: {100 * numpy.nanmean(share):.0f}% below 0".lstrip(": "))
    axes.axvline(0, color="0.6", lw=0.6)
    axes.grid(lw=0.3)
    legend(axes, fontsize=6)


def lazzari2023_fig5(results):
    """Images."""
    return dynamics(results, PAPER + "figure 5: images")


def lazzari2023_fig6(results):
    """Sinusoids."""
    return dynamics(results, PAPER + "figure 6: sinusoids")


def lazzari2023_fig7(results):
    """Cosines between all weight rows at each moment, and the first layer's as a histogram."""
    given, at = forms(results), moments(results, "hyperplane_cosine")
    times = results[at].values
    figure, axes = canvas(len(given), len(times) + 1, 2.6, 2.5)
    for form, row in zip(given, axes):
        matrices = first(form.panel.values("hyperplane_cosine", at, "neuron", "other_neuron")[0])
        shares, _, _, cosines = form.panel.values("hyperplane_cosine_histogram", at, "hidden_layer", "cosine_bin")
        for matrix, part, time in zip(matrices, row, times):
            image = maps.matrix(part, matrix, f"step {time:g}", cmap="RdBu_r", vmin=-0.6, vmax=0.6)
        figure.colorbar(image, ax=row[-2], shrink=0.8, label="cosine", extend="both")
        row[0].set_ylabel(f"{form.name}\nneuron, layer by layer")
        for i, (time, colour) in enumerate(zip(times, shades(len(times)))):
            band(row[-1], cosines, shares[:, i, 0], colour, f"step {time:g}")
        row[-1].set(xlabel="cosine in layer 1", ylabel="density")
        row[-1].legend(fontsize=6)
    sign(figure, results, title=PAPER + "figure 7: cosines between weight rows")
    return figure


def lazzari2023_fig8(results):
    """Regions on planes along encoding features."""
    given, bands = forms(results), ("low", "high")
    figure, axes = canvas(len(given), len(bands), 3, 3)
    for form, row in zip(given, axes):
        counts = once(form.panel, "slice_regions", "band")
        pictures = once(form.panel, "slice_map", "band", "slice_y", "slice_x")
        for name, count, picture, part in zip(bands, counts, pictures, row):
            maps.regions(part, picture, f"{name} frequencies: {count:.0f} regions")
        row[0].set_ylabel(form.name)
    sign(figure, results, title=PAPER + "figure 8")
    return figure


def lazzari2023_fig9(results):
    """Distance to the nearest boundary over training, by both gradients."""
    figure, axes = canvas(1, 2, 4.2, 3.2)
    over_steps(axes[0, 0], results, "boundary_distance", "Boundary distance, by the network's input")
    over_steps(axes[0, 1], results, "boundary_distance_layer", "Boundary distance, by the layer's input")
    axes[0, 0].legend()
    sign(figure, results, BANDS, PAPER + "figure 9")
    return figure


def lazzari2023_fig10abc(results):
    """Norms of the layers, one panel for each form of input, and their products."""
    given = forms(results)
    shown = [given[0], given[-1]] if len(given) > 1 else given
    figure, axes = canvas(1, len(shown) + 1, 3.6, 3.2)
    for form, part in zip(shown, axes[0]):
        values, steps, layers = form.panel.values("spectral_norm", "step", "layer")
        for i, colour in enumerate(shades(len(layers))):
            band(part, steps, values[:, :, i], colour, f"{layers[i]:g}")
        part.set(xlabel=STEP, ylabel="Spectral norm", title=form.name)
        part.sharey(axes[0, 0])
        part.legend(title="layer", fontsize=7, title_fontsize=7, ncols=2)
        part.grid(lw=0.3)
    over_steps(axes[0, -1], results, "lipschitz_bound", "Product of the norms", logarithmic=True)
    axes[0, -1].legend(fontsize=7)
    sign(figure, results, BANDS, PAPER + "figure 10 a to c")
    return figure


def lazzari2023_fig10d(results):
    """Dead ReLUs of all hidden layers."""
    figure, axes = canvas(1, 1, 5, 3.6)
    everywhere = results["dead_relu"].sum("hidden_layer", skipna=False)
    over_steps(axes[0, 0], results.assign(dead_relu=everywhere), "dead_relu", "Dead ReLUs")
    axes[0, 0].legend()
    sign(figure, results, BANDS, PAPER + "figure 10 d")
    return figure


FIGURES = (
    Figure(lazzari2023_fig1, ("lazzari2023-fig1",), ("prediction", "targets")),
    Figure(lazzari2023_fig2ab, ("lazzari2023-fig2ab",), ("region_map",)),
    Figure(lazzari2023_fig2cd, ("lazzari2023-fig2cd",), ("loss", "regions")),
    Figure(lazzari2023_fig3, ("lazzari2023-fig3",), ("parameters", "inputs")),
    Figure(lazzari2023_fig4, ("lazzari2023-fig4",), ("inputs",)),
    Figure(lazzari2023_fig5, ("lazzari2023-fig5",), DYNAMICS),
    Figure(lazzari2023_fig6, ("lazzari2023-fig6",), DYNAMICS),
    Figure(lazzari2023_fig7, ("lazzari2023-fig7",), ("hyperplane_cosine", "hyperplane_cosine_histogram")),
    Figure(lazzari2023_fig8, ("lazzari2023-fig8",), ("slice_regions", "slice_map")),
    Figure(lazzari2023_fig9, ("lazzari2023-fig9",), ("boundary_distance", "boundary_distance_layer")),
    Figure(lazzari2023_fig10abc, ("lazzari2023-fig10abc",), ("spectral_norm", "lipschitz_bound")),
    Figure(lazzari2023_fig10d, ("lazzari2023-fig10d",), ("dead_relu",)),
)
