"""Digits of our own in the IDX format, for experiments with digits where there are none: a ring and a hook, each with a
place, size, thickness and brightness of its own, so that |x| is spread as it is in handwriting."""

import os

import idx
import numpy as np

CLASSES = (3, 8)  # hook, ring


def shapes(count, size, random):
    """Images [count][size][size] with values up to 255, and the class of each."""
    y, x = np.mgrid[0:size, 0:size] / (size - 1) * 2 - 1
    labels = random.choice(CLASSES, count)
    images = np.empty((count, size, size))
    for image, label in zip(images, labels):
        right, down = random.normal(0, 0.12, 2)
        radius, width = 0.45 + 0.1 * random.normal(), 0.18 * np.exp(0.2 * random.normal())
        brightness = np.clip(0.8 + 0.2 * random.normal(), 0.3, 1)
        distance = np.abs(np.hypot(x - right, y - down) - radius)
        if label == CLASSES[0]:
            distance = np.where(x < right, np.abs(y - down) + np.maximum(0, right - x - 0.2), distance)
        image[:] = 255 * brightness * np.exp(-((distance / width) ** 2))
    return np.round(images), labels


def write(folder, count, size=14, seed=0):
    """Writes images and labels into folder; gives the settings of a target of them."""
    images, labels = shapes(count, size, np.random.default_rng(seed))
    for name, values in {"images": images, "labels": labels}.items():
        idx.write(os.path.join(folder, f"{name}.gz"), values)
    paths = [f"target.{name}={os.path.join(folder, name)}.gz" for name in ("images", "labels")]
    return (*paths, f"target.classes={list(CLASSES)}", f"target.samples={count}", f"target.pixels={size * size}")
