"""Figures of Rahaman et al., "On the Spectral Bias of Neural Networks" (ICML 2019), from the sweeps in
sweeps/rahaman2019. One function for each; the table is at the end."""

import curves
import heatmap
from curves import STEP, band
from experiment import Figure
from panels import blank, page, panels_of, sign

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


FIGURES = (
    Figure(rahaman2019_fig1, ("rahaman2019-fig1",), ("spectrum", "spectral_norm")),
    Figure(rahaman2019_fig3, ("rahaman2019-fig3",), ("perturbation",)),
    Figure(rahaman2019_fig7, ("rahaman2019-fig7",), ("spectrum", "loss")),
)
