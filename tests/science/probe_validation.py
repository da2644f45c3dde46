#!/usr/bin/env python3
"""Target digits, label noise, and the probes validation and accuracy against NumPy: `probe_validation.py
noise|validation|image`."""

import tempfile

import claims
import numpy as np
import snapshot

import idx

SWEEP = """
specbias: 1
target: {kind: digits, images: IMAGES, labels: LABELS, classes: [3, 1], samples: 100, pixels: 36}
noise: NOISE
validation: VALIDATION
model: {depth: 3, width: 16}
training: {steps: 40, learning_rate: 1e-3}
record: {every: 20}
probes: {parameters: {at: [0, 20, last]}, validation: {}, accuracy: {}}
"""


def run(folder, noise, validation, overrides=()):
    """Networks, and x[100][36], y[100] that the files hold for the classes 3 (-1) and 1 (1)."""
    images, labels, pixels, classes = idx.garments(folder)
    sweep = SWEEP.replace("NOISE", noise).replace("VALIDATION", validation)
    _, networks = snapshot.run(sweep.replace("IMAGES", images).replace("LABELS", labels), overrides)
    chosen = np.flatnonzero((classes == 3) | (classes == 1))[:100]
    return networks, pixels[chosen].reshape(100, -1) / 255, np.where(classes[chosen] == 3, -1.0, 1.0)


def off_wave(noise, s, amplitude, frequency):
    """How far the noise is from amplitude sin(2 pi frequency s), for the better sign of s."""
    wave = amplitude * np.sin(2 * np.pi * frequency * s)
    return min(np.abs(noise - wave).max(), np.abs(noise + wave).max())


def test_noise(claim):
    with tempfile.TemporaryDirectory() as folder:
        networks, x, y = run(folder, "{kind: radial, amplitude: 0.5, frequency: 2}", "{kind: clean}")
        claim("inputs are the files' pixels over 255", np.abs(networks[0].inputs - x).max() < 1e-7)
        noise = networks[0].targets[:, 0] - y
        error = off_wave(noise, np.linalg.norm(x, axis=1), 0.5, 2)
        control = off_wave(noise, np.linalg.norm(x, axis=1), 0.5, 2.1)
        claim(f"radial noise is 0.5 sin(2 pi 2 |x|): {error:.1e}; control, k=2.1: {control:.1e}", error < 1e-5 < control)

        networks, _, _ = run(folder, "{kind: component, amplitude: 1, frequency: 1, component: 2}", "{kind: clean}")
        components = np.linalg.svd(x - x.mean(0), full_matrices=False)[2]
        noise = networks[0].targets[:, 0] - y
        errors = [off_wave(noise, x @ v, 1, 1) for v in components[:4]]
        claim(f"noise along component 2 of the SVD, not 1, 3 or 4: {np.round(errors, 6)}",
              errors[1] < 1e-5 < min(errors[:1] + errors[2:]))

        networks, _, _ = run(folder, "{kind: kernel, amplitude: 1, sigma: 1.25}", "{kind: clean}")
        squares = ((x[:, None] - x[None]) ** 2).sum(-1)
        vectors = np.linalg.eigh(np.exp(-squares / (2 * 1.25**2)))[1][:, ::-1]
        found = np.abs(vectors.T @ (networks[0].targets[:, 0] - y))
        error, control = (np.abs(found - (np.arange(100) / 99) ** power).max() for power in (2, 1))
        claim(f"kernel noise has the coefficients (i/(N-1))^2: {error:.1e}; control, power 1: {control:.1e}",
              error < 1e-4 < control)

        networks, _, _ = run(folder, "{kind: direction, amplitude: 1, frequency: 0.01}", "{kind: clean}",
                             ["axes.seed=[0, 1]"])
        found = [np.linalg.lstsq(x, np.arcsin(network.targets[:, 0] - y) / (0.02 * np.pi), rcond=None)[0]
                 for network in networks[::3]]
        lengths = [np.linalg.norm(v) for v in found]
        claim(f"directions are of length 1 and of the seed: {np.round(lengths, 4)}, cosine {found[0] @ found[1]:.2f}",
              np.abs(np.array(lengths) - 1).max() < 1e-3 and found[0] @ found[1] < 0.9)

        networks, _, _ = run(folder, "{kind: white, amplitude: 2}", "{kind: clean}")
        noise = networks[0].targets[:, 0] - y
        claim(f"white noise fills [-2, 2]: {noise.min():.2f} to {noise.max():.2f}",
              np.abs(noise).max() <= 2 and noise.min() < -1.8 and noise.max() > 1.8 and abs(noise.mean()) < 0.6)


def near(found, expected):
    return abs(found - expected) <= 1e-6 + 1e-4 * abs(expected)


def test_validation(claim):
    with tempfile.TemporaryDirectory() as folder:
        for validation, part in ("{kind: split, share: 0.3}", slice(70, 100)), ("{kind: clean}", slice(0, 100)):
            networks, x, y = run(folder, "{kind: white, amplitude: 0.5}", validation)
            outputs = [network.forward(x[part])[-1][:, 0] for network in networks]
            losses = [((f - y[part]) ** 2).mean() for f in outputs]
            claim(f"{validation}: losses against clean labels {np.round(losses, 4)}",
                  all(near(network.result("validation_loss"), loss) for network, loss in zip(networks, losses)))
            wrong = [((f + y[part]) ** 2).mean() for f in outputs]
            claim("control, labels exchanged",
                  not any(near(network.result("validation_loss"), loss) for network, loss in zip(networks, wrong)))
            claim("accuracies on the validation set",
                  all(network.result("validation_accuracy") == ((f > 0) == (y[part] > 0)).mean()
                      for network, f in zip(networks, outputs)))
            claim("accuracies on the training set",
                  all(network.result("accuracy") ==
                      ((network.forward()[-1][:, 0] > 0) == (network.targets[:, 0] > 0)).mean() for network in networks))

        networks, x, _ = run(folder, "{kind: none}", "{kind: split, share: 0.3}",
                             ["target.classes=[3, 1, 0]", "training.loss=cross_entropy"])
        targets = networks[-1].targets
        claim("three classes are one-hot", targets.shape == (70, 3) and (targets.sum(1) == 1).all())
        claim("their accuracy is the share of largest outputs", all(
            network.result("accuracy") == (network.forward()[-1].argmax(1) == network.targets.argmax(1)).mean()
            for network in networks))


def test_image(claim):
    """Every other pixel held out: the samples of a whole image are the sum of both kinds and what neither has."""
    sweep = """
specbias: 1
target: {kind: image, size: 16, channels: grey, seed: 3}
validation: KIND
model: {depth: 3, width: 16}
training: {steps: 40, learning_rate: 1e-2}
record: {every: 20}
probes: {parameters: {at: [0, 20, last]}PSNR}
"""
    _, whole = snapshot.run(sweep.replace("KIND", "{kind: none}").replace("PSNR", ""))
    _, networks = snapshot.run(sweep.replace("KIND", "{kind: alternate}").replace("PSNR", ", validation: {}"))
    image = whole[0].targets.reshape(16, 16)
    places = whole[0].inputs.reshape(16, 16, 2)
    claim("even rows and columns are trained on", np.array_equal(networks[0].targets[:, 0], image[::2, ::2].ravel()))
    errors, controls = [], []
    for network in networks:
        f = network.forward(places[1::2, 1::2].reshape(-1, 2))[-1][:, 0]
        psnr = network.result("validation_psnr")
        errors.append(abs(psnr + 10 * np.log10(((f - image[1::2, 1::2].ravel()) ** 2).mean())))
        controls.append(abs(psnr + 10 * np.log10(((network.forward()[-1] - network.targets) ** 2).mean())))
    claim(f"PSNR of odd rows and columns: {max(errors):.1e} dB; control, of the trained: {max(controls):.1e} dB",
          max(errors) < 1e-3 < max(controls))


if __name__ == "__main__":
    claims.main({"noise": test_noise, "validation": test_validation, "image": test_image})
