"""complete: measure what a file of rows has not yet, so that a benchmark may be stopped and gone on with."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import fields
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from targets.contracts.errors import InputError
from targets.contracts.writing import write_text

Row = dict[str, Any]
T = TypeVar("T")
Task = Mapping[str, Any]
"""The values that tell the rows of one measurement from all others, such as a seed."""


def complete(
    path: Path,
    tasks: Iterable[Task],
    measured: Callable[..., Sequence[Row]],
    jobs: int = 1,
    progress: Callable[[str], None] | None = None,
    name: Callable[[Task], str] | None = None,
) -> list[Row]:
    """All rows of the file at `path`, once the tasks that it lacks are measured; it is written after every one.

    `measured(**task)` gives the rows of a task; the values of the task are added to each. It is called in a fresh
    process, `jobs` at the same time. `progress` is told the `name` of each task that begins. Raises InputError where
    the file holds something else.
    """
    rows, tell, named = load(path), progress or _told, name or _named
    missing = [task for task in map(_plain, tasks) if not any(_belongs(row, task) for row in rows)]

    def alone(task: Row) -> Sequence[Row]:
        tell(named(task))
        # A fresh process: its largest memory is that of this task alone.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            return process.submit(measured, **task).result()

    with ThreadPoolExecutor(jobs) as threads:
        begun = {threads.submit(alone, task): task for task in missing}
        try:
            for done in as_completed(begun):
                rows += [begun[done] | row for row in done.result()]
                write_text(path, text(rows))
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
    return rows


def chosen(rows: Sequence[Row], tasks: Iterable[Task]) -> list[Row]:
    """The rows of some tasks, in the order of the tasks."""
    return [row for task in map(_plain, tasks) for row in rows if _belongs(row, task)]


def load(path: Path) -> list[Row]:
    """The rows in a file; none where there is no file yet."""
    if not path.exists():
        return []
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return [dict(row.items()) for row in rows]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} does not hold rows of a benchmark ({error}); name another file, or remove it to begin anew."
        ) from None


def as_one(kind: type[T], row: Row) -> T:
    """A row as the dataclass that it was made of; what else it tells is left out."""
    return kind(**{each.name: row[each.name] for each in fields(kind)})  # type: ignore[arg-type]


def text(rows: Sequence[Row]) -> str:
    """JSON with a row on every line."""
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"


def _plain(task: Task) -> Row:
    """The task as a file gives it back: tuples are lists."""
    plain: Row = json.loads(json.dumps(dict(task)))
    return plain


def _belongs(row: Row, task: Row) -> bool:
    return all(key in row and row[key] == value for key, value in task.items())


def _named(task: Task) -> str:
    return ", ".join(f"{key} {value}" for key, value in task.items())


def _told(name: str) -> None:
    sys.stderr.write(f"{name}\n")
