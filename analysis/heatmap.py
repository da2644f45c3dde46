"""Heat maps of what a network has learned of each frequency: Rahaman et al., "On the Spectral Bias of Neural Networks"
(ICML 2019), figure 1 (over training) and figure 3 (under perturbation of the trained network)."""

import numpy

from curves import STEP, band, shades
from panels import BANDS, blank, edges, fit, page, pages, panels_of, sign

NORM = "Perturbation norm $\\delta$"
RATIO = "Magnitude over that of\nthe trained network, clipped at 1"


def spectrum(results):
    """Step x frequency heat maps, mean over seeds; beside each, over the same steps, the loss and the layers' spectral
    norms where the file has them."""
    beside = [name for name in ("loss", "spectral_norm") if "step" in names_of(results, name)]
    layers = 0.4 if "spectral_norm" in beside else 0  # room for their names
    over = "step" if "step" in names_of(results, "spectrum") else "spectrum_step"
    for panels in pages(panels_of(results, "spectrum", over, "frequency")):
        figure, parts = page(panels, 3.6 + 1.1 * len(beside) + layers, 3.6)
        sides = {name: [] for name in beside}
        for panel, part in zip(panels, parts):
            if blank(part, panel, "spectrum"):
                continue
            widths = [2.8] + [1] * len(beside)
            axes = part.subplots(1, len(widths), sharey=True, squeeze=False, width_ratios=widths)[0]
            axes[0].locator_params(axis="y", integer=True)
            draw_heatmap(axes[0], panel, "spectrum", over, "Normalised magnitude, clipped at 1")
            axes[0].set_ylabel(STEP)
            for name, side in zip(beside, axes[1:]):
                draw_curves(side, panel, name)
                sides[name].append(side)
        for name, alike in sides.items():
            scale(alike, name)
        sign(figure, results, BANDS if beside else "")
        yield figure


def perturbation(results):
    """Perturbation magnitude x frequency heat maps, mean over seeds."""
    for panels in pages(panels_of(results, "perturbation", "magnitude", "frequency")):
        figure, parts = page(panels, 4.6, 3.6)
        for panel, part in zip(panels, parts):
            if blank(part, panel, "perturbation"):
                continue
            axes = part.subplots()
            draw_heatmap(axes, panel, "perturbation", "magnitude", RATIO)
            axes.set_ylabel(NORM)
        sign(figure, results)
        yield figure


def names_of(results, variable):
    """Dimensions of a variable, those that index padded coordinates under the coordinate's name."""
    dimensions = results[variable].dims if variable in results else ()
    return [dimension.removesuffix("_index") for dimension in dimensions]


def draw_heatmap(axes, panel, variable, over, meaning, letters=30):
    """Mean over seeds of a variable [over][frequency], colour from 0 to 1 as in the paper; more is shown as 1."""
    values, rows, frequencies = panel.values(variable, over, "frequency")
    image = draw_cells(axes, numpy.nanmean(values, axis=0), rows, frequencies, letters, vmin=0, vmax=1)
    bar = axes.figure.colorbar(image, ax=axes, pad=0.02, extend="max")
    bar.set_label(f"{meaning}\n")  # the empty line parts it from the panel beside
    name = panel.results["frequency"].attrs.get("long_name", "frequency")
    axes.set_xlabel("\n".join(fit(name[0].upper() + name[1:], 2.2, 9)))


def draw_cells(axes, values, rows, columns, letters=30, **colours):
    """Coloured cells [row][column]: rows where their number lies, columns side by side under their label, as many as fit
    into a line of some letters."""
    borders = numpy.arange(len(columns) + 1) - 0.5
    image = axes.pcolormesh(borders, edges(rows), values, rasterized=True, **colours)
    axes.set_yticks([tick for tick in axes.get_yticks() if rows[0] <= tick <= rows[-1]])
    labels = [f"{column:g}" for column in columns]
    thin = -(-len(labels) * (max(map(len, labels)) + 1) // letters)
    axes.set_xticks(range(0, len(labels), thin), labels[::thin])
    return image


def draw_curves(axes, panel, name):
    """A variable over the training steps, which run upwards as in the heat map beside: mean and range over seeds."""
    layered = "layer" in names_of(panel.results, name)
    values, steps, *layers = panel.values(name, "step", *(["layer"] if layered else []))
    values = values.reshape(*values.shape[:2], -1)
    for i, colour in enumerate(shades(values.shape[2])):
        band(axes, steps, values[:, :, i], colour, f"{layers[0][i]:g}" if layered else None, along="y")
    if layered:
        place = {"loc": "upper left", "bbox_to_anchor": (1, 1), "borderaxespad": 0}
        axes.legend(title="layer", fontsize=6, title_fontsize=6, handlelength=1, **place)
    axes.set_xlabel(name.replace("_", " ").capitalize(), fontsize=8)
    axes.tick_params(axis="x", labelsize=7)
    axes.grid(lw=0.3)


def scale(sides, name):
    """One scale and range for a variable in all panels of a page, so that they can be compared: logarithmic for losses of
    several orders of magnitude."""
    low = min((axes.dataLim.x0 for axes in sides), default=0)
    high = max((axes.dataLim.x1 for axes in sides), default=0)
    logarithmic = name == "loss" and high > 10 * low > 0
    margin = (high / low) ** 0.05 if logarithmic else 0.05 * (high - low) or 1
    for axes in sides:
        if logarithmic:
            axes.set(xscale="log", xlim=(low / margin, high * margin))
            continue
        axes.set_xlim(low - margin, high + margin)
        ticks = [tick for tick in axes.get_xticks() if low - margin <= tick <= high + margin]
        axes.set_xticks(ticks[:: max(1, len(ticks) - 1)])  # the first and the last: there is no room for a third
