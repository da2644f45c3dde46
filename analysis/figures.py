#!/usr/bin/env python3
"""Draws every figure that a results file allows: analysis/figures.py FILE.h5 [-o FOLDER]

Prints the path of each picture, <name of FILE>_<figure>.png. Needs xarray, h5netcdf and matplotlib.
"""

import argparse
import pathlib
import sys

try:
    import heatmap
    from load import DONE, ResultsError, load
except ModuleNotFoundError as missing:
    sys.exit(
        f"figures.py: {sys.executable} has no module '{missing.name}': use an interpreter with xarray, h5netcdf and "
        "matplotlib (on Debian /usr/bin/python3 with the packages python3-xarray, python3-h5netcdf, python3-matplotlib)"
    )

FIGURES = {"spectrum": heatmap.spectrum, "perturbation": heatmap.perturbation}  # by the variable that each needs
READ = ["spectrum", "loss", "spectral_norm", "perturbation"]


def draw(path, folder):
    """Draws the figures of the file at path into folder; gives the paths of the pictures."""
    results = load(path, READ)
    if not (results["trial_state"] == DONE).any():
        raise ResultsError(f"{path}: no trial has been committed yet, there is nothing to draw")
    for variable, figures_of in FIGURES.items():
        if variable not in results:
            continue
        figures = list(figures_of(results))
        for number, figure in enumerate(figures, start=1):
            page = f"_{number}" if len(figures) > 1 else ""
            picture = folder / f"{pathlib.Path(path).stem}_{variable}{page}.png"
            figure.savefig(picture, dpi=200)
            yield picture


def main():
    parser = argparse.ArgumentParser(description="Draws every figure that a results file of specbias allows.")
    parser.add_argument("file", metavar="FILE.h5")
    parser.add_argument("-o", "--output", metavar="FOLDER", default=".", help="where pictures go (default: here)")
    arguments = parser.parse_args()
    folder = pathlib.Path(arguments.output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for picture in draw(arguments.file, folder):
            print(picture)
    except (ResultsError, OSError) as error:
        sys.exit(f"figures.py: {error}")


if __name__ == "__main__":
    main()
