"""judgements: inputs of one reader, judged in a process of their own, ended where a library does not return."""

import faulthandler
import multiprocessing
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.damage.judging import Judgement, judged, limit_memory, made
from benchmarks.damage.reader import Reader

_PATIENCE = 90
"""Seconds after which a reader is taken to run for ever, whatever else the computer does."""
_MEMORY = Path("/dev/shm")


def judgements(name: str, reader: Reader, seed: int, numbers: Sequence[int]) -> Iterator[tuple[int, Judgement]]:
    """(number, judgement) of every input of a seed, in order."""
    left = list(numbers)
    while left:
        folder = Path(tempfile.mkdtemp(dir=_MEMORY if _MEMORY.is_dir() else None))
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        child = context.Process(target=_work, args=(theirs, name, reader, seed, left, folder))
        child.start()
        theirs.close()
        try:
            while left:
                found = _next(ours, child)
                yield left.pop(0), found
                if found.reason.startswith("the process"):
                    break
        finally:
            child.kill()
            child.join()
            ours.close()
            shutil.rmtree(folder, ignore_errors=True)


def _next(answers: Connection, child: "multiprocessing.process.BaseProcess") -> Judgement:
    if not answers.poll(_PATIENCE):
        return Judgement("other", f"the process does not end within {_PATIENCE} s", _PATIENCE)
    try:
        found: Judgement = answers.recv()
    except EOFError:
        child.join()
        return Judgement("other", f"the process has ended with status {child.exitcode}")
    return found


def _work(answers: Connection, name: str, reader: Reader, seed: int, numbers: Sequence[int], folder: Path) -> None:
    faulthandler.enable(sys.stderr)
    with reader.inside():
        wanted = []
        for content in reader.originals:  # what a library needs at first is not counted
            path = folder / f"whole{reader.suffix}"
            path.write_bytes(content)
            wanted.append(reader.read(path))
        limit_memory()
        for number in numbers:
            content, which = made(name, reader, seed, number)
            found = judged(reader, content, folder, None if which is None else wanted[which])
            if found.outcome == "refused":
                found = Judgement(found.outcome, "", found.seconds, found.mebibytes)
            answers.send(found)
