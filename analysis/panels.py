"""What figures of sweeps have in common: one panel for each value of the axes that are not averaged over, pages of a
bounded number of panels, what every figure says about its file."""

import itertools
import pathlib

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as pyplot
import numpy

from load import DONE, coordinate

REPLICATE = "seed"  # the axis whose trials differ by chance alone
COLUMNS, ROWS = 2, 3  # panels on a page

pyplot.rcParams.update({"font.size": 9, "axes.titlesize": 10, "legend.frameon": False, "image.cmap": "viridis"})


class Panel:
    """The trials of one panel: those at `selection` ({axis: index}), all seeds."""

    def __init__(self, results, selection):
        self.results, self.selection = results, selection
        state = results["trial_state"].isel(self._of(results["trial_state"]))
        self.networks = int((state == DONE).sum())
        self.wanted = state.size

    def _of(self, array):
        return {axis: index for axis, index in self.selection.items() if axis in array.dims}

    def coordinate(self, name):
        """Dimension of `name`, and its values without padding."""
        dimension, values = coordinate(self.results, self.selection, name)
        return dimension, values[~numpy.isnan(values.astype(float))]

    def values(self, variable, *names):
        """Variable as an array [seed][names...] and the values of each name, without padding and without what none of
        these trials has (steps of longer trials)."""
        array = self.results[variable]
        array = array.isel(self._of(array))
        found = [self.coordinate(name) for name in names]
        dimensions = [dimension for dimension, _ in found]
        array = array.isel({dimension: slice(len(values)) for dimension, values in found})
        if REPLICATE not in array.dims:
            array = array.expand_dims(REPLICATE)
        array = array.transpose(REPLICATE, *dimensions).values
        present = [numpy.unique(indices) for indices in numpy.nonzero(~numpy.isnan(array))[1:]]
        kept = array[numpy.ix_(range(len(array)), *present)]
        return kept, *(values[indices] for (_, values), indices in zip(found, present))

    def title(self):
        words = []
        for axis, index in self.selection.items():
            if self.results.sizes[axis] > 1:
                value = self.results[axis].values[index] if axis in self.results.coords else index
                unit = self.results[axis].attrs.get("units", "1") if axis in self.results.coords else "1"
                number = f"{value:g}" if isinstance(value, (int, float, numpy.number)) else str(value)
                words.append(f"{axis.replace('_', ' ')}: {number}" + ("" if unit == "1" else f" {unit}"))
        share = f"{self.networks}" if self.networks == self.wanted else f"{self.networks} of {self.wanted}"
        words.append("one network" if self.wanted == 1 else f"mean of {share} networks")
        return ", ".join(words)


def panels_of(results, variable, *names):
    """A panel for each combination of the axes of `variable` other than seed and the dimensions of `names`."""
    inner = {f"{name}_index" if f"{name}_index" in results.dims else name for name in names}
    outer = [axis for axis in results[variable].dims if axis not in inner and axis != REPLICATE]
    if any(REPLICATE in results[name].dims for name in names):
        outer.insert(0, REPLICATE)  # seeds with unlike coordinates have no mean
    for indices in itertools.product(*(range(results.sizes[axis]) for axis in outer)):
        yield Panel(results, dict(zip(outer, indices)))


def pages(panels):
    """Cuts panels into what fits on one figure."""
    panels = list(panels)
    for first in range(0, len(panels), COLUMNS * ROWS):
        yield panels[first : first + COLUMNS * ROWS]


def page(panels, width, height):
    """A figure with one subfigure for each panel."""
    columns = min(COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    figure = pyplot.figure(figsize=(width * columns, height * rows + 0.5), layout="constrained")
    subfigures = figure.subfigures(rows, columns, squeeze=False).ravel()
    for panel, subfigure in zip(panels, subfigures):
        subfigure.suptitle(panel.title())
    return figure, subfigures[: len(panels)]


def sign(figure, results):
    """The sweep's name as title; in the corner, the file and how much of it is there."""
    states = results["trial_state"].values
    figure.suptitle(results.attrs.get("title", ""), fontweight="bold")
    share = f"{(states == DONE).sum()} of {states.size} trials"
    figure.supxlabel(f"{pathlib.Path(results.attrs['path']).name}: {share}; bands: range over networks", x=0.995, ha="right", fontsize=6, color="0.4")


def blank(axes):
    """Says in place of a drawing that nothing has been committed yet."""
    axes.text(0.5, 0.5, "not trained yet", transform=axes.transAxes, ha="center", va="center", color="0.4")


def edges(values):
    """Borders of the cells around rising values, halfway between neighbours; the outermost cells end at their value."""
    values = values.astype(float)
    if len(values) == 1:
        return numpy.array([values[0], values[0] + 1])
    return numpy.concatenate([values[:1], (values[1:] + values[:-1]) / 2, values[-1:]])

