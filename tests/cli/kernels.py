"""Claim: run --kernels trains with the kernels that it names and no others, on every rank; the run's row says which, as
does status. A run that goes on with results of other kernels, or of another BLIS sub-configuration, says so, and so
does --reuse. A file of an older version, which has no place for kernels, is read, resumed, reused, salvaged, verified.
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
TRIALS = 6
NOTE = r"^specbias: (\S+) was computed with (\S+) kernels and BLIS for (\S+), this run uses (\S+) kernels and BLIS for "


def call(code, *arguments, ranks=1):
    """Runs the program, checks its exit code, and returns what it says on standard output and error."""
    command = [*(MPIRUN + [str(ranks)] if ranks > 1 else []), PROGRAM, *arguments]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert ran.returncode == code, (command, ran.returncode, ran.stdout, ran.stderr)
    return ran.stdout, ran.stderr


def status(path):
    return json.loads(call(0, "status", path, "--json")[0])


def digest(path):
    return re.search("digest: ([0-9a-f]{32})", call(0, "verify", path)[0])[1]


def overwrite(path, dataset, data):
    """Puts other bytes into the first places of a dataset."""
    with h5py.File(path) as file:
        offset = file[dataset].id.get_offset()
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(data)


def unfinished(path, copy, kernels=None, architecture=None):
    """A copy in which the last trials are missing, and the first run's row names other kernels or sub-configuration."""
    shutil.copy(path, copy)
    with h5py.File(path) as file:
        states = file["trial/state"][...].tobytes()
    overwrite(copy, "trial/state", states[:4] + bytes(len(states) - 4))
    for name, text in (("kernels", kernels), ("architecture", architecture)):
        if text:
            overwrite(copy, "provenance/" + name, text.encode() + b"\0")
    return copy


def check_refused():
    """Returns the names that there are, the default first."""
    for command in (("run", SWEEP, "-o", "never.h5"), ("plan", SWEEP)):
        for ranks in (1, 3) if command[0] == "run" else (1,):
            _, said = call(2, *command, "--kernels", "none", ranks=ranks)
            lines = [line for line in said.splitlines() if line.startswith("specbias:")]
            assert len(lines) == 1, said
            names = re.fullmatch("specbias: --kernels 'none': give ([a-z-]+(?: or [a-z-]+)*)", lines[0])
            assert names, said
    assert not os.path.exists("never.h5")
    call(2, "status", "never.h5", "--kernels", "plain")
    return names[1].split(" or ")


def check_named(names):
    digests = []
    for name in names:
        call(0, "run", SWEEP, "-o", f"{name}.h5", "--kernels", name)
        call(0, "run", SWEEP, "-o", f"{name}-3.h5", "--kernels", name, ranks=3)
        assert status(f"{name}.h5")["run"]["kernels"] == name
        assert re.search(rf"^kernels +{name}, BLIS for \S+$", call(0, "status", f"{name}.h5")[0], re.M)
        digests.append(digest(f"{name}.h5"))
        assert digest(f"{name}-3.h5") == digests[-1], name
        assert json.loads(call(0, "plan", SWEEP, "--kernels", name, "--json")[0])["trials"] == TRIALS
    # Fused ones may agree with each other in every bit: all add products in one order.
    assert digests[0] != digests[names.index("plain")], "the same bits as plain ones: does the option reach the trials?"
    call(0, "run", SWEEP, "-o", "default.h5")
    assert status("default.h5")["run"]["kernels"] == names[0] and digest("default.h5") == digests[0]


def check_told(name):
    """Going on with what others have computed."""
    def resume(what, told, ranks=1, options=(), **others):
        path = unfinished(f"{name}.h5", f"{what}.h5", **others)
        _, said = call(0, "run", SWEEP, "-o", path, "--kernels", name, *options, ranks=ranks)
        notes = re.findall(NOTE, said, re.M)
        assert notes == ([(path, *told, name)] if told else []), (what, said)
        assert status(path)["done"] == TRIALS and status(path)["run"]["kernels"] == name, what
        assert digest(path) == digest(f"{name}.h5"), what
        return path

    architecture = status(f"{name}.h5")["run"]["architecture"]
    resume("same", None)
    resumed = resume("kernels", ("older", architecture), kernels="older")
    resume("ranks", ("older", architecture), ranks=3, kernels="older")
    resume("architecture", (name, "pdp11"), architecture="pdp11")
    resume("quiet", None, options=("--quiet",), kernels="older")
    assert call(0, "run", SWEEP, "-o", resumed, "--kernels", name)[1] == "", "nothing is left to compute otherwise"
    # The newest run has trained nothing: what counts is the one before.
    with h5py.File(resumed) as file:
        updates = file["provenance/updates"][:1].tobytes()
    overwrite(resumed, "provenance/updates", updates + bytes(8))
    _, said = call(0, "run", SWEEP, "-o", unfinished(resumed, "before.h5"), "--kernels", name)
    assert re.findall(NOTE, said, re.M)[0][:2] == ("before.h5", "older"), said
    source = unfinished(f"{name}.h5", "source.h5", kernels="older")
    _, said = call(0, "run", SWEEP, "-o", f"taken-{name}.h5", "--kernels", name, "--reuse", source)
    assert re.findall(NOTE, said, re.M)[0][:2] == ("source.h5", "older"), said


def check_older(names):
    """A file whose /provenance has no place for kernels: there were only the plain ones."""
    path = unfinished("plain.h5", "old.h5")
    with h5py.File(path, "r+") as file:
        del file["provenance/kernels"]
    before = call(0, "verify", path)[0]
    assert "4 done, 0 failed, 2 missing, 0 damaged" in before, before
    assert re.search("^note: attributes and dimensions were not compared", before, re.M), before
    for name in names:
        _, said = call(0, "run", SWEEP, "-o", shutil.copy(path, f"old-{name}.h5"), "--kernels", name)
        assert [note[1] for note in re.findall(NOTE, said, re.M)] == (["plain"] if name != "plain" else []), said
    for ranks in (1, 3):
        resumed = f"resumed-{ranks}.h5"
        shutil.copy(path, resumed)
        _, said = call(0, "run", SWEEP, "-o", resumed, "--kernels", "plain", ranks=ranks)
        assert "computed with" not in said, said
        assert digest(resumed) == digest("plain.h5")
        assert status(resumed)["run"]["kernels"] == "" and status(resumed)["runs"] == 2
        assert re.search("^kernels +not recorded, BLIS for ", call(0, "status", resumed)[0], re.M)
    _, said = call(0, "run", SWEEP, "-o", "again.h5", "--reuse", resumed, "--kernels", "plain")
    assert f"{TRIALS} trials taken over" in said and "computed with" not in said, said
    assert status("again.h5")["run"]["kernels"] == "plain"
    with open(resumed, "r+b") as file:
        file.write(b"no HDF5")
    call(0, "salvage", resumed, "-o", "salvaged.h5", "--sweep", SWEEP)
    assert digest("salvaged.h5") == digest("plain.h5")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        names = check_refused()
        check_named(names)
        for name in names[0], "plain":
            check_told(name)
        check_older(names)
        os.chdir("/")


main()
