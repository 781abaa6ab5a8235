"""fuzz_spread: what one process finds, failures among it; a backend that crashes is named."""

from pathlib import Path

import pytest

from motifc.workers.fuzzing import fuzz_spread, named_runner
from targets.conformance.fuzz import FuzzReport, fuzz
from targets.contracts.errors import BackendError, InputError

BROKEN = '''"""A torch backend that resets by subtraction, in workers too; none at all with CRASH."""
import os
from targets.backends import torch
from targets.backends.numpy import NumpyMachine
from targets.contracts.semantics import LAVA
def load(program, device):
    if os.environ.get("CRASH"):
        os.kill(os.getpid(), 9)
    return NumpyMachine(program, LAVA.switched(("reset",)))
torch.load = load
'''


def told(report: FuzzReport) -> object:
    inputs = [{name: raster.packed.tolist() for name, raster in each.inputs.items()} for each in report.failures]
    return report.as_dict(), report.sentence(), inputs


@pytest.mark.slow
def test_two_workers_find_what_one_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("numpy", "numba")
    one = fuzz(4, 3, {name: named_runner(name) for name in names}, start=2, residuals=True)
    done: list[tuple[int, int]] = []
    two = fuzz_spread(4, 3, names, 2, lambda *given: done.append(given), start=2, residuals=True)
    assert told(one) == told(two)
    assert done == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.slow
def test_failures_come_back_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from targets.backends import torch
    from targets.backends.numpy import NumpyMachine
    from targets.contracts.semantics import LAVA

    (tmp_path / "sitecustomize.py").write_text(BROKEN)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(torch, "load", lambda program, device: NumpyMachine(program, LAVA.switched(("reset",))))
    names = ("numpy", "torch")
    one = fuzz(3, 0, {name: named_runner(name) for name in names}, start=1, shrink_runs=20)
    two = fuzz_spread(3, 0, names, 2, start=1, shrink_runs=20)
    assert not one.equal
    assert told(one) == told(two)
    monkeypatch.setenv("CRASH", "1")
    with pytest.raises(
        BackendError, match=r"program 1 of seed 0 was not compared: the process that ran it died 3 times"
    ):
        fuzz_spread(1, 0, names, 2, start=1)


def test_what_cannot_be_fuzzed_is_refused_before_anything_starts() -> None:
    with pytest.raises(InputError, match=r"one backend \(numpy\) has nothing to agree with"):
        fuzz_spread(1, 0, ["numpy"], 2)
