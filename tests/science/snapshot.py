#!/usr/bin/env python3
"""Networks as they were while they were trained, rebuilt from the snapshots that the probe `parameters` took: for tests
that measure again, in float64, what another probe measured.

    results, networks = snapshot.run(SWEEP)
    for network in networks:
        ours = network.result("dead_relu")
        hidden = network.forward()[:-1]
"""

import dataclasses

import claims
import sweeps

sweeps.need("xarray", "h5netcdf", "numpy")
import numpy as np

NEAR = 1e-6  # rounding in float32 may decide about a neuron whose |z| is below

ACTIVATIONS = {
    "relu": lambda z, slope: np.maximum(z, 0),
    "leaky_relu": lambda z, slope: np.where(z > 0, z, slope * z),
    "tanh": lambda z, slope: np.tanh(z),
    "sine": lambda z, slope: np.sin(z),
}


@dataclasses.dataclass
class Network:
    """One trial at one snapshot. Arrays are float64; weights[l] is [out][in]."""

    weights: list
    biases: list
    inputs: np.ndarray  # [samples][inputs]
    targets: np.ndarray  # [samples][outputs]
    trial: dict  # index along each training axis
    step: int
    activation: str
    slope: float
    results: object  # the xarray.Dataset

    def forward(self, x=None):
        """All pre-activations z_1 .. z_D, each [samples][neurons]; the last is f(x). On the training inputs by default."""
        h, z = self.inputs if x is None else np.asarray(x, dtype=np.float64), []
        for weight, bias in zip(self.weights, self.biases):
            z.append(h @ weight.T + bias)
            h = ACTIVATIONS[self.activation](z[-1], self.slope)
        return z

    def patterns(self, x=None):
        """The activation pattern of each sample, [samples][hidden neurons], True where z > 0, and how many of them are
        undecided, their |z| below NEAR."""
        z = np.hstack(self.forward(x)[:-1])
        return z > 0, int((np.abs(z) < NEAR).sum())

    def torch(self):
        """The network as a torch.nn.Sequential of Linear layers and activations, in float64."""
        import torch

        class Sine(torch.nn.Module):
            def forward(self, z):
                return torch.sin(z)

        activations = {"relu": torch.nn.ReLU, "leaky_relu": lambda: torch.nn.LeakyReLU(self.slope),
                       "tanh": torch.nn.Tanh, "sine": Sine}
        parts = []
        for weight, bias in zip(self.weights, self.biases):
            linear = torch.nn.Linear(weight.shape[1], weight.shape[0], dtype=torch.float64)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(weight))
                linear.bias.copy_(torch.from_numpy(bias))
            parts += [linear, activations[self.activation]()]
        return torch.nn.Sequential(*parts[:-1])

    def result(self, name):
        """What the program found for this trial at this step: the variable `name` over its own dimensions."""
        found = self.results[name].isel({axis: i for axis, i in self.trial.items() if axis in self.results[name].dims})
        for moment in filter(is_moment, found.dims):
            (at,) = np.flatnonzero(self.results[moment].values == self.step)
            found = found.isel({moment: at})
        return found.values


def is_moment(dimension):
    return dimension == "step" or dimension.endswith("_step")


def whole(array):
    """`array` [rows][columns] in float64 without the padding of NaN, which only whole rows and columns are."""
    array = np.asarray(array, dtype=np.float64)
    return array[~np.isnan(array).all(1)][:, ~np.isnan(array).all(0)]


def rebuild(results, trial, step, flat, activation, slope):
    """The network with the parameters `flat`; `trial` are its places on the training axes."""
    def of_trial(name):
        return results[name].isel({axis: i for axis, i in trial.items() if axis in results[name].dims}).values

    tables = [of_trial(name) for name in ("weight_offset", "bias_offset", "layer_inputs", "layer_outputs")]
    weights, biases = [], []
    for row in zip(*tables):
        if np.isnan(row).any():  # a shallower network than others
            continue
        weight, bias, inputs, outputs = (int(number) for number in row)
        weights.append(flat[weight:weight + inputs * outputs].reshape(outputs, inputs))
        biases.append(flat[bias:bias + outputs])
    return Network(weights, biases, whole(of_trial("inputs")), whole(of_trial("targets")), trial, step, activation, slope,
                   results)


def networks(results, activation="relu", slope=0.01):
    """A Network for each trial and snapshot in `results`, which come from a sweep with the probe `parameters`. A
    coordinate `activation` (an axis of the sweep) goes before the argument."""
    parameters, found = results["parameters"], []
    moments = [name for name in parameters.dims if is_moment(name)]
    axes = [name for name in parameters.dims[:-1] if name not in moments]
    last = int(results["step"].values[-1])
    steps = [int(step) for step in results[moments[0]].values] if moments else [last]
    for index in np.ndindex(*(parameters.sizes[axis] for axis in axes)):
        trial = dict(zip(axes, index))
        named = str(results["activation"].values[trial["activation"]]) if "activation" in trial else activation
        for i, step in enumerate(steps):
            flat = parameters.isel({**trial, **{moment: i for moment in moments}}).values.astype(np.float64)
            found.append(rebuild(results, trial, step, flat, named, slope))
    return found


def run(sweep, overrides=(), **options):
    """Trains `sweep` and returns its results and their networks()."""
    results = sweeps.run(sweep, overrides)
    return results, networks(results, **options)


def test_snapshots(claim):
    """That what is rebuilt is the network that was trained."""
    results, rebuilt = run("""
specbias: 1
target: {samples: 100, frequencies: [3, 7]}
embedding: {kind: petals}
training: {steps: 40, learning_rate: 1e-3}
record: {every: 20}
probes: {parameters: {at: [0, 20, last]}}
axes:
  - model.depth: [2, 4]
  - model.width: [8, 16]
""")
    claim(f"{len(rebuilt)} networks of 4 trials at 3 steps", len(rebuilt) == 12)

    def error(network, outputs):
        loss = np.mean((outputs - network.targets) ** 2)
        return abs(loss / network.result("loss") - 1)

    worst = max(error(network, network.forward()[-1]) for network in rebuilt)
    claim(f"their losses are those that were recorded, relative: {worst:.1e}", worst < 1e-5)
    control = min(error(network, network.forward(network.inputs[::-1])[-1]) for network in rebuilt)
    claim(f"control, inputs in the wrong order: {control:.1e}", control > 1e-5)
    sweeps.need("torch")
    import torch

    worst = max(np.abs(network.torch()(torch.from_numpy(network.inputs)).detach().numpy() - network.forward()[-1]).max()
                for network in rebuilt)
    claim(f"PyTorch finds the same outputs: {worst:.1e}", worst < 1e-12)


if __name__ == "__main__":
    claims.main({"snapshots": test_snapshots})
