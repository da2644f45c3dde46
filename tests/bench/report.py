"""What compare.py found, in words and tables that a terminal shows as well as README.md."""

import os

import numpy as np

BEGIN, END = "<!-- written by tests/bench/compare.py -->\n", "<!-- end of what compare.py wrote -->\n"
NETWORKS = {"a": "1-5x256-1, 200", "b": "2-5x256-1, 1000", "c": "1-4x128-1, 2048", "d": "32-4x512-3, 1024",
            "tiny": "1-3x64-1, 256"}


def quartiles(values):
    lower, median, upper = np.percentile(values, [25, 50, 75])
    return f"{median:.2f} ({lower:.2f}-{upper:.2f})"


def ratios(numerators, denominators):
    """Median and quartiles of the ratios pair by pair."""
    return quartiles(np.array(numerators) / np.array(denominators))


def table(head, rows):
    """A Markdown table whose columns are aligned."""
    rows = [head, *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def steps(results):
    head = ("case", "network, batch", "PyTorch", "tuned", "plain", "specbias", "over PyTorch", "over tuned PyTorch",
            "over plain", "share of the peak")
    rows = []
    for result in results:
        times = result["ms"]
        row = [result["case"], NETWORKS[result["case"]]]
        row += [f"{np.median(times[name]):.3g}" for name in ("stock", "tuned", "plain", "default")]
        row += [ratios(times[name], times["default"]) for name in ("stock", "tuned", "plain")]
        rows.append([*row, quartiles(result["share"])])
    return table(head, rows)


def tuned(results):
    """Which settings and form were PyTorch's fastest, and in which cases."""
    cases = {}
    for result in results:
        chosen = result["pytorch"]["tuned"]
        cases.setdefault(f"{chosen['settings']}, {chosen['form']}", []).append(result["case"])
    return "; ".join(f"{', '.join(names)}: {chosen}" for chosen, names in cases.items())


def together(results):
    rows = [[result["case"], f"{np.median(result['alone']):.3g}", f"{np.median(result['together']):.3g}",
             ratios(result["together"], result["alone"])] for result in results]
    return (f"A step alone, and while a second process trains on another core, ms; {len(results[0]['alone'])} alternating "
            "pairs:\n\n" + table(("case", "alone", "together", "together over alone"), rows))


def sweep(result):
    seconds = result["seconds"]
    return (f"The whole {result['sweep']} ({result['steps']} training steps) on {result['ranks']} cores, from start to exit: "
            f"PyTorch, one process per core, {np.median(seconds['pytorch']):.1f} s; specbias "
            f"{np.median(seconds['program']):.1f} s; ratio {ratios(seconds['pytorch'], seconds['program'])} over "
            f"{len(seconds['program'])} alternating pairs. Both train the same networks on the same data: their "
            "losses differ by {early_loss:.1%} at the first record; by {loss:.0%}, and spectra by {spectrum:.2f}, in the "
            "mean of all records, as those of any two float32 programs do.".format(**result["differences"]))


def text(found):
    about, results = found["about"], found["steps"]
    parts = [f"{about['date']}, {about['processor']}, {about['cores']} cores; {about['specbias']}; PyTorch {about['torch']} "
             f"on {about['blas']}. Again: `{about['command']}`",
             steps(results),
             f"Milliseconds of CPU time of one step on one core: medians of {len(results[0]['share'])} rounds. Ratios are "
             "medians (and quartiles) of those within a round. PyTorch: "
             f"{results[0]['pytorch']['stock']['settings']}. Tuned, what was fastest for it here: {tuned(results)}."]
    if "together" in found:
        parts.append(together(found["together"]))
    if "sweep" in found:
        parts.append(sweep(found["sweep"]))
    return "\n\n".join(parts)


def insert(text, path):
    """Puts `text` between the two marks in the file, in place of what is there."""
    with open(path) as file:
        before, rest = file.read().split(BEGIN)
    after = rest.split(END)[1]
    with open(path + ".new", "w") as file:
        file.write(f"{before}{BEGIN}\n{text}\n\n{END}{after}")
    os.replace(path + ".new", path)
