#!/usr/bin/env python3
"""The choices of training that are not the papers' usual ones take PyTorch's steps: activations and the weight clip
(`training_options.py steps`), and the losses of several outputs (`training_options.py losses`)."""

import tempfile

import claims
import snapshot
import sweeps

sweeps.need("torch")
import idx
import numpy as np
import torch
from torch.nn import functional

CLIP, RATE, STEPS = 0.4, 1e-3, 20
TOLERANCE = 1e-4  # float32 against float64: 1e-6 at step 1, and training is chaotic

SWEEP = f"""
specbias: 1
target: {{samples: 100, frequencies: [3, 7], phases: 1}}
embedding: {{kind: petals}}
model: {{depth: 4, width: 32, slope: 0.2}}
training: {{learning_rate: {RATE}, steps: {STEPS}}}
record: {{every: {STEPS}}}
probes: {{parameters: {{at: [0, last]}}}}
axes:
  - model.activation: [relu, leaky_relu, tanh, sine]
  - training.weight_clip: [none, {CLIP}]
"""

CLASSES = f"""
specbias: 1
target: {{{{kind: digits, images: {{images}}, labels: {{labels}}, classes: [4, 0, 3], samples: 90, pixels: 36}}}}
model: {{{{depth: 4, width: 32}}}}
training: {{{{learning_rate: {RATE}, steps: {STEPS}}}}}
record: {{{{every: {STEPS}}}}}
probes: {{{{parameters: {{{{at: [0, last]}}}}}}}}
axes:
  - training.loss: [mse, cross_entropy]
"""

LOSSES = {"mse": functional.mse_loss, "cross_entropy": functional.cross_entropy}


def trained(network, clip=False, activation=None, loss=functional.mse_loss):
    """The parameters of `network` after STEPS of PyTorch, flat; they are clipped after each if `clip`."""
    network.activation = activation or network.activation
    model = network.torch()
    adam = torch.optim.Adam(model.parameters(), lr=RATE)
    x, y = torch.from_numpy(network.inputs), torch.from_numpy(network.targets)
    for _ in range(STEPS):
        adam.zero_grad()
        loss(model(x), y).backward()
        adam.step()
        if clip:
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter.clamp_(-CLIP, CLIP)
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()]).numpy()


def flat(network):
    return np.concatenate([array.ravel() for pair in zip(network.weights, network.biases) for array in pair])


def deviation(start, end, reference):
    """How far the parameters `reference` are from those of `end`, as a share of the way from `start`."""
    return np.linalg.norm(flat(end) - reference) / np.linalg.norm(flat(end) - flat(start))


def test_steps(claim):
    _, networks = snapshot.run(SWEEP, slope=0.2)
    for start, end in zip(networks[::2], networks[1::2]):
        clip = start.trial["weight_clip"] == 1
        name = f"{start.activation}{', clipped' if clip else ''}"
        begin, ours = flat(start), flat(end)
        worst = deviation(start, end, trained(start, clip))
        claim(f"{name}: after {STEPS} steps off by {worst:.1e} of the way", worst < TOLERANCE)
        control = deviation(start, end, trained(start, not clip))
        claim(f"{name}: control, the clip the other way round: {control:.1e}", control > 100 * TOLERANCE)
        control = deviation(start, end, trained(start, clip, "tanh" if start.activation != "tanh" else "sine"))
        claim(f"{name}: control, another activation: {control:.1e}", control > 100 * TOLERANCE)
        largest = np.abs(ours).max()
        claim(f"{name}: largest parameter {largest:.3f}, before {np.abs(begin).max():.3f}",
              (largest <= np.float32(CLIP)) == clip and np.abs(begin).max() > CLIP)


def test_losses(claim):
    with tempfile.TemporaryDirectory() as folder:
        images, labels, *_ = idx.garments(folder)
        _, networks = snapshot.run(CLASSES.format(images=images, labels=labels))
    for name, start, end in zip(LOSSES, networks[::2], networks[1::2]):
        y = torch.from_numpy(start.targets)
        claim(f"{name}: the targets are one of three classes each",
              y.shape == (90, 3) and bool(((y == 0) | (y == 1)).all() and (y.sum(1) == 1).all() and y.any(0).all()))
        worst = deviation(start, end, trained(start, loss=LOSSES[name]))
        claim(f"{name}: after {STEPS} steps off by {worst:.1e} of the way", worst < TOLERANCE)
        for other in LOSSES.keys() - {name}:
            control = deviation(start, end, trained(start, loss=LOSSES[other]))
            claim(f"{name}: control, {other} instead: {control:.1e}", control > 100 * TOLERANCE)
        for network in start, end:
            value = LOSSES[name](torch.from_numpy(network.forward()[-1]), y).item()
            error = abs(network.result("loss") / value - 1)
            claim(f"{name}: loss {value:.4f} at step {network.step}, off by {error:.1e}", error < 1e-5)


if __name__ == "__main__":
    claims.main({"steps": test_steps, "losses": test_losses})
