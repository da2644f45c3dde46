"""The experiments of a paper at a small scale: their own sweep files (sweeps/PAPER) with a few settings changed."""

import pathlib
import subprocess
import sys
import tempfile

import claims
import sweeps

sweeps.need("xarray", "h5netcdf", "numpy", "matplotlib")
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(paper, name, *overrides, draws=None):
    """Results of the sweep file `name` of a paper with the settings `overrides`; `draws`: a claim to make about its
    figure."""
    text = (ROOT / "sweeps" / paper / f"{name}.yaml").read_text()
    return sweeps.run(text, overrides, draws and (lambda path: draw(paper, path, draws)))


def draw(paper, path, claim):
    """Claims that analysis/figures.py knows the figure of the results at path."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, ROOT / "analysis" / "figures.py", path, "-o", folder]
        done = subprocess.run(command, capture_output=True, text=True)
        pictures = [picture.name for picture in pathlib.Path(folder).iterdir()]
    known = len(pictures) == 1 and f"_{paper}_" in pictures[0] and "Warning" not in done.stderr
    claim(f"figures.py draws {', '.join(pictures) or done.stderr}", done.returncode == 0 and known)


def rank_correlation(a, b):
    """Spearman's, for values without ties."""
    ranks = [np.argsort(np.argsort(v)) for v in (a, b)]
    return np.corrcoef(*ranks)[0, 1]
