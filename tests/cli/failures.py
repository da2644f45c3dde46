"""Claims, on 1 and 3 ranks: a trial that fails leaves its state, reason, steps and records until then, is named with its
place on the axes, and changes nothing else; --retry-failed trains exactly the failed ones again; --max-failures stops a
run early with exit code 1, what is finished committed; a damaged slot is named, trained again, and as it was.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

PROGRAM, MPIRUN = os.environ["SPECBIAS"], os.environ["SPECBIAS_MPIRUN"].split()
SWEEP = str(pathlib.Path(__file__).resolve().parent / "sweep.yaml")
# Steps of 1000 in every weight of 14 layers overflow float32 after one or two updates: half of the 12 trials fail.
SETTINGS = ["--set=axes.training.learning_rate=[1e-3, 1000]", "--set=model.depth=14"]
TRIALS, FAILING, STEPS = 12, 6, 40
NAMES = [f"seed={seed} width={width} learning_rate=1000" for seed in (1, 2, 3) for width in (8, 16)]
REASON = "the training loss became infinite or NaN"


def call(expected, *command):
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == expected, f"exit code {ended.returncode}: {command}\n{ended.stdout}{ended.stderr}"
    return ended


def run(expected, file, ranks, *options):
    start = [*MPIRUN, str(ranks)] if ranks > 1 else []
    return call(expected, *start, PROGRAM, "run", SWEEP, *SETTINGS, "-o", str(file), *options)


def status(file):
    return json.loads(call(0, PROGRAM, "status", str(file), "--json").stdout)


def digest(file):
    return re.search(r"^digest: (\w{32})$", call(0, PROGRAM, "verify", str(file)).stdout, re.M).group(1)


def column(file, name, group="trial"):
    with h5py.File(file) as opened:
        return opened[f"{group}/{name}"][()]


def check_failed_slots(file):
    """State, reason, steps and records of every slot."""
    with h5py.File(file) as opened:
        trial, loss = opened["trial"], opened["loss"][()]
        fails = np.broadcast_to([False, True], trial["state"].shape)
        assert (trial["state"][()] == np.where(fails, 2, 1)).all(), "states"
        assert (trial["failure"][()] == fails).all(), "reasons"
        updates = trial["updates"][()]
        assert (updates[~fails] == STEPS).all() and (updates[fails] >= 1).all() and (updates[fails] < 5).all(), updates
        # Records are at 0, 15, 30 and 40: a trial that fails before step 5 has the first one.
        assert np.isfinite(loss[~fails]).all(), "a trial that did not fail lacks records"
        assert np.isfinite(loss[fails][:, 0]).all() and np.isnan(loss[fails][:, 1:]).all(), "records of failed trials"
        return updates[fails].sum(), updates.sum()


def check_names(file, ended):
    """What run's report and status say of the failed trials."""
    assert f"{FAILING} of {TRIALS} trials failed; --retry-failed trains them again" in ended.stderr, ended.stderr
    lines = [f"{name}: {REASON}, after {{}} update{{}}" for name in NAMES]
    steps = [each["updates"] for each in status(file)["failed_trials"]]
    lines = [line.format(count, "" if count == 1 else "s") for line, count in zip(lines, steps)]
    report = "\n".join(f"  {line}" for line in lines[:5]) + "\n  and 1 more\n"
    assert f"{FAILING} of {TRIALS} trials failed:\n{report}" in ended.stdout, ended.stdout
    shown = call(0, PROGRAM, "status", str(file)).stdout
    assert "\n".join(f"           {line}" for line in lines) + "\nrun " in shown, shown
    assert [each["axes"] for each in status(file)["failed_trials"]] == NAMES, status(file)
    assert {each["reason"] for each in status(file)["failed_trials"]} == {REASON}


def fails_and_is_retried(folder, ranks):
    file = folder / f"retry-{ranks}.h5"
    ended = run(1, file, ranks)
    of_failed, of_all = check_failed_slots(file)
    check_names(file, ended)
    first = status(file)["run"]
    assert (first["trials"], first["updates"]) == (TRIALS, of_all), first
    whole = digest(file)

    before = file.read_bytes()
    ended = run(1, file, 1)
    assert "nothing to do" in ended.stdout and file.read_bytes() == before, "failed trials were touched unasked"

    # Exactly the failed ones are trained again: by what the run counted, and by the run that each slot names.
    ended = run(1, file, ranks, "--retry-failed")
    assert f"training {FAILING} trials on {ranks} rank" in ended.stderr, ended.stderr
    again = status(file)["run"]
    assert (again["trials"], again["updates"]) == (FAILING, of_failed), again
    assert (column(file, "run") == np.broadcast_to([0, 1], column(file, "run").shape)).all(), "runs of the slots"
    assert list(column(file, "updates", "provenance")[:3]) == [of_all, of_failed, 0], "updates in /provenance"
    check_failed_slots(file)
    assert digest(file) == whole, "retried, a trial fails differently"
    return whole


def stops_at_too_many(folder, ranks, whole):
    """A limit is passed by at most what the other ranks finish until they hear of it: one trial each."""
    for limit in 0, 2:
        file = folder / f"limit-{limit}-{ranks}.h5"
        ended = run(1, file, ranks, "--max-failures", str(limit))
        now = status(file)
        assert limit < now["failed"] <= limit + ranks and now["missing"] > 0, now
        line = (f"stopped early: {now['failed']} trial{'s' * (now['failed'] > 1)} failed in this run, more than "
                f"--max-failures {limit} allows; {now['missing']} of {TRIALS} trials were not trained")
        assert line in ended.stderr, ended.stderr
        assert now["run"]["trials"] == now["done"] + now["failed"], "what was finished is not committed"
        # Failures of earlier runs do not count.
        run(1, file, 1, "--max-failures", str(FAILING))
        assert digest(file) == whole, f"stopped at {limit} failures and resumed, the results differ"
    file = folder / f"limit-{FAILING}-{ranks}.h5"
    assert "stopped" not in run(1, file, ranks, "--max-failures", str(FAILING)).stderr
    assert status(file)["missing"] == 0 and digest(file) == whole, "a limit that is not passed"


def damage_is_named(folder, ranks, whole):
    """Trials 4 and 9 (of 3 x 2 x 2), the second of them failed."""
    file = folder / f"retry-{ranks}.h5"
    with h5py.File(file) as opened:
        places = [opened[name].id.get_offset() + at for name, at in (("loss", 4 * opened["loss"][0, 0, 0].nbytes),
                                                                    ("trial/updates", 9 * 8))]
    with open(file, "r+b") as raw:
        for place in places:
            raw.seek(place)
            byte = raw.read(1)[0]
            raw.seek(place)
            raw.write(bytes([byte ^ 1]))
    first = "seed=2 width=8 learning_rate=0.001"
    ended = call(74, PROGRAM, "verify", str(file))
    assert f"the results of 2 trials do not match their checksum, the first is trial 4 ({first})" in ended.stderr, ended.stderr
    ended = run(1, file, ranks, "--quiet")
    assert re.search(rf"^specbias: \S+: 2 damaged trials .* trained again, the first is {first}$", ended.stderr, re.M), \
        ended.stderr
    assert digest(file) == whole, "trained again, a damaged trial has other results"
    assert (np.flatnonzero(column(file, "run") == 2) == [4, 9]).all(), "trials of the run that repaired the file"
    assert "damaged" not in run(1, file, 1).stderr, "there is still damage"


def reads_a_sweep_of_another_version(folder):
    """Where the stored sweep cannot be parsed, status tells numbers."""
    file = folder / "retry-1.h5"
    with h5py.File(file, "r+") as opened:
        text = opened["provenance/sweep"][()]
        text[:len("specbias: 1")] = list(b"specbias: 9")
        opened["provenance/sweep"][...] = text
    assert f"           trial 1: {REASON}" in call(0, PROGRAM, "status", str(file)).stdout
    assert [each["trial"] for each in status(file)["failed_trials"]] == [1, 3, 5, 7, 9, 11]
    assert "axes" not in status(file)["failed_trials"][0]


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        digests = {ranks: fails_and_is_retried(folder, ranks) for ranks in (1, 3)}
        assert digests[1] == digests[3], "the digest depends on the number of ranks"
        for ranks in digests:
            stops_at_too_many(folder, ranks, digests[1])
            damage_is_named(folder, ranks, digests[1])
        reads_a_sweep_of_another_version(folder)


main()
