"""motifc run: spikes of every population, probes, and what is missing."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from targets.contracts.raster import load_rasters
from targets.runtime.backend import ready_backends
from tests.motifc.command_line import Motifc

QUICK = [known.name for known in ready_backends() if known.pace == "quick"]


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
