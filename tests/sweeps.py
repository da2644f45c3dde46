"""What the Python tests share: run a sweep with the program under test, and open its results.

The program and the MPI launcher come from the environment (set by CTest): SPECBIAS, SPECBIAS_MPIRUN.
"""

import os
import subprocess
import tempfile

os.environ["HDF5_USE_FILE_LOCKING"] = "FALSE"
SKIP = 77  # CTest's SKIP_RETURN_CODE


def need(*modules):
    """Leave with CTest's code for 'skipped' and the reason if a Python module is missing."""
    from importlib.util import find_spec

    for module in modules:
        if not find_spec(module):
            print(f"SKIPPED: this interpreter has no {module}")
            raise SystemExit(SKIP)


def run(sweep, overrides=(), inspect=None):
    """Trains the sweep in the YAML text `sweep` and returns its results as an xarray.Dataset in memory. The file is gone
    then; `inspect` is given its path before."""
    import xarray

    with tempfile.TemporaryDirectory() as folder:
        path, output = os.path.join(folder, "sweep.yaml"), os.path.join(folder, "results.h5")
        with open(path, "w") as file:
            file.write(sweep)
        command = [*os.environ["SPECBIAS_MPIRUN"].split(), "2", os.environ["SPECBIAS"]]
        command += ["run", path, "-o", output, "--quiet"]
        for override in overrides:
            command += ["--set", override]
        result = subprocess.run(command, text=True, capture_output=True)
        if result.returncode != 0:
            raise SystemExit(f"{' '.join(command)}: exit code {result.returncode}\n{result.stdout}{result.stderr}")
        if inspect:
            inspect(output)
        with xarray.open_dataset(output, engine="h5netcdf") as results:
            return results.load()
