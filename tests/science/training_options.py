#!/usr/bin/env python3
"""The choices of training that are not the papers' usual ones take PyTorch's steps: activations and the weight clip."""

import claims
import snapshot
import sweeps

sweeps.need("torch")
import numpy as np
import torch

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


def trained(network, clip, activation=None):
    """The parameters of `network` after STEPS of PyTorch, flat, and whether they are clipped after each."""
    network.activation = activation or network.activation
    model = network.torch()
    adam = torch.optim.Adam(model.parameters(), lr=RATE)
    x, y = torch.from_numpy(network.inputs), torch.from_numpy(network.targets)
    for _ in range(STEPS):
        adam.zero_grad()
        torch.nn.functional.mse_loss(model(x), y).backward()
        adam.step()
        if clip:
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter.clamp_(-CLIP, CLIP)
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()]).numpy()


def flat(network):
    return np.concatenate([array.ravel() for pair in zip(network.weights, network.biases) for array in pair])


def test_steps(claim):
    _, networks = snapshot.run(SWEEP, slope=0.2)
    for start, end in zip(networks[::2], networks[1::2]):
        clip = start.trial["weight_clip"] == 1
        name = f"{start.activation}{', clipped' if clip else ''}"
        begin, ours = flat(start), flat(end)

        def deviation(reference):
            return np.linalg.norm(ours - reference) / np.linalg.norm(ours - begin)

        worst = deviation(trained(start, clip))
        claim(f"{name}: after {STEPS} steps off by {worst:.1e} of the way", worst < TOLERANCE)
        control = deviation(trained(start, not clip))
        claim(f"{name}: control, the clip the other way round: {control:.1e}", control > 100 * TOLERANCE)
        control = deviation(trained(start, clip, "tanh" if start.activation != "tanh" else "sine"))
        claim(f"{name}: control, another activation: {control:.1e}", control > 100 * TOLERANCE)
        largest = np.abs(ours).max()
        claim(f"{name}: largest parameter {largest:.3f}, before {np.abs(begin).max():.3f}",
              (largest <= np.float32(CLIP)) == clip and np.abs(begin).max() > CLIP)


if __name__ == "__main__":
    claims.main({"steps": test_steps})
