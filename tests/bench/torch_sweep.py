#!/usr/bin/env python3
"""The quickstart sweep in PyTorch: `torch_sweep.py SWEEP STARTS RESULTS PROCESSES FORM [PATH=VALUE]...`.

Trains the networks whose parameters, inputs and targets the results file STARTS holds, one process per core, with the
settings of the sweep file SWEEP, overridden as by the program's --set, and writes what its probes measure, under the
program's names, to RESULTS (.npz).
"""

import multiprocessing
import os
import sys

os.environ["HDF5_USE_FILE_LOCKING"] = "FALSE"
import numpy as np
import torch
import torch_step
import xarray
import yaml


def spectrum(outputs, frequencies, amplitudes):
    return 2 / len(outputs) * np.abs(np.fft.rfft(outputs.numpy()[:, 0])[frequencies]) / amplitudes


def spectral_norms(parameters):
    """From the eigenvalues of W W^T: 3.7 ms for 256x256, where torch.linalg.matrix_norm takes 5.6."""
    grams = (weights @ weights.T if len(weights) <= weights.shape[1] else weights.T @ weights for weights in parameters[::2])
    return [torch.linalg.eigvalsh(gram)[-1].sqrt().item() for gram in grams]


def perturbation(parameters, x, y, settings, frequencies):
    """response[magnitude][frequency]: the mean over random directions of the perturbed over the trained magnitude."""
    shapes = [tensor.shape for tensor in parameters]
    flat = torch.cat([tensor.reshape(-1) for tensor in parameters])

    def response(theta):
        return spectrum(torch_step.loss_and_outputs(x, y, *torch_step.views(theta, shapes))[1], frequencies, 1)

    reference, rows = response(flat), []
    magnitudes = settings["magnitudes"]
    for magnitude in np.linspace(magnitudes["from"], magnitudes["to"], magnitudes["count"]):
        ratios = []
        for _ in range(settings["directions"]):
            direction = torch.randn_like(flat)
            ratios.append(response(flat + direction * (magnitude / direction.norm())) / reference)
        rows.append(np.mean(ratios, axis=0))
    return rows


def train(start, sweep, form):
    """One trial: what is measured, by name."""
    torch_step.one_thread()
    parameters, x, y, frequencies, amplitudes = start
    rate, every, probes = float(sweep["training"]["learning_rate"]), sweep["record"]["every"], sweep["probes"]
    trainer = torch_step.trainer(parameters, x, y, rate, form)
    losses, spectra, norms = [], [], []

    def record(loss, outputs):
        losses.append(loss.item())
        spectra.append(spectrum(outputs.detach(), frequencies, amplitudes))
        with torch.no_grad():
            norms.append(spectral_norms(trainer.parameters))

    for step in range(sweep["training"]["steps"]):
        if step % every == 0:
            with torch.no_grad():
                record(*torch_step.loss_and_outputs(x, y, *trainer.parameters))
        trainer.step()
    with torch.no_grad():
        record(*torch_step.loss_and_outputs(x, y, *trainer.parameters))
        kept = perturbation(trainer.parameters, x, y, probes["perturbation"], frequencies)
    return {"loss": losses, "spectrum": spectra, "spectral_norm": norms, "perturbation": kept}


def read_starts(path):
    """Of each trial in the order of the grid: parameters, inputs, targets, frequencies and their amplitudes."""
    with xarray.open_dataset(path, engine="h5netcdf") as results:
        grid = results["parameters"].dims[:-2]
        stacked = results.load().stack(trial=grid).transpose("trial", ...)
    layers = [stacked[name].values.astype(int) for name in ("layer_outputs", "layer_inputs")]
    shapes = [torch.Size(shape) for out, into in zip(*layers) for shape in ((out, into), (out,))]
    frequencies = stacked["frequency"].values.astype(int)
    starts = []
    for trial in range(stacked.sizes["trial"]):
        one = stacked.isel(trial=trial)
        flat, x, y = (torch.tensor(one[name].values) for name in ("parameters", "inputs", "targets"))
        starts.append((torch_step.views(flat[0], shapes), x, y, frequencies, one["amplitude"].values))
    return starts


def override(settings, path, value):
    *sections, key = path.split(".")
    for section in sections:
        settings = settings[section]
    settings[key] = yaml.safe_load(value)


def main(sweep, starts, results, processes, form, *overrides):
    with open(sweep) as file:
        settings = yaml.safe_load(file)
    for pair in overrides:
        override(settings, *pair.split("=", 1))
    with multiprocessing.get_context("fork").Pool(int(processes)) as pool:
        work = [(start, settings, form) for start in read_starts(starts)]
        trials = pool.starmap(train, work, chunksize=1)
    np.savez(results, **{name: np.array([trial[name] for trial in trials]) for name in trials[0]})


if __name__ == "__main__":
    main(*sys.argv[1:])
