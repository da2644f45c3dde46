"""The quickstart's wall time on all cores, by the program and by the same sweep in PyTorch (torch_sweep.py).

Both start from the same parameters and data, measure the same at the same steps, and are timed as commands, from start to
exit. That they did the same work is checked: losses agree at the first record, before training's chaos sets in, and losses
and spectra over all records as far as those of two float32 programs do. Measured on the quickstart, between the program
with BLIS's skx kernels, with its haswell kernels, and PyTorch: at step 100 losses differed by up to 0.3%; over all records
by 3.4 to 4.7% in the mean, and spectra by 0.041 to 0.051.
"""

import os
import sys
import tempfile
import time

import contestants

SWEEP = os.path.join(contestants.HERE, "../../sweeps/quickstart.yaml")
SHORT = "training.steps=20", "probes.perturbation.directions=1"
LIMITS = {"early_loss": 0.02, "loss": 0.15, "spectrum": 0.1}


def wall_time(command, settings):
    start = time.perf_counter()
    contestants.run(command, settings)
    return time.perf_counter() - start


class Sweep:
    def __init__(self, program, mpirun, ranks, folder, overrides):
        self.launch, self.ranks, self.folder, self.overrides = [*mpirun, str(ranks), program.path], ranks, folder, overrides
        self.starts = self.path("starts.h5")
        only = ["--set", "probes={parameters: {at: [0]}, spectrum: {}}", "--set", "training.steps=1"]
        contestants.run([program.path, "run", SWEEP, "-o", self.starts, "--quiet", *only], {})

    def path(self, name):
        return os.path.join(self.folder, name)

    def by_program(self):
        options = ["--quiet", "--overwrite", *(f"--set={override}" for override in self.overrides)]
        return wall_time([*self.launch, "run", SWEEP, "-o", self.path("program.h5"), *options], {})

    def by_pytorch(self, worker, form):
        script = os.path.join(contestants.HERE, "torch_sweep.py")
        arguments = [SWEEP, self.starts, self.path("pytorch.npz"), str(self.ranks), form, *self.overrides]
        return wall_time([sys.executable, script, *arguments], worker.settings)

    def differences(self):
        """Worst relative deviation of a loss up to the first record after the start; means over all records and trials of
        the relative deviation of losses, and of the absolute one of spectra, where 1 is all of a frequency."""
        import numpy as np
        import xarray

        with xarray.open_dataset(self.path("program.h5"), engine="h5netcdf") as results:
            grid = results["loss"].dims[:-1]
            ours = results.load().stack(trial=grid).transpose("trial", ...)
        theirs = np.load(self.path("pytorch.npz"))
        for name in "loss", "spectrum", "spectral_norm", "perturbation":
            if ours[name].shape != theirs[name].shape:
                raise contestants.Failure(f"{name}: {ours[name].shape} by the program, {theirs[name].shape} by PyTorch")
        loss = np.abs(np.log(ours["loss"].values / theirs["loss"]))
        spectra = np.abs(ours["spectrum"].values - theirs["spectrum"])
        return {"early_loss": float(loss[:, :2].max()), "loss": float(loss.mean()), "spectrum": float(spectra.mean())}


def agree(result):
    return all(value <= LIMITS[name] for name, value in result["differences"].items())


def measure(program, mpirun, ranks, pairs, overrides, worker, form, say):
    """Seconds [pair] of both, PyTorch in `form` with the settings of `worker`; and how far their results differ."""
    times = {"program": [], "pytorch": []}
    with tempfile.TemporaryDirectory() as folder:
        sweep = Sweep(program, mpirun, ranks, folder, overrides)
        for pair in range(pairs):
            say(f"whole sweep, pair {pair + 1} of {pairs}")
            times["pytorch"].append(sweep.by_pytorch(worker, form))
            times["program"].append(sweep.by_program())
        differences = sweep.differences()
    return {"sweep": " ".join(["quickstart", *overrides]), "ranks": ranks, "pytorch": f"{worker.name()}, {form}",
            "seconds": times, "differences": differences}
