"""analysis/: results files of every shape are masked and drawn; what cannot be drawn is refused in one line.

States that a run passes through are written here; one file comes from the program itself ($SPECBIAS).
"""

import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "analysis"))

import numpy
import xarray
from matplotlib.axes import Axes

import figures
import heatmap
import measures
import panels
from load import DONE, FAILED, ResultsError, coordinate, load


def write(path, axes, variables, coordinates, states=None, **attributes):
    """A file as the program writes it: axes {name: values} lead every variable {name: (dimensions, block)}."""
    shape = tuple(len(values) for values in axes.values())
    full = {
        name: ((*axes, *dimensions), numpy.broadcast_to(block, (*shape, *numpy.shape(block))).astype("f4").copy())
        for name, (dimensions, block) in variables.items()
    }
    attributes = {"format": "specbias", "title": path.stem, **attributes}
    xarray.Dataset(full, coords={**axes, **coordinates}, attrs=attributes).to_netcdf(path, engine="h5netcdf")
    states = numpy.full(shape, DONE) if states is None else numpy.array(states)
    trials = xarray.Dataset({"state": (tuple(axes), states.astype("u1")), "seconds": (tuple(axes), numpy.ones(shape))})
    trials.to_netcdf(path, engine="h5netcdf", group="trial", mode="a")
    return path


def learning(frequencies, steps):
    """spectrum[step][frequency] of a network that learns frequency k at the rate 1/k."""
    return 1 - numpy.exp(-numpy.outer(steps, 1 / numpy.array(frequencies, float)) / 100)


STEPS, FREQUENCIES = numpy.arange(0, 1001, 100), [5, 10, 20]
PLAIN = {
    "spectrum": (("step", "frequency"), learning(FREQUENCIES, STEPS)),
    "loss": (("step",), numpy.linspace(1, 0.1, len(STEPS))),
    "spectral_norm": (("step", "layer"), numpy.ones((len(STEPS), 3))),
    "perturbation": (("magnitude", "frequency"), numpy.ones((4, 3))),
}
AXES = {"step": STEPS, "frequency": FREQUENCIES, "layer": [1, 2, 3], "magnitude": [0, 1, 2, 3]}


def draw(path, folder, *options):
    run = [sys.executable, ROOT / "analysis" / "figures.py", path, "-o", folder, *options]
    return subprocess.run(run, capture_output=True, text=True)


def pictures(folder, *names):
    """Draws folder/test.h5, and says that exactly these pictures came out."""
    done = draw(folder / "test.h5", folder / "pictures")
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr, done.stderr
    assert done.stdout.split() == [str(folder / "pictures" / name) for name in names], done.stdout
    for name in names:
        assert (folder / "pictures" / name).read_bytes().startswith(b"\x89PNG")


def test_a_papers_figure_is_known_by_the_name_of_its_sweep(folder):
    axes = {"amplitude_law": ["equal", "rising"], "seed": [0, 1]}
    write(folder / "test.h5", axes, PLAIN, AXES, states=[[DONE, 0], [0, 0]], title="rahaman2019-fig1")
    pictures(folder, "test_rahaman2019_fig1.png")
    write(folder / "test.h5", axes, {"spectrum": PLAIN["spectrum"]}, AXES, title="rahaman2019-fig1")
    done = draw(folder / "test.h5", folder)
    assert done.stdout.split() == [str(folder / "test_spectrum.png")], "without its norms, what any sweep gets"
    assert "no rahaman2019_fig1 without spectral_norm" in done.stderr, done.stderr


def test_every_sweep_of_a_paper_has_a_figure_and_every_figure_its_sweeps(folder):
    written = {}
    for path in (ROOT / "sweeps").glob("*/*.yaml"):
        (written[path],) = (line.split()[1] for line in path.read_text().splitlines() if line.startswith("name:"))
        assert written[path] == f"{path.parent.name}-{path.stem}", path
    assert sorted(written.values()) == sorted(figures.EXPERIMENTS)


def test_files_of_one_figure_are_drawn_together(folder):
    spectra = numpy.ones((2, 3))
    variables = {
        "kernel_spectrum": (("kernel_spectrum_step", "kernel_bin"), spectra),
        "kernel_spectrum_target": (("kernel_bin",), spectra[0]),
        "kernel_spectrum_clean": (("kernel_bin",), spectra[0]),
        "validation_loss": PLAIN["loss"],
        "loss": PLAIN["loss"],
    }
    axes = {"step": STEPS, "kernel_spectrum_step": [0, 1000], "kernel_bin": [0, 20, 40]}
    files = {}
    for part in "ba":
        files[part] = write(folder / f"{part}.h5", {"seed": [0, 1]}, variables, axes, title=f"rahaman2019-fig5{part}")
    done = draw(files["b"], folder, files["a"])
    assert done.stdout.split() == [str(folder / "b_a_rahaman2019_fig5.png")], done.stderr
    groups = figures.together([files["a"], files["a"], files["b"]])
    assert [len(of_figure) for _, of_figure in groups] == [2, 1], "a sweep that comes twice is two figures"


def test_what_has_one_number_for_each_step_is_drawn_of_any_sweep(folder):
    variables = {
        "loss": PLAIN["loss"],
        "regions": (("regions_step",), numpy.array([3.0, 9.0])),
        "confusion_local_histogram": (("cosine_bin",), numpy.ones(5)),
    }
    axes = {"step": STEPS, "regions_step": [0, 1000], "cosine_bin": numpy.arange(5.0)}
    path = write(folder / "test.h5", {"encoding": ["none", "positional"], "seed": [0, 1]}, variables, axes)
    assert measures.measured(load(path)) == ["loss", "regions"]
    pictures(folder, "test_measures.png")
    write(folder / "test.h5", {"seed": [0, 1]}, {"confusion_local_histogram": variables["confusion_local_histogram"]}, axes)
    done = draw(folder / "test.h5", folder)
    assert done.returncode == 1 and "no spectrum to draw" in done.stderr, done.stderr


def test_vector_formats(folder):
    write(folder / "test.h5", {"seed": [0, 1]}, PLAIN, AXES)
    for form, start in {"svg": b"<?xml", "pdf": b"%PDF"}.items():
        done = draw(folder / "test.h5", folder, "--format", form)
        assert done.returncode == 0, done.stderr
        assert (folder / f"test_spectrum.{form}").read_bytes().startswith(start)


def test_uncommitted_slots_are_masked_and_failed_ones_on_request(folder):
    path = write(folder / "test.h5", {"seed": [0, 1, 2]}, PLAIN, AXES, states=[DONE, FAILED, 0])
    finished, kept = load(path), load(path, keep_failed=True)
    assert numpy.isfinite(finished["spectrum"]).all(("step", "frequency")).values.tolist() == [True, False, False]
    assert numpy.isfinite(kept["spectrum"]).all(("step", "frequency")).values.tolist() == [True, True, False]
    assert kept["trial_state"].values.tolist() == [DONE, FAILED, 0]
    assert "perturbation" not in load(path, ["loss", "no_such_variable"])


def test_a_panel_for_each_value_of_other_axes(folder):
    path = write(folder / "test.h5", {"amplitude_law": ["equal", "rising"], "seed": [0, 1]}, PLAIN, AXES)
    found = list(panels.panels_of(load(path), "spectrum", "step", "frequency"))
    assert [panel.title() for panel in found] == [
        "amplitude law: equal, mean of 2 networks",
        "amplitude law: rising, mean of 2 networks",
    ]
    pictures(folder, "test_spectrum.png", "test_perturbation.png")


def test_dimension_order_does_not_matter(folder):
    path = write(folder / "test.h5", {"seed": [0, 1], "petals": [0, 4]}, PLAIN, AXES)
    panel = next(panels.panels_of(load(path), "spectrum", "step", "frequency"))
    values, steps, frequencies = panel.values("spectrum", "step", "frequency")
    assert values.shape == (2, len(STEPS), 3) and steps.tolist() == STEPS.tolist()
    assert numpy.allclose(values, learning(FREQUENCIES, STEPS), atol=1e-6)
    pictures(folder, "test_spectrum.png", "test_perturbation.png")


def test_padding_of_ragged_axes_is_cut_off(folder):
    """Two sets of frequencies and two lengths of training, over index dimensions with padded coordinates."""
    nan = numpy.nan
    axes = {"frequencies": ["5 10", "7"], "length": [0, 1], "seed": [0]}
    coordinates = {
        "frequency": (("frequencies", "frequency_index"), [[5.0, 10.0], [7.0, nan]]),
        "step": (("length", "step_index"), [[0.0, 10.0, 20.0], [0.0, 30.0, nan]]),
    }
    block = numpy.full((3, 2), 0.5)
    variables = {"spectrum": (("step_index", "frequency_index"), block), "loss": (("step_index",), block[:, 0])}
    path = write(folder / "test.h5", axes, variables, coordinates)
    found = list(panels.panels_of(load(path), "spectrum", "step", "frequency"))
    shapes = [panel.values("spectrum", "step", "frequency")[0].shape for panel in found]
    assert shapes == [(1, 3, 2), (1, 2, 2), (1, 3, 1), (1, 2, 1)]
    assert coordinate(load(path), {"frequencies": 1}, "frequency")[1][0] == 7
    pictures(folder, "test_spectrum.png")


def test_many_panels_become_pages(folder):
    write(folder / "test.h5", {"petals": list(range(7))}, PLAIN, AXES)
    pictures(
        folder,
        *(f"test_{name}_{page}.png" for name in ("spectrum", "perturbation") for page in (1, 2)),
    )


def test_a_half_finished_file_is_drawn(folder):
    states = [[DONE, 0], [0, FAILED]]
    write(folder / "test.h5", {"amplitude_law": ["equal", "rising"], "seed": [0, 1]}, PLAIN, AXES, states=states)
    pictures(folder, "test_spectrum.png", "test_perturbation.png")


def words(figure):
    """All texts of the panels of a page."""
    return [text.get_text() for part in figure.subfigs for text in part.texts]


def test_panels_of_a_page_have_one_scale(folder):
    write(folder / "test.h5", {"depth": [2, 3], "seed": [0]}, PLAIN, AXES)
    results = load(folder / "test.h5")
    results["loss"] = results["loss"] * xarray.DataArray([1, 1e-3], dims="depth")
    (figure,) = heatmap.spectrum(results)
    sides = [axes for axes in figure.findobj(Axes) if axes.get_xlabel() == "Loss"]
    assert [axes.get_xscale() for axes in sides] == ["log"] * 2
    (low, high), other = (axes.get_xlim() for axes in sides)
    assert (low, high) == other and low < 1e-4 and high > 1


def test_a_spectrum_at_its_own_steps_is_drawn(folder):
    variables = {"spectrum": (("spectrum_step", "frequency"), learning(FREQUENCIES, STEPS[:3])), "loss": PLAIN["loss"]}
    write(folder / "test.h5", {"seed": [0]}, variables, AXES | {"spectrum_step": STEPS[:3]})
    pictures(folder, "test_spectrum.png")


def test_losses_over_steps_of_several_lengths_are_drawn(folder):
    steps = (("length", "step_index"), [[0.0, 10.0, 20.0], [0.0, 30.0, numpy.nan]])
    variables = {"loss": (("step_index",), numpy.array([3, 2, 1]))}
    write(folder / "test.h5", {"length": [0, 1], "seed": [0]}, variables, {"step": steps})
    pictures(folder, "test_measures.png")


def test_trials_without_results_are_told_apart(folder):
    """Failed, not trained, and finished without one finite value (a perturbation of a network whose output is 0)."""
    variables = PLAIN | {"perturbation": (("magnitude", "frequency"), numpy.full((4, 3), numpy.nan))}
    states = [[DONE, DONE], [FAILED, FAILED], [FAILED, 0]]
    write(folder / "test.h5", {"depth": [1, 2, 3], "seed": [0, 1]}, variables, AXES, states=states)
    results = load(folder / "test.h5")
    (spectrum,), (perturbation,) = heatmap.spectrum(results), heatmap.perturbation(results)
    assert {text for text in words(spectrum) if "failed" in text} == {"failed", "1 failed, 1 not trained yet"}
    assert "not a number" in words(perturbation)
    assert spectrum._supxlabel.get_text().startswith("test.h5: 2 of 6 trials, 3 failed, 1 not trained yet")
    pictures(folder, "test_spectrum.png", "test_perturbation.png")


def test_a_zip_is_named_by_its_fields(folder):
    fields = {"depth": ("shape", [2, 3]), "width": ("shape", [1024, 90])}
    path = write(folder / "test.h5", {"shape": [0, 1], "seed": [0]}, PLAIN, AXES | fields)
    found = panels.panels_of(load(path), "spectrum", "step", "frequency")
    assert [panel.title() for panel in found] == ["depth=2, width=1024, one network", "depth=3, width=90, one network"]


def test_long_titles_stay_on_the_page(folder):
    """No text reaches beyond the page, no title into its neighbour's panel."""
    axes = {"amplitude_law": ["a long description, of=many, words=" + "9" * 30] * 2, "learning_rate": [1e-5, 2e-5]}
    write(folder / "test.h5", axes, PLAIN, AXES, title="a sweep of a very long name " * 6)
    results = load(folder / "test.h5")
    for figure in (*heatmap.spectrum(results), *heatmap.perturbation(results)):
        figure.canvas.draw()
        for part in (figure, *figure.subfigs):
            box = part._suptitle.get_window_extent()
            assert part.bbox.x0 <= box.x0 and box.x1 <= part.bbox.x1, part._suptitle.get_text()


def test_cells_are_centred_on_their_values(folder):
    assert panels.edges(numpy.array([0, 100, 200])).tolist() == [-50, 50, 150, 250]
    assert panels.edges(numpy.array([0, 2, 6])).tolist() == [-1, 1, 4, 8]
    assert panels.edges(numpy.array([7])).tolist() == [6.5, 7.5]


def test_what_cannot_be_drawn_is_refused_in_one_line(folder):
    write(folder / "empty.h5", {"seed": [0]}, PLAIN, AXES, states=[0])
    write(folder / "foreign.h5", {"seed": [0]}, PLAIN, AXES, format="another")
    (folder / "garbage.h5").write_bytes(b"no HDF5 at all")
    for name, reason in {
        "empty.h5": "no trial has been committed",
        "foreign.h5": "not a results file of specbias",
        "garbage.h5": "not a results file of specbias",
        "absent.h5": "no such file",
    }.items():
        done = draw(folder / name, folder)
        assert done.returncode != 0 and done.stdout == "", name
        assert name in done.stderr and reason in done.stderr and done.stderr.count("\n") == 1, done.stderr


RAGGED = """
specbias: 1
name: ragged
target: {samples: 64}
model: {depth: 3, width: 8}
record: {every: 2}
probes: {spectrum: {}, spectral_norm: {}, perturbation: {magnitudes: [0, 1], directions: 2}}
axes:
  - target.frequencies: [[5, 10], [7]]
  - training.steps: [4, 7]
  - embedding: [{kind: line}, {kind: petals, petals: 4}]
  - seed: [0, 1]
"""


def test_a_ragged_file_of_the_program_is_drawn(folder):
    (folder / "sweep.yaml").write_text(RAGGED)
    run = [os.environ["SPECBIAS"], "run", folder / "sweep.yaml", "-o", folder / "test.h5", "--quiet"]
    subprocess.run(run, check=True)
    found = list(panels.panels_of(load(folder / "test.h5"), "spectrum", "step", "frequency"))
    axes = [panel.values("spectrum", "step", "frequency") for panel in found]
    assert [(steps.tolist(), frequencies.tolist()) for _, steps, frequencies in axes] == [
        (steps, frequencies)
        for frequencies in ([5, 10], [7])
        for steps in ([0, 2, 4], [0, 2, 4, 6, 7])
        for _ in ("line", "petals")
    ]
    assert all(numpy.isfinite(values).all() for values, _, _ in axes)
    assert "petals" in found[1].title(), found[1].title()
    names = ("spectrum", "perturbation")
    pictures(folder, *(f"test_{name}_{page}.png" for name in names for page in (1, 2)))


def main():
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            with tempfile.TemporaryDirectory() as folder:
                test(pathlib.Path(folder))
            print("passed:", name.removeprefix("test_").replace("_", " "))


if __name__ == "__main__":
    main()
