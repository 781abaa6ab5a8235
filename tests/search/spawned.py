"""Ranks in processes of their own, as torchrun starts them, with gloo on this machine."""

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from tests.conftest import REPOSITORY

_PATIENCE = 120


@dataclass(frozen=True)
class Ended:
    """How a rank ended and what it said."""

    status: int
    out: str
    err: str


def spawned(command: Sequence[str], count: int, folder: os.PathLike[str] | str, **more: Sequence[str]) -> list[Ended]:
    """Run `python COMMAND` as `count` ranks; all must end by themselves within two minutes.

    more  arguments that replace those of one rank: rank1=[...]
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    common = {**os.environ, "WORLD_SIZE": str(count), "LOCAL_WORLD_SIZE": str(count), "GROUP_RANK": "0"}
    common |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "PYTHONPATH": str(REPOSITORY)}
    processes = [
        subprocess.Popen(
            [sys.executable, *more.get(f"rank{rank}", command)],
            env={**common, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(count)
    ]
    try:
        said = [process.communicate(timeout=_PATIENCE) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    return [Ended(process.returncode, *each) for process, each in zip(processes, said, strict=True)]
