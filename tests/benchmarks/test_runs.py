"""complete: rows in a file, measured once."""

import json
import os
from pathlib import Path

import pytest

from benchmarks.runs import Row, Task, chosen, complete, load
from targets.contracts.errors import InputError

TASKS = [{"seed": seed, "variant": ("gumbel", rate)} for rate in (0.1, 0.3) for seed in (0, 1)]


def measured(seed: int, variant: list[object]) -> list[Row]:
    if seed == 7:
        raise InputError("seed 7 brings no luck")
    return [{"way": way, "value": seed + 0.1, "process": os.getpid()} for way in ("one", "other")]


@pytest.mark.slow
def test_rows_are_measured_once_each_task_in_a_process_of_its_own(tmp_path: Path) -> None:
    told = list[str]()
    first = complete(tmp_path / "rows.json", TASKS[:2], measured, progress=told.append)
    assert told == ["seed 0, variant ['gumbel', 0.1]", "seed 1, variant ['gumbel', 0.1]"]
    assert [(row["seed"], row["variant"], row["way"]) for row in first] == [
        (seed, ["gumbel", 0.1], way) for seed in (0, 1) for way in ("one", "other")
    ]
    assert len({row["process"] for row in first} | {os.getpid()}) == 3
    second = complete(tmp_path / "rows.json", TASKS, measured, jobs=2, progress=told.append)
    assert len(told) == 4
    assert second[:4] == first
    assert load(tmp_path / "rows.json") == second
    assert len((tmp_path / "rows.json").read_text().splitlines()) == len(second) + 2
    assert [row["seed"] for row in chosen(second, reversed(TASKS))] == [1, 1, 0, 0, 1, 1, 0, 0]


@pytest.mark.slow
def test_what_was_measured_before_a_failure_is_kept(tmp_path: Path) -> None:
    tasks: list[Task] = [*TASKS[:1], {"seed": 7, "variant": ()}, *TASKS[1:]]
    with pytest.raises(InputError, match="seed 7 brings no luck"):
        complete(tmp_path / "rows.json", tasks, measured)
    assert chosen(load(tmp_path / "rows.json"), TASKS[:1])


@pytest.mark.parametrize("content", ["{", "3", "[3]", json.dumps({"map": []})])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "other.json").write_text(content)
    with pytest.raises(
        InputError, match=r"other\.json does not hold rows of a benchmark \(.*\); name another file, or"
    ):
        complete(tmp_path / "other.json", TASKS, measured)
    assert (tmp_path / "other.json").read_text() == content
