"""Figures of Rahaman et al., "On the Spectral Bias of Neural Networks" (ICML 2019), from the sweeps in
sweeps/rahaman2019. One function for each; the table is at the end."""

import numpy

import curves
import heatmap
from curves import COLOURS, STEP, band
from experiment import Figure
from panels import REPLICATE, blank, page, panels_of, sign

TARGET, NETWORK = "0.6", COLOURS[1]
BANDS = "; bands: range over networks"
MAGNITUDE = "Normalised magnitude, clipped at 1"


def rahaman2019_fig1(results):
    """Above, frequency x step: what is learned of each frequency, for equal and for rising amplitudes; below, the
    spectral norms of the layers over the same steps."""
    panels = list(panels_of(results, "spectrum", "step", "frequency"))
    figure, parts = page(panels, 4.2, 5.4)
    for panel, part in zip(panels, parts):
        if blank(part, panel, "spectrum"):
            continue
        above, below = part.subplots(2, 1, height_ratios=[1.4, 1])
        heatmap.draw_heatmap(above, panel, "spectrum", "step", MAGNITUDE)
        above.set_ylabel(STEP)
        curves.layers(below, panel, "spectral_norm", "Spectral norm")
    sign(figure, results, BANDS, "Rahaman et al. 2019, figure 1")
    return figure


def rahaman2019_fig2(results):
    """The learned function beside its target at the steps that were recorded; the first network of the sweep."""
    panel = next(panels_of(results.isel({REPLICATE: [0]}), "prediction", "predictions_step", "sample", "output"))
    functions, steps, *_ = panel.values("prediction", "predictions_step", "sample", "output")
    targets, *_ = panel.values("targets", "sample", "output")
    z = numpy.arange(targets.shape[1]) / targets.shape[1]
    figure, parts = page([f"iteration {step:g}" for step in steps], 3.6, 2.6, columns=2)
    for part, function in zip(parts, functions[0, :, :, 0]):
        axes = part.subplots()
        axes.plot(z, targets[0, :, 0], color=TARGET, lw=1, label="target")
        axes.plot(z, function, color=NETWORK, lw=1.4, label="network")
        axes.set(xlabel="z", ylabel="f(z)")
        axes.grid(lw=0.3)
    parts[0].axes[0].legend(loc="upper right", fontsize=7)
    sign(figure, results, title="Rahaman et al. 2019, figure 2")
    return figure


def rahaman2019_fig3(results):
    """Frequency x norm of a perturbation of the trained network's parameters: what is left of each frequency."""
    panels = list(panels_of(results, "perturbation", "magnitude", "frequency"))
    figure, parts = page(panels, 4.6, 3.6)
    for panel, part in zip(panels, parts):
        if blank(part, panel, "perturbation"):
            continue
        axes = part.subplots()
        heatmap.draw_heatmap(axes, panel, "perturbation", "magnitude", heatmap.RATIO)
        axes.set_ylabel(heatmap.NORM)
    sign(figure, results, title="Rahaman et al. 2019, figure 3")
    return figure


def rahaman2019_fig7(results):
    """Frequency x step for targets on ever more petals, and their loss curves."""
    panels = list(panels_of(results, "spectrum", "step", "frequency"))
    figure, parts = page([*panels, "learning curves"], 3.4, 3.6, columns=3)
    losses = parts[-1].subplots()
    for panel, part, colour in zip(panels, parts, curves.shades(len(panels))):
        if blank(part, panel, "spectrum"):
            continue
        axes = part.subplots()
        heatmap.draw_heatmap(axes, panel, "spectrum", "step", MAGNITUDE)
        axes.set_ylabel(STEP)
        loss, steps = panel.values("loss", "step")
        band(losses, steps, loss, colour, panel.point("petals"))
    losses.set(xlabel=STEP, ylabel="Loss", yscale="log")
    losses.legend(title="petals")
    losses.grid(lw=0.3)
    sign(figure, results, BANDS, "Rahaman et al. 2019, figure 7")
    return figure


def rahaman2019_fig8(results):
    """Frequency x petals: training accuracy at the end."""
    panels = list(panels_of(results, "accuracy", "step", "petals", "frequencies"))
    figure, parts = page([f"{panel.networks} networks" for panel in panels], 4.6, 3.8)
    for panel, part in zip(panels, parts):
        if blank(part, panel, "accuracy"):
            continue
        values, _, petals, frequencies = panel.values("accuracy", "step", "petals", "frequencies")
        axes = part.subplots()
        image = heatmap.draw_cells(axes, values.mean(axis=0)[-1], petals, frequencies, vmin=0.5, vmax=1)
        axes.figure.colorbar(image, ax=axes, pad=0.02, extend="min").set_label("Training accuracy")
        axes.set(xlabel="Frequency k of the target", ylabel="Number of petals L")
    sign(figure, results, title="Rahaman et al. 2019, figure 8")
    return figure


def learning(results, title):
    """Frequency x step, a heat map for each network that is compared."""
    panels = list(panels_of(results, "spectrum", "step", "frequency"))
    figure, parts = page(panels, 3.2, 3.4, columns=4)
    for panel, part in zip(panels, parts):
        if blank(part, panel, "spectrum"):
            continue
        axes = part.subplots()
        heatmap.draw_heatmap(axes, panel, "spectrum", "step", MAGNITUDE)
        axes.set_ylabel(STEP)
    sign(figure, results, title=title)
    return figure


def rahaman2019_appendix_depth(results):
    """A delta peak learned by networks of several depths."""
    return learning(results, "Rahaman et al. 2019, appendix: depth")


def rahaman2019_appendix_width(results):
    """A delta peak learned by networks of several widths."""
    return learning(results, "Rahaman et al. 2019, appendix: width")


def rahaman2019_appendix_clip(results):
    """A delta peak learned by networks with several bounds on their weights."""
    return learning(results, "Rahaman et al. 2019, appendix: weight clipping")


def rahaman2019_appendix_parabola(results):
    """What is learned of one frequency over training, on the line and on the parabola, and the loss."""
    panels = list(panels_of(results, "spectrum", "step", "frequency"))
    figure, (left, right) = page(["learned", "loss"], 3.8, 3)
    axes, losses = left.subplots(), right.subplots()
    for panel, colour in zip(panels, COLOURS):
        if panel.networks == 0:
            continue
        values, steps, frequencies = panel.values("spectrum", "step", "frequency")
        loss, _ = panel.values("loss", "step")
        for i, line in zip(range(len(frequencies)), ("-", "--", ":", "-.")):
            band(axes, steps, values[:, :, i], colour, f"{panel.point('embedding')}, k={frequencies[i]:g}", ls=line)
        band(losses, steps, loss, colour, panel.point("embedding"))
    axes.set(xlabel=STEP, ylabel="Normalised magnitude", ylim=(0, None))
    losses.set(xlabel=STEP, ylabel="Loss", yscale="log")
    for part in (axes, losses):
        part.legend(fontsize=7)
        part.grid(lw=0.3)
    sign(figure, results, BANDS, "Rahaman et al. 2019, a frequency on the line and on the parabola")
    return figure


FIGURES = (
    Figure(rahaman2019_fig1, ("rahaman2019-fig1",), ("spectrum", "spectral_norm")),
    Figure(rahaman2019_fig2, ("rahaman2019-fig2",), ("prediction", "targets")),
    Figure(rahaman2019_fig3, ("rahaman2019-fig3",), ("perturbation",)),
    Figure(rahaman2019_fig7, ("rahaman2019-fig7",), ("spectrum", "loss")),
    Figure(rahaman2019_fig8, ("rahaman2019-fig8",), ("accuracy",)),
    Figure(rahaman2019_appendix_depth, ("rahaman2019-appendix_depth",), ("spectrum",)),
    Figure(rahaman2019_appendix_width, ("rahaman2019-appendix_width",), ("spectrum",)),
    Figure(rahaman2019_appendix_clip, ("rahaman2019-appendix_clip",), ("spectrum",)),
    Figure(rahaman2019_appendix_parabola, ("rahaman2019-appendix_parabola",), ("spectrum", "loss")),
)
