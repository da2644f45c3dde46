"""Training steps of the program against PyTorch's, one core, process CPU time, in interleaved rounds."""

import statistics

import contestants
import numpy as np

SPAN = 0.3  # seconds of a measurement, about
GLANCE = 0.1  # of one that only chooses PyTorch's finalists
GLANCES = 3
FINALISTS = 3
FORMS = "usual", "eager", "traced", "flat", "flat traced"  # of torch_step.py


def steps_for(span, milliseconds):
    return max(3, round(span * 1e3 / milliseconds))


class Pytorch:
    """Workers: as it is installed, tuned (None if that cannot be, `left_out` says why), and all, also under settings that
    are only tried."""

    def __init__(self, blas, quick, say):
        self.quick, self.stock, self.tuned, self.left_out = quick, contestants.Torch({}), None, None
        self.workers = [self.stock]
        try:
            self.tuned = contestants.tuned(blas)
            self.workers.append(self.tuned)
        except contestants.Failure as failure:
            self.left_out = str(failure)
            say(f"tuned PyTorch is left out: {failure}")
        for settings in () if quick else contestants.tunings(blas):
            try:
                self.workers.append(contestants.Torch(settings))
            except contestants.Failure as failure:
                say(f"not tried: {failure}")

    def close(self):
        for worker in self.workers:
            worker.close()

    def finalists(self, case):
        """The (worker, form) pairs that may be fastest, and about how many milliseconds a step takes them. All forms are
        tried as PyTorch is installed, then all settings in the best form, then all forms in the best setting; the least
        time of some turns is compared: what disturbs a turn only makes it longer."""
        times = {}

        def fastest(pairs):
            for _ in range(1 if self.quick else GLANCES):
                for worker, form in pairs:
                    steps = steps_for(GLANCE / 10 if self.quick else GLANCE, times.get((worker, form)) or worker.measure(case, form, 3))
                    again = worker.measure(case, form, steps)
                    times[worker, form] = min(again, times.get((worker, form), again))
            return min(pairs, key=times.get)

        _, form = fastest([(self.stock, form) for form in FORMS])
        best, _ = fastest([(worker, form) for worker in self.workers])
        fastest([(best, form) for form in FORMS])
        return sorted(times, key=times.get)[:FINALISTS], min(times.values())


def compare(other, times, share):
    """Quartiles of the ratios other / times of each round, and the median of what they would be at the peak."""
    ratios = np.array(other) / times
    q1, median, q3 = np.percentile(ratios, [25, 50, 75])
    return {"median": median, "q1": q1, "q3": q3, "ceiling": np.median(ratios / share)}


class Case:
    """What takes part in the rounds of a case, and what came of it."""

    def __init__(self, program, pytorch, name):
        self.program, self.name, self.share = program, name, []
        finalists, milliseconds = pytorch.finalists(name)
        self.usual = {"stock": (pytorch.stock, "usual")}
        if pytorch.tuned:
            self.usual["tuned"] = (pytorch.tuned, "usual")
        self.pytorch = list(dict.fromkeys([*self.usual.values(), *finalists]))
        self.steps = steps_for(SPAN / 10 if pytorch.quick else SPAN, milliseconds)
        self.times = {contestant: [] for contestant in (*self.pytorch, "plain", "default")}

    def measure(self, contestant):
        if contestant in self.pytorch:
            worker, form = contestant
            return worker.measure(self.name, form, self.steps)
        row = self.program.bench(self.name, self.steps, "plain" if contestant == "plain" else None)
        if contestant == "default":
            self.share.append(row["share"]["median"])
        return row["ms"]["median"]

    def round(self, number):
        """Each contestant once; another one begins in each round."""
        order = list(self.times)
        for i in range(len(order)):
            contestant = order[(number + i) % len(order)]
            self.times[contestant].append(self.measure(contestant))

    def fastest(self):
        """PyTorch's with the shortest step: chosen by the very times that are compared, in its favour."""
        return min(self.pytorch, key=lambda pair: statistics.median(self.times[pair]))

    def result(self):
        named = {**self.usual, "fastest": self.fastest(), "plain": "plain", "default": "default"}
        times = {name: self.times[contestant] for name, contestant in named.items()}
        tried = [{"settings": worker.name(), "form": form, "ms": self.times[worker, form]} for worker, form in self.pytorch]
        worker, form = named["fastest"]
        return {"case": self.name, "steps": self.steps, "ms": times, "share": self.share,
                "over": {name: compare(times[name], times["default"], self.share) for name in times if name != "default"},
                "fastest": {"settings": worker.name(), "form": form}, "tried": tried}


def measure(program, pytorch, cases, rounds, say):
    """The cases after so many rounds."""
    measured = []
    for name in cases:
        say(f"case {name}: what is fastest for PyTorch")
        measured.append(Case(program, pytorch, name))
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        for case in measured:
            case.round(number)
    return measured
