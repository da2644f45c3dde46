"""Training steps of the program against PyTorch's, one core, process CPU time, in interleaved rounds."""

import statistics

import contestants

SPAN = 0.3  # seconds of a measurement, about
GLANCE = 0.1  # of one that only chooses PyTorch's finalists
GLANCES = 3
FINALISTS = 3  # besides PyTorch under its base settings
FORMS = "eager", "traced", "flat", "flat traced"  # of torch_step.py


def steps_for(span, milliseconds):
    return max(3, round(span * 1e3 / milliseconds))


class Pytorch:
    """Workers: the first under settings `base`, called `name`, the others under those of `tunings` that work here."""

    def __init__(self, name, base, tunings, say):
        self.workers = [contestants.Torch(name, base)]
        for name, settings in tunings:
            try:
                self.workers.append(contestants.Torch(name, settings))
            except contestants.Failure as failure:
                say(f"left out: {failure}")

    def close(self):
        for worker in self.workers:
            worker.close()

    def finalists(self, case, glances):
        """The (worker, form) pairs that may be fastest, the first being under the base settings, in the best form there;
        and about how many milliseconds a step takes them. All settings are tried in that form, then all forms in the best
        setting; the least time of some turns is compared: what disturbs a turn only makes it longer."""
        times = {}

        def fastest(pairs):
            for _ in range(glances):
                for worker, form in pairs:
                    steps = steps_for(GLANCE, times.get((worker, form)) or worker.measure(case, form, 3))
                    again = worker.measure(case, form, steps)
                    times[worker, form] = min(again, times.get((worker, form), again))
            return min(pairs, key=times.get)

        stock = fastest([(self.workers[0], form) for form in FORMS])
        best, _ = fastest([(worker, stock[1]) for worker in self.workers])
        fastest([(best, form) for form in FORMS])
        others = sorted((pair for pair in times if pair != stock), key=times.get)[:FINALISTS]
        return [stock, *others], min(times.values())


class Case:
    """What takes part in the rounds of a case, and what came of it."""

    def __init__(self, program, pytorch, name, glances):
        self.program, self.name, self.share = program, name, []
        self.finalists, milliseconds = pytorch.finalists(name, glances)
        self.steps = steps_for(SPAN, milliseconds)
        self.times = {contestant: [] for contestant in (*self.finalists, "default", "plain")}

    def measure(self, contestant):
        if contestant in self.finalists:
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

    def tuned(self):
        """The finalist with the shortest step: chosen by the very times that are compared, in PyTorch's favour."""
        return min(self.finalists, key=lambda pair: statistics.median(self.times[pair]))

    def result(self):
        chosen = {"stock": self.finalists[0], "tuned": self.tuned()}
        tried = [{"settings": worker.name, "form": form, "ms": self.times[worker, form]} for worker, form in self.finalists]
        times = {**{name: self.times[pair] for name, pair in chosen.items()},
                 **{name: self.times[name] for name in ("plain", "default")}}
        settings = {name: {"settings": worker.name, "form": form} for name, (worker, form) in chosen.items()}
        return {"case": self.name, "steps": self.steps, "ms": times, "share": self.share,
                "pytorch": {**settings, "tried": tried}}


def measure(program, pytorch, cases, rounds, say):
    """The cases after so many rounds."""
    measured = []
    for name in cases:
        say(f"case {name}: settings for PyTorch")
        measured.append(Case(program, pytorch, name, GLANCES if rounds > 1 else 1))
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        for case in measured:
            case.round(number)
    return measured
