"""motifc search."""

import hashlib
import os
from pathlib import Path
from typing import Annotated

import typer

from motifc.commands.console import console
from motifc.commands.options import (
    DEFAULT_CHIP,
    Config,
    DataFolder,
    Device,
    Force,
    Out,
    Seed,
    TensorBoard,
    Threads,
    TrainingData,
)
from motifc.commands.outputs import data_read, destination
from motifc.commands.searching import searched, set_threads, warn_of_copies

_METHODS = (
    "hrmas; without a part of it: no-plasticity, no-lateral, no-motif; or with its neurons and budget: random-search, "
    "random-motif, recurrent, feed-forward."
)


def search_command(
    data: TrainingData,
    out: Out,
    data_dir: DataFolder = None,
    config: Config = None,
    method: Annotated[str, typer.Option(help=_METHODS)] = "hrmas",
    chip: Annotated[
        str | None, typer.Option(help="Chip whose synapses, cores and messages are expected in every epoch.")
    ] = None,
    cost: Annotated[float | None, typer.Option(help="Weight of what is expected there in alpha's loss.")] = None,
    quantize_aware: Annotated[
        bool, typer.Option("--quantize-aware", help="Retrain on the integers that compiling for --chip makes.")
    ] = False,
    device: Device = "auto",
    seed: Seed = 0,
    threads: Threads = 1,
    tensorboard: TensorBoard = None,
    resume: Annotated[bool, typer.Option(help="Go on from the checkpoint beside --out, if there is one.")] = False,
    force: Force = False,
) -> None:
    """Search a network of motifs by HRMAS, or one to compare it with, derive it, retrain it."""
    from motifc import InputError
    from targets.contracts.writing import check_writable

    target = destination(out, force or resume, config, data_read(data, data_dir))
    checkpoint = checkpoint_of(out)
    if checkpoint.exists() and not resume:
        raise InputError(f"{checkpoint} is left from a search that was stopped; give --resume to go on, or remove it.")
    check_writable(checkpoint)
    set_threads(threads)
    from motifc import load_settings, load_split
    from motifc.found import found
    from search.settings import on_chip, on_grid

    settings = on_chip(load_settings(config), chip, cost)
    if quantize_aware:
        settings = on_grid(settings, chip or DEFAULT_CHIP)
    split = load_split(data, data_dir, seed)
    warn_of_copies(split)
    try:
        network = searched(split, settings, seed, device, checkpoint, tensorboard, method)
    except KeyboardInterrupt:
        if checkpoint.exists():
            typer.echo(f"motifc: stopped; the same command with --resume goes on from {checkpoint}.", err=True)
        raise
    network.save(target)
    checkpoint.unlink(missing_ok=True)
    console.print(found(network, out, split))


def checkpoint_of(out: Path) -> Path:
    """The file beside `out` that keeps the state of its search; InputError where the two would be one file.

    It has the name of `out` with the ending .checkpoint, or a digest of that name where it would be too long.
    """
    from motifc import InputError

    kept = out.with_suffix(".checkpoint")
    if len(os.fsencode(kept.name)) > os.pathconf(out.parent, "PC_NAME_MAX"):
        kept = out.with_name(f"{hashlib.sha256(os.fsencode(out.name)).hexdigest()[:32]}.checkpoint")
    if os.path.realpath(kept) == os.path.realpath(out) or (kept.exists() and out.exists() and kept.samefile(out)):
        raise InputError(
            f"{out} is where the search keeps its checkpoint; give --out another name, such as "
            f"{out.with_suffix('.network')}."
        )
    return kept
