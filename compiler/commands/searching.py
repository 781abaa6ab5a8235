"""searched: a network found on data, with progress; set_threads: how many threads torch may use for it."""

from pathlib import Path
from typing import TYPE_CHECKING

from compiler.commands.console import epochs
from search.network import Network
from targets.errors import InputError

if TYPE_CHECKING:
    from search.settings import Settings
    from search.task import Split


def searched(split: "Split", settings: "Settings", seed: int, device: str, checkpoint: Path | None = None) -> Network:
    """Search on `split`, showing every epoch."""
    from search.hrmas import search

    with epochs() as progress:
        return search(split, settings, seed, device, progress, checkpoint)


def set_threads(threads: int) -> None:
    """Let torch use that many threads; InputError below 1."""
    if threads < 1:
        raise InputError(f"--threads is {threads}; at least 1 is needed, so give a larger number.")
    import torch

    torch.set_num_threads(threads)
