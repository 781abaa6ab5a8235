"""motifc report."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motifc.neurobench import neurobench_figures
from search.data.load import load_split
from search.network import Network
from targets.contracts.provenance import Provenance
from targets.contracts.raster import SpikeRaster, save_rasters
from targets.program.program import Program
from tests.motifc.command_line import Motifc
from tests.motifc.commands.test_voltage_readout import write
from tests.networks import labelled_spikes


@pytest.mark.usefixtures("undrawn")
def test_report_writes_a_page_of_the_files_of_a_run(motifc: Motifc) -> None:
    outcome = motifc("report", "net.program", "net.network", "--out", "page.html")
    assert (outcome.status, outcome.out) == (0, "page.html: written\n")
    page = Path("page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "Layer hidden repeats 6 times one motif of 4 neurons" in page
    assert "1 core on 1 chip of loihi2; no limit of the chip is broken." in page


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
def test_what_a_run_has_recorded_is_compared_and_shown(motifc: Motifc) -> None:
    assert motifc("run", "net.program", "--input", "spikes.npz", "--out", "out.npz").status == 0
    assert motifc("report", ".", "--out", "page.html").status == 0
    page = Path("page.html").read_text(encoding="utf-8")
    assert "program and out.npz are equal: 0 of 4,050 bins differ" in page
    assert "Equal spike for spike on numpy and numba" in page


@pytest.mark.usefixtures("undrawn")
def test_what_the_page_says_is_json_where_it_is_asked_for(motifc: Motifc) -> None:
    outcome = motifc("report", "net.program", "net.network", "--out", "page.html", "--json")
    assert outcome.status == 0, outcome.err
    told = json.loads(outcome.out)
    assert (told["out"], told["bytes"]) == ("page.html", Path("page.html").stat().st_size)
    (run,) = told["runs"]
    assert run["panels"]["chip"]["answer"] == "1 core on 1 chip of loihi2; no limit of the chip is broken."
    assert told["comparison"] is None


def test_figures_of_neurobench_are_json_with_or_without_a_page(motifc: Motifc) -> None:
    spikes = labelled_spikes(3, 11, 5)
    save_rasters({"spikes": spikes}, "labelled.npz")
    outcome = motifc("report", "net.network", "net.program", "--input", "labelled.npz", "--neurobench", "figures.json")
    assert (outcome.status, outcome.out) == (0, "figures.json: written\n"), outcome.err
    figures = json.loads(Path("figures.json").read_text(encoding="utf-8"))
    assert figures == neurobench_figures(Network.load("net.network"), spikes)
    assert "ClassificationAccuracy" in figures


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("net.network",), "there is nothing to write; give --out for a page, --neurobench for figures, or both."),
        (
            ("net.network", "--out", "a", "--neurobench", "a"),
            "--out and --neurobench are both a; each needs a file of its own, so rename one.",
        ),
        (
            ("net.program", "--input", "spikes.npz", "--neurobench", "a.json"),
            "--neurobench is of a .network, and there is none of net; give it with the other files.",
        ),
        (
            ("net.network", "--neurobench", "a.json"),
            "--neurobench needs samples; not measured: net.network does not say which data it was trained on; ",
        ),
    ],
)
def test_what_figures_of_neurobench_need_is_told(motifc: Motifc, arguments: tuple[str, ...], sentence: str) -> None:
    outcome = motifc("report", *arguments)
    assert outcome.status == 2
    assert outcome.err.splitlines()[-1].startswith(f"motifc: {sentence}")
    assert not Path("a.json").exists()


@pytest.mark.parametrize(
    ("files", "probe", "sentence"),
    [
        ("net.program", "nothing:v", "a probe asks for population 'nothing'; the program has hidden, answer, so "),
        ("net.program", "hidden", "probe 'hidden' cannot be read; write POPULATION:u,v or "),
        ("net.network", "hidden:v", "a probe asks for 'hidden:v', but there is no .program among the files; give one."),
        ("net.program", "hidden[99]:v", "probe 'hidden[99]:v' asks for neurons 99; that population has 0..23, so "),
    ],
)
def test_neurons_that_are_not_there_are_told(motifc: Motifc, files: str, probe: str, sentence: str) -> None:
    outcome = motifc("report", files, "--probe", probe, "--out", "page.html")
    assert outcome.status == 2
    assert outcome.err.startswith(f"motifc: {sentence}")


@pytest.mark.usefixtures("undrawn")
def test_the_accuracy_of_a_readout_in_voltage_stands_on_the_page(motifc: Motifc) -> None:
    pytest.importorskip("nir", reason="nir is not installed")
    write(Path("voltage.nir"), voltage=True)
    save_rasters({"x": labelled_classes()}, "x.npz")
    asked = ("compile", "voltage.nir", "--dt", "1e-3", "--readout", "out", "--out", "voltage.program")
    assert motifc(*asked).status == 0
    files = ("voltage.program", "voltage.nir", "x.npz")
    outcome = motifc("report", *files, "--dt", "1e-3", "--out", "page.html", "--json")
    assert outcome.status == 0, outcome.err
    (told,) = json.loads(outcome.out)["runs"]
    assert told["result"][1].startswith("The program is right in 83.33% of 12 (95 % interval ")
    assert told["result"][1].endswith("; the float network in 83.33%.")
    assert "the class is the same in 100.00% of samples" in told["panels"]["drift"]["answer"]
    assert told["panels"]["equality"]["answer"].endswith(", and u and v of 'out' in every step.")
    assert "answers in voltage and ended" in told["panels"]["membrane"]["answer"]


def labelled_classes() -> SpikeRaster:
    """Twelve samples, of which one is of another class than it looks, and one says nothing."""
    rng = np.random.default_rng(0)
    labels = np.arange(12) % 3
    rates = np.full((12, 1, 3), 0.1)
    rates[np.arange(12), 0, labels] = 0.7
    rates[11] = 0
    labels[0] = 1
    return SpikeRaster.pack(rng.random((12, 30, 3)) < rates, labels=labels)


def test_what_is_no_run_is_refused(motifc: Motifc) -> None:
    outcome = motifc("report", "spikes.npz", "--out", "page.html")
    assert outcome.status == 2
    assert outcome.err == (
        "motifc: there is neither a .network nor a .program nor a .nir among the files; give at least one.\n"
    )


def labelled(path: str) -> Provenance:
    spikes = labelled_spikes(1, 11, 30)
    save_rasters({"spikes": spikes}, path)
    return Provenance().after_training(load_split(path, seed=3).origin)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """No matplotlib, which takes most of the time."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
def test_a_report_tells_the_accuracy_on_the_split_of_the_file(motifc: Motifc) -> None:
    provenance = labelled("mine.npz")
    replace(Program.load("net.program"), provenance=provenance).save("net.program")
    replace(Network.load("net.network"), provenance=provenance).save("net.network")
    for name, what in (("net.program", "program"), ("net.network", "float network")):
        for seed in ("3", "0"):
            asked = [] if seed == "3" else ["--seed", seed]
            run = motifc("run", name, "--out", "o.npz", "--force", *asked)
            assert run.status == 0, run.err
            (told,) = [line for line in run.out.splitlines() if line.startswith("accuracy ")]
            assert motifc("report", name, "--out", "page.html", "--force", *asked).status == 0
            page = Path("page.html").read_text(encoding="utf-8")
            accuracy = told.removeprefix(f"accuracy of the {what} ")
            assert f"The {what} is right in {accuracy}" in page
            assert f">{run.out.splitlines()[0]}</td>" in page
            assert "mine.npz, split of seed 3: 18 training and 6 validation" in page


@pytest.mark.usefixtures("undrawn")
def test_a_report_tells_why_there_is_no_accuracy(motifc: Motifc) -> None:
    provenance = labelled("mine.npz")
    replace(Program.load("net.program"), provenance=provenance).save("net.program")
    Path("mine.npz").unlink()
    assert motifc("report", "net.program", "--out", "page.html").status == 0
    page = Path("page.html").read_text(encoding="utf-8")
    assert "not measured: net.program was trained on mine.npz, split of seed 3; there is nothing of that" in page
    asked = motifc("report", "net.program", "--data", "mine.npz", "--out", "other.html")
    assert asked.status == 2
    assert not Path("other.html").exists()
