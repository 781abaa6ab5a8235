"""searched: a network found on data, with progress; set_threads: how many threads torch may use for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from motifc.commands.console import epochs

if TYPE_CHECKING:
    from motifc import Network


if TYPE_CHECKING:
    from motifc import Settings, Split
    from search.training.progress import Listener, Progress


def searched(
    split: Split,
    settings: Settings,
    seed: int,
    device: str,
    checkpoint: Path | None = None,
    tensorboard: Path | None = None,
    method: str = "hrmas",
) -> Network:
    """Search on `split` by the method of that name, showing every epoch."""
    from motifc import search_by

    with listening(tensorboard, checkpoint) as progress:
        return search_by(method, split, settings, seed, device, progress, checkpoint)


@contextmanager
def listening(tensorboard: Path | None, checkpoint: Path | None = None) -> Iterator[Listener]:
    """Progress bars and, where a folder is named, TensorBoard scalars, those of the checkpoint's epochs included."""
    with ExitStack() as stack:
        listeners = [stack.enter_context(epochs())]
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


def set_threads(threads: int) -> None:
    """Let torch use that many threads; InputError below 1."""
    from motifc import InputError

    if threads < 1:
        raise InputError(f"--threads is {threads}; at least 1 is needed, so give a larger number.")
    import torch

    torch.set_num_threads(threads)
