"""The suite passes what is right and says of everything wrong what it is and in which case."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest

from targets.backends import numpy as oracle
from targets.backends.numpy import NumpyMachine
from targets.conformance.suite import cases, check_backend, faults
from targets.conformance.worked import ConformanceCase, worked_cases
from targets.contracts.raster import SpikeRaster
from targets.contracts.semantics import LAVA
from targets.program.program import Program
from targets.runtime import backend
from targets.runtime.recording import Probe, Recording

Spoil = Callable[[Recording], Recording]


@dataclass(frozen=True)
class Spoiled:
    """The oracle's machine, whose recordings are spoiled."""

    machine: NumpyMachine
    spoil: Spoil

    def run(self, inputs: Mapping[str, SpikeRaster], probes: Sequence[Probe] = ()) -> Recording:
        return self.spoil(self.machine.run(inputs, probes))

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class Backend:
    """A backend named "theirs" that makes its machine as told."""

    load: Callable[[Program, str], object]

    def requirement(self) -> str | None:
        return None


@pytest.fixture
def theirs(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Program, str], object]], None]:
    """Let "theirs" be a backend that loads programs in that way."""

    def be(load: Callable[[Program, str], object]) -> None:
        found = {"numpy": oracle, "theirs": Backend(load)}
        monkeypatch.setattr(backend, "BACKENDS", SimpleNamespace(load=found.__getitem__, names=tuple(found)))

    return be


Be = Callable[[Callable[[Program, str], object]], None]


def case_named(name: str) -> ConformanceCase:
    return next(case for case in worked_cases() if case.name == name)


TRACED = case_named("traces after every step")


def test_a_backend_is_held_to_all_cases_and_a_slow_one_to_a_twentieth() -> None:
    quick, slow = cases("numpy"), cases("lava")
    assert len(quick) == 1 + len(worked_cases()) + 60
    assert [case.name for case in slow] == [case.name for case in quick[::20]]
    assert all(len(case.sets) == 2 for case in quick if not case.by_hand)


def test_what_is_right_has_no_fault(theirs: Be) -> None:
    assert check_backend("numpy", cases("numpy")[::10]) == ()
    theirs(lambda program, _: NumpyMachine(program))
    assert check_backend("theirs", worked_cases()) == ()


@pytest.mark.slow
@pytest.mark.parametrize("switch", ["reset", "threshold", "decay", "overflow", "recurrence"])
def test_another_reading_of_the_neuron_is_seen(theirs: Be, switch: str) -> None:
    theirs(lambda program, _: NumpyMachine(program, LAVA.switched((switch,))))
    found = check_backend("theirs", cases("numpy")[:: 1 if switch == "recurrence" else 2])
    assert found
    assert all(fault.startswith("theirs fails '") for fault in found)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda r: replace(r, u={}), "run 1: it returns u of []; the program has ['p']"),
        (
            lambda r: replace(r, v={"p": r.v["p"].astype(np.int64)}),
            "run 1: v of 'p' is int64 of shape (1, 2); the oracle's is int32 of shape (1, 2)",
        ),
        (lambda r: replace(r, traces={}), "run 1: it traces []; the probes ask for ['p']"),
        (
            lambda r: replace(r, u={"p": r.u["p"] + np.array([[0, 1]], np.int32)}),
            "run 1: u of 'p' differs in 1 of 2 values, first at (0, 1): 256, not 255",
        ),
    ],
)
def test_a_fault_is_one_sentence_that_names_the_case(theirs: Be, spoil: Spoil, sentence: str) -> None:
    theirs(lambda program, _: Spoiled(NumpyMachine(program), spoil))
    assert f"theirs fails 'traces after every step': {sentence}" in faults(TRACED, "theirs")


def test_lengths_and_labels_must_come_back(theirs: Be) -> None:
    def untagged(recording: Recording) -> Recording:
        spikes = {name: SpikeRaster.pack(raster.dense()) for name, raster in recording.spikes.items()}
        return replace(recording, spikes=spikes)

    theirs(lambda program, _: Spoiled(NumpyMachine(program), untagged))
    (fault,) = faults(case_named("lengths and labels go with the spikes"), "theirs")
    told = "lengths, labels and targets of 'p' are ([4, 4], None, None), not ([3, 4], [1, 0], None) as in the inputs"
    assert told in fault


def test_what_raises_has_failed(theirs: Be) -> None:
    def load(program: Program, device: str) -> object:
        raise RuntimeError("out of cores")

    theirs(load)
    assert faults(TRACED, "theirs") == ("theirs fails 'traces after every step': it raised RuntimeError: out of cores",)
