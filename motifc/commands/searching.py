"""What commands that search or train share: progress, checkpoints, a warning of copied samples, threads of torch."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from motifc.commands.activity import doing
from motifc.commands.console import warn, watched
from search.nas.default import DEFAULT_METHOD

if TYPE_CHECKING:
    from motifc import Network


if TYPE_CHECKING:
    from motifc import Settings, Split
    from search.ranks import Ranks
    from search.training.progress import Listener, Progress


def searched(
    split: Split,
    settings: Settings,
    seed: int,
    device: str,
    checkpoint: Path | None = None,
    tensorboard: Path | None = None,
    method: str = DEFAULT_METHOD,
    ranks: Ranks | None = None,
) -> Network:
    """Search on `split` by the method of that name, showing every epoch."""
    from motifc import search_by
    from search.ranks import ALONE

    doing("search: first epoch")
    with listening(tensorboard, checkpoint) as progress:
        return search_by(method, split, settings, seed, device, progress, checkpoint, ranks or ALONE)


@contextmanager
def listening(tensorboard: Path | None, checkpoint: Path | None = None) -> Iterator[Listener]:
    """What shows every epoch and, where a folder is named, TensorBoard scalars, also of the checkpoint's epochs."""
    with ExitStack() as stack:
        listeners: list[Listener] = [watched]
        if tensorboard is not None:
            from search.training.checkpoint import load_checkpoint
            from search.training.scalars import scalars

            stages = {} if checkpoint is None else load_checkpoint(checkpoint, {})
            begun = {phase: stage.history for phase, stage in stages.items()}
            listeners.append(stack.enter_context(scalars(tensorboard, begun)))

        def progress(epoch: Progress) -> None:
            for listener in listeners:
                listener(epoch)

        yield progress


def checkpoint_for(out: Path, resume: bool) -> Path:
    """`checkpoint_of(out)`, found to be writable; InputError where there is one that is not to be resumed."""
    from motifc import InputError
    from targets.contracts.writing import check_writable

    kept = checkpoint_of(out)
    if kept.exists() and not resume:
        raise InputError(f"{kept} is left from a run that was stopped; give --resume to go on, or remove it.")
    check_writable(kept)
    return kept


def checkpoint_of(out: Path) -> Path:
    """The file beside `out` that keeps the state of the work on it; InputError where the two would be one file.

    It has the name of `out` with the ending .checkpoint, or a digest of that name where it would be too long.
    """
    from motifc import InputError

    kept = out.with_suffix(".checkpoint")
    if len(os.fsencode(kept.name)) > os.pathconf(out.parent, "PC_NAME_MAX"):
        kept = out.with_name(f"{hashlib.sha256(os.fsencode(out.name)).hexdigest()[:32]}.checkpoint")
    if os.path.realpath(kept) == os.path.realpath(out) or (kept.exists() and out.exists() and kept.samefile(out)):
        raise InputError(
            f"{out} is where the checkpoint is kept; give --out another name, such as {out.with_suffix('.network')}."
        )
    return kept


@contextmanager
def resumable(checkpoint: Path | None) -> Iterator[None]:
    """Say how to go on when what is inside is interrupted after its first epoch."""
    try:
        yield
    except KeyboardInterrupt:
        if checkpoint is not None and checkpoint.exists():
            warn(f"stopped; the same command with --resume goes on from {checkpoint}.")
        raise


def warn_of_copies(split: Split) -> None:
    """Say how many test samples are trained on, where there are any."""
    from search.data.copies import copies, copies_told

    if found := copies(split):
        warn(copies_told(found, split.test.samples))


def set_threads(threads: int) -> None:
    """Let torch use that many threads; InputError below 1."""
    from motifc import InputError

    if threads < 1:
        raise InputError(f"--threads is {threads}; at least 1 is needed, so give a larger number.")
    import torch

    torch.set_num_threads(threads)
