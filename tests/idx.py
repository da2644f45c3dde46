"""IDX files, for tests of the target `digits`."""

import gzip
import struct

import numpy as np


def encode(array):
    """`array` of bytes as IDX."""
    array = np.asarray(array, dtype=np.uint8)
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def write(path, array):
    """`array` of bytes as an IDX file, gzip if the path ends so."""
    with (gzip.open if str(path).endswith(".gz") else open)(path, "wb") as file:
        file.write(encode(array))


def garments(folder, count=400, side=6, classes=5, seed=1):
    """Images that belong to their classes (a bright row, at a height that is the class's) with noise, and their labels,
    in `folder`: the two paths, images [count][side][side] and labels [count]."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, count)
    images = random.integers(0, 90, (count, side, side))
    images[np.arange(count), labels % side] += 120
    paths = f"{folder}/images.gz", f"{folder}/labels"
    write(paths[0], images)
    write(paths[1], labels)
    return *paths, images.astype(np.uint8), labels.astype(np.uint8)
