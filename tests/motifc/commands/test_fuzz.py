"""motifc fuzz: equal backends, and a failure that is shrunk, written and found again."""

import pytest

from targets.backends import numpy as oracle, torch as torch_backend
from targets.contracts.raster import load_rasters
from targets.contracts.semantics import LAVA
from targets.program.program import Program
from tests.motifc.command_line import Motifc


def test_fuzz_of_equal_backends_exits_0(motifc: Motifc) -> None:
    outcome = motifc("fuzz", "--programs", "5", "--seed", "3", "--backends", "numpy,torch,onnx")
    assert outcome.status == 0, outcome.err
    assert outcome.out.startswith("5 programs of seed 3 on numpy, torch, onnx: ")
    assert outcome.out.endswith("all equal.\n")


def test_a_failure_is_shrunk_written_and_found_again(motifc: Motifc, monkeypatch: pytest.MonkeyPatch) -> None:
    """A torch backend that resets by subtraction."""
    monkeypatch.setattr(
        torch_backend,
        "run",
        lambda program, inputs, device, probes: oracle.run(
            program, inputs, probes=probes, semantics=LAVA.switched(("reset",))
        ),
    )
    outcome = motifc(
        "fuzz", "--programs", "1", "--seed", "0", "--start", "2", "--backends", "numpy,torch", "--out", "."
    )
    assert outcome.status == 1
    program = Program.load("fuzz-0-2-torch.program")
    assert program.neurons <= 3
    assert load_rasters("fuzz-0-2-torch.npz")
    line = next(line for line in outcome.out.splitlines() if line.startswith("  motifc verify "))
    again = motifc(*line.split()[1:])
    assert again.status == 1
    assert "(reset: zero -> subtract)" in again.out
