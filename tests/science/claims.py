"""What the science tests share: a test is a function that is given `claim(text, holds)`, which prints a statement and
whether it holds. Each test has a negative control among them. Import it first: it makes the
modules of the folder above (sweeps) importable."""

import sys

sys.path.insert(0, __file__.rsplit("/", 2)[0])


def check(name, test):
    """Runs `test`; True if all of its claims hold, of which there must be some."""
    outcomes = []

    def claim(text, holds):
        outcomes.append(bool(holds))
        print(f"{'ok  ' if holds else 'FAIL'} {name}: {text}", flush=True)

    test(claim)
    return all(outcomes) and len(outcomes) > 0


def main(tests):
    """Runs the test that the command line names, of the functions `tests` by their names, and leaves with its code."""
    if len(sys.argv) != 2 or sys.argv[1] not in tests:
        raise SystemExit(f"usage: {sys.argv[0]} {'|'.join(tests)}")
    sys.exit(not check(sys.argv[1], tests[sys.argv[1]]))
