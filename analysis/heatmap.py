"""Heat maps of what a network has learned of each frequency: Rahaman et al., "On the Spectral Bias of Neural Networks"
(ICML 2019), figure 1 (over training) and figure 3 (under perturbation of the trained network)."""

import numpy
from matplotlib import colormaps

from panels import blank, edges, page, pages, panels_of, sign

FREQUENCY = "Frequency [Hz]"  # the paper's words
STEP = "Training iteration"


def spectrum(results):
    """Step x frequency heat maps, mean over seeds; beside each, over the same steps, the loss and the layers' spectral
    norms where the file has them."""
    beside = [name for name in ("loss", "spectral_norm") if "step" in names_of(results, name)]
    for panels in pages(panels_of(results, "spectrum", "step", "frequency")):
        figure, parts = page(panels, 3.6 + 1.1 * len(beside), 3.6)
        for panel, part in zip(panels, parts):
            widths = [2.8] + [1] * len(beside)
            axes = part.subplots(1, len(widths), sharey=True, squeeze=False, width_ratios=widths)[0]
            if panel.networks == 0:
                blank(axes[0])
                continue
            values, steps, frequencies = panel.values("spectrum", "step", "frequency")
            image = draw_heatmap(axes[0], values, steps, frequencies)
            part.colorbar(image, ax=axes[0], label="Normalised magnitude", pad=0.02)
            axes[0].set_ylabel(STEP)
            axes[0].locator_params(axis="y", integer=True)
            for name, side in zip(beside, axes[1:]):
                draw_curves(side, panel, name)
        sign(figure, results)
        yield figure


def perturbation(results):
    """Perturbation magnitude x frequency heat maps, mean over seeds."""
    for panels in pages(panels_of(results, "perturbation", "magnitude", "frequency")):
        figure, parts = page(panels, 4.6, 3.6)
        for panel, part in zip(panels, parts):
            axes = part.subplots()
            if panel.networks == 0:
                blank(axes)
                continue
            values, magnitudes, frequencies = panel.values("perturbation", "magnitude", "frequency")
            image = draw_heatmap(axes, values, magnitudes, frequencies)
            part.colorbar(image, ax=axes, label="Magnitude over that of the trained network", pad=0.02)
            axes.set_ylabel("Perturbation norm $\\delta$")
        sign(figure, results)
        yield figure


def names_of(results, variable):
    """Dimensions of a variable, those that index padded coordinates under the coordinate's name."""
    dimensions = results[variable].dims if variable in results else ()
    return [dimension.removesuffix("_index") for dimension in dimensions]


def draw_heatmap(axes, values, rows, frequencies):
    """Mean over seeds of values[seed][row][frequency], colour from 0 to 1; what is larger is shown as 1."""
    mean = numpy.nanmean(values, axis=0)
    columns = numpy.arange(len(frequencies))
    image = axes.pcolormesh(numpy.arange(len(frequencies) + 1), edges(rows), mean, vmin=0, vmax=1, rasterized=True)
    thin = -(-len(frequencies) // 10)
    axes.set_xticks(columns[::thin] + 0.5, [f"{frequency:g}" for frequency in frequencies[::thin]])
    axes.set_xlabel(FREQUENCY)
    return image


def draw_curves(axes, panel, name):
    """A variable over the training steps, which run upwards as in the heat map beside: mean and range over seeds."""
    layered = "layer" in names_of(panel.results, name)
    values, steps, *layers = panel.values(name, "step", *(["layer"] if layered else []))
    values = values.reshape(*values.shape[:2], -1)
    curves = values.shape[2]
    for i, colour in enumerate(colormaps["cividis"](numpy.linspace(0, 0.9, curves))):
        of_seeds = values[:, :, i]
        low, mean, high = (across(of_seeds, axis=0) for across in (numpy.nanmin, numpy.nanmean, numpy.nanmax))
        axes.plot(mean, steps, color=colour, lw=1.2, label=f"{layers[0][i]:g}" if layered else None)
        axes.fill_betweenx(steps, low, high, color=colour, alpha=0.25, lw=0)
    if layered:
        axes.legend(title="layer", fontsize=6, title_fontsize=6, handlelength=1, borderaxespad=0.2, frameon=True)
    if name == "loss" and numpy.nanmax(values) > 10 * numpy.nanmin(values) > 0:
        axes.set_xscale("log")
    else:
        axes.locator_params(axis="x", nbins=3)
    axes.set_xlabel(name.replace("_", " ").capitalize())
    axes.tick_params(axis="x", labelsize=7)
    axes.grid(lw=0.3)
