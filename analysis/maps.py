"""Pictures over the pixels of an image, or over any other plane."""

import numpy


def square(values):
    """Values [pixel][...] of a square image as [row][column][...]."""
    side = round(len(values) ** 0.5)
    return values.reshape(side, side, *values.shape[1:])


def bare(axes, title=""):
    axes.set(xticks=[], yticks=[])
    axes.set_title(title, fontsize=9)


def photograph(axes, values, title):
    """An image [row][column][channel] of values from 0 to 1."""
    values = numpy.clip(values, 0, 1)
    axes.imshow(values if values.shape[-1] == 3 else values[..., 0], cmap="gray", vmin=0, vmax=1)
    bare(axes, title)


def regions(axes, numbers, title):
    """Numbers [row][column] of regions, each in a colour at random: two may share one, but neighbours seldom do."""
    numbers = numbers.astype(int)
    colours = numpy.random.RandomState(0).random_sample(numbers.max() + 1)
    axes.imshow(colours[numbers], interpolation="nearest", vmin=0, vmax=1)
    bare(axes, title)


def matrix(axes, values, title, **colours):
    """A matrix; gives what a colour bar needs."""
    image = axes.imshow(values, rasterized=True, **colours)
    bare(axes, title)
    return image
