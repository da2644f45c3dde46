"""What the networks of a sweep are given for a sample, as Lazzari and Liu compare it: coordinates on some interval, or a
positional encoding of L octaves; and what figures that compare these forms share."""

from typing import NamedTuple

import matplotlib.pyplot as pyplot
import numpy

from curves import COLOURS, STEP, band
from panels import REPLICATE, Panel

AXES = ("coordinates", "encoding", "octaves")  # a zip of the sweeps of images; a section; a field
INITIAL = {"low": -1.0, "high": 1.0, "octaves": 4}  # left out of a section's label


class Form(NamedTuple):
    """One form of input, and its networks."""

    name: str
    colour: str
    panel: Panel


def forms(results):
    """A Form for each point of the axis along which the inputs' form changes, if it has any network yet; one without a
    name for a sweep of one form."""
    results = replicated(results)
    axis = next((axis for axis in AXES if axis in results.dims), None)
    if axis is None:
        return [Form("", COLOURS[0], Panel(results, {}))]
    found = []
    for index in range(results.sizes[axis]):
        name = name_of(fields_of(results, axis, index))
        found.append(Form(name, COLOURS[index % len(COLOURS)], Panel(results, {axis: index})))
    return [form for form in found if form.panel.networks]


def fields_of(results, axis, index):
    """Fields of the encoding at a point of an axis."""
    if axis == "coordinates":
        names = [name for name in ("kind", "low", "high", "octaves") if name in results.coords]
        return INITIAL | {name: results[name].values[index] for name in names}
    value = results[axis].values[index]
    if axis == "octaves":
        return INITIAL | {"kind": "positional", "octaves": value}
    kind, *fields = str(value).split(", ")
    return INITIAL | {"kind": kind} | {name: float(text) for name, text in (field.split("=") for field in fields)}


def name_of(fields):
    """In the paper's words."""
    if fields["kind"] == "none":
        return "[0, 1)"
    if fields["kind"] == "interval":
        return f"[{fields['low']:g}, {fields['high']:g})"
    return f"L = {fields['octaves']:g}"


def replicated(results):
    """With images as an axis over which figures average, in place of random ones for each seed."""
    if "image" not in results.dims:
        return results
    if REPLICATE in results.dims:
        results = results.isel({REPLICATE: 0}, drop=True)
    return results.drop_vars("image", errors="ignore").rename({"image": REPLICATE})


def moments(results, variable):
    """The dimension of a variable for the steps at which it was measured; None if that was once."""
    names = [name.removesuffix("_index") for name in results[variable].dims]  # of padded steps too
    found = [name for name in names if name == "step" or name.endswith("_step")]
    return found[0] if found else None


def canvas(rows, columns, width=3.2, height=2.9, **options):
    """A figure, and its axes [rows][columns]."""
    size = (max(width * columns, 4), height * rows + 0.5)
    return pyplot.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False, **options)


def over_steps(axes, results, variable, ylabel, logarithmic=False):
    """A variable over the training steps, one curve for each form of input."""
    for form in forms(results):
        values, steps = form.panel.values(variable, moments(results, variable))
        band(axes, steps, values, form.colour, form.name)
    axes.set(xlabel=STEP, ylabel=ylabel, yscale="log" if logarithmic else "linear")
    axes.grid(lw=0.3)


def first(values):
    """Of values [network][...], those of the first network that has any."""
    return next(one for one in values if not numpy.isnan(one).all())


def once(panel, variable, *names):
    """Values [names...] of the first network and, where it was measured more than once, the last moment."""
    at = moments(panel.results, variable)
    values = first(panel.values(variable, *([at] if at else []), *names)[0])
    return values[-1] if at else values


def legend(axes, **options):
    """A legend of what is drawn, if anything is."""
    if axes.get_legend_handles_labels()[0]:
        axes.legend(**options)
