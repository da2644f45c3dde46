"""Claim: bench prints one JSON object in which every number follows from the others and from the network's shape, for
built-in cases and for a sweep's networks; wrong requests are refused with what is allowed. No time is judged.
"""
import json
import os
import pathlib
import subprocess

PROGRAM = os.environ["SPECBIAS"]
SWEEP = str(pathlib.Path(__file__).resolve().parent / "sweep.yaml")


def call(expected, *options):
    ended = subprocess.run([PROGRAM, "bench", *options], capture_output=True, text=True, timeout=60)
    assert ended.returncode == expected, f"exit code {ended.returncode}: {options}\n{ended.stdout}{ended.stderr}"
    return ended


def measure(*options):
    text = call(0, *options, "--json").stdout
    assert text.count("\n") == 1, "not one line"
    return json.loads(text)


def refuse(words, *options):
    ended = call(2, *options)
    assert ended.stdout == "" and ended.stderr.count("\n") == 1, ended.stderr
    for word in words:
        assert word in ended.stderr, f"{word!r} is not in: {ended.stderr}"


def close(found, wanted):
    return abs(found - wanted) <= 1e-4 * abs(wanted)


def check_quartiles(values):
    assert set(values) == {"median", "q1", "q3"}
    assert 0 < values["q1"] <= values["median"] <= values["q3"], values


def check_machine(answer):
    assert answer["versions"].startswith("specbias ") and answer["blis"]["version"] in answer["versions"]
    assert answer["machine"]["processor"] and answer["blis"]["architecture"] and answer["peak"]["instructions"]
    check_quartiles(answer["peak"]["gflops"])


def check_result(result):
    """Multiply-adds and numbers to store, counted by hand."""
    widths, batch = result["shape"], result["batch"]
    products = [a * b for a, b in zip(widths, widths[1:])]
    flops = 2 * batch * (3 * sum(products) - products[0])
    parameters = sum(products) + sum(widths[1:])
    for name in ("ms", "share", "speedup"):
        check_quartiles(result[name])
    assert close(result["gflops"], 1e-6 * flops / result["ms"]["median"])
    assert 0 < result["share"]["median"] <= 1.1, result["share"]
    assert result["peak_gflops"] > 0
    assert set(result["split"]) == {"gemm", "epilogue", "thin", "adam"}
    assert min(result["split"].values()) >= 0 and close(sum(result["split"].values()), 1), result["split"]
    assert result["bound_bytes"] == 4 * (4 * parameters + batch * sum(widths[1:]))
    assert result["bytes"] >= 4 * 3 * parameters


def check_cases():
    answer = measure("--case", "tiny", "--case", "a", "--kernels", "plain", "--kernels", "plain", "--networks", "1",
                     "--networks", "2", "--rounds", "3", "--steps", "2")
    check_machine(answer)
    assert answer["rounds"] == 3
    named = [(r["case"], r["kernels"], r["networks"]) for r in answer["results"]]
    assert named == [(case, "plain", count) for case in ("tiny", "a") for _ in range(2) for count in (1, 2)], named
    for result in answer["results"]:
        check_result(result)
        assert result["steps"] >= 2 * result["networks"]
    assert answer["results"][0]["shape"] == [1, 64, 64, 64, 1] and answer["results"][0]["batch"] == 256
    assert answer["results"][4]["speedup"] == {"median": 1, "q1": 1, "q3": 1}


def check_sweep():
    """The sweep has two widths, of which the seeds make three trials each."""
    answer = measure(SWEEP, "--set", "training.batch=16", "--rounds", "1")
    assert [r["case"] for r in answer["results"]] == ["small.1", "small.2"]
    assert [r["shape"] for r in answer["results"]] == [[1, 8, 8, 1], [1, 16, 16, 1]]
    for result in answer["results"]:
        assert result["batch"] == 16
        check_result(result)
    text = call(0, SWEEP, "--rounds", "1").stdout
    assert "small.2" in text and "1-2x16-1" in text and max(map(len, text.splitlines()[4:])) <= 100, text


def check_long():
    answer = measure("--case", "tiny", "--long", "103")
    check_machine(answer)
    run = answer["long"]
    assert (run["case"], run["steps"], run["shape"][0]) == ("tiny", 103, 1)
    for name in ("ms", "share", "loss"):
        assert len(run[name]) == 10 and min(run[name]) > 0, run[name]
    assert close(run["ratio"], run["ms"][9] / run["ms"][0])
    assert close(run["peak_ratio"], run["share"][0] / run["share"][9])
    assert run["loss"][9] < run["loss"][0]


def check_refusals():
    refuse(["'e'", "a, b, c, d, tiny"], "--case", "e")
    refuse(["'fastest'", "plain"], "--kernels", "fastest")
    refuse(["--case", "sweep file"], SWEEP, "--case", "a")
    refuse(["--set", "none is given"], "--set", "model.width=3")
    refuse(["--long", "--rounds"], "--long", "100", "--rounds", "3")
    refuse(["from 10"], "--long", "9")
    refuse(["from 1"], "--rounds", "0")
    refuse(["from 1"], "--networks", "0")
    refuse(["no-such.yaml"], "no-such.yaml")
    refuse(["more than 16", "--set"], SWEEP, "--set", "model.width={from: 1, to: 17}")


check_cases()
check_sweep()
check_long()
check_refusals()
