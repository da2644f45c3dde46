#!/usr/bin/env python3
"""compare.py does what it says, shortly and with no claim on speed: step times of every contestant, a companion, a whole
sweep by both sides whose results agree (compare.py itself fails where they do not), all of it as JSON and in the README.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from statistics import median

sys.path.insert(0, __file__.rsplit("/", 2)[0])
import sweeps

HERE = os.path.dirname(os.path.abspath(__file__))
README = os.path.join(HERE, "../../README.md")
OPTIONS = "--quick --cases tiny --rounds 2 --together 1 --sweep 1".split()
failures = 0


def claim(text, holds):
    global failures
    failures += not holds
    print(f"{'ok  ' if holds else 'FAIL'} {text}", flush=True)


def positive(values):
    return all(value > 0 for value in values)


def pairs(numerators, denominators):
    return [a / b for a, b in zip(numerators, denominators)]


def close(found, wanted):
    return abs(found - wanted) <= 1e-9 * wanted


def check(found, page):
    steps = found["steps"]
    claim("the case that was asked for", [result["case"] for result in steps] == ["tiny"])
    times, share, over = (steps[0][name] for name in ("ms", "share", "over"))
    tuned = {"tuned"} if found["about"]["tuned"] else set()
    claim("a time of each contestant, and why there is none of tuned PyTorch",
          set(times) == {"stock", "fastest", "plain", "default"} | tuned and bool(tuned) != bool(found["about"]["left_out"])
          and all(len(values) == 2 and positive(values) for values in times.values()))
    claim("a share of the peak in each round", len(share) == 2 and positive(share))
    claim("the fastest is that of all that were tried, as it is installed and tuned included",
          median(times["fastest"]) == min(median(tried["ms"]) for tried in steps[0]["tried"]) and
          all(median(times["fastest"]) <= median(times[name]) for name in {"stock"} | tuned))
    claim("ratios are medians of those in a round, and at the peak by the share lost more", set(over) == set(times) - {"default"}
          and all(close(over[name]["median"], median(pairs(times[name], times["default"]))) and
                  close(over[name]["ceiling"], median(pairs(pairs(times[name], times["default"]), share)))
                  and over[name]["q1"] <= over[name]["median"] <= over[name]["q3"] for name in over))
    rows = [line for line in page.splitlines() if line.startswith("| tiny ")]
    claim("three rows in the page, with the share, each ratio and its ceiling, and what a companion costs",
          [len(re.findall(r"\d+\.\d+ \(", row)) for row in rows] == [1, len(over), 1] and rows[1].count(" of ") == len(over))
    claim("no folder of this machine in the page, but one of the README's own", not re.search(r"openblas-|/tmp|LD_LIBRARY", page))
    both = [row["alone"] + row["together"] for row in found["together"]]
    claim("alone and together, one pair", len(both) == 1 and len(both[0]) == 2 and positive(both[0]))
    seconds = found["sweep"]["seconds"]
    claim("wall time of both sweeps", positive(seconds["program"] + seconds["pytorch"]))
    claim("processor, date, versions", all(found["about"][name] for name in
                                           ("processor", "date", "specbias", "torch", "blas", "command")))


def main():
    with tempfile.TemporaryDirectory() as folder:
        page, data = os.path.join(folder, "README.md"), os.path.join(folder, "found.json")
        with open(README) as file:
            original = file.read()
        with open(page, "w") as file:
            file.write(original)
        command = [sys.executable, os.path.join(HERE, "compare.py"), *OPTIONS, "--json", data, "--readme", page]
        done = subprocess.run(command, text=True, capture_output=True)
        if done.returncode == sweeps.SKIP:
            print(done.stdout)
            return done.returncode
        if done.returncode != 0:
            raise SystemExit(f"compare.py: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        with open(data) as file, open(page) as written:
            found, text = json.load(file), written.read()
    check(found, text)
    outside = re.compile("<!-- written by .*<!-- end of [^\n]*", re.DOTALL)
    claim("the rest of README.md stays", outside.sub("", text) == outside.sub("", original) and text != original)
    return failures > 0


if __name__ == "__main__":
    if len(os.sched_getaffinity(0)) < 2:
        print("SKIPPED: needs two cores")
        raise SystemExit(sweeps.SKIP)
    sys.exit(main())
