"""Lines over training steps or anything else: mean of networks, with a band for their range."""

import numpy
from matplotlib import colormaps

STEP = "Training iteration"  # the papers' words
# Okabe and Ito's colours, told apart by all eyes, from dark to light as far as they go; yellow is too light for lines.
COLOURS = ("#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")


def shades(count):
    """Colours for an ordered family of curves, such as layers or amplitudes."""
    return colormaps["viridis"](numpy.linspace(0, 0.9, count))


def band(axes, x, values, colour, label=None, along="x", **line):
    """The mean over networks of values [network][x], and their range; along="y": x runs upwards."""
    values = values[~numpy.isnan(values).all(axis=1)]
    if not len(values):
        return
    low, mean, high = (over(values, axis=0) for over in (numpy.nanmin, numpy.nanmean, numpy.nanmax))
    line = {"lw": 1.2} | line
    if along == "x":
        axes.plot(x, mean, color=colour, label=label, **line)
        axes.fill_between(x, low, high, color=colour, alpha=0.25, lw=0)
    else:
        axes.plot(mean, x, color=colour, label=label, **line)
        axes.fill_betweenx(x, low, high, color=colour, alpha=0.25, lw=0)


def layers(axes, panel, variable, ylabel):
    """A variable [step][layer] over the training steps, one curve for each layer."""
    values, steps, numbers = panel.values(variable, "step", "layer")
    for i, colour in enumerate(shades(len(numbers))):
        band(axes, steps, values[:, :, i], colour, f"{numbers[i]:g}")
    axes.legend(title="layer", fontsize=7, title_fontsize=7, handlelength=1, ncols=2)
    axes.set(xlabel=STEP, ylabel=ylabel)
    axes.grid(lw=0.3)
