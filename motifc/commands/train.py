"""motifc train."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands import ranked
from motifc.commands.activity import doing
from motifc.commands.console import console, emit
from motifc.commands.options import (
    DEFAULT_CHIP,
    AsJson,
    Config,
    DataFolder,
    Device,
    Force,
    Out,
    Resume,
    SplitSeed,
    TensorBoard,
    Threads,
)
from motifc.commands.outputs import data_read, destination
from motifc.commands.searching import checkpoint_for, listening, resumable, set_threads, warn_of_copies

if TYPE_CHECKING:
    from motifc import Network, Split


def train_command(
    network: Annotated[Path, typer.Option(help="The .network whose weights are trained further.")],
    out: Out,
    data: Annotated[
        str | None,
        typer.Option(help="A task, or a .npz or folder of your own spikes; the network's own data if not given."),
    ] = None,
    data_dir: DataFolder = None,
    config: Config = None,
    device: Device = "auto",
    seed: SplitSeed = None,
    threads: Threads = 1,
    tensorboard: TensorBoard = None,
    quantize_aware: Annotated[
        bool, typer.Option("--quantize-aware", help="Train on the integers that compiling for --chip makes.")
    ] = False,
    chip: Annotated[str, typer.Option(help="Chip whose integers --quantize-aware takes.")] = DEFAULT_CHIP,
    resume: Resume = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Train the weights of a network, starting from those it has; its wiring stays.

    The split is the one that it was trained on; for another one --seed must say which, since samples of its test part
    may have been trained on already. Time constants stay too; with --quantize-aware they become those of the chip.
    """
    from motifc.files import network_in

    start = network_in(network)
    first = ranked.first()
    read = data_read(data, data_dir, start.provenance)
    target = destination(out, force or resume, network, config, read) if first else None
    checkpoint = checkpoint_for(out, resume) if first else None
    doing("loading torch")
    from motifc import load_settings, train
    from motifc.found import found
    from search.ranks import joined
    from search.settings import on_grid

    with joined(device) as ranks, resumable(checkpoint):
        set_threads(threads)
        doing("reading the data")
        split = ranks.one_reader(lambda: trained_split(str(network), start, data, seed, data_dir))
        settings = load_settings(config)
        if quantize_aware:
            settings = on_grid(settings, chip)
        grid = settings.training.chip
        with listening(tensorboard if first else None, checkpoint) as progress:
            if first:
                warn_of_copies(split)
            doing("train: first epoch")
            trained = train(start, split, settings, split.seed or 0, device, progress, grid, checkpoint, ranks)
        if target is not None and checkpoint is not None:
            trained.save(target)
            checkpoint.unlink(missing_ok=True)
            told = found(trained, out, split)
            emit(told.as_dict(), as_json, lambda: console.print(told.sentence))


def trained_split(owner: str, network: Network, data: str | None, seed: int | None, folder: Path | None) -> Split:
    """The split to train on; InputError where it is not the one trained on before and no seed says that it is meant."""
    from motifc import InputError
    from motifc.load_inputs import split_of

    split = split_of(owner, network.provenance, data, seed, folder)
    known = network.provenance.trained_on
    if seed is None and network.origin and split.digest not in {origin.split for origin in known}:
        past = f"was trained on {known[-1].name}" if known else "does not say what it was trained on"
        raise InputError(
            f"{owner} {past}, and {split.origin.name} is another split, whose test part may hold samples trained on "
            "before; give --seed to say that it is meant."
        )
    return split
