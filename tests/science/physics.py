#!/usr/bin/env python3
"""What the papers say must be seen, on small networks: `physics.py order|petals|perturbation`.

Each claim is a statement about orderings over several seeds, and has a negative control: the same check on an
experiment in which the effect is absent, which must fail.
"""

import claims
import sweeps

sweeps.need("xarray", "h5netcdf", "numpy")
import numpy as np

# R19 fig. 1: all frequencies of a mixture are learned at once, the low ones first.
ORDER = """
specbias: 1
name: order
target: {samples: 200, frequencies: {from: 5, to: 50, by: 5}}
encoding: ENCODING
model: {depth: 6, width: 128}
training: {steps: 4000, learning_rate: 3e-4}
record: {every: 50}
probes: {spectrum: {}}
axes:
  - target.amplitude_law: [equal, rising]
  - seed: {from: 0, to: 3}
"""

# R19 fig. 7: the more petals, the sooner a high frequency is learned.
PETALS = """
specbias: 1
name: petals
target: {samples: 500, frequencies: [100]}
model: {depth: 6, width: 64}
training: {steps: 2500, learning_rate: 1e-3}
record: {every: 25}
probes: {spectrum: {}}
axes:
  - embedding: EMBEDDINGS
  - seed: {from: 0, to: 3}
"""

# R19 fig. 3: perturbing the parameters spares the low frequencies.
PERTURBATION = """
specbias: 1
name: perturbation
target: {samples: 200, frequencies: [5, 10, 15]}
model: {depth: 6, width: 256}
training: {steps: STEPS, learning_rate: 1e-3}
record: {every: 1000}
probes:
  spectrum: {}
  perturbation: {magnitudes: [0, 1], directions: 50}
axes:
  - seed: {from: 0, to: 2}
"""


def rank_correlation(a, b):
    """Spearman's, for values without ties."""
    ranks = [np.argsort(np.argsort(v)) for v in (a, b)]
    return np.corrcoef(*ranks)[0, 1]


def order(encoding, overrides=()):
    """Rank correlation of frequency and mean magnitude over training, for each amplitude law."""
    results = sweeps.run(ORDER.replace("ENCODING", encoding), overrides)
    mean = results["spectrum"].mean(["seed", "step"]).transpose("amplitude_law", "frequency").values
    return [rank_correlation(results["frequency"].values, row) for row in mean]


def test_order(claim):
    correlations = order("{kind: none}")
    for law, correlation in zip(("equal", "rising"), correlations):
        claim(f"{law} amplitudes: rank correlation of frequency and learning: {correlation:.2f}", correlation < -0.9)
    shorter = ["training.steps=1000", "axes.target.amplitude_law=[equal]"]
    control = order("{kind: fourier, features: 128, sigma: 100}", shorter)
    claim(f"control, random Fourier features of all frequencies: {control[0]:.2f}, not below -0.9", control[0] >= -0.9)


def learning_steps(embeddings):
    """The first record at which k=100 is half learned (infinite if never): [embedding][seed]."""
    results = sweeps.run(PETALS.replace("EMBEDDINGS", embeddings))
    magnitude = results["spectrum"].isel(frequency=0).transpose("embedding", "seed", "step").values
    learned = magnitude >= 0.5
    steps = np.where(learned.any(-1), results["step"].values[learned.argmax(-1)], np.inf)
    return steps


def test_petals(claim):
    def sooner(steps):
        return bool((steps[0] < steps[1]).all() and np.isfinite(steps[0]).all())

    steps = learning_steps("[{kind: petals, petals: 16}, {kind: petals, petals: 0}]")
    claim(f"L=16 learns k=100 sooner than L=0: steps {steps[0]} against {steps[1]}", sooner(steps))
    control = learning_steps("[{kind: circle}, {kind: petals, petals: 0}]")
    claim(f"control, the circle is no sooner than L=0: {control[0]} against {control[1]}", not sooner(control))


def responses(steps):
    """Response to a perturbation of norm 1 over the frequencies that were learned, lowest first: [frequency]."""
    results = sweeps.run(PERTURBATION.replace("STEPS", str(steps)))
    learned = results["spectrum"].isel(step=-1).mean("seed").values
    response = results["perturbation"].sel(magnitude=1).mean("seed").values
    exact = (results["perturbation"].sel(magnitude=0).values == 1).all()
    return response, learned, exact


def test_perturbation(claim):
    def low_survive(response, learned):
        return response[0] > 0.9 and np.argmin(response[learned > 0.8]) == np.count_nonzero(learned > 0.8) - 1

    response, learned, exact = responses(4000)
    claim(f"the three frequencies are learned: {np.round(learned, 2)}", (learned > 0.8).all())
    claim("a perturbation of norm 0 changes nothing, exactly", exact)
    survives = low_survive(response, learned)
    claim(f"norm 1 leaves k=5 above 0.9 and hurts the highest most: {np.round(response, 2)}", survives)
    response, learned, _ = responses(1)
    claim(f"control, an untrained network: {np.round(response, 2)}", not low_survive(response, np.ones_like(learned)))


if __name__ == "__main__":
    claims.main({"order": test_order, "petals": test_petals, "perturbation": test_perturbation})
