#!/usr/bin/env python3
"""The probe `ntk` against the Jacobian by PyTorch's automatic differentiation, and its predictions against gradient
descent of the linearised network: `probe_ntk.py kernel|steps`."""

import claims
import snapshot
import sweeps

sweeps.need("torch")
import numpy as np
import torch

KERNEL = """
specbias: 1
name: ntk
target: {samples: 90, frequencies: [1, 3, 7], phases: 0.3}
training: {steps: 150, learning_rate: 1e-2}
record: {every: 10}
probes:
  parameters: {at: [0, 100, last]}
  spectrum: {}
  ntk: {at: [0, 100, last], samples: SAMPLES}
axes:
  - model: [{depth: 2, width: 40}, {depth: 4, width: 20}]
  - embedding.kind: [line, petals]
"""
# Of the largest eigenvalue: entries of the kernel are sums of float32 products of float32 factors, right to some 1e-7.
ABSOLUTE, RELATIVE = 1e-6, 1e-4


def jacobian(network):
    """The gradients of f at all inputs by all parameters, [samples][parameters], row by row."""
    model = network.torch()
    rows = []
    for x in torch.from_numpy(network.inputs):
        gradients = torch.autograd.grad(model(x)[0], list(model.parameters()))
        rows.append(torch.cat([gradient.flatten() for gradient in gradients]))
    return torch.stack(rows).numpy()


def expected(network, chosen, jacobian_of=jacobian):
    """What the probe should find, by the samples `chosen`."""
    z, y = network.results["z"].values[chosen], network.targets[chosen, 0]
    rows = jacobian_of(network)[chosen]
    theta = rows @ rows.T
    values, vectors = np.linalg.eigh(theta)
    quotients = []
    for k in network.results["frequency"].values:
        wave = np.sin(2 * np.pi * k * z + 0.3)
        quotients.append(wave @ theta @ wave / (wave @ wave))
    return {
        "ntk_eigenvalue": values[::-1],
        "ntk_alignment": ((vectors.T @ y) ** 2 / (y @ y))[::-1],
        "ntk_target_alignment": y @ theta @ y / (np.linalg.norm(theta) * (y @ y)),
        "ntk_frequency_eigenvalue": np.array(quotients),
    }


def errors(network, found):
    """The largest error of each variable in units of the tolerance."""
    largest, units = found["ntk_eigenvalue"][0], {}
    for name in ("ntk_eigenvalue", "ntk_frequency_eigenvalue"):
        ours = network.result(name)
        units[name] = np.max(np.abs(ours - found[name]) / (ABSOLUTE * largest + RELATIVE * np.abs(found[name])))
    # eigenvectors of near eigenvalues mix: of alignments, the sums over groups of modes that lie well apart are compared
    ours, theirs = np.cumsum(network.result("ntk_alignment")), np.cumsum(found["ntk_alignment"])
    apart = np.append(-np.diff(found["ntk_eigenvalue"]) > 0.01 * largest, True)
    units["ntk_alignment"] = np.max(np.abs(ours - theirs)[apart]) / (ABSOLUTE / 0.01 + RELATIVE)
    theirs = found["ntk_target_alignment"]
    units["ntk_target_alignment"] = abs(network.result("ntk_target_alignment") - theirs) / (ABSOLUTE + RELATIVE * theirs)
    return units


def test_kernel(claim):
    for samples, chosen in (("all", np.arange(90)), ("40", np.arange(40) * 90 // 40)):
        _, networks = snapshot.run(KERNEL.replace("SAMPLES", samples))
        near = sum(network.patterns()[1] for network in networks)
        claim(f"samples {samples}: {near} neurons are within {snapshot.NEAR} of 0", near <= 3)
        found = [errors(network, expected(network, chosen)) for network in networks]
        for name in found[0]:
            worst = max(units[name] for units in found)
            claim(f"samples {samples}: {name} within {worst:.2g} of the tolerance in {len(networks)} networks", worst < 1)

    def without_biases(network):
        return jacobian(network)[:, :-1]

    control = min(errors(network, expected(network, chosen, without_biases))["ntk_eigenvalue"] for network in networks)
    claim(f"control, a Jacobian without the last bias: {control:.2g}", control > 1)


STEPS = """
specbias: 1
name: ntk_steps
target: {samples: 60, frequencies: [1, 2, 4, 8], phases: 0}
embedding: {kind: circle}
model: {depth: 2, width: 4000}
training: {steps: 300, learning_rate: 1e-4}
record: {every: 1}
probes:
  parameters: {at: [0]}
  spectrum: {}
  ntk: {at: [0], samples: all}
axes:
  - seed: [0, 1]
"""


def descent(network, rate, loss_factor=2):
    """Steps in which gradient descent of the linearised network, from f = 0, first has half of each frequency."""
    frequencies, samples = network.results["frequency"].values, len(network.inputs)
    rows = jacobian(network)
    values, vectors = np.linalg.eigh(rows @ rows.T)
    phases = 2 * np.pi * np.outer(frequencies, np.arange(samples)) / samples
    decay = np.log1p(-loss_factor * rate * np.maximum(values, 0) / samples)

    def magnitudes(step):
        f = network.targets[:, 0] - vectors @ (np.exp(step * decay) * (vectors.T @ network.targets[:, 0]))
        return 2 * np.abs(np.exp(-1j * phases) @ f) / samples

    steps = []
    for i in range(len(frequencies)):
        low, high = 0.0, 1e9
        while high - low > 0.5:
            middle = (low + high) / 2
            low, high = (low, middle) if magnitudes(middle)[i] >= 0.5 else (middle, high)
        steps.append(high)
    return np.array(steps)


def test_steps(claim):
    results, networks = snapshot.run(STEPS)
    for network in networks:
        predicted = network.result("ntk_predicted_step")
        ratios = predicted / descent(network, 1e-4)
        claim(f"predicted steps over those of linearised gradient descent: {np.round(ratios, 3)}",
              (np.abs(ratios - 1) < 0.15).all())
        control = predicted / descent(network, 1e-4, loss_factor=1)
        claim(f"control, the loss halved: {np.round(control, 3)}", (np.abs(control - 1) > 0.15).any())
    rows = results["spectrum"].transpose("seed", "step", "frequency").values >= 0.5
    first = np.where(rows.any(1), results["step"].values[rows.argmax(1)], np.nan)
    measured = results["ntk_measured_step"].transpose("seed", "frequency").values
    claim(f"measured steps are those of the spectrum: {measured.tolist()}",
          np.array_equal(first, measured, equal_nan=True) and np.isfinite(measured).sum() > 2)


if __name__ == "__main__":
    claims.main({"kernel": test_kernel, "steps": test_steps})
