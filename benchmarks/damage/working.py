"""judgements: inputs of one reader, judged in a process of their own, ended where a library does not return."""

import faulthandler
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.damage.judging import Judgement, judged, limit_memory, made
from benchmarks.damage.reading import Reader

_COMPUTING, _PATIENCE = 20, 900
"""Seconds of computing, and of waiting on a busy computer, after which a reader is taken to run for ever."""
_MEMORY = Path("/dev/shm")
_READY = Judgement("equal", "whole files are read")


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
            if _next(ours, child) != _READY:
                raise RuntimeError(f"the whole files of {name} cannot be read; what went wrong stands above")
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
    began, until = _computed(child.pid), time.monotonic() + _PATIENCE
    while not answers.poll(5):
        if _computed(child.pid) - began > _COMPUTING or time.monotonic() > until:
            return Judgement("other", f"the process does not end within {_COMPUTING} s", _COMPUTING)
    try:
        found: Judgement = answers.recv()
    except EOFError:
        child.join()
        return Judgement("other", f"the process has ended with status {child.exitcode}")
    return found


def _computed(process: int | None) -> float:
    """Seconds that a process has computed so far."""
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _work(answers: Connection, name: str, reader: Reader, seed: int, numbers: Sequence[int], folder: Path) -> None:
    faulthandler.enable(sys.stderr)
    with reader.inside():
        wanted = []
        for content in reader.originals:  # what a library needs at first is not counted
            path = folder / f"whole{reader.suffix}"
            path.write_bytes(content)
            wanted.append(reader.read(path))
        answers.send(_READY)
        limit_memory()
        for number in numbers:
            content, which = made(name, reader, seed, number)
            found = judged(reader, content, folder, None if which is None else wanted[which])
            if found.outcome == "refused":
                found = Judgement(found.outcome, "", found.seconds, found.mebibytes)
            answers.send(found)
