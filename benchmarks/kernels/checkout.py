"""Processes that run the code of one checkout or of another, with one thread."""

import json
import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.processor import ONE_THREAD, processor_seconds
from benchmarks.studies.command import ROOT
from targets.contracts.errors import InputError

_WORKER = Path(__file__).with_name("search_worker.py")


def options(module: str, about: str | None) -> ArgumentParser:
    """The options of commands that set this checkout beside another one."""
    parser = ArgumentParser(prog=f"python -m {module}", description=about)
    parser.add_argument("--old", type=Path, help="another checkout of this repository (not needed where rows are kept)")
    parser.add_argument("--fsdd", type=Path, help="folder of the Free Spoken Digit Dataset")
    parser.add_argument("--out", type=Path, required=True, help="Markdown file; rows go beside it as .json")
    return parser


def known(folder: Path | None, name: str) -> Path:
    """The folder of the checkout that is called `name`; InputError where it holds none."""
    if folder is None or not (folder / "search").is_dir():
        raise InputError(f"the folder for {name} is {folder}; name a checkout that holds search/ with --old.")
    return folder.resolve()


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
    before = processor_seconds()
    _run(checkout, [sys.executable, "-m", "motifc", *arguments], f"motifc {arguments[0]}")
    return processor_seconds() - before


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
            **ONE_THREAD,
            "PYTHONPATH": str(checkout),
            **({} if checkout == ROOT else {"MOTIFC_CACHE": cache}),
        }
