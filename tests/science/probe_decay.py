#!/usr/bin/env python3
"""The probes `decay` and `function_grid` against NumPy on the same networks in float64; and that exponents are what the
theory of Rahaman et al. 2019, section 2, says."""

import claims
import snapshot
import sweeps
import numpy as np

SWEEP = """
specbias: 1
name: decay
target: {samples: 100, frequencies: [3, 7]}
encoding: ENCODING
model: {depth: 4, width: 32}
training: {steps: 200, learning_rate: 3e-3}
record: {every: 100}
probes:
  parameters: {at: last}
  decay: {low: -0.5, high: 1.5, resolution: RESOLUTION, rays: true, angles: [0, 30, 110]}
  function_grid: {low: -1, high: 2, resolution: 30}
axes:
  - embedding.kind: [EMBEDDINGS]
  - seed: [0, 1, 2]
"""
# 1D: R = 4096, k = 64 .. 512; 2D: R = 256, k = 4 .. 32.
LINE = SWEEP.replace("RESOLUTION", "4096").replace("EMBEDDINGS", "line")
PLANE = SWEEP.replace("RESOLUTION", "256").replace("EMBEDDINGS", "parabola, circle")
TOLERANCE = 1e-3  # of an exponent: float32 moves the weakest amplitudes


def encode(v, octaves):
    """Of points v[n][coordinates]: themselves, or the positional encoding."""
    if not octaves:
        return v
    angles = np.pi * v[:, None, :] * 2.0 ** np.arange(octaves)[:, None]
    return np.stack([np.sin(angles), np.cos(angles)], -1).reshape(len(v), -1)


def mesh(places, coordinates):
    """Points of a grid, the first coordinate running fastest."""
    return np.stack([axis.ravel() for axis in np.meshgrid(*[places] * coordinates)], -1)


def slope(k, energy, floor):
    """Exponent of the energies at k by quarters of an octave, floor being an energy."""
    low, high = k.min(), 8 * k.min()
    edges = low * 2.0 ** (np.arange(13) / 4)
    x, y = [], []
    for a, b in zip(edges, edges[1:]):
        inside = (k >= a) & (k < b) & (k < high)
        if inside.any() and energy[inside].mean() > floor:
            x.append(np.log(k[inside]).mean())
            y.append(np.log(energy[inside].mean()) / 2)
    return np.polyfit(x, y, 1)[0] if len(x) >= 4 else np.nan


def exponents(network, points, coordinates, octaves, window=True):
    """Over all directions, and along the angles of the sweep."""
    u = np.arange(points) / points
    f = network.forward(encode(mesh(-0.5 + 2 * u, coordinates), octaves))[-1].reshape([points] * coordinates)
    shape = np.sin(np.pi * u) ** 4 if window else np.ones(points)
    signal = f - f.mean()
    for axis in range(coordinates):
        signal = signal * np.expand_dims(shape, [i for i in range(coordinates) if i != axis])
    k = np.sqrt(sum(wave**2 for wave in np.meshgrid(*[np.fft.fftfreq(points, 1 / points)] * coordinates)))
    k, energy = np.rint(k).ravel(), np.abs(np.fft.fftn(signal)).ravel() ** 2 / signal.size**2
    floor = 4 * energy[(k >= 3 * points // 8) & (k <= points // 2)].mean()
    fitted = (k >= points // 64) & (k < points // 8)
    found = [slope(k[fitted], energy[fitted], floor)]
    for angle in np.radians((0, 30, 110)) if coordinates == 2 else ():
        ray = np.arange(points // 64, points // 8)
        waves = [np.exp(-2j * np.pi * np.outer(ray * side, u)) for side in (np.cos(angle), np.sin(angle))]
        amplitude = np.einsum("ky,yx,kx->k", waves[1], signal, waves[0]) / signal.size
        found.append(slope(ray, np.abs(amplitude) ** 2, floor))
    return np.array(found)


def compare(claim, text, sweep, coordinates, octaves):
    _, networks = snapshot.run(sweep)
    points = 4096 if coordinates == 1 else 256
    expected = [exponents(network, points, coordinates, octaves) for network in networks]
    ours = [np.append(network.result("decay_exponent"), network.result("decay_exponent_direction")[:len(e) - 1])
            for network, e in zip(networks, expected)]
    same = all((np.isnan(a) == np.isnan(b)).all() for a, b in zip(ours, expected))
    worst = max(np.nanmax(np.abs(a - b)) for a, b in zip(ours, expected))
    claim(f"{text}: exponents of {len(networks)} networks differ by {worst:.1e}", same and worst < TOLERANCE)
    if not octaves:  # with them, f has the period of the box, which needs no window
        bare = [exponents(network, points, coordinates, octaves, window=False)[0] for network in networks]
        gap = min(abs(a[0] - b) for a, b in zip(ours, bare))
        claim(f"control, without the window: {gap:.2f}", gap > TOLERANCE)

    def grid_error(network, places):
        values = network.forward(encode(mesh(places, coordinates), octaves))[-1]
        grid = network.result("function_grid")
        return np.max(np.abs(grid.reshape(values.shape) - values) / (1e-5 + 1e-4 * np.abs(values)))

    places = np.linspace(-1, 2, 300 if coordinates == 1 else 30)
    worst = max(grid_error(network, places) for network in networks)
    claim(f"{text}: functions on the grid within {worst:.2g} of the tolerance", worst < 1)
    control = min(grid_error(network, places[::-1]) for network in networks)
    claim(f"control, grids turned round: {control:.2g}", control > 1)
    return np.array([a[0] for a in ours])


def test_exponents(claim):
    line = compare(claim, "a line", LINE.replace("ENCODING", "{kind: none}"), 1, 0)
    claim(f"ReLU networks on a line fall as k^-2: {np.round(line, 2)}", (np.abs(line + 2) < 0.3).all())
    plane = compare(claim, "a plane", PLANE.replace("ENCODING", "{kind: none}"), 2, 0)
    claim(f"in a plane as |k|^-2.5: {np.round(plane, 2)}", (np.abs(plane + 2.5) < 0.4).all())
    compare(claim, "an encoding", LINE.replace("ENCODING", "{kind: positional, octaves: 2}"), 1, 2)
    smooth = sweeps.run(LINE.replace("ENCODING", "{kind: none}"),
                        ["model.activation=tanh", "probes.decay.k_low=4", "probes.decay.k_high=32"])["decay_exponent"]
    control = smooth.values.ravel()
    claim(f"control, tanh, falls faster: {np.round(control, 2)}", not (np.abs(control + 2) < 0.3).any())


if __name__ == "__main__":
    claims.main({"exponents": test_exponents})
