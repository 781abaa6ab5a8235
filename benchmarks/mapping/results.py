"""Results: the rows of the mapping benchmark in a JSON file, so that it may be run in parts."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.mapping.chain import ChainRow, compiled
from benchmarks.mapping.measure import MapRow, mapped
from benchmarks.mapping.plan import Task
from targets.contracts.artefact import write_text
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


def measure(tasks: Sequence[Task], path: Path, progress: Callable[[str], None] = lambda task: None) -> Results:
    """Measure the tasks that the file at `path` has not, each in a process of its own; write it after every one.

    `progress` is told each task. Raises InputError where the file is not one of this function.
    """
    results = load(path)
    for task in tasks:
        if task in results.tasks:
            continue
        progress(f"{task.kind}: {task.network}, {task.neurons:,} neurons, seed {task.seed}")
        # A fresh process: its largest memory is that of this task alone.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
            if task.kind == "chain":
                results = replace(results, chain=(*results.chain, alone.submit(compiled, task).result()))
            else:
                results = replace(results, map=(*results.map, *alone.submit(mapped, task).result()))
        write_text(path, _text(results))
    return results


def _text(results: Results) -> str:
    """JSON with a row on every line and no more digits than mean anything."""
    parts = [
        f'"{name}": [\n' + ",\n".join(json.dumps(_rounded(row)) for row in rows) + "\n]"
        for name, rows in asdict(results).items()
    ]
    return "{" + ",\n".join(parts) + "}\n"


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {key: float(f"{value:.6g}") if isinstance(value, float) else value for key, value in row.items()}


def load(path: Path) -> Results:
    """The results in a file; none where there is no file yet."""
    if not path.exists():
        return Results()
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return Results(
            tuple(MapRow(Task(**row.pop("task")), **row) for row in stored["map"]),
            tuple(ChainRow(Task(**row.pop("task")), **row) for row in stored["chain"]),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(
            f"{path} does not hold rows of this benchmark ({error}); name another file, or remove it to begin anew."
        ) from None
