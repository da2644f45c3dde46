"""Claim: xarray with h5netcdf and with netCDF4, and ncdump without -h, read every value and every coordinate of a results
file that three ranks wrote, with named dimensions only: ragged records, labels of a section, a table, missing slots.

What must be there follows from the formula and the sweep in store_cube.h.
"""
import os
import re
import subprocess
import sys
import tempfile

import h5py
import numpy as np
import xarray

DIMENSIONS = {"embedding": 3, "depth": 1, "steps": 2, "seed": 4, "step_index": 6, "frequency": 3, "magnitudes": 3}
AXES = ("embedding", "depth", "steps", "seed")
VARIABLES = {
    "loss": ("float32", AXES + ("step_index",)),
    "spectrum": ("float64", AXES + ("step_index", "frequency")),
    "perturbation": ("float32", AXES + ("magnitudes", "frequency")),
    "final": ("float64", AXES),
}
STEPS = np.array([[0, 10, 20, 25, np.nan, np.nan], [0, 10, 20, 30, 40, 45]])
LABELS = ["line", "petals", "circle"]
WEIGHTS = np.array([[0.5, 1, 1.5], [2.5, 3, 3.5], [1.5, 2, 2.5]])
TRIALS = np.arange(24)
COMMITTED = TRIALS % 5 != 3


def expected(number, name):
    kind, dimensions = VARIABLES[name]
    shape = [DIMENSIONS[d] for d in dimensions]
    block = np.prod(shape[len(AXES):], dtype=int)
    values = 10000.0 * number + 100.0 * TRIALS[:, None] + np.arange(block) / 8
    values[~COMMITTED] = np.nan
    return values.reshape(shape).astype(kind)


def per_trial(values, missing):
    return np.where(COMMITTED, values, missing).reshape(3, 1, 2, 4)


def equal(found, wanted, what):
    np.testing.assert_array_equal(np.asarray(found), wanted, err_msg=what)


def check_cube(path, engine):
    with xarray.open_dataset(path, engine=engine) as cube:
        assert dict(cube.dims) == DIMENSIONS, cube.dims
        assert set(cube.data_vars) == set(VARIABLES), cube.data_vars
        assert set(cube.coords) == {*AXES, "step", "frequency", "magnitudes", "weight"}, cube.coords
        for number, (name, (kind, dimensions)) in enumerate(VARIABLES.items()):
            assert cube[name].dims == dimensions and cube[name].dtype == kind, name
            assert cube[name].attrs["units"] and cube[name].attrs["long_name"], name
            equal(cube[name], expected(number, name), name)
        equal(cube.embedding, LABELS, "embedding")
        equal(cube.depth, [3], "depth")
        equal(cube.steps, [25, 45], "steps")
        equal(cube.seed, [5, 6, 7, 9], "seed")
        equal(cube.frequency, [1, 2, 3], "frequency")
        equal(cube.magnitudes, [0, 0.5, 1], "magnitudes")
        equal(cube.step, STEPS, "step")
        equal(cube.weight, WEIGHTS, "weight")
        assert cube.attrs["title"] == "Würfel" and cube.attrs["format_version"] == 1
        chosen = cube.loss.sel(embedding="circle", steps=45, seed=9, depth=3)
        equal(chosen, expected(0, "loss")[2, 0, 1, 3], "a selection by labels")


def check_trial(path, engine):
    with xarray.open_dataset(path, engine=engine, group="trial") as trial:
        assert all(trial[name].dims == AXES for name in ("state", "failure", "updates", "seconds", "run", "identity"))
        failed = np.where(TRIALS == 6, 1, 0)
        equal(trial.state, per_trial(1 + failed, 0), "state")
        equal(trial.failure, per_trial(failed, 0), "failure")
        equal(trial.updates, per_trial(20 + TRIALS, 0), "updates")
        equal(trial.seconds, per_trial(0.5 + TRIALS, np.nan), "seconds")
        equal(trial.run, per_trial(0, -1), "run")
        assert len(np.unique(trial.identity)) == 24 and all(len(i) == 32 for i in trial.identity.values.flat)
        assert len(np.unique(trial.checksum)) == COMMITTED.sum() + 1
        assert "infinite" in str(trial.failure_message.values[1])


def check_provenance(path, engine, text):
    with xarray.open_dataset(path, engine=engine, group="provenance") as runs:
        assert not any("phony" in d for d in runs.dims), runs.dims
        assert runs.sweep.item() == text
        assert runs.filled == 1 and runs.runs == 1
        first = runs.isel(run=0)
        assert str(first.start.values).startswith("2001-09-09T01:46:40"), first.start
        assert np.isnat(first.end.values) and first.ranks == 1 and first.hosts.item() == "alpha,beta"


def check_ncdump(path):
    text = subprocess.run(["ncdump", path], check=True, capture_output=True, encoding="utf-8").stdout
    header, data = text.split("\ndata:\n", 1)
    for name, length in DIMENSIONS.items():
        assert re.search(rf"^\t{name} = {length} ;", header, re.M), name
    for number, (name, (kind, dimensions)) in enumerate(VARIABLES.items()):
        assert f"{kind.replace('float32', 'float').replace('float64', 'double')} {name}({', '.join(dimensions)})" in header
        words = re.search(rf"^ {name} =(.*?);", data, re.M | re.S).group(1).replace(",", " ").split()
        values = np.array([np.nan if w == "_" else float(w) for w in words])
        np.testing.assert_allclose(values, expected(number, name).ravel(), rtol=1e-6, err_msg=name)
    assert all(f'"{label}"' in data for label in LABELS)
    assert "phony" not in text and "group: trial" in text and "group: provenance" in text


def main():
    writer = os.environ["SPECBIAS_STORE_FILE"]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "cube.h5")
        subprocess.run([*os.environ["SPECBIAS_MPIRUN"].split(), "3", writer, path], check=True)
        with h5py.File(path) as file:
            text = file["provenance/sweep"][...].tobytes().decode()
        for engine in ("h5netcdf", "netcdf4"):
            check_cube(path, engine)
            check_trial(path, engine)
            check_provenance(path, engine, text)
        check_ncdump(path)


if __name__ == "__main__":
    try:
        import netCDF4  # noqa: F401
    except ImportError:
        print("skipped: Python's netCDF4 is missing")
        sys.exit(77)
    main()
