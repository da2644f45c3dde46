"""Figures of the sweeps in sweeps/beyond, which go beyond the two papers. One function for each; the table is at the end."""

import numpy

from curves import COLOURS, STEP, band, shades
from experiment import Figure
from forms import canvas, forms, legend, moments, over_steps
from panels import BANDS, Panel, sign


def beyond_ntk(results):
    """Eigenvalues of the neural tangent kernel; below, the steps to each frequency, predicted by it and measured."""
    given, at = forms(results), moments(results, "ntk_eigenvalue")
    figure, axes = canvas(2, len(given), 3, 2.8, sharey="row")
    for form, above, below in zip(given, *axes):
        values, times, modes = form.panel.values("ntk_eigenvalue", at, "mode")
        predicted, _, frequencies = form.panel.values("ntk_predicted_step", at, "frequency")
        for i, (time, colour) in enumerate(zip(times, shades(len(times)))):
            band(above, modes, values[:, i], colour, f"step {time:g}")
            band(below, frequencies, predicted[:, i], colour, f"by the kernel of step {time:g}")
        measured, learned = form.panel.values("ntk_measured_step", "frequency")
        band(below, learned, measured, COLOURS[2], "measured, with Adam", marker="o", ms=3)
        above.set(xlabel="mode", ylabel="eigenvalue", xscale="log", yscale="log", title=form.name)
        below.set(xlabel="frequency", ylabel="steps until it is learned", yscale="log")
        for part in (above, below):
            part.grid(lw=0.3)
            part.label_outer()
    axes[0, 0].legend(fontsize=7)
    axes[1, -1].legend(fontsize=7)
    sign(figure, results, BANDS + "; predicted for gradient descent: up to one factor", "The neural tangent kernel")
    return figure


def beyond_spectral_bias(results):
    """The bias of what is left to learn, and the loss."""
    figure, axes = canvas(1, 2, 4.2, 3.2)
    over_steps(axes[0, 0], results, "spectral_bias", "Spectral bias of the residual")
    over_steps(axes[0, 1], results, "loss", "Loss", logarithmic=True)
    axes[0, 0].set_ylim(-1.05, 1.05)
    axes[0, 0].axhline(0, color="0.6", lw=0.6)
    axes[0, 0].legend()
    sign(figure, results, BANDS, "Spectral bias (Kiessling and Thor 2022)")
    return figure


def beyond_decay(results):
    """The networks' own spectra, one curve for each activation, with the slope of theory; below, their exponents over
    training. On a line, and in the plane."""
    figure, axes = canvas(2, results.sizes["embedding"], 4.2, 3, sharey="row")
    for index, (above, below) in enumerate(axes.T):
        plane = str(results["embedding"].values[index]) != "line"
        theory = -2.5 if plane else -2
        for activation, colour in enumerate(COLOURS[: results.sizes["activation"]]):
            panel = Panel(results, {"embedding": index, "activation": activation})
            exponents, steps = panel.values("decay_exponent", moments(results, "decay_exponent"))
            if not panel.networks:
                continue
            band(below, steps, exponents, colour, marker="o", ms=2)
            spectrum, _, k = panel.values("decay_amplitude", moments(results, "decay_amplitude"), "decay_wavenumber")
            mean = numpy.nanmean(exponents[:, -1]) if exponents.size else numpy.nan
            slope = "too steep" if numpy.isnan(mean) else f"$k^{{{mean:.1f}}}$"
            band(above, k, spectrum[:, -1], colour, f"{panel.point('activation')}: {slope}")
        below.axhline(theory, color="0.4", ls="--", label=f"ReLU networks in theory: {theory:g}")
        above.set(xlabel="wavenumber k", ylabel="amplitude", xscale="log", yscale="log")
        above.set_title("in the plane, mean over directions" if plane else "on a line")
        below.set(xlabel=STEP, ylabel="exponent of the decay")
        for part in (above, below):
            part.grid(lw=0.3)
            legend(part, fontsize=7)
    sign(figure, results, BANDS, "Decay of the networks' own spectra, after training")
    return figure


FIGURES = (
    Figure(beyond_ntk, ("beyond-ntk",), ("ntk_eigenvalue", "ntk_predicted_step", "ntk_measured_step")),
    Figure(beyond_spectral_bias, ("beyond-spectral_bias",), ("spectral_bias", "loss")),
    Figure(beyond_decay, ("beyond-decay",), ("decay_exponent", "decay_amplitude")),
)
