#!/usr/bin/env python3
"""Probes of activation patterns against NumPy in float64, from snapshots of the same networks:
`probe_patterns.py curves|images|planes`.

Counts agree exactly. Networks with an undecided neuron, |z| < 1e-6, are left out; there must be few of them.
"""

import claims
import pairs
import snapshot
import sweeps

sweeps.need("xarray", "h5netcdf", "numpy")
import numpy as np

STEPS = 0, 30, 60
WINDOWS, EACH, FAR, BINS = 10, 40, 300, 16

SWEEP = f"""
specbias: 1
TARGET
model: {{depth: 4, width: 70}}
training: {{steps: {STEPS[-1]}, learning_rate: 2e-3}}
record: {{every: 30}}
probes:
  parameters: {{at: [{', '.join(map(str, STEPS))}]}}
  dead_relu: {{}}
  regions: {{map: true}}
  hamming: {{windows: {WINDOWS}, window_pairs: {EACH}, global_pairs: {FAR}, bins: {BINS}}}
axes:
  - model.activation: [relu, leaky_relu]
  - seed: [0, 5]
"""

CURVE = "target: {samples: 256, frequencies: [3, 7]}\nembedding: {kind: petals}"
IMAGE = "target: {kind: image, size: 16, channels: grey}"


def dead(patterns, layers):
    """Neurons of each layer that no sample activates."""
    return np.array([np.count_nonzero(~part.any(0)) for part in np.split(patterns, layers, axis=1)])


def numbered(patterns):
    """The number of each pattern, from 0 in the order of first appearance."""
    _, first, inverse = np.unique(patterns, axis=0, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def distances(patterns, drawn, layers):
    """Neurons that differ between the samples of each pair, [pairs][layer]."""
    differ = patterns[drawn[:, 0]] != patterns[drawn[:, 1]]
    return np.stack([part.sum(1) for part in np.split(differ, layers, axis=1)], axis=1)


def hamming(network, patterns, layers, shape, kind, seed, step):
    """The largest deviation of mean, mean by layer, and histogram, for samples on a lattice of `shape`."""
    drawn = (pairs.local_pairs(shape, WINDOWS, EACH, seed, step) if kind == "local" else
             pairs.global_pairs(shape, FAR, seed, step))
    by_layer = distances(patterns, drawn, layers)
    bins = np.minimum(by_layer.sum(1) * BINS // patterns.shape[1], BINS - 1)
    expected = {"": by_layer.sum(1).mean(), "_layer": by_layer.mean(0),
                "_histogram": np.bincount(bins, minlength=BINS) / len(drawn)}
    return max(np.abs(network.result(f"hamming_{kind}{name}") - value).max() for name, value in expected.items())


def check_counts(claim, target, shape):
    results, networks = snapshot.run(SWEEP.replace("TARGET", target))
    seeds = results["seed"].values
    wrong = dict.fromkeys(("dead", "regions", "map", "local", "global"), 0)
    control = dict.fromkeys(wrong, 0)
    undecided = 0
    for network in networks:
        patterns, near = network.patterns()
        undecided += near > 0
        if near:
            continue
        shifted = np.hstack(network.forward()[:-1]) > 1e-2
        layers = np.cumsum([len(bias) for bias in network.biases[:-2]])
        seed = int(seeds[network.trial["seed"]])
        for of, counts, step in ((patterns, wrong, network.step), (shifted, control, network.step)):
            numbers = numbered(of)
            counts["dead"] += np.abs(network.result("dead_relu") - dead(of, layers)).sum()
            counts["regions"] += abs(network.result("regions") - numbers.max() - 1)
            counts["map"] += np.count_nonzero(network.result("region_map") != numbers)
            for kind in ("local", "global"):
                counts[kind] += hamming(network, of, layers, shape, kind, seed, step) > 1e-12
    claim(f"{undecided} of {len(networks)} networks are left out, at most half", undecided <= len(networks) / 2)
    claim(f"{len(networks)} networks, deviations: {wrong}", not any(wrong.values()))
    claim(f"control, active above 0.01: {control}", all(control.values()))
    claim("some of the networks have dead neurons, and inputs that share a region",
          (results["dead_relu"] > 0).any() and (results["regions"] < np.prod(shape)).any())

    network = networks[-1]
    patterns, _ = network.patterns()
    seed = int(seeds[network.trial["seed"]])
    for other in ((seed + 1, network.step), (seed, network.step - 1)):
        found = [hamming(network, patterns, layers, shape, kind, *other) for kind in ("local", "global")]
        claim(f"control, pairs of seed {other[0]} and step {other[1]}: off by {np.round(found, 3)}", min(found) > 1e-12)


def test_curves(claim):
    check_counts(claim, CURVE, (256,))


def test_images(claim):
    check_counts(claim, IMAGE, (16, 16))


SIZE = 20

PLANES = f"""
specbias: 1
target: {{samples: 64, frequencies: [3, 7]}}
embedding: {{kind: petals}}
encoding: {{kind: positional, octaves: 3}}
model: {{depth: 4, width: 50}}
training: {{steps: 100, learning_rate: 2e-3}}
record: {{every: 100}}
probes:
  parameters: {{at: [0, 100]}}
  hyperplane_cosine: {{at: [0, 100]}}
  slice: {{at: [0, 100], size: {SIZE}, map: true}}
axes: [seed: [0, 1, 2]]
"""


def plane(inputs, band):
    """Points of the slice [SIZE * SIZE][inputs], x running faster than y."""
    v = 2 * np.arange(SIZE) / SIZE - 1
    x = np.zeros((SIZE, SIZE, inputs))
    x[:, :, 0 if band == 0 else inputs - 2] = v
    x[:, :, 1 if band == 0 else inputs - 1] = v[:, None]
    return x.reshape(-1, inputs)


def cosines(network):
    """Between all weight rows of hidden layers, padded with zeros."""
    width = max(weight.shape[1] for weight in network.weights[:-1])
    rows = np.vstack([np.pad(weight, ((0, 0), (0, width - weight.shape[1]))) for weight in network.weights[:-1]])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows @ rows.T


def layer_density(matrix, first, end, edges):
    block = matrix[first:end, first:end]
    return np.histogram(block[~np.eye(end - first, dtype=bool)], edges, density=True)[0]


def test_planes(claim):
    results, networks = snapshot.run(PLANES)
    bins = results["cosine_bin"].values
    edges = np.linspace(-1, 1, len(bins) + 1)
    claim("bins are given by their middles", np.allclose(bins, (edges[1:] + edges[:-1]) / 2, atol=1e-12))
    undecided, wrong, swapped, worst, moved = 0, 0, 0, 0.0, 0.0
    for network in networks:
        matrix = cosines(network)
        worst = max(worst, np.abs(network.result("hyperplane_cosine") - matrix).max())
        ends = np.cumsum([0] + [len(bias) for bias in network.biases[:-1]])
        for layer, (first, end) in enumerate(zip(ends, ends[1:])):
            density = network.result("hyperplane_cosine_histogram")[layer]
            moved = max(moved, np.abs(density - layer_density(matrix, first, end, edges)).sum() / density.sum())
        for band in range(2):
            patterns, near = network.patterns(plane(network.inputs.shape[1], band))
            undecided += near > 0
            if near:
                continue
            numbers = numbered(patterns)
            found = network.result("slice_map")[band].ravel()
            wrong += network.result("slice_regions")[band] != numbers.max() + 1 or (found != numbers).any()
            other = numbered(network.patterns(plane(network.inputs.shape[1], 1 - band))[0])
            swapped += network.result("slice_regions")[band] == other.max() + 1
    claim(f"cosines of {len(networks)} networks: {worst:.1e} <= 1e-6", worst <= 1e-6)
    claim(f"their histograms: a share of {moved:.1e} in other bins, at most 1e-3 by rounding", moved <= 1e-3)
    claim(f"{undecided} of {2 * len(networks)} slices are left out, at most half", undecided <= len(networks))
    claim(f"{wrong} other slices differ", wrong == 0)
    claim(f"control, low for high: {swapped} slices agree", swapped == 0)
    network = networks[-1]
    network.weights[1] = network.weights[1].T
    off = np.abs(network.result("hyperplane_cosine") - cosines(network)).max()
    claim(f"control, columns of the second layer for its rows: {off:.2f} > 1e-6", off > 1e-6)


if __name__ == "__main__":
    claims.main({"curves": test_curves, "images": test_images, "planes": test_planes})
