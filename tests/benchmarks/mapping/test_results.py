"""measure and load: a benchmark that may be stopped and gone on with."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.mapping.chain import ChainRow
from benchmarks.mapping.plan import Task, plan
from benchmarks.mapping.results import load, measure
from motifc.commands.bench import bench_app
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
    assert len(json.loads(written)["map"]) == 4


def test_the_command_writes_the_page_of_what_was_measured(tmp_path: Path) -> None:
    done = [asdict(ChainRow(task, task.neurons, 1, 2, 3.0, 0.5, 1.0)) for task in plan() if task.kind == "chain"]
    (tmp_path / "map.json").write_text(json.dumps({"map": [], "chain": done}))
    out = tmp_path / "map.md"
    assert CliRunner().invoke(bench_app, ["map", "--out", str(out), "--kinds", "chain"]).exit_code == 0
    assert "| random, k = 8 | 32,000 | 1 | 2 | 3.0 | 0.50 |" in out.read_text()
    assert "![CPU seconds against neurons](map.png)" in out.read_text()
    assert (tmp_path / "map.png").exists()


def test_a_part_that_the_plan_has_not_is_refused(tmp_path: Path) -> None:
    refused = CliRunner().invoke(bench_app, ["map", "--out", str(tmp_path / "map.md"), "--neurons", "7"])
    assert str(refused.exception) == (
        "no network of the plan has one of the sizes 7, seeds all, topologies all and kinds all; "
        "docs/benchmarks/map.md names what there is, so ask for some of it."
    )


@pytest.mark.parametrize("content", ["{", "[]", '{"map": [{"task": {}}], "chain": []}', '{"map": []}'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "other.json").write_text(content)
    with pytest.raises(InputError, match=r"other.json does not hold rows of this benchmark \(.*\); name another file"):
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
