"""Claim: whatever is damaged in a results file, `verify` finds it if it changes anything that a reader sees, `salvage`
recovers every slot whose bytes are untouched, as it was, `run` never ends with a wrong result, and nothing crashes.

    damage.py [TRUNCATIONS [FLIPS]]

cuts copies of a file short at random offsets and flips single bits in them, a third each in results, in /trial and in all
else but the rows of /provenance (8 and 24 by default; the long form is `damage.py 50 200`), and ruins some in other ways.
What is intact, and what a reader sees, is judged from the bytes of the file and by h5py, not by the program. Some of the
files are completed by `run`, salvaged or as they are. $SPECBIAS_SEED repeats the random choices of a run.
"""
import collections
import concurrent.futures
import os
import pathlib
import pickle
import random
import re
import subprocess
import sys
import tempfile
import threading
import time

os.environ["HDF5_USE_FILE_LOCKING"] = "FALSE"
PROGRAM = os.environ["SPECBIAS"]
HANGS = 120
SWEEP = """
specbias: 1
target: {samples: 64, frequencies: [2, 5], phases: random}
model: {depth: 8, width: 8}
training: {steps: 60}
record: {every: 2}
probes:
  spectrum: {}
  perturbation: {magnitudes: [0, 1], directions: 3, at: last}
axes:
  - seed: {from: 1, to: 12}
  - training.learning_rate: [1e-3, 1000] # every second trial fails: its loss overflows
"""
RESULTS = ("loss", "spectrum", "perturbation", "perturbation_spread")
SLOT = ("state", "failure", "updates", "checksum", "identity")
BOOKKEEPING = ("seconds", "run")
MISSING = 0


# --- What a reader sees, with h5py ---


def dereferenced(file, value):
    """An attribute's value, with the names of the objects that it refers to."""
    import h5py
    import numpy

    if isinstance(value, h5py.Reference):
        return file[value].name
    if isinstance(value, numpy.void) or isinstance(value, numpy.ndarray) and value.dtype.names:
        return [dereferenced(file, each) for each in value.tolist()]
    if isinstance(value, (list, tuple)) or isinstance(value, numpy.ndarray) and value.dtype == object:
        return [dereferenced(file, each) for each in value]
    return value.tobytes() if hasattr(value, "tobytes") else value


def see(path):
    """Everything in the file but runs' bookkeeping and what slots hold that say they are missing. The text of the sweep is
    left out too: it counts for what it says, and `verify` compares that with the file's identity of it."""
    import h5py

    seen = {}

    def visit(name, item):
        attributes = {key: dereferenced(file, value) for key, value in item.attrs.items()}
        dataset = isinstance(item, h5py.Dataset)
        seen[name] = [attributes, dataset and (item.shape, str(item.dtype), item.id.get_create_plist().get_layout())]
        group, _, column = name.rpartition("/")
        if not dataset or group == "provenance" or group == "trial" and column in BOOKKEEPING:
            return
        values = item[()]
        if name in RESULTS or group == "trial" and column in SLOT:
            values[states == MISSING] = 0
        seen[name].append(values.tobytes())

    with h5py.File(path, "r") as file:
        states = file["trial/state"][()]
        seen["/"] = {key: dereferenced(file, value) for key, value in file.attrs.items()}
        file.visititems(visit)
    return seen


def seen_apart(path):
    """see() in a process of its own, for HDF5 may crash on what is damaged; None if it does or fails."""
    run = subprocess.run([sys.executable, __file__, "--see", str(path)], capture_output=True, timeout=HANGS)
    return pickle.loads(run.stdout) if run.returncode == 0 else None


# --- Where everything lies, from the sound file ---


class Places:
    def __init__(self, path):
        import h5py

        self.columns, self.rows = {}, []
        with h5py.File(path, "r") as file:
            self.trials = file["trial/state"].size

            def visit(name, item):
                if not isinstance(item, h5py.Dataset) or item.id.get_offset() is None:
                    return
                start, size = item.id.get_offset(), item.id.get_storage_size()
                group, _, column = name.rpartition("/")
                if name in RESULTS or group == "trial" and column in SLOT + BOOKKEEPING:
                    self.columns[name] = (start, size, size // self.trials)
                elif group == "provenance" and column not in ("sweep", "overrides", "creator"):
                    self.rows.append((start, size))

            file.visititems(visit)
            self.coordinates = {name: file[name].id.get_offset() for name in ("seed", "frequency", "step")}
            creator = file["provenance/creator"]
            start, size = creator.id.get_offset(), creator.id.get_storage_size()
        self.creator = slice(start, start + size)
        ends = [start + size for start, size, _ in self.columns.values()]
        self.end = max(ends)
        self.size = os.path.getsize(path)

    def pieces(self, trial, bookkeeping=False):
        """Where the bytes of a slot lie."""
        for name, (start, _, block) in self.columns.items():
            if bookkeeping or name.rpartition("/")[2] not in BOOKKEEPING:
                yield slice(start + trial * block, start + (trial + 1) * block)

    def slot(self, content, trial):
        return [content[piece] for piece in self.pieces(trial)]

    def value(self, content, name, trial):
        start, _, block = self.columns[name]
        return content[start + trial * block:start + (trial + 1) * block]

    def flipped(self, content, name):
        at = self.coordinates[name]
        return content[:at] + bytes([content[at] ^ 1]) + content[at + 1:]

    def of(self, kind):
        """Offsets of bytes of a kind."""
        chosen = [range(start, start + size) for name, (start, size, _) in self.columns.items()
                  if (name in RESULTS) == (kind == "results")]
        if kind != "structure":
            return [offset for each in chosen for offset in each]
        taken = bytearray(self.size)
        for start, size, *_ in [*self.columns.values(), *self.rows]:
            taken[start:start + size] = b"\1" * size
        return [offset for offset in range(self.size) if not taken[offset]]


# --- The program ---


def call(*arguments, allowed, fault=""):
    environment = dict(os.environ, SPECBIAS_FAULT=fault)
    if 74 in allowed:  # HDF5 itself (1.10.8) leaks 456 bytes where a header does not match its checksum
        environment["ASAN_OPTIONS"] = "detect_leaks=0"
    run = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=HANGS, env=environment)
    said = run.stdout + run.stderr
    assert run.returncode in allowed and "Sanitizer" not in said and "runtime error" not in said, \
        f"{arguments}: exit code {run.returncode}, not {allowed}:\n{said}"
    assert run.returncode != 74 or re.search("^specbias: .*", run.stderr, re.M), f"{arguments}: 74 without a word"
    return run.returncode, said


def verify(path, allowed=(0,)):
    code, said = call("verify", path, allowed=allowed)
    digest = re.search(r"^digest: (\w{32})$", said, re.M)
    return code, said, digest and digest[1]


class Damage:
    """A sound file that holds some of the trials, and what is done to copies of it."""

    def __init__(self, folder, seed):
        self.folder, self.sweep, self.lock = folder, folder / "damage.yaml", threading.Lock()
        self.sweep.write_text(SWEEP)
        whole, part = folder / "whole.h5", folder / "part.h5"
        call("run", self.sweep, "-o", whole, "--quiet", allowed=(1,))
        _, said, self.digest = verify(whole)
        done, failed, missing = self.make_part(part)
        print(f"seed {seed}: the file holds {done} done and {failed} failed trials, {missing} are missing", flush=True)
        self.places, self.sound, self.complete = Places(part), part.read_bytes(), whole.read_bytes()
        self.seen, self.counts = seen_apart(part), collections.Counter()
        call("salvage", part, "-o", folder / "same.h5", allowed=(0,))
        self.check_refusals(part)
        self.check_other_version()
        self.check_other_programs()
        self.states = [self.places.value(self.sound, "trial/state", trial)[0] for trial in range(self.places.trials)]

    def make_part(self, part):
        """A run that is killed after the last commit round that leaves something to do."""
        kept = None
        for rounds in range(2, 40, 2):
            part.unlink(missing_ok=True)
            call("run", self.sweep, "-o", part, "--quiet", "--interval", "0.0001", allowed=(-9, 1),
                 fault=f"kill:after-last-flush:{rounds}")
            counts = [int(count) for count in re.findall(r"(\d+) (?:done|failed|missing)", verify(part)[1])]
            if counts[2] == 0:
                break
            if min(counts) > 0:
                kept = counts, part.read_bytes()
        assert kept, "no run was killed with trials done, failed and missing"
        part.write_bytes(kept[1])
        return kept[0]

    def check_refusals(self, part):
        """What salvage does not do: write to its source, replace a file unasked, guess the sweep."""
        cut, new = self.folder / "cut.h5", self.folder / "new.h5"
        call("salvage", part, "-o", part, "--overwrite", allowed=(2,))
        call("salvage", part, "-o", self.folder / "whole.h5", allowed=(2,))
        assert part.read_bytes() == self.sound, "the source was written to"
        cut.write_bytes(self.sound[:-1])
        assert "with --sweep" in call("salvage", cut, "-o", new, allowed=(74,))[1] and not new.exists()
        call("salvage", cut, "-o", self.folder / "whole.h5", "--sweep", self.sweep, "--overwrite", allowed=(0,))

        other = self.folder / "other" / self.sweep.name  # of the same sizes, and networks that are trained the same
        other.parent.mkdir()
        other.write_text(SWEEP.replace("magnitudes: [0, 1]", "magnitudes: [0, 5]"))
        unsaid = "nothing in it says any more from which sweep it was made"
        for lost, sweep, code in (96, other, 2), (96, self.sweep, 0), (2048, self.sweep, 0), (2048, other, 0):
            cut.write_bytes(bytes(lost) + self.sound[lost:])
            _, said = call("salvage", cut, "-o", new, "--sweep", sweep, "--overwrite", allowed=(code,))
            assert ("made from another sweep" in said) == (code == 2), f"{lost} bytes lost, {sweep}:\n{said}"
            assert (unsaid in said) == (lost == 2048 and sweep == other), f"{lost} bytes lost, {sweep}:\n{said}"
        new.unlink()

    def check_other_programs(self):
        """What a user adds with another program is no damage, and does not hide any."""
        import h5py

        path, new = self.folder / "annotated.h5", self.folder / "annotated-new.h5"
        path.write_bytes(self.sound)
        with h5py.File(path, "r+") as file:
            file.attrs["comment"] = "of variable length, on the heap"
            file["loss"].attrs["seen"] = [1, 2, 3]
            file["mine/numbers"] = [1.0, 2.0]
        assert "another program has changed the file" in verify(path)[1]
        call("salvage", path, "-o", new, allowed=(0,))
        self.check_same_slots(new)
        annotated = path.read_bytes()
        for offset, what in ((annotated.find(b"GCOL") + 40, "a reference between dimensions"),
                             (annotated.find(b"no failure") + 20, "a table of words")):
            content = bytearray(annotated)
            content[offset] ^= 1
            path.write_bytes(content)
            assert verify(path, (74,))[0] == 74, f"{what} is damaged"

    def check_same_slots(self, path):
        content = path.read_bytes()
        for trial in range(self.places.trials):
            assert self.places.slot(content, trial) == self.places.slot(self.sound, trial), f"trial {trial}"

    def check_other_version(self):
        """A file of another version, whose bytes may differ from ours, is not called damaged for that."""
        path, content = self.folder / "other.h5", bytearray(self.sound)
        content[self.places.creator] = b"specbias 9.9.9, HDF5 1.14.3".ljust(128, b"\0")
        path.write_bytes(content)
        assert "note" not in verify(path)[1], "its bytes are those of this version"
        content[content.find(b"no failure")] ^= 1
        path.write_bytes(content)
        assert "made by specbias 9.9.9, HDF5 1.14.3" in verify(path)[1]

    def check_salvaged(self, content, new):
        """Every slot that is untouched in @p content is in @p new, and none is there that is not as it was."""
        recovered = new.read_bytes()
        for trial in range(self.places.trials):
            before, now = self.places.slot(self.sound, trial), self.places.slot(recovered, trial)
            there = self.places.value(recovered, "trial/state", trial)[0] != MISSING
            assert not there or now == before, f"trial {trial} is recovered as it never was"
            if self.states[trial] == MISSING or self.places.slot(content, trial) != before:
                continue
            assert there, f"trial {trial} is untouched and was not recovered"
            seconds = [self.places.value(each, "trial/seconds", trial) for each in (content, recovered)]
            assert seconds[0] == seconds[1] or content != self.sound, f"the seconds of trial {trial} are lost"
            self.count("intact slots recovered")

    def check_trained(self, path, said):
        """All trials of a file that `run` says it has completed are those of the run that was never interrupted."""
        content = path.read_bytes()
        for trial in range(self.places.trials):
            assert self.places.slot(content, trial) == self.places.slot(self.complete, trial), f"trial {trial}: {said}"

    def count(self, what):
        with self.lock:
            self.counts[what] += 1

    def check_verify(self, path):
        code, said, _ = verify(path, (0, 74))
        if code == 74:
            self.count("found by verify")
        elif "hold intact results but do not say so" in said:
            self.count("noted by verify")
        else:
            assert seen_apart(path) == self.seen, f"verify finds nothing, but a reader sees something else:\n{said}"
            self.count("harmless")

    def run_damaged(self, path):
        """Goes on with the damaged file itself."""
        code, said = call("run", self.sweep, "-o", path, "--quiet", allowed=(0, 1, 74))
        if code == 74:
            self.count("refused by run")
            return
        self.check_trained(path, said)
        self.count("completed by run as they were")

    def complete_salvaged(self, new):
        call("run", self.sweep, "-o", new, "--quiet", allowed=(1,))
        _, said, digest = verify(new)
        assert digest == self.digest, f"salvaged and completed, the digest is {digest}, not {self.digest}"
        self.count("salvaged and completed by run")

    def check(self, number, what, content, dear):
        path, new = self.folder / f"{number}.h5", self.folder / f"{number}-new.h5"
        path.write_bytes(content)
        try:
            self.check_verify(path)
            code, _ = call("salvage", path, "-o", new, "--sweep", self.sweep, allowed=(0, 74))
            assert path.read_bytes() == content, "salvage wrote to the damaged file"
            assert (code == 0) == (len(content) > 0), f"salvage: exit code {code}"
            if code == 0:
                self.check_salvaged(content, new)
            if code == 0 and dear:
                self.complete_salvaged(new)
            if dear:
                self.run_damaged(path)
        except AssertionError as error:
            raise AssertionError(f"{what}: {error}") from None
        path.unlink()
        new.unlink(missing_ok=True)


# --- The damage ---


def truncations(damage, count):
    """Half of them where the slots lie."""
    for number in range(count):
        size = random.randrange(damage.places.end if number % 2 else damage.places.size)
        yield f"cut to {size} bytes", damage.sound[:size]


def flips(damage, count):
    kinds = {kind: damage.places.of(kind) for kind in ("results", "slots", "structure")}
    written = [offset for offset in kinds["structure"] if damage.sound[offset]]
    for number in range(count):
        kind = list(kinds)[number % 3]
        offset = random.choice(written if kind == "structure" and number % 4 else kinds[kind])
        bit = random.randrange(8)
        content = bytearray(damage.sound)
        content[offset] ^= 1 << bit
        yield f"bit {bit} of byte {offset} ({kind})", bytes(content)


def ruins(damage):
    """Other ways, each seen on real disks: blocks of zeros, a file that is something else, and a state that is none."""
    sound, places = damage.sound, damage.places
    yield "the superblock is gone", bytes(96) + sound[96:]
    yield "the first block is zero", bytes(2048) + sound[2048:]
    block = random.randrange(0, places.end, 512)
    yield f"512 bytes from {block} on are zero", sound[:block] + bytes(512) + sound[block + 512:]
    yield "random bytes", random.randbytes(len(sound))
    yield "an empty file", b""
    content, trial = bytearray(sound), next(trial for trial, state in enumerate(damage.states) if state != MISSING)
    content[places.columns["trial/state"][0] + trial] = 200
    yield f"trial {trial} has a state that is none", bytes(content)
    content[places.columns["trial/state"][0] + trial] = MISSING
    yield f"trial {trial} says that it is missing", bytes(content)
    start, size, _ = places.columns["trial/state"]
    for name in places.coordinates:
        yield f"coordinate {name} is off", places.flipped(sound, name)
    yield "all states are lost", sound[:start] + bytes(size) + sound[start + size:]


def main():
    given = [int(argument) for argument in sys.argv[1:]]
    truncation_count, flip_count = given + [8, 24][len(given):]
    seed = int(os.environ.get("SPECBIAS_SEED", time.time_ns() % 10**9))
    random.seed(seed)
    with tempfile.TemporaryDirectory() as folder:
        damage = Damage(pathlib.Path(folder), seed)
        cases = [*ruins(damage), *truncations(damage, truncation_count), *flips(damage, flip_count)]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:  # most of a case is waiting for MPI to start
            done = [pool.submit(damage.check, number, what, content, number % 6 == 0 or number < 8)
                    for number, (what, content) in enumerate(cases)]
            failures = [str(each.exception()) for each in done if each.exception()]
        for what, number in sorted(damage.counts.items()):
            print(f"{number:5} {what}")
    print(f"{len(cases)} damaged files")
    assert not failures, "\n".join([f"{len(failures)} of them:", *failures])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--see"]:
        sys.stdout.buffer.write(pickle.dumps(see(sys.argv[2])))
    else:
        main()
