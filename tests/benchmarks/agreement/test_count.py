"""count: figures of every backend, added up over runs."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.agreement import count as module
from benchmarks.agreement.count import count, load_counts, shown_by
from targets.backends.numpy import NumpyMachine
from targets.conformance.fuzz import numbered_program
from targets.contracts.errors import InputError
from targets.contracts.semantics import LAVA
from targets.program.program import Program
from targets.runtime.backend import Loaded, load


def of_three(seed: int) -> tuple[int, int, int]:
    """Bins, spikes and final values of the programs 0, 1, 2 of a seed, on the oracle."""
    bins = spikes = states = 0
    for number in range(3):
        program, given = numbered_program(seed, number)
        recording = NumpyMachine(program).run(given)
        bins += sum(raster.dense().size for raster in recording.spikes.values())
        spikes += sum(int(raster.dense().sum()) for raster in recording.spikes.values())
        states += 2 * sum(values.size for values in recording.u.values())
    return bins, spikes, states


def test_runs_add_up_and_a_backend_that_joins_later_is_compared_on_the_same(tmp_path: Path) -> None:
    bins, spikes, states = of_three(5)
    apart, whole = tmp_path / "apart.json", tmp_path / "whole.json"
    count(apart, {"onnx": 1}, "random", numbered_program, 5)
    assert [(row.backend, row.cases) for row in load_counts(apart)] == [("numpy", 1), ("onnx", 1)]
    count(apart, {"onnx": bins}, "random", numbered_program, 5)
    before = {row.backend: row for row in load_counts(apart)}
    rows = {row.backend: row for row in count(apart, {"torch": bins}, "random", numbered_program, 5)}
    assert {name: rows[name] for name in before} == before
    for row in rows.values():
        assert (row.cases, row.bins, row.spikes, row.states) == (3, bins, spikes, states)
        assert (row.differing, row.states_differing, row.failed) == (0, 0, ())
    count(whole, {"torch": bins, "onnx": bins}, "random", numbered_program, 5)
    assert load_counts(whole) == load_counts(apart)
    assert count(whole, {"torch": bins}, "random", numbered_program, 6) == load_counts(apart)  # nothing is missing


def test_bins_and_states_that_differ_are_counted_and_their_cases_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = replace(LAVA, reset="subtract")

    def loaded(program: Program, backend: str) -> Loaded:
        return Loaded(program, backend, NumpyMachine(program, wrong)) if backend == "torch" else load(program, backend)

    monkeypatch.setattr(module, "load", loaded)
    bins, _, _ = of_three(0)
    row = next(row for row in count(tmp_path / "a.json", {"torch": bins}, "random", numbered_program, 0)[1:])
    differing = []
    for number in range(3):
        program, given = numbered_program(0, number)
        mine, theirs = (NumpyMachine(program, semantics).run(given).spikes for semantics in (LAVA, wrong))
        differing.append(sum(int((mine[name].dense() != theirs[name].dense()).sum()) for name in mine))
    assert row.differing == sum(differing) > 0
    assert row.states_differing > 0
    assert set(np.flatnonzero(differing).tolist()) <= set(row.failed)


def test_the_oracle_tells_which_mistakes_a_case_would_have_shown(tmp_path: Path) -> None:
    shown = shown_by(numbered_program(0, 0))
    (row, _) = count(tmp_path / "a.json", {"torch": 1}, "random", numbered_program, 0)
    assert sum(row.tells.values()) == len(shown) > 0
    assert all(row.tells[switch] == 1 for switch in shown)


@pytest.mark.parametrize("content", ["{", "3", "[3]", json.dumps([{"backend": "numpy"}])])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "other.json").write_text(content)
    with pytest.raises(InputError, match=r"other\.json does not hold counts of agreement"):
        count(tmp_path / "other.json", {"torch": 1}, "random", numbered_program, 0)
    assert (tmp_path / "other.json").read_text() == content
