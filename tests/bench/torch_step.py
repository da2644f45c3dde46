#!/usr/bin/env python3
"""The training step in PyTorch that compare.py measures: forward, loss, backward, Adam, in float32 on one thread.

FORMS are ways to write it; which is fastest depends on the size, so compare.py tries all of them for each case:
  usual         nn.Sequential of Linear and ReLU, torch.optim.Adam with its defaults
  eager         functional layers with the ReLU in place, gradients dropped rather than zeroed, Adam over lists of tensors
  traced        the same, network and loss through torch.jit.trace
  flat          all parameters are views of one vector, their gradients of another: Adam is one update of one tensor
  flat traced   both
Measured and left out: torch.jit.script took 2 to 30% longer than eager; torch.autograd.grad into one vector took as long
as flat.

Run as a program it is compare.py's worker: it says what it runs on in one line of JSON, then answers each line
"CASE,FORM,STEPS" with the process CPU time of a step in milliseconds.
"""

import ctypes
import json
import sys
import time

import torch
import torch.nn.functional as functional

CASES = {  # depth, width, inputs, outputs, batch
    "a": (6, 256, 1, 1, 200),
    "b": (6, 256, 2, 1, 1000),
    "c": (5, 128, 1, 1, 2048),
    "d": (5, 512, 32, 3, 1024),
    "tiny": (4, 64, 1, 1, 256),
}
LEARNING_RATE = 3e-4
WARM_UP = 10  # steps before the first measurement: buffers are allocated, traces optimised
REFILL = 2  # steps before every other one: others have had the caches meanwhile


def loss_and_outputs(x, y, *parameters):
    for i in range(0, len(parameters) - 2, 2):
        x = functional.linear(x, parameters[i], parameters[i + 1]).relu_()
    outputs = functional.linear(x, *parameters[-2:])
    return functional.mse_loss(outputs, y), outputs


def views(flat, shapes):
    """`flat` cut into consecutive tensors of the given shapes, which share its memory."""
    pieces = flat.split([shape.numel() for shape in shapes])
    return [piece.view(shape) for piece, shape in zip(pieces, shapes)]


class Usual:
    """A network with parameters W_1, b_1, W_2, ... that learns y[samples][outputs] at x[samples][inputs]."""

    def __init__(self, parameters, x, y, learning_rate):
        self.x, self.y, layers = x, y, []
        for weights, biases in zip(parameters[::2], parameters[1::2]):
            linear = torch.nn.Linear(weights.shape[1], weights.shape[0])
            linear.load_state_dict({"weight": weights, "bias": biases})
            layers += [linear, torch.nn.ReLU()]
        self.model = torch.nn.Sequential(*layers[:-1])
        self.parameters = list(self.model.parameters())
        self.adam = torch.optim.Adam(self.model.parameters(), lr=learning_rate)

    def step(self):
        """The loss and the outputs before the update."""
        outputs = self.model(self.x)
        loss = functional.mse_loss(outputs, self.y)
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        return loss, outputs


class Unusual:
    """The same in one of the other forms."""

    def __init__(self, parameters, x, y, learning_rate, form):
        self.x, self.y, self.flat = x, y, None
        if "flat" in form:
            shapes = [tensor.shape for tensor in parameters]
            self.flat = torch.cat([tensor.reshape(-1) for tensor in parameters])
            self.flat.grad = torch.zeros_like(self.flat)
            self.parameters = [tensor.requires_grad_() for tensor in views(self.flat, shapes)]
            for tensor, gradient in zip(self.parameters, views(self.flat.grad, shapes)):
                tensor.grad = gradient
            self.adam = torch.optim.Adam([self.flat], lr=learning_rate)
        else:
            self.parameters = [tensor.clone().requires_grad_() for tensor in parameters]
            self.adam = torch.optim.Adam(self.parameters, lr=learning_rate, foreach=True)
        self.function = loss_and_outputs
        if "traced" in form:
            self.function = torch.jit.trace(loss_and_outputs, (x, y, *self.parameters))

    def step(self):
        if self.flat is None:
            self.adam.zero_grad(set_to_none=True)
        else:
            self.flat.grad.zero_()
        loss, outputs = self.function(self.x, self.y, *self.parameters)
        loss.backward()
        self.adam.step()
        return loss, outputs


def trainer(parameters, x, y, learning_rate, form):
    settings = parameters, x, y, learning_rate
    return Usual(*settings) if form == "usual" else Unusual(*settings, form)


def trainer_of_case(case, form):
    """Uniform weights and biases on +-1/sqrt(fan_in), as in the program; the same ones for every form."""
    depth, width, inputs, outputs, batch = CASES[case]
    generator = torch.Generator().manual_seed(0)
    widths = [inputs, *[width] * (depth - 1), outputs]
    parameters = []
    for fan_in, fan_out in zip(widths, widths[1:]):
        for shape in (fan_out, fan_in), (fan_out,):
            parameters.append((torch.rand(shape, generator=generator) * 2 - 1) / fan_in**0.5)
    x, y = (torch.rand((batch, columns), generator=generator) for columns in (inputs, outputs))
    return trainer(parameters, x, y, LEARNING_RATE, form)


def one_thread():
    """One thread, on which denormal numbers are taken as zeros, as the program does; false where PyTorch cannot."""
    torch.set_num_threads(1)
    return torch.set_flush_denormal(True)


def name_of(library):
    """OpenBLAS's version and kernels, or the folder, "blis-openmp": Debian has one for each."""
    blas = ctypes.CDLL(library)
    if not hasattr(blas, "openblas_get_config"):
        return library.split("/")[-2]
    blas.openblas_get_config.restype = blas.openblas_get_corename.restype = ctypes.c_char_p
    version = blas.openblas_get_config().decode().split(" ")[:2]  # "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ..."
    return f"{' '.join(version)} for {blas.openblas_get_corename().decode()}"


def blas_in_use():
    """What multiplies matrices in this process."""
    with open("/proc/self/maps") as maps:
        files = {line.split()[-1] for line in maps if "/libblas.so" in line or "/libmkl_core" in line}
    return " ".join(sorted(map(name_of, files))) or "its own BLAS"


def answer(trainers, case, form, steps):
    if (case, form) not in trainers:
        trainers[case, form] = trainer_of_case(case, form)
        losses = [trainers[case, form].step()[0].item() for _ in range(WARM_UP)]
        first = trainers.setdefault(case, losses)
        if max(abs(loss - other) / other for loss, other in zip(losses, first)) > 1e-4:
            raise SystemExit(f"case {case}: form '{form}' does not compute what another does: {losses}, {first}")
    step = trainers[case, form].step
    for _ in range(REFILL):
        step()
    start = time.process_time()
    for _ in range(steps):
        step()
    return (time.process_time() - start) * 1e3 / steps


def main():
    flushes = one_thread()
    print(json.dumps({"torch": torch.__version__, "blas": blas_in_use(), "flushes_denormals": flushes}), flush=True)
    trainers = {}
    for line in sys.stdin:
        case, form, steps = line.strip().split(",")
        print(answer(trainers, case, form, int(steps)), flush=True)


if __name__ == "__main__":
    main()
