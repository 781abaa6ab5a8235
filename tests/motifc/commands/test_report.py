"""motifc report."""

from dataclasses import replace
from pathlib import Path

import pytest

from search.data.load import load_split
from search.network import Network
from targets.contracts.provenance import Provenance
from targets.contracts.raster import save_rasters
from targets.program.program import Program
from tests.motifc.command_line import Motifc
from tests.networks import labelled_spikes


def test_report_writes_a_page(motifc: Motifc) -> None:
    assert motifc("report", "net.program", "--out", "page.html").status == 0
    assert Path("page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_report_draws_a_network(motifc: Motifc) -> None:
    outcome = motifc("report", "net.network", "--out", "page.html")
    assert (outcome.status, outcome.out) == (0, "page.html: written\n")
    assert "Motif of layer hidden" in Path("page.html").read_text(encoding="utf-8")


def labelled(path: str) -> Provenance:
    spikes = labelled_spikes(1, 11, 30)
    save_rasters({"spikes": spikes}, path)
    return Provenance().after_training(load_split(path, seed=3).origin)


@pytest.mark.slow
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
            assert f"<tr><td>test accuracy of the {what}</td><td>{accuracy}</td></tr>" in page
            assert f"<tr><td>tested on</td><td>{run.out.splitlines()[0]}</td></tr>" in page
            assert "<tr><td>trained on</td><td>mine.npz, split of seed 3: 18 training and 6 validation" in page


def test_a_report_tells_why_there_is_no_accuracy(motifc: Motifc) -> None:
    provenance = labelled("mine.npz")
    replace(Program.load("net.program"), provenance=provenance).save("net.program")
    Path("mine.npz").unlink()
    assert motifc("report", "net.program", "--out", "page.html").status == 0
    page = Path("page.html").read_text(encoding="utf-8")
    assert "<td>not measured: net.program was trained on mine.npz, split of seed 3; there is nothing of that" in page
    asked = motifc("report", "net.program", "--data", "mine.npz", "--out", "other.html")
    assert asked.status == 2
    assert not Path("other.html").exists()
