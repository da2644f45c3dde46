#!/usr/bin/env python3
"""The probe `boundary_distance` against automatic differentiation by PyTorch, on the same networks and inputs."""

import claims
import snapshot
import sweeps

sweeps.need("torch")
import numpy as np
import torch

SWEEP = """
specbias: 1
name: boundary_distance
target: {samples: 150, frequencies: [3, 7]}
encoding: {kind: positional, octaves: 3}
training: {steps: 200, learning_rate: 1e-2}
record: {every: 100}
probes:
  parameters: {at: [0, 100, last]}
  boundary_distance: {at: all, bins: 40}
axes:
  - zip: {name: size, model.depth: [2, 4], model.width: [24, 16]}
  - embedding.kind: [line, parabola]
  - model.activation: [relu, leaky_relu]
"""
ABSOLUTE, RELATIVE = 1e-6, 1e-4  # a pre-activation of order 1 is right to 1e-6 in float32


def distances(network):
    """d(x) of each input in the forms `input` and `layer`, float64, by backward passes from every hidden neuron."""
    x = torch.from_numpy(network.inputs).requires_grad_()
    h, nearest = x, {"input": np.inf, "layer": np.inf}
    for part in network.torch()[:-1]:
        h = part(h)
        if not isinstance(part, torch.nn.Linear):
            continue
        size = h.abs().detach().numpy()
        by_input = np.stack([torch.autograd.grad(z.sum(), x, retain_graph=True)[0].norm(dim=1).numpy() for z in h.T], 1)
        by_layer = np.broadcast_to(part.weight.detach().norm(dim=1).numpy(), size.shape)
        for form, gradient in (("input", by_input), ("layer", by_layer)):
            ratio = np.where(gradient > 0, size / np.where(gradient > 0, gradient, 1), np.inf)
            nearest[form] = np.minimum(nearest[form], ratio.min(1))
    return nearest


def error(network, suffix, expected):
    """The largest error of mean and median in units of the tolerance."""
    expected = expected[np.isfinite(expected)]
    worst = 0
    for name, value in (("", expected.mean()), ("_median", np.median(expected))):
        ours = network.result(f"boundary_distance{suffix}{name}")
        worst = max(worst, abs(ours - value) / (ABSOLUTE + RELATIVE * value))
    return worst


def misplaced(network, suffix, expected):
    """Samples whose bin differs, and those so near an edge that rounding may move them."""
    expected = expected[np.isfinite(expected)]
    middles = network.results["distance_bin"].values
    edges = np.sqrt(middles[1:] * middles[:-1])
    tolerance = ABSOLUTE + RELATIVE * expected
    counts = np.bincount(np.searchsorted(edges, expected), minlength=len(middles))
    at_edge = (np.abs(edges[:, None] - expected) < tolerance).any(0).sum()
    shares = network.result(f"boundary_distance{suffix}_histogram")
    return np.abs(shares * len(expected) - counts).sum() / 2, at_edge


def test_distances(claim):
    _, networks = snapshot.run(SWEEP)
    found = [distances(network) for network in networks]
    near = sum(network.patterns()[1] for network in networks)
    neurons = sum(network.patterns()[0].size for network in networks)
    claim(f"{near} of {neurons} neurons are within {snapshot.NEAR} of 0", near < 1e-3 * neurons)
    for form, suffix in (("input", ""), ("layer", "_layer")):
        errors = [error(network, suffix, d[form]) for network, d in zip(networks, found)]
        claim(f"{form}: mean and median within {max(errors):.2g} of the tolerance in {len(errors)} networks",
              max(errors) < 1)
        bins = [misplaced(network, suffix, d[form]) for network, d in zip(networks, found)]
        claim(f"{form}: {sum(m for m, _ in bins):.0f} samples in another bin, {sum(e for _, e in bins)} near an edge",
              all(m <= e + 1e-6 for m, e in bins))
    deep = [(network, d) for network, d in zip(networks, found) if len(network.weights) > 2]
    control = min(error(network, "", d["layer"]) for network, d in deep)
    claim(f"control, the other form in networks of 3 hidden layers: {control:.2g}", control > 1)


if __name__ == "__main__":
    claims.main({"distances": test_distances})
