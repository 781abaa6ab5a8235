"""Results: what the mapping benchmark has measured, kept as rows in a file."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import runs
from benchmarks.mapping.chain import ChainRow, compiled
from benchmarks.mapping.measure import MapRow, mapped
from benchmarks.mapping.plan import Task
from targets.contracts.errors import InputError


@dataclass(frozen=True)
class Results:
    """What has been measured so far."""

    map: tuple[MapRow, ...] = ()
    chain: tuple[ChainRow, ...] = ()

    @property
    def tasks(self) -> set[Task]:
        """The tasks that are done."""
        return {row.task for row in self.map} | {row.task for row in self.chain}


def measure(tasks: Sequence[Task], path: Path, progress: Callable[[str], None] | None = None) -> Results:
    """Measure the tasks that the file at `path` has not; `progress` is told each.

    Raises InputError where the file is not one of this function.
    """
    load(path)
    return _results(
        path, runs.complete(path, [{"task": asdict(task)} for task in tasks], _measured, 1, progress, _name)
    )


def load(path: Path) -> Results:
    """The results in a file; none where there is no file yet."""
    return _results(path, runs.load(path))


def _measured(task: runs.Row) -> list[runs.Row]:
    own = Task(**task)
    rows = [asdict(row) for row in ((compiled(own),) if own.kind == "chain" else mapped(own))]
    return [{key: _rounded(value) for key, value in row.items()} for row in rows]


def _rounded(value: Any) -> Any:
    """No more digits than mean anything."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _name(task: runs.Task) -> str:
    own = Task(**task["task"])
    return f"{own.kind}: {own.network}, {own.neurons:,} neurons, seed {own.seed}"


def _results(path: Path, rows: Sequence[runs.Row]) -> Results:
    try:
        tasks = [Task(**row["task"]) for row in rows]
        own = [(task, {**row, "task": task}) for task, row in zip(tasks, rows, strict=True)]
        return Results(
            tuple(MapRow(**row) for task, row in own if task.kind != "chain"),
            tuple(ChainRow(**row) for task, row in own if task.kind == "chain"),
        )
    except (TypeError, KeyError) as error:
        raise InputError(
            f"{path} does not hold rows of the mapping benchmark ({error}); name another file, or remove it to begin "
            "anew."
        ) from None
