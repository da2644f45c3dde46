"""What figures of sweeps have in common: one panel for each value of the axes that are not averaged over, pages of a
bounded number of panels, what every figure says about its file."""

import itertools
import pathlib
import textwrap

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as pyplot
import numpy

from load import DONE, FAILED, coordinate

REPLICATE = "seed"  # the axis whose trials differ by chance alone
REPLICATES = (REPLICATE, "image")  # and what figures of images average over beside it
BANDS = "; bands: range over networks"
COLUMNS, ROWS = 2, 3  # panels on a page

SIZES = {"font.size": 9, "figure.titlesize": 9, "axes.titlesize": 9}
pyplot.rcParams.update({**SIZES, "legend.frameon": False, "image.cmap": "viridis"})


class Panel:
    """The trials of one panel: those at `selection` ({axis: index}), all seeds."""

    def __init__(self, results, selection):
        self.results, self.selection = results, selection
        state = results["trial_state"].isel(self.of(results["trial_state"]))
        self.networks, self.failed = int((state == DONE).sum()), int((state == FAILED).sum())
        self.wanted = state.size

    def of(self, array):
        """Where this panel lies in an array, for its isel."""
        return {axis: index for axis, index in self.selection.items() if axis in array.dims}

    def coordinate(self, name):
        """Dimension of `name`, and its values without padding."""
        dimension, values = coordinate(self.results, self.selection, name)
        return dimension, values[~numpy.isnan(values.astype(float))]

    def values(self, variable, *names):
        """Variable as an array [seed][names...] and the values of each name, without padding and without what none of
        these trials has (steps of longer trials)."""
        array = self.results[variable]
        array = array.isel(self.of(array))
        found = [self.coordinate(name) for name in names]
        dimensions = [dimension for dimension, _ in found]
        array = array.isel({dimension: slice(len(values)) for dimension, values in found})
        if REPLICATE not in array.dims:
            array = array.expand_dims(REPLICATE)
        array = array.transpose(REPLICATE, *dimensions).values
        present = [numpy.unique(indices) for indices in numpy.nonzero(~numpy.isnan(array))[1:]]
        kept = array[numpy.ix_(range(len(array)), *present)]
        return kept, *(values[indices] for (_, values), indices in zip(found, present))

    def point(self, name):
        """Value of the coordinate `name` of an axis that is not averaged over, as text."""
        array = self.results[name]
        value = array.isel(self.of(array)).values.item()
        return f"{value:g}" if isinstance(value, (int, float)) else str(value)

    def axes(self):
        """Words for where this panel lies on the axes that are not averaged over."""
        places = [self._point(axis, index) for axis, index in self.selection.items() if self.results.sizes[axis] > 1]
        return ", ".join(itertools.chain(*places))

    def title(self):
        words = [self.axes()] if self.axes() else []
        if self.networks:
            share = f"{self.networks}" if self.networks == self.wanted else f"{self.networks} of {self.wanted}"
            mean = "mean of " if self.networks > 1 else ""
            words.append("one network" if self.wanted == 1 else f"{mean}{share} networks")
        return ", ".join(words)

    def _point(self, axis, index):
        """Words for one point of an axis: its value, or those of the fields that a zip moves together."""
        coordinates = self.results.coords
        fields = [name for name in coordinates if coordinates[name].dims == (axis,) and name != axis]
        if not fields and axis not in coordinates:
            return [f"{axis.replace('_', ' ')}: {index}"]
        words = []
        for name in fields or [axis]:
            value, unit = coordinates[name].values[index], coordinates[name].attrs.get("units", "1")
            number = f"{value:g}" if isinstance(value, (int, float, numpy.number)) else str(value)
            relation = "=" if fields else ": "
            words.append(f"{name.replace('_', ' ')}{relation}{number}" + ("" if unit == "1" else f" {unit}"))
        return words


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


def page(panels, width, height, columns=COLUMNS):
    """A figure with one subfigure for each panel, or for each title in place of one."""
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    whole = [panel if isinstance(panel, str) else panel.title() for panel in panels]
    whole = [title.replace(" ", "\N{NO-BREAK SPACE}").replace(",\N{NO-BREAK SPACE}", ", ") for title in whole]
    titles = [fit(title, width, pyplot.rcParams["figure.titlesize"]) for title in whole]
    lines = max(len(title) for title in titles)  # the same for all: axes of a row are of one height
    figure = pyplot.figure(figsize=(width * columns, (height + 0.15 * lines) * rows + 0.5), layout="constrained")
    subfigures = figure.subfigures(rows, columns, squeeze=False).ravel()
    for title, subfigure in zip(titles, subfigures):
        subfigure.suptitle("\n".join(title + [""] * (lines - len(title))))
    return figure, subfigures[: len(panels)]


def fit(text, width, size):
    """Cuts text of a font size into lines of a width in inches; a letter is about 0.6 of the font size wide."""
    return textwrap.wrap(text, int(72 * width / (0.6 * size)), break_on_hyphens=False)


def sign(figure, results, note="", title=None):
    """The title (the sweep's name by default); in the corner, the file, how much of it is there, and a note. results: of
    one file, or a list (None: no file)."""
    files = [one for one in (results if isinstance(results, (list, tuple)) else [results]) if one is not None]
    lines = fit(title or files[0].attrs.get("title", ""), figure.get_figwidth(), 12)
    figure.suptitle("\n".join(lines), fontsize=11, fontweight="bold")
    if not any(one.sizes.get(axis, 1) > 1 for one in files for axis in REPLICATES):
        note = note.replace(BANDS, "")  # each curve is one network's
    foot = "; ".join(map(share, files)) + note
    figure.supxlabel("\n".join(fit(foot, figure.get_figwidth(), 6)), x=0.995, ha="right", fontsize=6, color="0.4")


def share(results):
    """Words for a file and how much of its sweep is there."""
    states = results["trial_state"].values
    done, failed = (states == DONE).sum(), (states == FAILED).sum()
    words = [f"{done} of {states.size} trials", *unfinished(failed, states.size - done - failed)]
    changed = results.attrs.get("overrides", "").split("\n")
    changed = f" with {' '.join(changed)}" if any(changed) else ""
    return f"{pathlib.Path(results.attrs['path']).name}: {', '.join(words)}{changed}"


def blank(part, panel, variable):
    """Whether a panel has nothing to draw; says why in its place."""
    if panel.results[variable].isel(panel.of(panel.results[variable])).notnull().any():
        return False
    words = "not a number"
    if panel.networks == 0:
        words = ", ".join(unfinished(panel.failed, panel.wanted - panel.failed))
        words = words.removeprefix(f"{panel.wanted} ")  # all of them: no number
    part.text(0.5, 0.5, words, ha="center", va="center", color="0.4")
    return True


def unfinished(failed, missing):
    """Words for trials that have no results."""
    counts = {"failed": failed, "not trained yet": missing}
    return [f"{count} {word}" for word, count in counts.items() if count]


def edges(values):
    """Borders of the cells around rising values: halfway between neighbours, the outermost as far on the other side."""
    values = values.astype(float)
    if len(values) == 1:
        return values[0] + numpy.array([-0.5, 0.5])
    middle = (values[1:] + values[:-1]) / 2
    return numpy.concatenate([2 * values[:1] - middle[:1], middle, 2 * values[-1:] - middle[-1:]])
