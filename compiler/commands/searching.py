"""searched: a network found on a task, with progress; the start of `motifc search` and `motifc demo`."""

from pathlib import Path

from compiler.commands.console import epochs
from search.network import Network
from targets.errors import InputError


def searched(
    data: str,
    folder: Path | None,
    config: Path | None,
    seed: int,
    device: str,
    threads: int,
    checkpoint: Path | None = None,
) -> Network:
    """Search on `data` (its files in `folder`) with the settings of the file `config`."""
    set_threads(threads)
    from search.data import load_split
    from search.hrmas import search
    from search.settings import load_settings

    settings = load_settings(config)
    with epochs() as progress:
        return search(load_split(data, folder, seed), settings, seed, device, progress, checkpoint)


def set_threads(threads: int) -> None:
    """Let torch use that many threads; InputError below 1."""
    if threads < 1:
        raise InputError(f"--threads is {threads}; at least 1 is needed, so give a larger number.")
    import torch

    torch.set_num_threads(threads)
