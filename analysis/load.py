"""Opens a results file of specbias, also while a run is writing it.

    from load import load
    results = load("quickstart.h5")
    results["spectrum"].mean("seed")

A slot of the file may be in the middle of a commit, or never filled: what /trial/state does not call finished is NaN here.
"""

import os

os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")  # read when HDF5 starts: before h5netcdf is imported

import xarray

DONE, FAILED = 1, 2


class ResultsError(Exception):
    """The file cannot be used; the message is one line for the user."""


def load(path, variables=None, keep_failed=False):
    """Results and trials of the file at path, as one labelled dataset.

    variables    names of the measured variables to read (those that the file lacks are left out); None: all. Coordinates
                 and the variables of /trial, here called trial_state, trial_seconds and so on, are always there.
    keep_failed  keep the records of trials that failed while they were trained.
    """
    results, trials = _open(path, None), _open(path, "trial")
    if results.attrs.get("format") != "specbias" or "state" not in trials:
        raise ResultsError(f"{path}: not a results file of specbias")
    state = trials["state"].load()
    usable = state == DONE
    if keep_failed:
        usable |= state == FAILED
    for name, array in results.data_vars.items():
        if not set(state.dims) <= set(array.dims) or f"{name}_index" in array.dims:
            continue  # a coordinate
        if variables is not None and name not in variables:
            results = results.drop_vars(name)
        elif array.dims != state.dims or array.dtype.kind == "f":
            results[name] = array.where(usable).assign_attrs(array.attrs)
    results = results.assign({f"trial_{name}": array for name, array in trials.data_vars.items()})
    return results.assign_attrs(path=str(path), overrides=_overrides(path))


def _overrides(path):
    """The --set arguments with which the file was made, one a line."""
    try:
        text = _open(path, "provenance").get("overrides")
    except ResultsError:  # results cut out of a file, without what tells of its runs
        return ""
    return "" if text is None else "".join(map(str, text.values.ravel())).strip("\0\n")


def _open(path, group):
    try:
        return xarray.open_dataset(path, engine="h5netcdf", group=group, decode_times=False)
    except FileNotFoundError:
        raise ResultsError(f"{path}: no such file") from None
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ResultsError(f"{path}: not a results file of specbias ({reason})") from None


def coordinate(results, selection, name):
    """Where `name` (such as step or frequency) lies in variables of results: its dimension, and its values for the one
    trial that selection ({dimension: index}) points at. Where the values differ between trials they are padded with NaN
    over the dimension `<name>_index`."""
    index = f"{name}_index"
    if index not in results.dims:
        return name, results[name].values
    values = results[name].isel({axis: selection[axis] for axis in results[name].dims if axis in selection})
    return index, values.values
