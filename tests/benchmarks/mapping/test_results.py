"""measure and load: a benchmark that may be stopped and gone on with."""

import json
from pathlib import Path

import pytest

from benchmarks.mapping.plan import Task, plan
from benchmarks.mapping.results import load, measure
from targets.contracts.errors import InputError

TASKS = (Task("map", "ring", 400, 8, 0), Task("chain", "ring", 400, 8, 0))


@pytest.mark.slow
def test_what_was_measured_is_not_measured_again(tmp_path: Path) -> None:
    file, told = tmp_path / "map.json", list[str]()
    assert measure((), file).tasks == set()
    first = measure(TASKS, file, told.append)
    assert told == ["map: ring, k = 8, 400 neurons, seed 0", "chain: ring, k = 8, 400 neurons, seed 0"]
    assert first.tasks == set(TASKS)
    written = file.read_text()
    again = measure(TASKS, file, told.append)
    assert len(told) == 2
    assert again.tasks == set(TASKS)
    assert file.read_text() == written
    (compiled,) = load(file).chain
    assert compiled.neurons == 400
    assert compiled.cores == 1
    assert compiled.seconds > 0
    assert 0 < compiled.peak < 2
    assert len(json.loads(written)) == 5


@pytest.mark.parametrize("content", ["{", "3", '[{"task": {}}]', '[{"seed": 0}]', '{"map": []}'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "other.json").write_text(content)
    with pytest.raises(InputError, match=r"other.json does not hold rows of .* benchmark \(.*\); name another file"):
        load(tmp_path / "other.json")


def test_the_plan_holds_every_task_once_and_five_seeds_of_what_is_mapped() -> None:
    tasks = plan()
    assert len(set(tasks)) == len(tasks)
    for task in tasks:
        if task.kind != "chain":
            seeds = {each.seed for each in tasks if (each.kind, each.network, each.neurons) == _but_seed(task)}
            assert seeds == {0, 1, 2, 3, 4}


def _but_seed(task: Task) -> tuple[str, str, int]:
    return task.kind, task.network, task.neurons
