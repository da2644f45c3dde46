"""Claim: whenever a rank is killed, the file stays readable, no slot says done that is not, and a resumed run ends with the
digest of one that was never interrupted.

    kills.py [KILLS [AFTER_FIRST_COMMIT [IN_A_ROUND]]]

runs a sweep of many short trials on 3 ranks and sends SIGKILL to a random rank at a random moment, until so many kills fell
inside the run (20, 0, 0 by default; the long form is `kills.py 200 50 50`). Where a kill fell is told by the trace that the
ranks keep (SPECBIAS_FAULT): by the points that the killed rank had passed. Each kill waits until a rank has passed one.
After each kill a copy of the file is resumed to its end on 1, 2 or 3 ranks, and the file itself is resumed to be killed
again, until it is complete. $SPECBIAS_SEED repeats the random choices of a run.
"""
import collections
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM, MPIRUN = os.environ["SPECBIAS"], os.environ["SPECBIAS_MPIRUN"].split()
SWEEP = pathlib.Path(__file__).resolve().parent.parent / "cli" / "sweep.yaml"
SETTINGS = [f"--set={each}" for each in ("seed={from: 1, to: 40}", "training.steps=600", "record.every=200")]
RANKS, TRIALS, HANGS = 3, 80, 60
IN_A_ROUND = ("before-payload", "after-payload", "after-flush", "after-readback", "after-states", "after-last-flush",
              "before-checkpoint", "checkpoint-opened", "checkpoint-written", "checkpoint-synced", "checkpoint-headed",
              "checkpoint-removed")


def command(file, ranks):
    start = [*MPIRUN, str(ranks)] if ranks > 1 else []
    return [*start, PROGRAM, "run", str(SWEEP), *SETTINGS, "-o", str(file), "--interval", "0.05", "--quiet"]


def verify(file):
    """The counts of trials and the digest that `verify` prints; it must find nothing wrong, and nor must `status`."""
    for verb in "status", "verify":
        asked = subprocess.run([PROGRAM, verb, str(file)], capture_output=True, text=True, timeout=HANGS)
        assert asked.returncode == 0, f"{verb}: exit code {asked.returncode}: {asked.stdout}{asked.stderr}"
    done, failed, missing, damaged = map(int, re.findall(r"(\d+) (?:done|failed|missing|damaged)", asked.stdout))
    assert failed == damaged == 0 and done + missing == TRIALS, asked.stdout
    return done, re.search(r"^digest: (\w{32})$", asked.stdout, re.M).group(1)


def complete(file, ranks):
    """Resumes @p file to its end and returns its digest."""
    run = subprocess.run(command(file, ranks), capture_output=True, text=True, timeout=HANGS)
    assert run.returncode == 0, f"resumed on {ranks} ranks: exit code {run.returncode}: {run.stderr}"
    done, digest = verify(file)
    assert done == TRIALS, f"{done} trials are done after a run with exit code 0"
    assert not beside(file), "checkpoints are left of a file that is complete"
    return digest


def beside(file):
    """The files of trials in flight that belong to @p file."""
    return [each for each in (file.with_name(f"{file.name}.checkpoint-{i}") for i in range(2)) if each.exists()]


def copy(file, to):
    """Copies @p file and what lies beside it."""
    for old in beside(to):
        old.unlink()
    if file.exists():
        shutil.copy(file, to)
    for each in beside(file):
        shutil.copy(each, to.with_name(each.name.replace(file.name, to.name)))


def children(pid):
    try:
        return [int(each) for each in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


class Run:
    """A run on RANKS ranks that keeps a trace."""

    def __init__(self, file, trace):
        trace.unlink(missing_ok=True)
        self.trace, self.said = trace, tempfile.TemporaryFile()
        self.process = subprocess.Popen(command(file, RANKS), stdout=self.said, stderr=self.said,
                                        env=dict(os.environ, SPECBIAS_FAULT=f"trace:{trace}"))
        while not self.points() and self.process.poll() is None:
            time.sleep(0.001)
        self.ranks, self.begun = children(self.process.pid), time.monotonic()

    def kill(self):
        """Kills a rank; returns its process id, or None if the run had ended."""
        killed = random.choice(self.ranks) if len(self.ranks) == RANKS else None
        if killed not in children(self.process.pid):
            return None
        os.kill(killed, signal.SIGKILL)  # it may have ended, but mpirun is there, and its number is not used again so soon
        return killed

    def end(self):
        try:
            return self.process.wait(HANGS)
        except subprocess.TimeoutExpired:
            for pid in [*children(self.process.pid), self.process.pid]:
                os.kill(pid, signal.SIGKILL)
            self.process.wait()
            raise AssertionError(f"the run did not end within {HANGS} s")

    def points(self, pid=None):
        """The points that have been passed, by process @p pid or by any, in order."""
        lines = [line.split() for line in self.trace.read_text().splitlines()] if self.trace.exists() else []
        return [point for passing, point in lines if pid in (None, int(passing))]


def measure(file, trace):
    """Digest of an uninterrupted run, and its seconds from the first point to the end."""
    run = Run(file, trace)
    code, seconds = run.end(), time.monotonic() - run.begun
    run.said.seek(0)
    assert code == 0, f"uninterrupted: exit code {code}: {run.said.read().decode()}"
    return verify(file)[1], seconds


def check_leftovers(file, run):
    """A file in the making is left under its temporary name if the rank that made it was killed before it gave it its own;
    of trials in flight there are at most two files."""
    for left in file.parent.glob(file.name + ".*"):
        if left in beside(file):
            continue
        match = re.fullmatch(r"\.tmp-(\d+)", left.suffix)
        assert match and int(match[1]) in run.ranks and "named" not in run.points(int(match[1])), f"{left} was left"
        left.unlink()


def place(run, killed, committed):
    """Where a kill fell; None if not inside the run."""
    own = run.points(killed)
    if killed is None or run.end() == 0:
        return None
    if own and own[-1] in IN_A_ROUND:
        return "in a round, " + own[-1]
    return "between rounds" if committed else "before the first commit"


class Harness:
    """Kills, and what is to hold after each."""

    def __init__(self, folder):
        whole, self.file, self.copy, self.trace = (folder / name for name in ("whole.h5", "part.h5", "copy.h5", "trace"))
        self.digest, self.seconds = measure(whole, self.trace)
        self.done, self.after_commit, self.outside, self.resumed, self.places = 0, 0, 0, 0, collections.Counter()

    def enough(self, kills, after_commit, in_a_round):
        inside = sum(number for where, number in self.places.items() if where.startswith("in a round"))
        return self.places.total() >= kills and self.after_commit >= after_commit and inside >= in_a_round

    def kill(self):
        run = Run(self.file, self.trace)
        time.sleep(random.uniform(0, self.seconds * (1 - self.done / TRIALS)))
        killed = run.kill()
        run.end()
        committed = self.done > 0 or "after-last-flush" in run.points()
        where = place(run, killed, committed)
        check_leftovers(self.file, run)
        assert self.file.exists() or not committed and "named" not in run.points(), "the file is gone"
        self.check(where, committed)

    def check(self, where, committed):
        before, self.done = self.done, verify(self.file)[0] if self.file.exists() else 0
        assert self.done >= before, f"{before} trials were done, now {self.done}"
        if where:
            self.places[where] += 1
            self.after_commit += committed
            copy(self.file, self.copy)
            self.resumed += bool(beside(self.copy))
            digest = complete(self.copy, random.randint(1, RANKS))
            assert digest == self.digest, f"another digest after a kill {where}"
            self.copy.unlink()
            self.seconds *= 1.05
        else:
            self.outside += 1
            self.seconds *= 0.7  # the machine is faster than it was: do not come too late again
        if self.done == TRIALS:
            self.file.unlink()
            self.done = 0

    def report(self):
        print(f"{self.places.total()} kills inside the run, {self.after_commit} of them after the first commit; "
              f"{self.resumed} left trials in flight behind; {self.outside} came too late")
        for where, number in sorted(self.places.items()):
            print(f"{number:5} {where}")


def main():
    given = [int(argument) for argument in sys.argv[1:]]
    wanted = given + [20, 0, 0][len(given):]
    seed = int(os.environ.get("SPECBIAS_SEED", time.time_ns() % 10**9))
    random.seed(seed)
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        harness = Harness(pathlib.Path(folder))
        while not harness.enough(*wanted):
            harness.kill()
        harness.report()


if __name__ == "__main__":
    main()
