"""compile --readout, run and verify of a NIR graph whose readout answers in voltage, and of one that spikes."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.motifc.command_line import Motifc

nir = pytest.importorskip("nir", reason="nir is not installed")
DT = 1e-3


def write(path: Path, voltage: bool) -> None:
    """Three inputs, each heard by the readout neuron of its class."""
    shape = np.ones(3)
    readout = (
        nir.LI(10 * DT * shape, 10 * shape, 0 * shape)
        if voltage
        else nir.LIF(*(5 * DT * shape, shape * 5), 0 * shape, shape)
    )
    nodes = {
        "x": nir.Input({"input": np.array([3])}),
        "f": nir.Linear(np.eye(3) * 0.7),
        "out": readout,
        "y": nir.Output({"output": np.array([3])}),
    }
    nir.write(path, nir.NIRGraph(nodes, [("x", "f"), ("f", "out"), ("out", "y")], type_check=False))


@pytest.fixture
def spikes() -> None:
    """Twelve samples, of which one is of another class than it looks, and one says nothing."""
    rng = np.random.default_rng(0)
    labels = np.arange(12) % 3
    rates = np.full((12, 1, 3), 0.1)
    rates[np.arange(12), 0, labels] = 0.7
    rates[11] = 0
    labels[0] = 1
    np.savez("x.npz", spikes=rng.random((12, 30, 3)) < rates, labels=labels)


@pytest.mark.slow
@pytest.mark.parametrize(("voltage", "by"), [(True, "peak"), (True, "last"), (False, "spikes")])
def test_accuracy_is_told_of_a_readout_of_either_kind(motifc: Motifc, spikes: None, voltage: bool, by: str) -> None:
    write(Path("net.nir"), voltage)
    asked = ("--readout", "out", *(("--by", by) if by == "last" else ()))
    assert motifc("compile", "net.nir", "--dt", "1e-3", *asked, "--out", "its.program").status == 0
    outcome = motifc("run", "its.program", "--input", "x.npz", "--out", "y.npz")
    assert outcome.status == 0, outcome.err
    assert ("out: voltages from " in outcome.out) == voltage
    # Ten of twelve: where nothing is said there is a tie.
    assert "accuracy of the program 83.33% of 12 " in outcome.out
    found = np.load("y.npz")
    assert ("out.peak" in found) == voltage
    if voltage:
        right = found[f"out.{by}"].argmax(axis=1)[:11] == np.load("x.npz")["labels"][:11]
        assert right.sum() == 10
    told = ("verify", "its.program", "--backends", "numpy,torch,numba", "--against-float", "net.nir", "--dt", "1e-3")
    outcome = motifc(*told, "--input", "x.npz")
    assert outcome.status == 0, outcome.err
    assert outcome.out.count("83.33% of 12 ") == 2
    assert ("the class is the same in 100.00% of samples." in outcome.out) == voltage
    plain = json.loads(motifc(*told, "--input", "x.npz", "--json").out)
    assert plain["accuracy"] == {"float network": 10 / 12, "program": 10 / 12}
    assert [each["population"] for each in plain["voltages"]] == (["out"] if voltage else [])
    assert all(each["apart"] < 0.02 * each["largest"] for each in plain["voltages"])


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (("--readout", "f"), "--readout names 'f'; the populations are ['out'], so choose one of them."),
        (("--by", "peak"), "--classes and --by go with --readout; name a population by that, or leave them out."),
        (
            ("--readout", "out", "--by", "mean"),
            "--by is 'mean'; spikes, last or peak is needed, so choose one of them.",
        ),
        (
            ("--readout", "out", "--classes", "2"),
            "readout 'out' has 3 neurons for 2 classes; every class needs the same number of neurons, so change one of "
            "the two.",
        ),
        (
            ("--readout", "out", "--by", "spikes"),
            "readout 'out' goes by 'spikes' of neurons that answer in voltage; 'last' or 'peak' voltage is needed, so "
            "change it.",
        ),
    ],
)
def test_what_is_no_readout_is_refused(motifc: Motifc, asked: tuple[str, ...], sentence: str) -> None:
    write(Path("net.nir"), voltage=True)
    outcome = motifc("compile", "net.nir", "--dt", "1e-3", *asked, "--out", "its.program")
    assert outcome.status == 2
    assert outcome.err == f"motifc: {sentence}\n"
