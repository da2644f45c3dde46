#!/usr/bin/env python3
"""What the sweeps beyond the papers must show, each at a small scale with its figure (experiments.py): `beyond.py ROW`."""

import functools

import claims
import experiments
import numpy as np
from experiments import rank_correlation

run = functools.partial(experiments.run, "beyond")
# Of all frequencies from the start: a network with these inputs has no reason to learn the low ones first.
ANY_FREQUENCY = "axes.encoding=[{kind: fourier, features: 64, sigma: 1000}]"
SMALL = ("target.samples=512", "model.width=64", "seed=[0, 1, 2]")


def test_ntk(claim):
    small = (*SMALL, "target.frequencies={from: 5, to: 45, by: 10}", "probes.ntk.samples=128", "probes.ntk.at=[0, last]")

    def correlations(*overrides, draws=None):
        """Rank correlation of predicted and measured steps, for the means of networks: [encoding]."""
        results = run("ntk", *small, *overrides, draws=draws)
        measured = results["ntk_measured_step"].mean("seed", skipna=False).transpose("encoding", "frequency").values
        predicted = results["ntk_predicted_step"].isel(ntk_step=0).mean("seed").transpose("encoding", "frequency").values
        claim(f"all are learned, at step {np.round(measured).tolist()}", np.isfinite(measured).all())
        return [rank_correlation(p, m) for p, m in zip(predicted, measured)]

    encodings = "axes.encoding=[{kind: positional, octaves: 4}, {kind: positional, octaves: 5}]"
    found = correlations("training.steps=800", encodings, draws=claim)
    claim(f"rank correlation of the steps that the kernel predicts and those measured: {np.round(found, 2)}",
          min(found) > 0.85)
    found = correlations("training.steps=200", "record.every=2", ANY_FREQUENCY)
    claim(f"control, random Fourier features of all frequencies: {np.round(found, 2)}", max(found) < 0.85)


def test_spectral_bias(claim):
    forms = "axes.encoding=[{kind: interval}, {kind: positional, octaves: 4}]"

    def biases(*overrides, draws=None):
        """Before training and the mean over it: [encoding][seed]."""
        results = run("spectral_bias", *SMALL, *overrides, "record.every=10", draws=draws)
        found = results["spectral_bias"].transpose("encoding", "seed", "step").values
        return found[..., 0], found[..., 1:].mean(-1)

    before, during = biases(forms, "training.steps=600", draws=claim)
    claim(f"no bias before training: {np.abs(before).max():.3f} at most", (np.abs(before) < 0.02).all())
    claim(f"while training, coordinates and 4 octaves: {during.round(2).tolist()}", (during > 0.05).all())
    _, during = biases(forms, "training.steps=100", "training.learning_rate=1e-6")
    claim(f"control, without training: {during.round(2).tolist()}", not (during > 0.05).any())


def test_decay(claim):
    def exponents(activations, draws=None):
        """After training, mean of networks: [embedding][activation]; NaN: too steep to be measured."""
        small = ("model.width=64", "training.steps=300", "training.learning_rate=1e-3", "record.every=300", "seed=[0, 1]",
                 f"axes.model.activation={activations}")
        found = run("decay", *small, draws=draws)["decay_exponent"]
        return found.isel(step=-1).mean("seed").transpose("embedding", "activation").values

    def as_in_theory(found):
        return bool((np.abs(found - [[-2], [-2.5]]) < 0.6).all())

    found = exponents("[relu, leaky_relu]", claim)
    claim(f"exponents of ReLU networks on a line and in the plane, near -2 and -2.5: {found.round(2).tolist()}",
          as_in_theory(found))
    found = exponents("[tanh, sine]")
    claim(f"control, smooth activations: {found.round(2).tolist()}", not as_in_theory(found))


if __name__ == "__main__":
    claims.main({name.removeprefix("test_"): test for name, test in globals().items() if name.startswith("test_")})
