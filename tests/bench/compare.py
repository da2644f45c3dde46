#!/usr/bin/env python3
"""How fast training is beside PyTorch on this machine.

Measures one training step (forward, loss, backward, Adam; full batch, float32) of the cases of 'specbias bench', on one
core that all are pinned to, by the process's CPU time. Each round measures, one after the other, PyTorch as it is
installed, PyTorch under the settings and in the forms that may be fastest here, the program's default kernels and its plain
ones. Ratios are taken within a round, so that a machine that is slow for a while is slow for both sides.

--together adds what a second process on another core costs; --sweep adds the wall time of the quickstart on all cores
against the same sweep in PyTorch. Run it alone on the machine.
"""

import argparse
import json
import os
import shlex
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)), os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")]
import contestants
import step_times
import sweeps
import together
import whole_sweep

ROOT = os.path.normpath(os.path.join(contestants.HERE, "../.."))
CASES = "a", "b", "c", "d", "tiny"


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give a number of 1 or more")
    return number


def setting(text):
    if "=" not in text:
        raise argparse.ArgumentTypeError("give NAME=VALUE")
    return text


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=CASES, help="default: all five")
    parser.add_argument("--rounds", type=positive, default=20, help="default 20, which take 6 minutes")
    parser.add_argument("--together", type=positive, metavar="PAIRS", help="alternate between alone and with a companion")
    parser.add_argument("--sweep", type=positive, metavar="PAIRS", help="alternate between whole sweeps, 3 minutes a pair")
    parser.add_argument("--sweep-steps", type=positive, default=whole_sweep.STEPS, metavar="STEPS",
                        help="training steps of each of its trials, to shorten it (default %(default)s)")
    parser.add_argument("--core", type=int, help="for all but whole sweeps (default: the last one)")
    parser.add_argument("--blas", metavar="FOLDER", help="try its libblas.so.3 for PyTorch; called openblas* or blis*")
    parser.add_argument("--only", nargs="+", type=setting, metavar="NAME=VALUE",
                        help="run PyTorch with these environment variables, and try no others")
    parser.add_argument("--json", metavar="FILE", help="write all measurements there")
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


def measure(options):
    """Everything that the options ask for."""
    program, cores = find_program(), sorted(os.sched_getaffinity(0))
    core = cores[-1] if options.core is None else options.core
    others = [other for other in cores if other != core]
    if options.together and not others:
        raise contestants.Failure("--together needs two cores, and this process may use only one")
    command = shlex.join(["tests/bench/compare.py", *sys.argv[1:]])
    found = {"about": {**contestants.machine(len(cores)), "command": command, "specbias": program.version()}}
    os.sched_setaffinity(0, {core})
    if options.only:
        base = dict(pair.split("=", 1) for pair in options.only)
        pytorch = step_times.Pytorch(" ".join(options.only), base, [], say)
    else:
        pytorch = step_times.Pytorch("nothing set", {}, contestants.tunings(options.blas), say)
    try:
        found["about"].update(pytorch.workers[0].about)
        cases = step_times.measure(program, pytorch, options.cases, options.rounds, say)
        found["steps"] = [case.result() for case in cases]
    finally:
        pytorch.close()
    if options.together:
        say("alone and together")
        found["together"] = [together.measure(program, case, options.together, core, others[-1]) for case in options.cases]
    os.sched_setaffinity(0, cores)
    if options.sweep:
        tuned = next((case for case in cases if case.name == "a"), cases[0]).tuned()  # the quickstart's network is that of a
        found["sweep"] = whole_sweep.measure(program, mpirun(), len(cores), options.sweep, options.sweep_steps, *tuned, say)
    return found


def main():
    options = arguments()
    sweeps.need("torch", "numpy", "xarray", "h5netcdf", "yaml")
    import report

    try:
        found = measure(options)
    except contestants.Failure as failure:
        raise SystemExit(f"compare.py: {failure}")
    text = report.text(found)
    print(text)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(found, file, indent=1)
    if "sweep" in found and not whole_sweep.agree(found["sweep"]):
        raise SystemExit("compare.py: the whole sweeps did not do the same work: their results differ more than rounding "
                         f"explains: {found['sweep']['differences']}")
    if options.readme:
        report.insert(text, options.readme)


if __name__ == "__main__":
    main()
