"""Claim: a run reports what share of its trials' time each probe took; `status` says so of the newest run. A file of an older
version has no place for that, and is read and resumed all the same; a damaged text spoils nothing.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

try:
    import h5py
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

PROGRAM, MPIRUN = os.environ["SPECBIAS"], os.environ["SPECBIAS_MPIRUN"].split()
SWEEP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sweep.yaml")
PLACE, MEASURED = "provenance/measuring_seconds", ["evaluation", "loss", "spectrum", "perturbation"]
LENGTH = 1024  # of a row


def call(*arguments, ranks=1):
    command = [*(MPIRUN + [str(ranks)] if ranks > 1 else []), PROGRAM, *arguments]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert ran.returncode == 0, (command, ran.returncode, ran.stdout, ran.stderr)
    return ran.stdout


def newest_run(path):
    return json.loads(call("status", path, "--json"))["run"]


def shares(text, beginning):
    """The names and percentages of the line that begins so; None where there is none."""
    line = re.search(f"^{beginning} +(.*)$", text, re.M)
    if line is None:
        return None
    parts = [re.fullmatch("([a-z_]+) <?([0-9.]+) %", part) for part in line[1].split(", ")]
    return {part[1]: float(part[2]) for part in parts}


def text_of(path, run):
    with h5py.File(path) as file:
        return file[PLACE][run].tobytes().rstrip(b"\0").decode()


def overwrite(path, dataset, place, data):
    with h5py.File(path) as file:
        offset = file[dataset].id.get_offset() + place
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(data)


def check_times(path, told):
    """`told` is the report's line."""
    run = newest_run(path)
    seconds = run["measuring_seconds"]
    assert list(seconds) == MEASURED and all(value > 0 for value in seconds.values()), seconds
    assert sum(seconds.values()) < run["trial_seconds"], run
    assert list(told) == [*MEASURED, "training"] and told == shares(call("status", path), "time"), told
    for name, value in seconds.items():
        share = 100 * value / run["trial_seconds"]
        assert abs(told[name] - share) < 0.006 + 0.051 * share, (name, told, run)
    rest = 100 * (1 - sum(seconds.values()) / run["trial_seconds"])
    assert abs(told["training"] - rest) < 0.1, (told, run)


def check_runs():
    """Each run has its own times, on any number of ranks."""
    for ranks in 1, 3:
        path = f"ranks-{ranks}.h5"
        check_times(path, shares(call("run", SWEEP, "-o", path, ranks=ranks), "their time:"))
        first = text_of(path, 0)
        overwrite(path, "trial/state", 0, bytes(2))  # two trials are missing
        check_times(path, shares(call("run", SWEEP, "-o", path, ranks=ranks), "their time:"))
        assert text_of(path, 0) == first != text_of(path, 1)
        assert shares(call("run", SWEEP, "-o", path), "their time:") is None, "nothing was trained"


def check_older():
    with h5py.File(shutil.copy("ranks-1.h5", "older.h5"), "r+") as file:
        del file[PLACE]
        file["trial/state"][0] = 0
    for _ in range(2):
        assert newest_run("older.h5")["measuring_seconds"] == {} and shares(call("status", "older.h5"), "time") is None
        call("run", SWEEP, "-o", "older.h5")


def check_damaged():
    for text, left in (("loss=nan,spectrum=1", []), ("loss=1,spectrum=1e999", ["loss"]), ("loss=0.5,=3,%s", ["loss"])):
        shutil.copy("ranks-1.h5", "damaged.h5")
        overwrite("damaged.h5", PLACE, LENGTH, text.encode() + b"\0")
        assert list(newest_run("damaged.h5")["measuring_seconds"]) == left, text
        call("status", "damaged.h5")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        check_runs()
        check_older()
        check_damaged()
        os.chdir("/")


main()
