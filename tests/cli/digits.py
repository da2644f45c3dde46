#!/usr/bin/env python3
"""Digits that are not there: each is refused before training, on one line, with exit code 2; `status` needs no files."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, __file__.rsplit("/", 2)[0])
import sweeps

sweeps.need("numpy")
import idx

SWEEP = """specbias: 1
target: {kind: digits, images: IMAGES, labels: LABELS, classes: [3, 1], samples: 100, pixels: 36}
validation: {kind: split}
model: {depth: 2, width: 4}
training: {steps: 2}
probes: {validation: {}}
"""


def main():
    with tempfile.TemporaryDirectory() as folder:
        images, labels, _, classes = idx.garments(folder)
        few = f"{folder}/few"
        idx.write(few, classes[:-1])
        sweep, output = f"{folder}/sweep.yaml", f"{folder}/results.h5"
        with open(sweep, "w") as file:
            file.write(SWEEP.replace("IMAGES", images).replace("LABELS", labels))

        def run(*overrides):
            command = [os.environ["SPECBIAS"], "run", sweep, "-o", output, "--quiet"]
            return subprocess.run(command + [word for o in overrides for word in ("--set", o)], text=True,
                                  capture_output=True)

        there = int(((classes == 3) | (classes == 1)).sum())
        refused = {
            "target.classes=[3, 9]": "found the class 9, of which",
            "target.samples=400": f"found target.samples 400, but '{labels}' has {there} samples of these classes",
            "target.pixels=784": "has images of 6 x 6 pixels; allowed 36",
            f"target.labels={few}": f"with 399 labels for the 400 images of '{images}'",
            "noise={kind: component, component: 37}": "found component 37 of 36 inputs",
            "target.classes=[3]": "found one class; allowed two or more",
            "target.classes=[3, 3]": "found 3 twice",
            "target.labels=none": "found no file of labels",
        }
        for override, words in refused.items():
            result = run(*([f"{path}={value}" for path, value in (("noise.kind", "component"), ("noise.component", 37))]
                           if override.startswith("noise") else [override]))
            lines = [line for line in result.stderr.splitlines() if words in line]
            assert result.returncode == 2 and len(lines) == 1 and not os.path.exists(output), (override, result)

        result = run()
        assert result.returncode == 0, result
        for path in (images, labels):
            os.remove(path)
        result = subprocess.run([os.environ["SPECBIAS"], "status", output], text=True, capture_output=True)
        assert result.returncode == 0, result


main()
