#!/usr/bin/env python3
"""How fast training is beside PyTorch on this machine.

Measures one training step (forward, loss, backward, Adam; full batch, float32) of the cases of 'specbias bench', on one
core that all are pinned to, by the process's CPU time. Each round measures, one after the other: PyTorch as it is
installed and written the usual way; the same on OpenBLAS, tuned for AVX-512; the settings and forms in which PyTorch is
fastest here; the program's plain kernels and its default ones. Ratios are taken within a round, so that a machine that is
slow for a while is slow for both sides.

--together adds what a second process on another core costs; --sweep adds the wall time of the quickstart on all cores
against the same sweep in PyTorch. Run it alone on the machine.
"""

import argparse
import json
import os
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)), os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")]
import sweeps

sweeps.need("torch", "numpy", "xarray", "h5netcdf", "yaml")
import contestants
import report
import step_times
import together
import whole_sweep

ROOT = os.path.normpath(os.path.join(contestants.HERE, "../.."))
CASES = "a", "b", "c", "d", "tiny"


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give a number of 1 or more")
    return number


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=CASES, help="default: all five")
    parser.add_argument("--rounds", type=positive, default=20, help="default 20, which take 6 minutes")
    parser.add_argument("--together", type=positive, metavar="PAIRS", help="alternate between alone and with a companion")
    parser.add_argument("--sweep", type=positive, metavar="PAIRS", help="alternate between whole sweeps, 3 minutes a pair")
    parser.add_argument("--quick", action="store_true",
                        help="to see whether all of it works: short measurements, few settings, 20 steps in a sweep")
    parser.add_argument("--blas", metavar="FOLDER",
                        help="has an OpenBLAS or a BLIS for PyTorch, as libblas.so.3; called openblas* or blis*")
    parser.add_argument("--json", metavar="FILE", type=argparse.FileType("w"), help="write all measurements there")
    parser.add_argument("--readme", metavar="FILE", nargs="?", const=os.path.join(ROOT, "README.md"),
                        help="write the tables to their place in README.md, or in FILE")
    return parser.parse_args()


def find_program():
    """$SPECBIAS, or what jobs/local.sh or tests/run.sh have built."""
    builds = [os.path.join(ROOT, "build", preset, "src/cli/specbias") for preset in ("release", "ci")]
    for path in filter(None, [os.environ.get("SPECBIAS"), *builds]):
        if os.access(path, os.X_OK):
            return contestants.Program(os.path.realpath(path))
    raise contestants.Failure("no program: build it (jobs/local.sh or tests/run.sh), or name it in SPECBIAS")


def mpirun():
    if os.getuid() == 0:
        os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    return os.environ.get("SPECBIAS_MPIRUN", "mpirun --bind-to none -n").split()


def say(text):
    print(text, file=sys.stderr, flush=True)


def command(options):
    """What to type for the same measurement; folders and files are this machine's own."""
    words = ["tests/bench/compare.py"] + ["--quick"] * options.quick
    words += ["--cases", *options.cases] if tuple(options.cases) != CASES else []
    for name in "rounds", "together", "sweep":
        words += [f"--{name}", str(getattr(options, name))] if getattr(options, name) else []
    return " ".join(words)


def about(options, program, cores, pytorch):
    """What is measured, and how."""
    return {**contestants.machine(cores), "command": command(options), "specbias": program.version(), **pytorch.stock.about,
            "stock": pytorch.stock.name(), "tuned": pytorch.tuned and pytorch.tuned.name(), "left_out": pytorch.left_out}


def measure(options):
    """Everything that the options ask for."""
    program, cores = find_program(), sorted(os.sched_getaffinity(0))
    if options.together and len(cores) < 2:
        raise contestants.Failure("--together needs two cores, and this process may use only one")
    os.sched_setaffinity(0, cores[-1:])
    pytorch = step_times.Pytorch(options.blas, options.quick, say)
    try:
        found = {"about": about(options, program, len(cores), pytorch)}
        cases = step_times.measure(program, pytorch, options.cases, options.rounds, say)
        found["steps"] = [case.result() for case in cases]
    finally:
        pytorch.close()
    if options.together:
        say("alone and together")
        found["together"] = [together.measure(program, case, options.together, cores[-1], cores[-2])
                             for case in options.cases]
    os.sched_setaffinity(0, cores)
    if options.sweep:
        fastest = next((case for case in cases if case.name == "a"), cases[0]).fastest()  # a is the quickstart's network
        overrides = whole_sweep.SHORT if options.quick else ()
        found["sweep"] = whole_sweep.measure(program, mpirun(), len(cores), options.sweep, overrides, *fastest, say)
    return found


def main():
    options = parse_arguments()
    try:
        found = measure(options)
    except contestants.Failure as failure:
        raise SystemExit(f"compare.py: {failure}")
    text = report.text(found)
    print(text)
    if options.json:
        with options.json as file:
            json.dump(found, file, indent=1)
    if "sweep" in found and not whole_sweep.agree(found["sweep"]):
        raise SystemExit("compare.py: the whole sweeps did not do the same work: their results differ more than rounding "
                         f"explains: {found['sweep']['differences']}")
    if options.readme:
        report.insert(text, options.readme)


if __name__ == "__main__":
    main()
