"""Figures of Rahaman et al., "On the Spectral Bias of Neural Networks" (ICML 2019), from the sweeps in
sweeps/rahaman2019. One function for each; the table is at the end."""

import numpy
from matplotlib import pyplot
from matplotlib.colors import ListedColormap

import curves
import heatmap
from curves import COLOURS, STEP, band
from experiment import Figure
from forms import moments
from panels import BANDS, REPLICATE, Panel, blank, edges, page, panels_of, sign

TARGET, NETWORK, CLEAN = "0.6", COLOURS[1], COLOURS[2]
SIDES = COLOURS[1], COLOURS[5]  # of a target of two classes
SYMBOL = {"frequency": "$k$", "amplitude": "$\\beta$"}  # of label noise
MAGNITUDE = "Normalised magnitude, clipped at 1"


def networks(results):
    """A panel for each seed."""
    for i in range(results.sizes[REPLICATE]):
        yield Panel(results, {REPLICATE: i})


def first(panels):
    """The first panel with a finished network; figures.py refuses a file without any."""
    return next(panel for panel in panels if panel.networks)


def maps(panels, parts, variable="spectrum", over="step", meaning=MAGNITUDE, ylabel=STEP, letters=30):
    """A heat map of a variable [over][frequency] for each panel."""
    for panel, part in zip(panels, parts):
        if not blank(part, panel, variable):
            axes = part.subplots()
            heatmap.draw_heatmap(axes, panel, variable, over, meaning, letters)
            axes.set_ylabel(ylabel)


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
    """The learned function beside its target at the steps that were recorded, of one network."""
    panel = first(networks(results))
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
    maps(panels, parts, "perturbation", "magnitude", heatmap.RATIO, heatmap.NORM)
    sign(figure, results, title="Rahaman et al. 2019, figure 3")
    return figure


def rahaman2019_fig4(results):
    """Validation loss over training under label noise: at two frequencies k for several amplitudes, at two amplitudes
    for several k; black without noise."""
    fixed = [(name, value) for name in ("frequency", "amplitude") for value in most_met(noise_of(results)[name])]
    other = {"frequency": "amplitude", "amplitude": "frequency"}
    figure, parts = page([f"{SYMBOL[name]}={value:g}, {SYMBOL[other[name]]} varied" for name, value in fixed], 4.2, 3.2)
    for part, (name, value) in zip(parts, fixed):
        dips(part.subplots(), results, noise_of(results)[name] == value, other[name])
    sign(figure, results, BANDS, "Rahaman et al. 2019, figure 4")
    return figure


def rahaman2019_fig4_direction(results):
    """As figure 4, under noise along a random direction."""
    return variant_of_fig4(results, "noise along a random direction")


def rahaman2019_fig4_component(results):
    """As figure 4, under noise along a principal component."""
    return variant_of_fig4(results, "noise along a principal component")


def variant_of_fig4(results, title):
    figure, (part,) = page(["$k$ varied"], 5, 3.6)
    dips(part.subplots(), results, noise_of(results)["amplitude"] > 0, "frequency")
    sign(figure, results, BANDS, f"Rahaman et al. 2019, as figure 4, {title}")
    return figure


def noise_of(results):
    """Amplitudes and frequencies of the label noise along the zip `noise`."""
    return {name: results[name].values for name in SYMBOL}


def most_met(values):
    """The two most frequent of several values, rising."""
    found, counts = numpy.unique(values, return_counts=True)
    return sorted(found[numpy.argsort(-counts, kind="stable")[:2]])


def dips(axes, results, chosen, by):
    """Validation loss over training of the chosen points of the zip `noise`, told apart by one of their settings, and
    of those without noise."""
    noise = noise_of(results)
    points = sorted(numpy.flatnonzero(chosen & (noise["amplitude"] > 0)), key=lambda point: noise[by][point])
    without = numpy.flatnonzero(noise["amplitude"] == 0)[:1]
    labels = ["no noise"] * len(without) + [f"{noise[by][point]:g}" for point in points]
    colours = [COLOURS[0]] * len(without) + [*curves.shades(len(points))]
    for point, label, colour in zip([*without, *points], labels, colours):
        panel = Panel(results, {"noise": point})
        if panel.networks:
            losses, steps = panel.values("validation_loss", "step")
            band(axes, steps, losses, colour, label)
    axes.set(xlabel=STEP, ylabel="Validation loss", yscale="log")
    if axes.lines:
        axes.legend(title=SYMBOL[by], fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
    axes.grid(lw=0.3)


def rahaman2019_fig5(white, growing):
    """Above, label noise that is white, below, noise that grows along the kernel's eigenvectors: the coefficients of
    the network's outputs in these eigenvectors at the steps that were recorded, beside those of the targets with and
    without noise; and the loss against either."""
    rows = [results for results in (white, growing) if results is not None]
    figure = pyplot.figure(figsize=(14, 3.2 * len(rows) + 0.5), layout="constrained")
    for part, results in zip(figure.subfigures(len(rows), 1, squeeze=False)[:, 0], rows):
        panel = first(panels_of(results, "kernel_spectrum", "kernel_spectrum_step", "kernel_bin"))
        spectra, steps, bins = panel.values("kernel_spectrum", "kernel_spectrum_step", "kernel_bin")
        axes = part.subplots(1, len(steps) + 1, width_ratios=[1] * len(steps) + [1.6])
        for side, step, of_step in zip(axes, steps, spectra.transpose(1, 0, 2)):
            for name, colour, labels in (("target", TARGET, "training labels"), ("clean", CLEAN, "… without noise")):
                of_target, _ = panel.values(f"kernel_spectrum_{name}", "kernel_bin")
                side.plot(bins, of_target.mean(axis=0), color=colour, lw=1, label=labels)
            band(side, bins, of_step, NETWORK, "network")
            side.set(title=f"iteration {step:g}", xlabel="Eigenvector", yscale="log")
            side.sharey(axes[0])
            side.label_outer()
        axes[0].set_ylabel("Coefficient")
        for variable, colour, labels in (("loss", TARGET, ""), ("validation_loss", CLEAN, " without noise")):
            losses, of_steps = panel.values(variable, "step")
            band(axes[-1], of_steps, losses, colour, f"against the training labels{labels}")
        axes[-1].set(xlabel=STEP, ylabel="Loss of the network", yscale="log")
        for side in axes[0], axes[-1]:
            side.legend(fontsize=6, handlelength=1)
        part.suptitle("label noise: white" if results is white else "label noise: growing along the eigenvectors")
    sign(figure, rows, BANDS, "Rahaman et al. 2019, figure 5")
    return figure


def rahaman2019_fig6(results):
    """What each network says in the plane around the curve that it was trained on."""
    panels = list(networks(results))
    titles = [f"initialisation {panel.point(REPLICATE)}{accuracy(panel)}" for panel in panels]
    figure, parts = page(titles, 4.4, 4.2)
    for panel, part in zip(panels, parts):
        if blank(part, panel, "function_grid"):
            continue
        (grid,), y, x, _ = panel.values("function_grid", "grid_y", "grid_x", "output")
        (curve,), *_ = panel.values("inputs", "sample", "input")
        (target,), *_ = panel.values("targets", "sample", "output")
        axes = part.subplots()
        says, sides = grid[:, :, 0], ListedColormap(SIDES)
        axes.pcolormesh(x, y, says > 0, cmap=sides, vmin=0, vmax=1, alpha=0.25, rasterized=True)
        axes.contour(x, y, numpy.abs(says), 12, colors="0.3", alpha=0.4, linewidths=0.6)
        axes.scatter(curve[:, 0], curve[:, 1], c=target[:, 0], s=5, cmap=sides, vmin=0, vmax=1)
        axes.set(xlabel="x", ylabel="y", aspect="equal")
    sign(figure, results, "; colour: class, of samples and of the network; lines: |f|", "Rahaman et al. 2019, figure 6")
    return figure


def accuracy(panel):
    """Words for the share of training samples that the network of a panel ended with in their class, where measured."""
    if panel.networks == 0 or "accuracy" not in panel.results:
        return ""
    values, _ = panel.values("accuracy", moments(panel.results, "accuracy"))
    return f", training accuracy {100 * values[0, -1]:.1f}%"


def rahaman2019_arxiv6(results):
    """The first eigenvectors of the kernel, and the discrete Fourier transform of all."""
    panel = first(networks(results))
    (vectors,), modes, samples = panel.values("kernel_eigenvector", "kernel_mode", "sample")
    figure, (left, right) = page(["the first eigenvectors", "discrete Fourier transform of each"], 4.2, 3.6)
    axes = left.subplots()
    for vector, mode, colour in zip(vectors[:5], modes, curves.shades(5)):
        axes.plot(samples / len(samples), vector, color=colour, label=f"{mode:g}")
    axes.set(xlabel="x", ylabel="Eigenvector n", ylim=1.3 * numpy.array(axes.get_ylim()))
    axes.legend(loc="lower center", ncols=5)
    axes = right.subplots()
    magnitude = numpy.abs(numpy.fft.rfft(vectors)) / numpy.sqrt(len(samples))
    image = axes.pcolormesh(edges(modes), numpy.arange(magnitude.shape[1] + 1) - 0.5, magnitude.T, rasterized=True)
    axes.figure.colorbar(image, ax=axes, pad=0.02).set_label("Magnitude")
    axes.plot(modes, modes / 2, color="white", lw=0.8, ls=":", label="n/2")
    axes.legend(labelcolor="white")
    axes.set(xlabel="Eigenvector n, by falling eigenvalue", ylabel="Frequency, in periods of the domain")
    sign(figure, results, title="Rahaman et al., arXiv 1806.08734, figure 6")
    return figure


def rahaman2019_fig7(results):
    """Frequency x step for targets on ever more petals, and their loss curves."""
    panels = list(panels_of(results, "spectrum", "step", "frequency"))
    figure, parts = page([*panels, "learning curves"], 3.4, 3.6, columns=3)
    maps(panels, parts)
    losses = parts[-1].subplots()
    for panel, colour in zip(panels, curves.shades(len(panels))):
        if panel.networks:
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
        mean = numpy.ma.masked_invalid(values).mean(axis=0)[-1]
        image = heatmap.draw_cells(axes, mean, petals, frequencies, vmin=0.5, vmax=1)
        axes.figure.colorbar(image, ax=axes, pad=0.02, extend="min").set_label("Training accuracy")
        axes.set(xlabel="Frequency k of the target", ylabel="Number of petals L")
    sign(figure, results, title="Rahaman et al. 2019, figure 8")
    return figure


def rahaman2019_appendix_depth(results):
    """A delta peak learned by networks of several depths."""
    return delta_peak(results, "Rahaman et al. 2019, appendix: depth")


def rahaman2019_appendix_width(results):
    """A delta peak learned by networks of several widths."""
    return delta_peak(results, "Rahaman et al. 2019, appendix: width")


def rahaman2019_appendix_clip(results):
    """A delta peak learned by networks with several bounds on their weights."""
    return delta_peak(results, "Rahaman et al. 2019, appendix: weight clipping")


def delta_peak(results, title):
    panels = list(panels_of(results, "spectrum", "step", "frequency"))
    figure, parts = page(panels, 3.2, 3.4, columns=4)
    maps(panels, parts, letters=18)
    sign(figure, results, title=title)
    return figure


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


OF_NOISE = ("validation_loss", "amplitude", "frequency")
OF_KERNEL = tuple(f"kernel_spectrum{of}" for of in ("", "_step", "_target", "_clean")) + ("loss", "validation_loss")
FIGURES = (
    Figure(rahaman2019_fig1, ("rahaman2019-fig1",), ("spectrum", "spectral_norm")),
    Figure(rahaman2019_fig2, ("rahaman2019-fig2",), ("prediction", "predictions_step", "targets")),
    Figure(rahaman2019_fig3, ("rahaman2019-fig3",), ("perturbation",)),
    Figure(rahaman2019_fig4, ("rahaman2019-fig4",), OF_NOISE),
    Figure(rahaman2019_fig4_direction, ("rahaman2019-fig4_direction",), OF_NOISE),
    Figure(rahaman2019_fig4_component, ("rahaman2019-fig4_component",), OF_NOISE),
    Figure(rahaman2019_fig5, ("rahaman2019-fig5a", "rahaman2019-fig5b"), OF_KERNEL),
    Figure(rahaman2019_fig6, ("rahaman2019-fig6",), ("function_grid", "inputs", "targets"), ("accuracy",)),
    Figure(rahaman2019_arxiv6, ("rahaman2019-arxiv6",), ("kernel_eigenvector",)),
    Figure(rahaman2019_fig7, ("rahaman2019-fig7",), ("spectrum", "loss", "petals")),
    Figure(rahaman2019_fig8, ("rahaman2019-fig8",), ("accuracy", "petals", "frequencies")),
    Figure(rahaman2019_appendix_depth, ("rahaman2019-appendix_depth",), ("spectrum",)),
    Figure(rahaman2019_appendix_width, ("rahaman2019-appendix_width",), ("spectrum",)),
    Figure(rahaman2019_appendix_clip, ("rahaman2019-appendix_clip",), ("spectrum",)),
    Figure(rahaman2019_appendix_parabola, ("rahaman2019-appendix_parabola",), ("spectrum", "loss", "embedding")),
)
