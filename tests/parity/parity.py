#!/usr/bin/env python3
"""Parity with PyTorch: `parity.py CASE LOSS`.

The claims, at the papers' network size (6 layers, width 256):
 1. From the program's own snapshot of step 0 (parameters, inputs, targets), PyTorch's gradient and its parameters after
    one Adam step agree with the program's to 1e-5, relative in norm, layer by layer; the parameters but for at most 3 of
    10 seeds. Of the 256 000 pre-activations of a network, the one nearest to 0 is often nearer than rounding (6e-9 to 1e-6
    in 10 seeds of each case, where float32 is off by 2e-7), and a ReLU that falls otherwise changes gradients by 1e-6,
    the sign of some of them, and so Adam's first update.
 2. Training is chaotic, so over the following 200 steps float32 itself is the yardstick. With D(s) the running maximum
    from step 5 up to step s of |loss - loss64| / loss64, loss64 being PyTorch in float64 from the same start, the ratio
    of the program's D to PyTorch float32's D has a median of at most 3 over all steps of 10 seeds, also at step 5 and
    at step 200; and at step 200 none is above 30 times the largest of five float32 runs of the same network by PyTorch.

Why whole runs, and five of them: a pre-activation within rounding of 0 falls on the other side of a ReLU about once in
some tens of steps, and lifts D from 1e-7 to 1e-5 at once; which of two float32 runs meets that first is chance.
Measured between PyTorch and itself with the hidden neurons renumbered (the same network, sums in another order), 15
seeds twice, 80 steps: the ratio of single steps exceeded 30 in 16 of the 60 directed pairs, up to 3475. The five runs
differ by such a renumbering; the four further ones are made only where the first is exceeded by 30. A run can still be
the only one of six in which a ReLU falls otherwise: two ways to sum that are both right differed there in 1 of 20 runs.

Negative control of 2: PyTorch float32 with a learning rate that is wrong by 10% must break the bounds.

CTest runs each case and each loss, but not all combinations: those are `parity.py all`.
"""

import multiprocessing
import sys

sys.path.insert(0, __file__.rsplit("/", 2)[0])
import sweeps

sweeps.need("torch", "xarray", "h5netcdf", "numpy")
import numpy as np
import torch

SEEDS, FIRST, STEPS, LEARNING_RATE = 10, 5, 200, 3e-4
TOLERANCE = 1e-5
FLIPPED = 3  # seeds in which rounding may decide about a ReLU in the first pass already
NOISE, LEFT_OUT = 1e-9, 0.01  # gradients that small may be rounding alone; the share of a layer that may be
EXCESS = 30.0  # over the largest of five runs
LIMITS = 3.0, 3.0, 3.0, 2  # of statistics()

SINUSOIDS = "{samples: 200, frequencies: {from: 5, to: 50, by: 5}%s}"
PETALS = "{samples: 500, frequencies: {from: 20, to: 200, by: 20}%s}"
CASES = {
    "sinusoids": (SINUSOIDS, "{kind: line}", "{kind: none}"),
    "petals": (PETALS, "{kind: petals, petals: 10}", "{kind: none}"),
    "positional": (SINUSOIDS, "{kind: line}", "{kind: positional, octaves: 7}"),
}
LOSSES = "mse", "bce"

SWEEP = """
specbias: 1
name: parity
target: {target}
embedding: {embedding}
encoding: {encoding}
model: {{depth: 6, width: 256}}
training: {{learning_rate: {rate}, epsilon: {epsilon}, steps: {steps}, loss: {loss}}}
record: {{every: 1}}
probes: {{parameters: {{at: [0, 1]}}}}
axes:
  - seed: {{from: 0, to: {last_seed}}}
"""


def sweep(case, loss, seeds=SEEDS, steps=STEPS, rate=LEARNING_RATE, epsilon=1e-8):
    target, embedding, encoding = CASES[case]
    binarised = ", binarise: true, threshold: 0.5" if loss == "bce" else ""
    return sweeps.run(SWEEP.format(target=target % binarised, embedding=embedding, encoding=encoding, loss=loss,
                                   last_seed=seeds - 1, steps=steps, rate=rate, epsilon=epsilon))


def layers(results):
    """(offset of weights, of biases, inputs, outputs) of each layer."""
    names = ("weight_offset", "bias_offset", "layer_inputs", "layer_outputs")
    return list(zip(*(results[name].values.astype(int) for name in names)))


def network(results, seed, dtype):
    """The snapshot of step 0 as a list of (W, b) leaf tensors, with its inputs and targets."""
    flat = results["parameters"].sel(seed=seed).isel(parameters_step=0).values
    parameters = []
    for weight, bias, inputs, outputs in layers(results):
        w = torch.tensor(flat[weight:weight + inputs * outputs].reshape(outputs, inputs), dtype=dtype)
        b = torch.tensor(flat[bias:bias + outputs], dtype=dtype)
        parameters += [w.requires_grad_(), b.requires_grad_()]
    x = torch.tensor(results["inputs"].sel(seed=seed).values, dtype=dtype)
    y = torch.tensor(results["targets"].sel(seed=seed).values, dtype=dtype)
    return parameters, x, y


def renumber(parameters, number):
    """The same network with its hidden neurons in another order, the random one number `number`; 0: as it is."""
    generator = np.random.default_rng(number)
    tensors = [tensor.detach() for tensor in parameters]
    for i in range(0, len(tensors) - 2, 2) if number else ():
        order = generator.permutation(len(tensors[i]))
        tensors[i], tensors[i + 1] = tensors[i][order], tensors[i + 1][order]
        tensors[i + 2] = tensors[i + 2][:, order]
    return [tensor.contiguous().requires_grad_() for tensor in tensors]


def loss_value(parameters, x, y, loss):
    h = x
    for i in range(0, len(parameters), 2):
        h = torch.nn.functional.linear(h, parameters[i], parameters[i + 1])
        if i < len(parameters) - 2:
            h = torch.relu(h)
    if loss == "mse":
        return torch.nn.functional.mse_loss(h, y)
    return torch.nn.functional.binary_cross_entropy_with_logits(h, y)


def train(results, seed, loss, dtype, rate=LEARNING_RATE, renumbering=0):
    """Losses before each of STEPS updates and after the last."""
    parameters, x, y = network(results, seed, dtype)
    parameters = renumber(parameters, renumbering)
    adam = torch.optim.Adam(parameters, lr=rate)
    losses = []
    for _ in range(STEPS + 1):
        adam.zero_grad()
        value = loss_value(parameters, x, y, loss)
        value.backward()
        losses.append(value.item())
        adam.step()
    return np.array(losses)


def deviation(ours, reference):
    return np.linalg.norm((ours - reference).ravel()) / np.linalg.norm(reference.ravel())


def split(flat, results):
    pieces = []
    for weight, bias, inputs, outputs in layers(results):
        pieces += [flat[weight:weight + inputs * outputs].reshape(outputs, inputs), flat[bias:bias + outputs]]
    return pieces


def check_gradient(case, loss):
    """Adam's first update is rate g / (|g| + epsilon): with a large epsilon it tells the gradient itself."""
    rate, epsilon = 1e3, 1.0
    results = sweep(case, loss, seeds=1, steps=1, rate=rate, epsilon=epsilon)
    snapshots = results["parameters"].sel(seed=0).values.astype(np.float64)
    update = snapshots[0] - snapshots[1]
    ours = split(np.sign(update) * epsilon * np.abs(update) / (rate - np.abs(update)), results)
    parameters, x, y = network(results, 0, torch.float32)
    loss_value(parameters, x, y, loss).backward()
    return max(deviation(a, b.grad.numpy().astype(np.float64)) for a, b in zip(ours, parameters))


def check_update(results, loss):
    """The worst deviation of a layer after one update, for each seed, and the largest share of a layer that is left
    out: Adam's first update is nearly the sign of the gradient, so where that is rounding noise around 0 its direction
    is noise, too."""
    worst, left_out = [], 0.0
    for seed in results["seed"].values:
        parameters, x, y = network(results, seed, torch.float32)
        adam = torch.optim.Adam(parameters, lr=LEARNING_RATE)
        loss_value(parameters, x, y, loss).backward()
        adam.step()
        ours = split(results["parameters"].sel(seed=seed).isel(parameters_step=1).values, results)
        worst.append(0.0)
        for a, b in zip(ours, parameters):
            gradient = b.grad.numpy()
            clear = (np.abs(gradient) >= NOISE) | (gradient == 0)
            worst[-1] = max(worst[-1], deviation(a[clear], b.detach().numpy()[clear]))
            left_out = max(left_out, 1 - clear.mean())
    return np.sort(worst), left_out


def running_deviation(losses, reference):
    """D(s) for s = 5, 6, ..."""
    return np.maximum.accumulate((np.abs(losses - reference) / reference)[FIRST:])


def deviations(results, seed, loss):
    """D of the program, of PyTorch float32, of the control, [3][step], and the largest D(200) of five float32 runs."""
    torch.set_num_threads(1)
    exact = train(results, seed, loss, torch.float64)

    def single(**options):
        return running_deviation(train(results, seed, loss, torch.float32, **options), exact)

    ours, first = running_deviation(results["loss"].sel(seed=seed).values, exact), single()
    yardstick = first[-1]
    if ours[-1] > EXCESS * yardstick:
        yardstick = max(yardstick, *(single(renumbering=number)[-1] for number in range(1, 5)))
    return np.array([ours, first, single(rate=1.1 * LEARNING_RATE)]), yardstick


def statistics(ratios, ends):
    """Of ratios[seed][step]: the median, that of the first step and of whole runs; and how many of ends[seed] exceed."""
    return np.median(ratios), np.median(ratios[:, 0]), np.median(ratios[:, -1]), np.sum(ends > EXCESS)


def within_bounds(values):
    return all(value <= limit for value, limit in zip(values, LIMITS))


def check_training(results, loss):
    """The statistics of the program and of the control, and the program's largest ratio of single steps."""
    with multiprocessing.get_context("fork").Pool(2) as pool:
        runs = pool.starmap(deviations, [(results.sel(seed=[seed]), seed, loss) for seed in range(SEEDS)])
    ours, first, control = np.stack([run[0] for run in runs], axis=1)
    yardstick = np.array([run[1] for run in runs])
    program = statistics(ours / first, ours[:, -1] / yardstick)
    return program, statistics(control / first, control[:, -1] / yardstick), np.max(ours / first)


def main(case, loss):
    torch.set_num_threads(1)
    failures = 0

    def claim(text, holds):
        nonlocal failures
        failures += not holds
        print(f"{'ok  ' if holds else 'FAIL'} {case}, {loss}: {text}", flush=True)

    gradient = check_gradient(case, loss)
    claim(f"gradient, worst layer: {gradient:.1e} <= {TOLERANCE:.0e}", gradient <= TOLERANCE)
    results = sweep(case, loss)
    update, left_out = check_update(results, loss)
    agreed = update[SEEDS - 1 - FLIPPED]
    claim(f"parameters after one update, but for {FLIPPED} seeds: {agreed:.1e} <= {TOLERANCE:.0e}", agreed <= TOLERANCE)
    print(f"     {case}, {loss}: the same, worst seed: {update[-1]:.1e}, by chance", flush=True)
    claim(f"of which left out, for gradients within rounding of 0: {left_out:.1e}", left_out <= LEFT_OUT)
    values, controls, chance = check_training(results, loss)
    names = "median of steps", "median at the first", "median of runs", "runs above 30 times the largest"
    for name, value, limit in zip(names, values, LIMITS):
        claim(f"deviation over PyTorch's, {name}: {value:.3g} <= {limit}", value <= limit)
    print(f"     {case}, {loss}: the same, worst step: {chance:.2f}, by chance", flush=True)
    control = ", ".join(f"{value:.3g}" for value in controls)
    claim(f"control, learning rate wrong by 10%, breaks them: {control}", not within_bounds(controls))
    return failures


if __name__ == "__main__":
    wanted = [(case, loss) for case in CASES for loss in LOSSES if sys.argv[1:] in ([case, loss], ["all"])]
    if not wanted:
        raise SystemExit(f"usage: parity.py all, or parity.py {'|'.join(CASES)} {'|'.join(LOSSES)}")
    sys.exit(sum(main(case, loss) for case, loss in wanted) > 0)
