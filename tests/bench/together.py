"""Two processes on two cores: how much longer a training step takes while another process trains on the other core."""

import os
import time

import contestants

SPAN = 0.4  # seconds of a measurement, about
HEAD_START = 0.5  # seconds until a companion has measured its peak and warmed up: it takes 0.2


def measure(program, case, pairs, core, other):
    """Milliseconds [pair] of a step on core alone, and with a companion on other that runs all the while."""
    steps = max(3, round(SPAN * 1e3 / program.bench(case, 3)["ms"]["median"]))
    alone, together = [], []
    for _ in range(pairs):
        alone.append(program.bench(case, steps)["ms"]["median"])
        os.sched_setaffinity(0, {other})
        companion = program.companion(case, steps * 100)
        os.sched_setaffinity(0, {core})
        try:
            time.sleep(HEAD_START)
            together.append(program.bench(case, steps)["ms"]["median"])
            if companion.poll() is not None:
                raise contestants.Failure(f"case {case}: the companion ended first, with code {companion.returncode}")
        finally:
            companion.kill()
            companion.wait()
    return {"case": case, "alone": alone, "together": together}
