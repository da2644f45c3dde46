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

sys.path.insert(0, __file__.rsplit("/", 2)[0])
import sweeps

HERE = os.path.dirname(os.path.abspath(__file__))
README = os.path.join(HERE, "../../README.md")
OPTIONS = "--cases tiny --rounds 1 --together 1 --sweep 1 --sweep-steps 20".split()
failures = 0


def claim(text, holds):
    global failures
    failures += not holds
    print(f"{'ok  ' if holds else 'FAIL'} {text}", flush=True)


def positive(values):
    return all(value > 0 for value in values)


def check(found, page):
    steps = found["steps"]
    claim("the case that was asked for", [result["case"] for result in steps] == ["tiny"])
    times, pytorch = steps[0]["ms"], steps[0]["pytorch"]
    claim("a time of each contestant", set(times) == {"stock", "tuned", "plain", "default"} and
          all(len(values) == 1 and positive(values) for values in times.values()))
    claim("a share of the peak", len(steps[0]["share"]) == 1 and positive(steps[0]["share"]))
    claim("PyTorch tuned is the fastest of what was tried, as it is installed included",
          times["tuned"] == min(tried["ms"] for tried in pytorch["tried"]) and times["tuned"] <= times["stock"])
    rows = [line for line in page.splitlines() if line.startswith("| tiny ")]
    claim("two rows in the page, with four ratios and one",
          [len(re.findall(r"\d+\.\d+ \(", row)) for row in rows] == [4, 1])
    pairs = [row["alone"] + row["together"] for row in found["together"]]
    claim("alone and together, one pair", len(pairs) == 1 and len(pairs[0]) == 2 and positive(pairs[0]))
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
