#!/usr/bin/env python3
"""The probe `inradius` against the solver of scipy (HiGHS) on the primal linear programme, at the
same points."""

import claims
import philox
import snapshot
import sweeps

sweeps.need("scipy")
import numpy as np
from scipy.optimize import linprog

PURPOSE, SAMPLES = 8, 60
SWEEP = f"""
specbias: 1
name: inradius
target: {{samples: 60, frequencies: [3]}}
training: {{steps: 100, learning_rate: 1e-2}}
record: {{every: 100}}
probes:
  parameters: {{at: [0, last]}}
  inradius: {{at: [0, last], samples: {SAMPLES}}}
axes:
  - encoding: [{{kind: none}}, {{kind: positional, octaves: 2}}, {{kind: positional, octaves: 4}}]
  - model: [{{depth: 2, width: 24}}, {{depth: 4, width: 40}}]
  - seed: [0, 12345678901]
"""
NAMES = ("inradius", "inradius_median", "inradius_box", "inradius_box_median", "inradius_unbounded")
ABSOLUTE, RELATIVE = 1e-6, 1e-4


def radius(weights, biases, x, box):
    """Of the largest ball in the region of x, infinite if there is none."""
    sides = np.where(weights @ x + biases > 0, 1, -1)
    lengths = np.linalg.norm(weights, axis=1)
    rows, bounds = -sides[:, None] * weights, sides * biases
    if box:
        faces = np.vstack([np.eye(len(x)), -np.eye(len(x))])
        rows, bounds = np.vstack([rows, faces]), np.append(bounds, np.ones(2 * len(x)))
        lengths = np.append(lengths, np.ones(2 * len(x)))
    free = [(None, None)] * len(x) + [(0, None)]
    found = linprog([0] * len(x) + [-1], np.column_stack([rows, lengths]), bounds, bounds=free, method="highs")
    assert found.status in (0, 3), found.message
    return -found.fun if found.status == 0 else np.inf


def expected(network, seed, layer=0):
    weights, biases = network.weights[layer], network.biases[layer]
    dimensions = weights.shape[1]
    points = 2 * philox.uniform(seed, PURPOSE, np.arange(SAMPLES * dimensions)).reshape(SAMPLES, dimensions) - 1
    region, in_box = ([radius(weights, biases, x, box) for x in points] for box in (False, True))
    finite = [r for r in region if np.isfinite(r)]
    middle = (np.mean(finite), np.median(finite)) if finite else (np.nan, np.nan)
    return *middle, np.mean(in_box), np.median(in_box), 1 - len(finite) / SAMPLES


def error(network, values):
    """The largest error in units of the tolerance."""
    ours = np.array([network.result(name) for name in NAMES])
    if (np.isnan(ours) != np.isnan(values)).any():
        return np.inf
    return np.nanmax(np.abs(ours - values) / (ABSOLUTE + RELATIVE * np.abs(values)))


def test_radii(claim):
    results, networks = snapshot.run(SWEEP)
    values = [expected(network, int(results["seed"].values[network.trial["seed"]])) for network in networks]
    worst = max(error(network, value) for network, value in zip(networks, values))
    claim(f"{len(networks)} networks, {2 * SAMPLES} programmes each: within {worst:.2g} of the tolerance", worst < 1)
    shares = {value[-1] for value in values}
    claim(f"points in regions with balls of any size are among them: {min(shares)} to {max(shares)}", max(shares) > 0)
    deep = next(network for network in networks if len(network.weights) > 2)
    control = error(deep, expected(deep, 1))
    claim(f"control, the points of another seed: {control:.2g}", control > 1)


if __name__ == "__main__":
    claims.main({"radii": test_radii})
