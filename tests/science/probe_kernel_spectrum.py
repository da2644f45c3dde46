#!/usr/bin/env python3
"""The probe kernel_spectrum against numpy.linalg.eigh, from the snapshots' inputs: `probe_kernel_spectrum.py
coefficients|waves`.

Eigenvectors are compared where their eigenvalue is away from its neighbours by 1e-6 of the largest: rounding moves others
into each other. All of them are compared together by what no mixture changes, the sum of the squared coefficients.
"""

import claims
import numpy as np
import snapshot

SWEEP = """
specbias: 1
target: {samples: 60, frequencies: [2, 5]}
embedding: {kind: parabola}
noise: {kind: kernel, amplitude: 0.7, sigma: 0.02, exponent: 3}
model: {depth: 3, width: 16}
training: {steps: 60, learning_rate: 1e-3}
record: {every: 30}
probes:
  parameters: {at: [0, 30, last]}
  predictions: {at: [0, 30, last]}
  kernel_spectrum: {sigma: 0.02, bins: BINS, vectors: true}
axes: [seed: [0, 1]]
"""


def basis(inputs, sigma=0.02):
    """Eigenvalues, falling, and eigenvectors as rows."""
    squares = ((inputs[:, None] - inputs[None]) ** 2).sum(-1)
    values, vectors = np.linalg.eigh(np.exp(-squares / (2 * sigma**2)))
    return values[::-1], vectors[:, ::-1].T


def apart(values):
    """True where an eigenvalue's neighbours are away from it."""
    gaps = np.abs(np.diff(values)) > 1e-6 * values[0]
    return np.r_[True, gaps] & np.r_[gaps, True]


def worst(found, expected):
    """The largest error, over what is allowed: 1e-5 of the largest coefficient (f is float32) and 1e-4 of each."""
    return (np.abs(found - expected) / (1e-5 * np.abs(expected).max() + 1e-4 * np.abs(expected))).max()


def test_coefficients(claim):
    results, networks = snapshot.run(SWEEP.replace("BINS", "each"))
    errors, controls, sums, vector_errors, predictions = [], [], [], [], []
    for network in networks:
        values, vectors = basis(network.inputs)
        near = apart(values)
        f, found = network.forward()[-1][:, 0], network.result("kernel_spectrum")
        errors.append(worst(found[near], np.abs(vectors @ f)[near]))
        controls.append(worst(found[near], np.abs(basis(network.inputs, 0.025)[1] @ f)[near]))
        sums.append(abs((found**2).sum() / (f**2).sum() - 1))
        errors.append(np.abs(network.result("kernel_eigenvalue") - values).max() / (1e-5 * values[0]))
        shown = network.result("kernel_eigenvector")[near]
        signs = np.sign(vectors[np.arange(len(vectors)), np.abs(vectors).argmax(1)])
        vector_errors.append(np.abs(shown - (vectors * signs[:, None])[near]).max())
        predictions.append(np.abs(network.result("prediction")[:, 0] - f).max())
        errors.append(worst(network.result("kernel_spectrum_target")[near],
                            np.abs(vectors @ network.targets[:, 0])[near]))
    claim(f"{near.sum()} of {len(near)} eigenvalues stand apart", 20 <= near.sum())
    claim(f"coefficients and eigenvalues agree, worst over the tolerance: {max(errors):.2f}", max(errors) <= 1)
    claim(f"control, another sigma: {min(controls):.0f} times the tolerance", min(controls) > 1)
    claim(f"all coefficients together have f's norm, relative: {max(sums):.1e}", max(sums) < 1e-5)
    claim(f"eigenvectors and their signs: {max(vector_errors):.1e}", max(vector_errors) < 1e-5)
    claim(f"predictions are f: {max(predictions):.1e}", max(predictions) < 1e-5)
    clean = vectors @ network.targets[:, 0] - 0.7 * (np.arange(60) / 59) ** 3 * signs
    error, control = (worst(network.result(f"kernel_spectrum_{name}"), np.abs(clean)) for name in ("clean", "target"))
    claim(f"coefficients of the target without noise: {error:.2f}; control, with it: {control:.0f}", error <= 1 < control)

    binned, _ = snapshot.run(SWEEP.replace("BINS", "6"))
    expected = results["kernel_spectrum"].values.reshape(2, 3, 6, 10).mean(-1)
    difference = np.abs(binned["kernel_spectrum"].values / expected - 1).max()
    claim(f"bins hold the means of ten: {difference:.1e}", difference < 1e-12)


def dominant_frequencies(vectors):
    """The frequency, in periods over the points, at which each vector's DFT is largest."""
    return np.abs(np.fft.rfft(vectors, axis=-1)).argmax(-1)


def test_waves(claim):
    """R19, arXiv figure 6: of 50 points on [0, 1], eigenvector n is of frequency about n/2."""
    results, _ = snapshot.run("""
specbias: 1
target: {samples: 50, frequencies: [5]}
model: {depth: 2, width: 4}
training: {steps: 1}
probes: {parameters: {}, kernel_spectrum: {sigma: 0.02, bins: each, vectors: true, at: last}}
""")
    found = dominant_frequencies(results["kernel_eigenvector"].values[0])
    worst = np.abs(found - np.arange(50) / 2).max()
    claim(f"eigenvector n has the frequency n/2, up to {worst:.1f}", worst <= 1)
    shuffled = dominant_frequencies(results["kernel_eigenvector"].values[0][::-1])
    claim("control, eigenvectors by rising eigenvalue", np.abs(shuffled - np.arange(50) / 2).max() > 1)


if __name__ == "__main__":
    claims.main({"coefficients": test_coefficients, "waves": test_waves})
