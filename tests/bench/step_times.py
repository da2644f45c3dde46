"""Training steps of the program against PyTorch's, one core, process CPU time, in interleaved rounds."""

import contestants

SPAN = 0.3  # seconds of a measurement, about
GLANCE = 0.1  # of one that only chooses PyTorch's settings
GLANCES = 3
FORMS = "eager", "traced", "flat", "flat traced"  # of torch_step.py
NAMES = "stock", "tuned", "plain", "default"


def steps_for(span, milliseconds):
    return max(3, round(span * 1e3 / milliseconds))


class Pytorch:
    """Workers under every setting that may be PyTorch's fastest; the first is PyTorch as it is installed."""

    def __init__(self, blas, say):
        self.workers = [contestants.Torch("nothing set", {})]
        for name, settings in contestants.tunings(blas):
            try:
                self.workers.append(contestants.Torch(name, settings))
            except contestants.Failure as failure:
                say(f"left out: {failure}")
        self.chosen = {}

    def close(self):
        for worker in self.workers:
            worker.close()

    def fastest(self, case, pairs, glances):
        """The (worker, form) of `pairs` with the shortest step in `glances` turns, and its milliseconds."""
        times = {pair: [] for pair in pairs}
        for _ in range(glances):
            for (worker, form), values in times.items():
                steps = steps_for(GLANCE, values[-1]) if values else 3
                values.append(worker.measure(case, form, steps))
        best = min(times, key=lambda pair: min(times[pair]))
        return best, min(times[best])

    def choose(self, case, glances):
        """Takes the best form for PyTorch as it is, then the best setting for that form, then the best form there. The
        least time of some turns is compared: what disturbs a turn only makes it longer."""
        stock, _ = self.fastest(case, [(self.workers[0], form) for form in FORMS], glances)
        (worker, _), _ = self.fastest(case, [(worker, stock[1]) for worker in self.workers], glances)
        tuned, milliseconds = self.fastest(case, [(worker, form) for form in FORMS], glances)
        self.chosen[case] = {"stock": stock, "tuned": tuned}
        return steps_for(SPAN, milliseconds)


def measure(program, pytorch, cases, rounds, say):
    """What came of each case: settings, forms and milliseconds of each round, shares of the peak of the default kernels."""
    results = []
    for case in cases:
        steps = pytorch.choose(case, GLANCES if rounds > 1 else 1)
        chosen = pytorch.chosen[case]
        results.append({"case": case, "steps": steps, "ms": {name: [] for name in NAMES}, "share": []})
        results[-1]["pytorch"] = {name: {"settings": worker.name, "form": form} for name, (worker, form) in chosen.items()}
        say(f"case {case}: PyTorch is fastest with {chosen['tuned'][0].name}, {chosen['tuned'][1]}")
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        for result in results:
            case, steps, times = result["case"], result["steps"], result["ms"]
            for name, (worker, form) in pytorch.chosen[case].items():
                times[name].append(worker.measure(case, form, steps))
            for name, kernels in ("default", None), ("plain", "plain"):
                row = program.bench(case, steps, kernels)
                times[name].append(row["ms"]["median"])
                if name == "default":
                    result["share"].append(row["share"]["median"])
                    result["kernels"] = row["kernels"]
    return results
