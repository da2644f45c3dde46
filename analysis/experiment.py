"""The figure of an experiment: what draws it, and from which sweeps' results."""

from typing import Callable, NamedTuple


class Figure(NamedTuple):
    """A row in the table FIGURES of a paper's module."""

    draw: Callable  # given one dataset (load.py) for each of `sweeps`, None without a file of it; gives the figure
    sweeps: tuple  # names of sweeps (`name:` in the sweep file) that this figure compares, in the order of arguments
    reads: tuple  # variables and coordinates without which it cannot be drawn
    also: tuple = ()  # variables that it shows where there are any

    @property
    def name(self):
        """Of the paper and figure, as in `rahaman2019_fig1`."""
        return self.draw.__name__
