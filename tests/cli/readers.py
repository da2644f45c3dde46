"""Claim: what the program itself writes for a sweep with ragged axes, a section axis and a zip is read in full, and
alike, by xarray with h5netcdf and with netCDF4, by h5py, and by ncdump without -h, with named dimensions only.
"""
import os
import re
import subprocess
import sys
import tempfile
import warnings

try:
    import h5py
    import netCDF4  # noqa: F401
    import numpy as np
    import xarray
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

SWEEP = """
specbias: 1
name: ragged
target: {samples: 40, phases: 0}
model: {width: 8}
record: {every: 4}
probes:
  spectrum: {full: true}
  spectral_norm: {}
  perturbation: {directions: 2}
  parameters: {at: [0, last]}
axes:
  - embedding: [{kind: line}, {kind: petals, petals: 6}]
  - model.depth: [2, 3]
  - target.frequencies: [[1, 2], [3, 5, 7]]
  - zip: {name: length, training.steps: [6, 10], training.learning_rate: [1e-3, 1e-4]}
  - probes.perturbation.magnitudes: [[0, 1], [0.5]]
"""
AXES = {"embedding": 2, "depth": 2, "frequencies": 2, "length": 2}


def elements(path):
    """Number of elements of every dataset but the bare dimensions."""
    sizes = {}

    def visit(name, item):
        bare = str(item.attrs.get("NAME", b"")).find("This is a netCDF dimension but not") >= 0
        if isinstance(item, h5py.Dataset) and not bare:
            sizes[name] = item.size

    with h5py.File(path) as file:
        file.visititems(visit)
    return sizes


def groups(path, engine):
    loaded = {}
    for group in (None, "trial", "provenance"):
        with xarray.open_dataset(path, engine=engine, group=group) as dataset:
            loaded[group] = dataset.load()
    return loaded


def check_alike(path):
    one, other = groups(path, "h5netcdf"), groups(path, "netcdf4")
    for group in one:
        xarray.testing.assert_equal(one[group], other[group])
        assert not [d for d in one[group].dims if "phony" in d]
        names = {name for name in elements(path) if name.rpartition("/")[0] == (group or "")}
        assert {name.rpartition("/")[2] for name in names} == set(one[group].variables), group
    return one[None]


def check_meaning(cube):
    assert {axis: cube.sizes[axis] for axis in AXES} == AXES
    assert list(cube.embedding.values) == ["line", "petals, petals=6"]
    np.testing.assert_array_equal(cube.depth, [2, 3])
    np.testing.assert_array_equal(cube.steps, [6, 10])
    np.testing.assert_array_equal(cube.learning_rate, [1e-3, 1e-4])
    np.testing.assert_array_equal(cube.frequency, [[1, 2, np.nan], [3, 5, 7]])
    np.testing.assert_array_equal(cube.step, [[0, 4, 6, np.nan], [0, 4, 8, 10]])
    short = cube.loss.sel(embedding="petals, petals=6", depth=2).isel(length=0)
    assert np.isfinite(short[..., :3]).all() and np.isnan(short[..., 3:]).all()
    assert np.isnan(cube.spectral_norm.sel(depth=2, layer=3)).all()
    assert np.isfinite(cube.spectral_norm.sel(depth=3, layer=3).isel(length=1)).all()


def check_ncdump(path):
    text = subprocess.run(["ncdump", path], check=True, capture_output=True, encoding="utf-8").stdout
    assert "phony" not in text
    found = {}
    group = ""
    for line in re.finditer(r"^group: (\w+) \{|^ {1,3}(\w+) =\n?(.*?) ;$", text.partition("data:")[2], re.M | re.S):
        if line[1]:
            group = line[1] + "/"
            continue
        values = re.findall(r'"(?:[^"\\]|\\.)*"|[^\s,]+', line[3])
        found[group + line[2]] = len(values)
    numeric = {}
    with h5py.File(path) as file:
        for name, size in elements(path).items():
            if file[name].dtype.kind in "iuf":
                numeric[name] = size
    for name, size in numeric.items():
        assert found.get(name) == size, (name, found.get(name), size)


def main():
    warnings.filterwarnings("ignore", "invalid value encountered in cast")  # runs that never were have no time
    with tempfile.TemporaryDirectory() as folder:
        sweep, path = os.path.join(folder, "ragged.yaml"), os.path.join(folder, "ragged.h5")
        with open(sweep, "w") as file:
            file.write(SWEEP)
        command = [*os.environ["SPECBIAS_MPIRUN"].split(), "2", os.environ["SPECBIAS"], "run", sweep, "-o", path]
        subprocess.run(command, check=True)
        check_meaning(check_alike(path))
        check_ncdump(path)


if __name__ == "__main__":
    main()
