"""Processes that run the code of one checkout or of another, with one thread."""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.studies.command import ROOT
from targets.contracts.errors import InputError

_WORKER = Path(__file__).with_name("search_worker.py")


def searched(
    checkout: Path,
    data: str,
    seed: int,
    folder: Path | None,
    plain: bool = False,
    epochs: int | None = None,
    training: int | None = None,
) -> dict[str, Any]:
    """One search with default settings: "accuracy" on the test part, CPU "seconds" of all and of its "epochs".

    plain     batches are drawn whatever the lengths of samples
    epochs    of the search, training of the network that is found: instead of those of the settings
    """
    what = {"data": data, "seed": seed, "folder": None if folder is None else str(folder)}
    told = json.dumps({**what, "plain": plain, "epochs": epochs, "training": training})
    written = _run(checkout, [sys.executable, str(_WORKER), told], f"the search of {data}, seed {seed},")
    return dict(json.loads(written.splitlines()[-1]))


def commanded(checkout: Path, *arguments: str) -> float:
    """CPU seconds of `motifc` with these arguments, its start and all its processes included."""
    before = _of_children()
    _run(checkout, [sys.executable, "-m", "motifc", *arguments], f"motifc {arguments[0]}")
    return _of_children() - before


def _run(checkout: Path, command: Sequence[str], what: str) -> str:
    """What a command writes to stdout; InputError where it fails."""
    with _environment(checkout) as environment:
        ended = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=checkout, check=False)
    if ended.returncode:
        raise InputError(f"{what} failed in {checkout.name}, so mend this: {ended.stderr[-900:]}")
    return ended.stdout


@contextmanager
def _environment(checkout: Path) -> Iterator[dict[str, str]]:
    """Variables of a process that imports from `checkout`; another one than ours gets a cache of its own.

    Ours keeps its compiled loops, which would else count as seconds of the search.
    """
    with tempfile.TemporaryDirectory() as cache:
        yield {
            **os.environ,
            **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
            "PYTHONPATH": str(checkout.resolve()),
            **({} if checkout == ROOT else {"MOTIFC_CACHE": cache}),
        }


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
