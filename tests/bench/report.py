"""What compare.py found, in words and tables that a terminal shows as well as README.md."""

import os

import numpy as np

BEGIN, END = "<!-- written by tests/bench/compare.py -->\n", "<!-- end of what compare.py wrote -->\n"
NETWORKS = {"a": "1-5x256-1, 200", "b": "2-5x256-1, 1000", "c": "1-4x128-1, 2048", "d": "32-4x512-3, 1024",
            "tiny": "1-3x64-1, 256"}
COLUMNS = {"stock": "PyTorch", "tuned": "tuned PyTorch", "fastest": "fastest PyTorch", "plain": "plain",
           "default": "specbias"}


def spread(median, lower, upper):
    return f"{median:.2f} ({lower:.2f}-{upper:.2f})"


def quartiles(values):
    return spread(*np.percentile(values, [50, 25, 75]))


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
    names = [name for name in ("stock", "tuned", "fastest", "plain", "default") if name in results[0]["ms"]]
    head = ("case", "network, batch", *(COLUMNS[name] for name in names), "share of the peak")
    rows = [(result["case"], NETWORKS[result["case"]], *(f"{np.median(result['ms'][name]):.3g}" for name in names),
             quartiles(result["share"])) for result in results]
    return table(head, rows)


def over(results):
    """The ratios, each with its ceiling."""
    head = ("case", *(f"over {COLUMNS[name]}" for name in results[0]["over"]))
    rows = [(result["case"], *(f"{spread(ratio['median'], ratio['q1'], ratio['q3'])} of {ratio['ceiling']:.2f}"
                               for ratio in result["over"].values())) for result in results]
    return table(head, rows)


def fastest(results):
    """Which settings and form were PyTorch's fastest, and in which cases."""
    cases = {}
    for result in results:
        chosen = result["fastest"]
        cases.setdefault(f"{chosen['settings']}, {chosen['form']}", []).append(result["case"])
    return "; ".join(f"{', '.join(names)}: {chosen}" for chosen, names in cases.items())


def together(results):
    rows = [[result["case"], f"{np.median(result['alone']):.3g}", f"{np.median(result['together']):.3g}",
             ratios(result["together"], result["alone"])] for result in results]
    return (f"A step alone, and while a second process trains on another core, ms; {len(results[0]['alone'])} alternating "
            "pairs:\n\n" + table(("case", "alone", "together", "together over alone"), rows))


def sweep(result):
    seconds = result["seconds"]
    return (f"The whole {result['sweep']} on {result['ranks']} cores, from start to exit: PyTorch ({result['pytorch']}), one "
            f"process per core, {np.median(seconds['pytorch']):.1f} s; specbias {np.median(seconds['program']):.1f} s; ratio {ratios(seconds['pytorch'], seconds['program'])} over "
            f"{len(seconds['program'])} alternating pairs. Both train the same networks on the same data: their "
            "losses differ by {early_loss:.1%} at the first record; by {loss:.0%}, and spectra by {spectrum:.2f}, in the "
            "mean of all records, as those of any two float32 programs do.".format(**result["differences"]))


def text(found):
    about, results = found["about"], found["steps"]
    tuned = f"{about['tuned']}, likewise" if about["tuned"] else f"left out, {about['left_out']}"
    kept = "" if about["flushes_denormals"] else ". It cannot flush denormal numbers here, which slows it down"
    parts = [f"{about['date']}, {about['processor']}, {about['cores']} cores; {about['specbias']}; PyTorch {about['torch']}. "
             f"Again: `{about['command']}`",
             steps(results),
             f"Milliseconds of CPU time of one step on one core: medians of {len(results[0]['share'])} rounds.",
             over(results),
             "Times of the others over specbias's, round by round: median (and quartiles) *of* what it would be with a step "
             f"at the peak. PyTorch: {about['stock']}, written the usual way (`nn.Sequential`, `torch.optim.Adam`). Tuned: "
             f"{tuned}. Fastest, of all settings and forms that were tried: {fastest(results)}{kept}."]
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
