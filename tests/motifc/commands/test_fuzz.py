"""motifc fuzz: equal backends, and a failure that is shrunk, written and found again."""

import pytest

from targets.backends import torch as torch_backend
from targets.backends.numpy import NumpyMachine
from targets.contracts.raster import load_rasters
from targets.contracts.semantics import LAVA
from targets.program.program import Program
from targets.runtime.backend import ready_backends
from tests.motifc.command_line import Motifc


@pytest.mark.slow
def test_fuzz_of_equal_backends_exits_0(motifc: Motifc) -> None:
    outcome = motifc("fuzz", "--programs", "5", "--seed", "3")
    assert outcome.status == 0, outcome.err
    quick = [known.name for known in ready_backends() if known.pace == "quick"]
    assert outcome.out.startswith(f"5 programs of seed 3 on {', '.join(quick)}: ")
    assert outcome.out.endswith("all equal.\n")


def test_a_failure_is_shrunk_written_and_found_again(motifc: Motifc, monkeypatch: pytest.MonkeyPatch) -> None:
    """A torch backend that resets by subtraction."""
    wrong = LAVA.switched(("reset",))
    monkeypatch.setattr(torch_backend, "load", lambda program, device: NumpyMachine(program, wrong))
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


def test_programs_with_residuals_are_others_and_equal_too(motifc: Motifc) -> None:
    plain, split = (
        motifc("fuzz", "--programs", "3", "--seed", "3", "--backends", "numpy,numba", *more)
        for more in ((), ("--residuals",))
    )
    assert (plain.status, split.status) == (0, 0)
    assert plain.out != split.out
