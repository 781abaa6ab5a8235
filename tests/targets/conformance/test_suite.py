"""A backend file that is dropped in is found, listed and held to the suite."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import targets.backends
from motifc.doctor import doctor
from targets.conformance.suite import cases, check_backend
from targets.contracts.errors import InputError
from targets.runtime.backend import about, backend_names, ready_backends

SOURCE = """
from targets.backends.numpy import NumpyMachine

PACE = "slow"
VARIANTS = ("two",)


def requirement():
    return None


class Machine:
    def __init__(self, program):
        self.machine = NumpyMachine(program)

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
    """Write a backend "dropped" beside the others: the oracle and a line of code more."""
    monkeypatch.setattr(targets.backends, "__path__", [*targets.backends.__path__, str(tmp_path)])

    def write(change: str = "pass") -> str:
        (tmp_path / "dropped.py").write_text(SOURCE.format(change=change), encoding="utf-8")
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


@pytest.mark.slow
def test_what_is_left_of_a_run_is_noticed_in_the_next(dropped: Callable[..., str]) -> None:
    """The second run gives the spikes of the first once more."""
    name = dropped("self.first = recording = getattr(self, 'first', recording)")
    found = check_backend(name, cases("numpy"))
    assert found
    assert all(": run 2: " in sentence for sentence in found)


def test_an_unknown_backend_is_refused() -> None:
    with pytest.raises(InputError, match=r"^unknown backend 'nest'; known are "):
        check_backend("nest")


def test_cases_have_names_of_their_own() -> None:
    names = [case.name for case in cases("numpy")]
    assert len(set(names)) == len(names) > 90
