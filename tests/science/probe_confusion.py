#!/usr/bin/env python3
"""The probe `confusion` against per-sample gradients by PyTorch's automatic differentiation: `probe_confusion.py
pairs|densities`."""

import claims
import snapshot
import sweeps

sweeps.need("torch")
import numpy as np
import torch

ABSOLUTE, RELATIVE = 1e-5, 1e-4  # f - y is right to some 1e-7 in float32, of an error that may be 1e-2

# Of 3 samples, 0 and 2 are the only global pair, so that one cosine is known in each of 108 networks.
PAIRS = """
specbias: 1
name: confusion_pairs
target: {samples: 3, frequencies: [1]}
encoding: {kind: positional, octaves: 2}
training: {steps: 60, learning_rate: 3e-3}
record: {every: 20}
probes:
  parameters: {at: [0, 20, last]}
  confusion: {at: [0, 20, last], windows: 1, window_pairs: 1, global_pairs: 3}
axes:
  - model: [{depth: 2, width: 30}, {depth: 4, width: 16}, {depth: 3, width: 20, activation: tanh}]
  - seed: {from: 0, to: 11}
"""


def gradients(network, weights_only=False):
    """The loss gradient of each sample by all parameters, [samples][parameters]."""
    model = network.torch()
    parameters = [p for p in model.parameters() if p.dim() > 1 or not weights_only]
    rows = []
    for x, y in zip(torch.from_numpy(network.inputs), torch.from_numpy(network.targets)):
        found = torch.autograd.grad(((model(x) - y) ** 2).mean(), parameters)
        rows.append(torch.cat([gradient.flatten() for gradient in found]))
    return torch.stack(rows).numpy()


def cosines(rows):
    """Cosines of all pairs of rows; NaN where one is 0."""
    norms = np.linalg.norm(rows, axis=1)
    with np.errstate(invalid="ignore"):
        return rows @ rows.T / np.outer(norms, norms)


def activated(results):
    """Networks of a sweep whose axis `model` also sets the activation."""
    return [network for i, name in enumerate(("relu", "relu", "tanh"))
            for network in snapshot.networks(results.isel(model=[i]), activation=name)]


def test_pairs(claim):
    found = activated(sweeps.run(PAIRS))
    near = sum(network.patterns()[1] for network in found if network.activation == "relu")
    residual = min(np.abs(network.forward()[-1] - network.targets).min() for network in found)
    claim(f"{near} neurons are within {snapshot.NEAR} of 0, no error below {residual:.1e}", near == 0 and residual > 1e-6)
    theirs = np.array([cosines(gradients(network))[0, 2] for network in found])
    ours = np.array([network.result("confusion_global_mean") for network in found])
    worst = np.max(np.abs(ours - theirs) / (ABSOLUTE + RELATIVE * np.abs(theirs)))
    claim(f"cosines within {worst:.2g} of the tolerance, in {len(found)} networks", worst < 1)
    shares = np.array([network.result("confusion_global_share") for network in found])
    claim(f"the share below 0 is 0 or 1 by the sign, {int(shares.sum())} times 1",
          np.array_equal(shares, theirs < 0) and 0 < shares.sum() < len(shares))
    density = np.array([network.result("confusion_global_histogram") for network in found])
    places = np.clip(((theirs + 1) / 2 * density.shape[1]).astype(int), 0, density.shape[1] - 1)
    held = density[np.arange(len(found)), places] * 2 / density.shape[1]
    claim(f"its bin holds all of the density: {np.mean(held):.3f} of it on average", np.isclose(held, 1).mean() > 0.98)
    control = np.array([cosines(gradients(network, weights_only=True))[0, 2] for network in found])
    wrong = np.median(np.abs(ours - control) / (ABSOLUTE + RELATIVE * np.abs(control)))
    claim(f"control, gradients without the biases: {wrong:.2g}", wrong > 1)


DENSITIES = """
specbias: 1
name: confusion_densities
target: {samples: 200, frequencies: [3, 8]}
model: {depth: 4, width: 16}
training: {steps: 200, learning_rate: 3e-3}
record: {every: 200}
probes:
  parameters: {at: last}
  confusion: {windows: 20000, window_pairs: 1, global_pairs: 20000}
axes:
  - seed: {from: 0, to: 2}
"""


def expected_pairs():
    """All pairs from which local and global ones are drawn, each as likely as the others: windows of 50 and ends of 800
    and 848 of 2048 samples, on 200."""
    window = [(start + i, start + j) for start in range(196) for i in range(5) for j in range(5) if i != j]
    return {"local": np.array(window), "global": np.array([(i, j) for i in range(78) for j in range(117, 200)])}


def deviations(network, kind, pairs):
    """Of mean, share and density from those of all pairs, in standard errors of as many as were drawn."""
    all_cosines = cosines(gradients(network))[pairs[:, 0], pairs[:, 1]]
    drawn = float(network.result(f"confusion_{kind}_pairs"))
    density = network.result(f"confusion_{kind}_histogram")
    bins = len(density)
    shares = np.bincount(np.clip(((all_cosines + 1) / 2 * bins).astype(int), 0, bins - 1), minlength=bins) / len(pairs)
    counts, likely = density * 2 / bins * drawn, shares * drawn >= 5
    below = np.mean(all_cosines < 0)
    return {
        "mean": abs(network.result(f"confusion_{kind}_mean") - all_cosines.mean()) / (all_cosines.std() / drawn**0.5),
        "share": abs(network.result(f"confusion_{kind}_share") - below) / (below * (1 - below) / drawn) ** 0.5,
        "density": np.max(np.abs(counts - shares * drawn)[likely] / (shares * drawn)[likely] ** 0.5),
    }


def test_densities(claim):
    _, networks = snapshot.run(DENSITIES)
    pairs = expected_pairs()
    for network in networks:
        for kind, members in pairs.items():
            found = deviations(network, kind, members)
            text = ", ".join(f"{name} {value:.1f}" for name, value in found.items())
            claim(f"{kind}: standard errors from all pairs: {text}", max(found.values()) < 5)
            integral = network.result(f"confusion_{kind}_histogram").mean() * 2
            claim(f"{kind}: the density's integral is {integral:.6f}", abs(integral - 1) < 1e-9)
        control = deviations(network, "local", pairs["global"])["mean"]
        claim(f"control, local pairs beside all global ones: {control:.1f}", control > 5)


if __name__ == "__main__":
    claims.main({"pairs": test_pairs, "densities": test_densities})
