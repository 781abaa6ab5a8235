"""A backend file that is dropped in is found, listed and held to the suite; a wrong one is told what is wrong."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import targets.backends
from motifc.doctor import doctor
from targets.conformance.suite import cases, check_backend, faults
from targets.conformance.worked import worked_cases
from targets.contracts.errors import InputError
from targets.runtime.backend import about, backend_names, ready_backends

SOURCE = """
from dataclasses import replace

from targets.backends.numpy import NumpyMachine
from targets.contracts.semantics import LAVA

PACE = "slow"
VARIANTS = ("two",)


def requirement():
    return None


class Machine:
    def __init__(self, program):
        self.machine = NumpyMachine(program, LAVA.switched({switches}))

    def run(self, inputs, probes=()):
        recording = self.machine.run(inputs, probes)
        {change}
        return recording

    def close(self):
        pass


def load(program, device):
    return Machine(program)
"""


@pytest.fixture
def dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Write a backend "dropped" beside the others: the oracle with some switches thrown and a line of code more."""
    monkeypatch.setattr(targets.backends, "__path__", [*targets.backends.__path__, str(tmp_path)])

    def write(switches: tuple[str, ...] = (), change: str = "pass") -> str:
        (tmp_path / "dropped.py").write_text(SOURCE.format(switches=switches, change=change), encoding="utf-8")
        return "dropped"

    yield write
    sys.modules.pop("targets.backends.dropped", None)


def test_a_new_file_is_found_listed_and_tested(dropped: Callable[..., str]) -> None:
    name = dropped()
    assert name in backend_names()
    assert about(name).variants == (name, "dropped:two")
    assert name in {known.name for known in ready_backends()}
    assert f"backend {name}" in {finding.name for finding in doctor()}
    assert 0 < len(cases(name)) < len(cases("numpy")) / 10
    assert check_backend("dropped:two") == ()


@pytest.mark.parametrize(
    ("switches", "change", "sentence"),
    [
        (
            ("threshold",),
            "pass",
            "dropped fails 'spikes only above the threshold': run 1: numpy and dropped differ in 1 of 2 bins, first in "
            "sample 0, step 0, population 'p', neuron 0: numpy is silent, dropped spikes.",
        ),
        (
            (),
            "recording = replace(recording, u={n: u + 1 for n, u in recording.u.items()})",
            "dropped fails 'spikes only above the threshold': run 1: u of 'p' differs in 2 of 2 values, first at "
            "(0, 0): 1, not 0",
        ),
        (
            (),
            "recording = replace(recording, v={})",
            "dropped fails 'spikes only above the threshold': run 1: it returns v of []; the program has ['p']",
        ),
        (
            (),
            "raise MemoryError('too many spikes')",
            "dropped fails 'spikes only above the threshold': it raised MemoryError: too many spikes",
        ),
    ],
    ids=["spikes", "u", "no v", "raises"],
)
def test_what_is_wrong_is_told(
    dropped: Callable[..., str], switches: tuple[str, ...], change: str, sentence: str
) -> None:
    assert sentence in faults(worked_cases()[0], dropped(switches, change))


def test_what_is_left_of_a_run_is_noticed_in_the_next(dropped: Callable[..., str]) -> None:
    """The second run gives the spikes of the first once more."""
    name = dropped((), "self.first = recording = getattr(self, 'first', recording)")
    found = check_backend(name, cases("numpy"))
    assert found
    assert all(": run 2: " in sentence for sentence in found)


def test_an_unknown_backend_is_refused() -> None:
    with pytest.raises(InputError, match=r"^unknown backend 'nest'; known are "):
        check_backend("nest")


def test_cases_have_names_of_their_own() -> None:
    names = [case.name for case in cases("numpy")]
    assert len(set(names)) == len(names) > 90
