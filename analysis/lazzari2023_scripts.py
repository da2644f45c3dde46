"""Figures from the supplement and the published scripts of Lazzari and Liu 2023 (lazzari2023.py)."""

import numpy

from curves import STEP, band, shades
from experiment import Figure
from forms import canvas, forms, legend, moments, over_steps, replicated
from lazzari2023 import DYNAMICS, PAPER, densities, dynamics
from panels import BANDS, sign


def lazzari2023_supplement_inradius(results):
    """Radii of the first layer's regions against the number of octaves, one curve for each moment."""
    figure, axes = canvas(1, 3, 3.4, 3.2)
    results, at = replicated(results), moments(results, "inradius")
    octaves = results["octaves"].values
    names = {
        "inradius_box": "Largest radius within $[-1, 1]^d$",
        "inradius": "Largest radius, of bounded regions",
        "inradius_unbounded": "Share of unbounded regions",
    }
    for (variable, name), part in zip(names.items(), axes[0]):
        values = results[variable].transpose("seed", at, "octaves").values
        for i, (time, colour) in enumerate(zip(results[at].values, shades(values.shape[1]))):
            there = ~numpy.isnan(values[:, i]).all(axis=0)
            band(part, octaves[there], values[:, i][:, there], colour, f"step {time:g}", marker="o", ms=3)
        part.set(xlabel="Octaves L", ylabel=name, xlim=(octaves[0] - 1, octaves[-1] + 1))
        part.grid(lw=0.3)
        part.legend()
    sign(figure, results, BANDS, PAPER + "supplement: inradius")
    return figure


def lazzari2023_scripts_layers(results):
    """Hamming distances of each hidden layer, near pairs above distant ones."""
    given = forms(results)
    figure, axes = canvas(2, len(given), 2.6, 2.5, sharey=True)
    for row, kind in zip(axes, ("local", "global")):
        for form, part in zip(given, row):
            values, steps, layers = form.panel.values(f"hamming_{kind}_layer", "step", "hidden_layer")
            for i, colour in enumerate(shades(len(layers))):
                band(part, steps, values[:, :, i], colour, f"{layers[i]:g}")
            part.set(xlabel=STEP, title=f"{form.name}, {kind} pairs")
            part.grid(lw=0.3)
        row[0].set_ylabel("Hamming distance")
    axes[0, 0].legend(title="hidden layer", fontsize=7, title_fontsize=7, ncols=2)
    sign(figure, results, BANDS, PAPER + "scripts: layer by layer")
    return figure


def lazzari2023_scripts_size(results):
    """Networks of other depth and width: a column for each; Hamming distances, and confusion after training."""
    sizes = range(results.sizes["size"])
    figure, axes = canvas(4, len(sizes), 2.7, 2.2)
    for size, column in zip(sizes, axes.T):
        some = results.isel(size=size)
        for (kind, words), above, below in zip((("local", "near"), ("global", "distant")), column[:2], column[2:]):
            over_steps(above, some, f"hamming_{kind}", f"Hamming, {words}")
            densities(below, some, kind)
            below.set(xlabel="Cosine of gradients", ylabel=f"Density, {words}")
        column[0].set_title(f"{some['depth'].item() - 1} hidden layers of {some['width'].item()}")
    legend(axes[0, 0], fontsize=7)
    sign(figure, results, BANDS, PAPER + "scripts: depth and width")
    return figure


def lazzari2023_scripts_generalisation(results):
    """Loss on the training pixels, and PSNR of those between them."""
    figure, axes = canvas(1, 2, 4.2, 3.2)
    over_steps(axes[0, 0], results, "loss", "Training loss", logarithmic=True)
    over_steps(axes[0, 1], results, "validation_psnr", "PSNR of the pixels between, dB")
    axes[0, 0].legend()
    sign(figure, results, BANDS, PAPER + "scripts: generalisation")
    return figure


def lazzari2023_scripts_classification(results):
    """As figure 5; pairs are a sample and the nearest, or the farthest, of another class."""
    return dynamics(results, PAPER + "scripts: classification", "nearest", "farthest")


INRADII = ("inradius", "inradius_box", "inradius_unbounded")
FIGURES = (
    Figure(lazzari2023_supplement_inradius, ("lazzari2023-supplement_inradius",), INRADII),
    Figure(
        lazzari2023_scripts_layers,
        ("lazzari2023-scripts_layers",),
        ("hamming_local_layer", "hamming_global_layer"),
    ),
    Figure(lazzari2023_scripts_size, ("lazzari2023-scripts_size",), DYNAMICS),
    Figure(lazzari2023_scripts_generalisation, ("lazzari2023-scripts_generalisation",), ("loss", "validation_psnr")),
    Figure(lazzari2023_scripts_classification, ("lazzari2023-scripts_classification",), DYNAMICS),
)
