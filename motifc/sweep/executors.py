"""What runs the trials of a table: processes of this machine; or nothing, when their commands are printed."""

import json
import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from motifc.sweep.chain import give_up
from motifc.workers.spread import ONE_THREAD, Died, spread
from targets.contracts.errors import InputError
from targets.contracts.shown import brief


@dataclass(frozen=True)
class Job:
    """All that an executor is told of a trial: its folder, an absolute path, and its digest."""

    folder: Path
    digest: str


Ended = Callable[[Job], None]
"""Is told each job that has ended, well or not."""
Execute = Callable[[Sequence[Job], Ended], None]
"""Runs each job by `motifc.sweep.chain.run_trial`, in any order and anywhere; returns when all have ended."""


def processes(workers: int = 1, devices: Sequence[str] = ()) -> Execute:
    """An executor of so many processes of this machine, each with one thread.

    `devices` are shared out among the workers in turn: "cpu", "cuda" or "cuda:N"; processors alone where none is
    named. A process that dies costs its trial, which two others may try. Raises InputError for another device.
    """
    if workers < 1:
        raise InputError(f"{workers} workers were asked for; at least 1 is needed, so give a larger number.")
    devices = tuple(devices) or ("cpu",)
    environments = [visible(name) for name in devices]
    kinds = {name.partition(":")[0] for name in devices}
    if len(kinds) > 1:
        raise InputError(
            f"--devices names {', '.join(devices)}; networks trained on processors and on GPUs differ, so name one "
            "kind alone."
        )
    if len(devices) > workers:
        raise InputError(
            f"{len(devices)} devices were named for {workers} workers; each worker has one, so give more --workers."
        )

    kind = devices[0].partition(":")[0]
    if kind != "cpu":
        from search.training.device import chosen_device

        chosen_device(kind)

    def execute(jobs: Sequence[Job], ended: Ended) -> None:
        def told(number: int, answer: str | Died) -> None:
            job = jobs[number]
            if isinstance(answer, Died):
                give_up(job.folder, job.digest, answer.sentence)
            ended(job)

        lines = [json.dumps([str(job.folder), job.digest]) for job in jobs]
        spread("motifc.sweep.worker", lines, workers, told, environments, (kind,))

    return execute


def printed(tell: Callable[[str], None]) -> Execute:
    """An executor that runs nothing: it tells the command of every job, to be run by whatever there is."""

    def execute(jobs: Sequence[Job], ended: Ended) -> None:
        for job in jobs:
            command = [sys.executable, "-m", "motifc", "sweep", "trial", str(job.folder), job.digest]
            tell(shlex.join(["env", *(f"{name}=1" for name in ONE_THREAD), *command]))

    return execute


def visible(device: str) -> Mapping[str, str]:
    """The environment in which a worker sees this device alone, as its only GPU."""
    kind, colon, number = device.partition(":")
    if device in ("cpu", "cuda"):
        return {}
    if kind != "cuda" or not colon or not (number.isascii() and number.isdigit()):
        raise InputError(f"--devices names {brief(device)}; cpu, cuda or cuda:NUMBER is allowed, so change it.")
    seen = [each.strip() for each in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if each.strip()]
    if seen and int(number) >= len(seen):
        raise InputError(
            f"--devices names {device}; CUDA_VISIBLE_DEVICES shows {len(seen)}, so 0 to {len(seen) - 1} are allowed."
        )
    return {"CUDA_VISIBLE_DEVICES": seen[int(number)] if seen else number}
