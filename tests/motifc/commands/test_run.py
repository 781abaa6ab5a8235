"""motifc run: spikes of every population, probes, and what is missing."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.frontends.network import lower
from search.data.load import load_split
from search.data.task import labels_of
from search.network import Network
from targets.conformance.replay import overflows
from targets.contracts.provenance import Provenance
from targets.contracts.raster import load_rasters, save_rasters
from targets.contracts.spike_digest import spike_digest
from targets.program.program import Program
from targets.runtime.backend import ready_backends
from tests.motifc.command_line import Motifc
from tests.networks import labelled_spikes

QUICK = [known.name for known in ready_backends() if known.pace == "quick"]


@pytest.mark.slow
@pytest.mark.parametrize("backend", QUICK)
def test_run_writes_the_spikes_of_every_population(motifc: Motifc, backend: str) -> None:
    outcome = motifc(
        "run", "net.program", "--backend", backend, "--input", "spikes.npz", "--limit", "3", "--out", "o.npz"
    )
    assert outcome.status == 0, outcome.err
    written = load_rasters("o.npz")
    assert {name: (raster.samples, raster.neurons) for name, raster in written.items()} == {
        "hidden": (3, 24),
        "answer": (3, 3),
    }
    assert f"hidden: {written['hidden'].counts().sum():,} spikes in 3 samples\n" in outcome.out
    assert f"spike digest {spike_digest(written)}\n" in outcome.out


def test_probes_are_written_beside_the_spikes(motifc: Motifc) -> None:
    arguments = ("run", "net.program", "--input", "spikes.npz", "--out", "o.npz")
    assert motifc(*arguments, "--probe", "hidden[3,5-6]:u,v", "--probe", "answer:v", "--backend", "torch").status == 0
    with np.load("o.npz") as written:
        assert written["hidden.neurons"].tolist() == [3, 5, 6]
        assert written["hidden.u"].shape == written["hidden.v"].shape == (5, 30, 3)
        assert written["answer.v"].shape == (5, 30, 3)
        assert "answer.u" not in written
    assert set(load_rasters("o.npz")) == {"hidden", "answer"}


def test_lava_not_installed(motifc: Motifc, monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name.startswith("lava") else there(name, *rest)
    )
    outcome = motifc("run", "net.program", "--backend", "lava", "--input", "spikes.npz", "--out", "o.npz")
    assert outcome.status == 2
    assert "pip install --no-deps --ignore-requires-python lava-nc==0.10.0" in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert not Path("o.npz").exists()


def test_a_network_runs_in_float(motifc: Motifc) -> None:
    outcome = motifc("run", "net.network", "--input", "spikes.npz", "--limit", "3", "--out", "o.npz")
    assert outcome.status == 0, outcome.err
    expected = interpret(lower(Network.load("net.network")), {"touch": load_rasters("spikes.npz")["spikes"]})
    written = load_rasters("o.npz")
    assert set(written) == {"hidden", "answer"}
    for name, raster in written.items():
        assert np.array_equal(raster.packed, expected[name].packed[:3])
    assert outcome.out.splitlines() == [
        "spikes.npz; net.network does not say what it was trained on: 3 samples",
        *(f"{name}: {raster.counts().sum():,} spikes in 3 samples" for name, raster in written.items()),
        f"spike digest {spike_digest(written)}",
    ]


@pytest.mark.parametrize("option", [["--backend", "numpy"], ["--probe", "hidden:u"]])
def test_a_network_has_no_backend_and_no_probes(motifc: Motifc, option: list[str]) -> None:
    outcome = motifc("run", "net.network", "--input", "spikes.npz", "--out", "o.npz", *option)
    assert outcome.status == 2
    assert outcome.err == (
        "motifc: net.network is a network, which runs in float without backend, probes or faults; leave --backend, "
        "--probe and --faults out, or compile it and run the program.\n"
    )
    assert not Path("o.npz").exists()


def test_the_split_is_that_of_the_file_unless_told_otherwise(motifc: Motifc) -> None:
    spikes = labelled_spikes(1, 11, 30)
    save_rasters({"spikes": spikes}, "mine.npz")
    split = load_split("mine.npz", seed=3)
    provenance = Provenance().after_training(split.origin)
    replace(Program.load("net.program"), provenance=provenance).save("net.program")
    own = motifc("run", "net.program", "--out", "o.npz")
    assert own.status == 0, own.err
    labels = load_rasters("o.npz")["answer"].labels
    assert labels is not None
    assert labels.tolist() == labels_of(split.test).tolist()
    assert own.out.startswith(
        "mine.npz, split of seed 3, the one net.program was trained on: 6 test samples, 0 of them trained on\n"
    )
    assert "accuracy of the program " in own.out
    assert motifc("run", "net.program", "--seed", "3", "--data", "mine.npz", "--out", "o.npz", "--force").out == own.out
    other = motifc("run", "net.program", "--seed", "0", "--out", "o.npz", "--force").out
    seen = provenance.seen(load_split("mine.npz", seed=0).test)
    assert seen
    assert other.startswith(
        "mine.npz, split of seed 0; net.program was trained on mine.npz, split of seed 3: 6 test samples, "
        f"{seen} of them trained on\n"
    )


@pytest.mark.parametrize("label", [-1, 9])
@pytest.mark.parametrize("command", [("run", "--out", "o.npz"), ("verify", "--backends", "numpy,torch")])
def test_labels_that_are_no_class_end_before_anything_runs(
    motifc: Motifc, label: int, command: tuple[str, ...]
) -> None:
    np.savez("odd.npz", spikes=np.zeros((2, 3, 11), np.uint8), labels=[0, label])
    outcome = motifc(command[0], "net.program", "--input", "odd.npz", *command[1:])
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err == (
        "motifc: 1 of 2 labels of odd.npz lie outside 0 to 2, the classes of readout 'answer', the first being "
        f"{label} of sample 1; renumber the labels or give the data it was made for.\n"
    )
    assert not Path("o.npz").exists()


def test_wraps_and_saturations_of_a_faithful_program_are_counted(motifc: Motifc) -> None:
    assert motifc("compile", "net.network", "--faithful", "--out", "o.program").status == 0
    program = Program.load("o.program")
    outcome = motifc("run", "o.program", "--input", "spikes.npz", "--out", "o.npz")
    assert outcome.status == 0, outcome.err
    counted = overflows(program, {"touch": load_rasters("spikes.npz")["spikes"]}, load_rasters("o.npz"))
    assert [each.population for each in counted] == ["hidden", "answer"]
    assert all(each.sentence in outcome.out.splitlines() for each in counted)
    assert all("u wrapped never" in each.sentence for each in counted)
    assert "u wrapped" not in motifc("run", "net.program", "--input", "spikes.npz", "--out", "p.npz").out
