"""Whatever a sweep measured as one number at each of several steps, over these steps: for sweeps of one's own."""

import math

from curves import COLOURS, STEP, band, shades
from forms import moments
from panels import BANDS, fit, panels_of, pyplot, sign

COLUMNS, CURVES = 3, 12  # axes beside each other; curves that a legend can name


def measured(results):
    """Names of the variables that have a number for each step, and none but that."""
    own = {name: set(results[name].dims) - set(results["trial_state"].dims) for name in results.data_vars}
    found = [name for name, dimensions in own.items() if dimensions and moments(results, name)]
    return [name for name in found if len(own[name]) == 1 and results[name].dtype.kind == "f"]


def measures(results):
    """A panel for each variable, in it a curve for each combination of the axes but seed; the last has the legend."""
    names = measured(results)
    columns = min(COLUMNS, len(names) + 1)
    rows = math.ceil((len(names) + 1) / columns)
    size = (3.3 * columns, 2.6 * rows + 0.6)
    figure, axes = pyplot.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    for panel, name in zip(axes.ravel(), names):
        draw(panel, results, name)
    for unused in axes.ravel()[len(names):]:
        unused.set_axis_off()
    handles, labels = axes[0, 0].get_legend_handles_labels()
    if 1 < len(labels) <= CURVES:
        axes.ravel()[len(names)].legend(handles, labels, loc="center left", fontsize=7)
    named = "" if len(labels) <= CURVES else f"; {len(labels)} combinations of the axes, not named"
    sign(figure, results, BANDS + named)
    return figure


def draw(axes, results, name):
    panels = list(panels_of(results, name, moments(results, name)))
    colours = COLOURS if len(panels) <= len(COLOURS) else shades(len(panels))
    positive = True
    for panel, colour in zip(panels, colours):
        values, steps = panel.values(name, moments(results, name))
        band(axes, steps, values, colour, panel.axes())
        positive = positive and values.size > 0 and values.min() > 0
    if "loss" in name and positive:
        axes.set_yscale("log")
    title = results[name].attrs.get("long_name", "")
    axes.set_title("\n".join(fit(title, 3, 7)), fontsize=7)
    axes.set(xlabel=STEP, ylabel=name)
    axes.grid(lw=0.3)
