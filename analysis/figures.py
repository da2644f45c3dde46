#!/usr/bin/env python3
"""Draws the figures of results files: analysis/figures.py FILE.h5... [-o FOLDER] [--format png|pdf|svg]

A file of one of the papers' experiments becomes that paper's figure: it is known by the name of its sweep (`name:` in the
sweep file, such as rahaman2019-fig1), whatever the file is called and however far its run has come. Files of several
sweeps that one figure compares (rahaman2019-fig5a and -fig5b) are given together; what is missing stays empty. Of any
other sweep, heat maps of the spectrum and of perturbations are drawn, and whatever else has one number for each step over
the steps. Prints the path of each picture: <name of FILE>_<figure>.png.

How a figure is added: one function `<paper>_<figure>` in the module of its paper (rahaman2019.py), which is given a
dataset of load.py for each of its sweeps and returns a Matplotlib figure, and a row in that module's table FIGURES
(experiment.py). panels.py has what all figures share (a panel for each value of the axes, the page, the signature in the
corner), curves.py and heatmap.py draw a panel.

Needs xarray, h5netcdf and matplotlib.
"""

import argparse
import pathlib
import sys

try:
    import beyond
    import heatmap
    import lazzari2023
    import lazzari2023_scripts
    import measures
    import rahaman2019
    from load import DONE, ResultsError, load
except ModuleNotFoundError as missing:
    sys.exit(
        f"figures.py: {sys.executable} has no module '{missing.name}': use an interpreter with xarray, h5netcdf and "
        "matplotlib (on Debian /usr/bin/python3 with the packages python3-xarray, python3-h5netcdf, python3-matplotlib)"
    )

PAPERS = (rahaman2019, lazzari2023, lazzari2023_scripts, beyond)
EXPERIMENTS = {sweep: figure for paper in PAPERS for figure in paper.FIGURES for sweep in figure.sweeps}
ANY = {"spectrum": heatmap.spectrum, "perturbation": heatmap.perturbation}  # by the variable that each needs


def together(paths):
    """Sorts files by what they are drawn as: a list of (Figure or None, {name of its sweep: path})."""
    groups = []
    for path in paths:
        results = load(path, [])
        if not (results["trial_state"] == DONE).any():
            raise ResultsError(f"{path}: no trial has been committed yet, there is nothing to draw")
        sweep = results.attrs.get("title", "")
        figure = EXPERIMENTS.get(sweep)
        lacking = [name for name in figure.reads if name not in load(path, figure.reads)] if figure else []
        if lacking:
            print(f"figures.py: {path}: no {figure.name} without {', '.join(lacking)}", file=sys.stderr)
            figure = None
        open_groups = (files for of, files in groups if figure and of is figure and sweep not in files)
        files = next(open_groups, None)
        if files is None:
            files = {}
            groups.append((figure, files))
        files[sweep] = path
    return groups


def draw_experiment(figure, files):
    """The figure of a paper, from the files {name of sweep: path} that there are."""
    reads = figure.reads + figure.also
    results = [load(files[sweep], reads) if sweep in files else None for sweep in figure.sweeps]
    yield figure.name, figure.draw(*results)


def draw_any(path):
    """What can be drawn of any sweep."""
    results = load(path)
    for variable, figures_of in ANY.items():
        figures = list(figures_of(results)) if variable in results else []
        for number, figure in enumerate(figures, start=1):
            yield f"{variable}_{number}" if len(figures) > 1 else variable, figure
    shown = {"loss", "lipschitz_bound"} if "spectrum" in results else set()  # beside the heat map, or by it
    if set(measures.measured(results)) - shown:
        yield "measures", measures.measures(results)
    elif not shown and "perturbation" not in results:
        raise ResultsError(f"{path}: nothing in it has one number for each step, and there is no spectrum to draw")


def draw(paths, folder, form):
    """Draws the figures of the files at paths into folder; gives the paths of the pictures."""
    for figure, files in together(paths):
        first = next(iter(files.values()))
        for name, drawn in draw_experiment(figure, files) if figure else draw_any(first):
            stem = "_".join(pathlib.Path(path).stem for path in files.values())
            picture = folder / f"{stem}_{name}.{form}"
            drawn.savefig(picture, dpi=200)
            yield picture


def main():
    parser = argparse.ArgumentParser(description="Draws the figures of results files of specbias.")
    parser.add_argument("files", metavar="FILE.h5", nargs="+", help="files of sweeps of one figure are drawn together")
    parser.add_argument("-o", "--output", metavar="FOLDER", default=".", help="where pictures go (default: here)")
    parser.add_argument("--format", choices=("png", "pdf", "svg"), default="png", help="of the pictures (default: png)")
    arguments = parser.parse_intermixed_args()
    folder = pathlib.Path(arguments.output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for picture in draw(arguments.files, folder, arguments.format):
            print(picture)
    except (ResultsError, OSError) as error:
        sys.exit(f"figures.py: {error}")


if __name__ == "__main__":
    main()
