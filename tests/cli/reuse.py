"""Claim: run --reuse takes over exactly the trials of earlier files that this sweep would train and measure alike,
variable by variable, whatever the axes, their order and the padding, and trains the others; the file is then the one
that training alone makes, and the earlier files are as they were.
"""
import functools
import hashlib
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
HEAD = """
specbias: 1
target: {samples: 64, frequencies: [2, 5], phases: random}
model: {depth: 3, width: 8}
training: {learning_rate: 1e-3, steps: 40}
record: {every: 15}
"""
PROBES = """
probes:
  spectrum: {full: true}
  spectral_norm: {}
  perturbation: {magnitudes: [0, 1], directions: 2}
  parameters: {at: [0, 10, last]}
"""
SEEDS, MORE_SEEDS = "  - seed: [1, 2, 3]\n", "  - seed: [0, 1, 2, 3, 4]\n"
WIDTHS = "  - model.width: [8, 16]\n"
AXES = "axes:\n" + SEEDS + WIDTHS
BASE = HEAD + PROBES + AXES
BOOKKEEPING = ("provenance", "trial/seconds", "trial/run")


def start(output, sweep, olds=(), ranks=1, options=()):
    with open(output + ".yaml", "w", encoding="utf-8") as file:
        file.write(sweep)
    command = [PROGRAM, "run", output + ".yaml", "-o", output, *options]
    for old in olds:
        command += ["--reuse", old]
    if ranks > 1:
        command = MPIRUN + [str(ranks)] + command
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)


@functools.lru_cache
def digest(path):
    text = subprocess.run([PROGRAM, "verify", path], capture_output=True, encoding="utf-8", check=True).stdout
    return re.search("digest: ([0-9a-f]{32})", text)[1]


def bits(path):
    """Every dataset that does not tell of a run, as bytes."""
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset) and not name.startswith(BOOKKEEPING):
            found[name] = item[...].tobytes()

    with h5py.File(path) as file:
        file.visititems(visit)
    return found


def sha(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


trained_files = {}


def trained(sweep):
    """A file of the sweep in which everything was trained."""
    if sweep not in trained_files:
        path = f"trained{len(trained_files)}.h5"
        assert start(path, sweep).returncode in (0, 1), path
        trained_files[sweep] = path
    return trained_files[sweep]


def edited(path, what, dataset, first, data):
    """A copy of a file in which the bytes of a dataset from @p first on are others."""
    copy = f"{what}-{path}"
    shutil.copy(path, copy)
    with h5py.File(path) as file:
        offset = file[dataset].id.get_offset()
    with open(copy, "r+b") as file:
        file.seek(offset + first)
        file.write(data)
    return copy


def check(what, sweep, olds, taken, left, ranks=1, failing=0):
    """Runs the sweep with --reuse. Returns what it says."""
    output = f"{re.sub('[^a-z0-9]+', '-', what)}-{ranks}.h5"
    assert not os.path.exists(output), output
    before = [sha(old) for old in olds]
    ran = start(output, sweep, olds, ranks)
    assert ran.returncode == (1 if failing else 0), (what, ran.returncode, ran.stderr)
    source = re.escape(olds[0]) if len(olds) == 1 else f"{len(olds)} files"
    said = re.search(rf"^specbias: (\d+) trials? taken over from {source}, (\d+) to train$", ran.stderr, re.M)
    assert said and (int(said[1]), int(said[2])) == (taken, left), (what, ran.stderr)
    assert (re.search(r"^(\d+) trials? taken over", ran.stdout, re.M) is not None) == (taken > 0), (what, ran.stdout)
    done = re.search(rf"^{left - failing} trials? done in", ran.stdout, re.M)
    assert (done is not None) == (left > 0), (what, ran.stdout)
    assert [sha(old) for old in olds] == before, (what, "an earlier file has changed")
    reference = trained(sweep)
    assert digest(output) == digest(reference), what
    ours, theirs = bits(output), bits(reference)
    assert ours.keys() == theirs.keys(), what
    assert not [name for name in ours if ours[name] != theirs[name]], what
    return ran.stderr


def check_grids():
    old = trained(BASE)
    for ranks in (1, 3):
        check("more seeds", HEAD + PROBES + "axes:\n" + MORE_SEEDS + WIDTHS, [old], 6, 4, ranks)
        check("reordered", HEAD + PROBES + "axes:\n" + WIDTHS + MORE_SEEDS, [old], 6, 4, ranks)
    check("other seed", HEAD + PROBES + "axes:\n  - model.width: [16]\n", [old], 0, 1)
    check("all", BASE.replace("[1, 2, 3]", "[3, 2]"), [old], 4, 0)
    zipped = "axes:\n  - zip: {name: pair, seed: [3, 7, 1], model.width: [16, 16, 8]}\n"
    check("zip", HEAD + PROBES + zipped, [old], 2, 1)
    section = "axes:\n  - model: [{width: 8, depth: 3}, {width: 9, depth: 5}]\n"
    check("section", HEAD + PROBES + section + SEEDS, [old], 3, 3)


def check_padding():
    """Frequencies, steps, layers, parameters, samples and inputs get longer, and shorter again."""
    old = trained(BASE)
    longer = (
        (3, 36, "  - target.frequencies: [[2, 5], [1, 3, 7]]\n  - training.steps: [40, 55, 20]\n"),
        (1, 24, "  - model.depth: [3, 4]\n  - target.samples: [64, 81]\n"),
        (1, 24, "  - embedding: [{kind: line}, {kind: circle}]\n  - encoding: [{kind: none}, {kind: positional}]\n"),
    )
    for ranks, trials, axes in longer:
        check("longer" + axes, BASE + axes, [old], 6, trials - 6, ranks)
        check("shorter" + axes, BASE, [trained(BASE + axes)], 6, 0)


def check_probes():
    norms = HEAD + "probes: {spectral_norm: {}}\n" + AXES
    spectra = HEAD + "probes: {spectrum: {full: true}, perturbation: {magnitudes: [0, 1], directions: 2}}\n" + AXES
    snapshots = HEAD + "probes: {parameters: {at: [0, 10, last]}}\n" + AXES
    parts = [trained(sweep) for sweep in (norms, spectra, snapshots)]
    check("three files", BASE, parts, 6, 0)
    check("three files", BASE, parts, 6, 0, 3)
    said = check("two of three", BASE, parts[:2], 0, 6)
    assert re.search("6 more are trained there too, but measured otherwise", said), said
    check("probe left out", norms, [trained(BASE)], 6, 0)
    for before, after in (
        ("every: 15", "every: 16"),
        ("directions: 2", "directions: 3"),
        ("magnitudes: [0, 1]", "magnitudes: [0, 2]"),
        ("full: true", "full: false"),
        ("at: [0, 10, last]", "at: [0, 10]"),
        ("spectral_norm: {}", "spectral_norm: {at: last}"),
    ):
        check("other " + after, BASE.replace(before, after), [trained(BASE)], 0, 6)
    check("record axis", BASE + "  - record.every: [16, 15]\n", [trained(BASE)], 6, 6)
    check("record point", BASE, [trained(BASE + "  - record.every: [16, 15]\n")], 6, 0)


def check_probe_axes():
    def axes(magnitudes):
        return BASE + f"  - probes.perturbation.directions: [2, 3]\n  - probes.perturbation.magnitudes: {magnitudes}\n"

    old = trained(axes("[[0], [0.5, 1], [0, 1]]"))
    check("points in another order", axes("[[0, 1], [0]]"), [old], 6, 0)
    check("another point", axes("[[0, 1], [3]]"), [old], 0, 6)
    check("point without axis", BASE, [old], 6, 0)
    probe = "  - probes.perturbation."
    swapped = probe + "magnitudes: [[0, 1], [0.5, 1]]\n" + probe + "directions: [3, 2]\n"
    check("axes in another order", BASE + swapped, [old], 6, 0, 3)
    check("axis from none", BASE + "  - probes.perturbation.magnitudes: [[0, 1]]\n", [trained(BASE)], 6, 0)


def check_unsound():
    old = trained(BASE)
    damaged = edited(old, "damaged", "loss", 100, b"\1\2\3")
    said = check("damaged", BASE, [damaged], 5, 1)
    assert re.search("1 result there is damaged", said), said
    check("damaged and sound", BASE, [damaged, old], 6, 0, 3)
    uncommitted = edited(old, "uncommitted", "trial/state", 1, bytes(2))
    check("uncommitted", BASE, [uncommitted], 4, 2)
    with h5py.File(old) as file:
        identity = file["trial/identity"][2, 1].tobytes()
    # The first slot claims to be the last trial, which is then trained as the first is, and not taken from it.
    check("claim", BASE, [edited(old, "claim", "trial/identity", 0, identity)], 4, 2)
    said = check("elsewhere", BASE, [edited(old, "elsewhere", "provenance/architecture", 0, b"other\0")], 6, 0)
    assert re.search("computed with [a-z]+ kernels and BLIS for other, this run uses", said), said
    assert "BLIS" not in check("here", BASE, [old], 6, 0)

    failing = HEAD.replace("depth: 3", "depth: 8") + AXES + "  - training.learning_rate: [1e-3, 1000]\n"
    with h5py.File(trained(failing)) as file:
        done = int((file["trial/state"][...] == 1).sum())
    assert 6 <= done < 12, done
    check("failed", failing, [trained(failing)], done, 12 - done, failing=12 - done)

    text = subprocess.run([PROGRAM, "status", "here-1.h5"], capture_output=True, encoding="utf-8", check=True).stdout
    assert re.search("^committed +0 trials by this run, 6 taken over from other files", text, re.M), text
    shutil.copy(uncommitted, "resumed.h5")  # in a file that has other trials already
    ran = start("resumed.h5", BASE, [old])
    assert re.search("2 trials taken over from .*, 0 to train", ran.stderr), ran.stderr
    assert bits("resumed.h5") == bits(old)


def check_refused():
    with open("text.h5", "w", encoding="utf-8") as file:
        file.write("no HDF5\n")
    with h5py.File("other.h5", "w") as file:
        file["x"] = 1
    for old, reason in (("none.h5", "No such file"), ("text.h5", "not HDF5"), ("other.h5", "no results file")):
        for ranks in (1, 3):
            ran = start("never.h5", BASE, [trained(BASE), old], ranks)
            assert ran.returncode == 2 and re.search(f"--reuse: .*'{old}'.*{reason}", ran.stderr), ran.stderr
            assert not os.path.exists("never.h5")
    old = trained(BASE)
    before = sha(old)
    os.symlink(old, "link.h5")
    for options in ((), ("--overwrite",)):
        ran = start(old, BASE, ["link.h5"], options=options)
        assert ran.returncode == 2 and "'link.h5' is the results file of the run" in ran.stderr, ran.stderr
    assert sha(old) == before


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for part in (check_grids, check_padding, check_probes, check_probe_axes, check_unsound, check_refused):
            part()
        os.chdir("/")


main()
