"""motifc train."""

from pathlib import Path
from typing import Annotated

import typer

from motifc.commands.console import console
from motifc.commands.options import (
    DEFAULT_CHIP,
    Config,
    DataFolder,
    Device,
    Out,
    Seed,
    TensorBoard,
    Threads,
    TrainingData,
)
from motifc.commands.searching import listening, set_threads, warn_of_copies


def train_command(
    network: Annotated[Path, typer.Option(help="The .network whose weights are trained further.")],
    data: TrainingData,
    out: Out,
    data_dir: DataFolder = None,
    config: Config = None,
    device: Device = "auto",
    seed: Seed = 0,
    threads: Threads = 1,
    tensorboard: TensorBoard = None,
    quantize_aware: Annotated[
        bool, typer.Option("--quantize-aware", help="Train on the integers that compiling for --chip makes.")
    ] = False,
    chip: Annotated[str, typer.Option(help="Chip whose integers --quantize-aware takes.")] = DEFAULT_CHIP,
) -> None:
    """Train the weights of a network, starting from those it has; its wiring stays.

    Time constants stay too; with --quantize-aware they become those that the chip holds.
    """
    from motifc.files import network_in
    from targets.contracts.artefact import check_writable

    check_writable(out)
    start = network_in(network)
    set_threads(threads)
    from motifc import load_settings, load_split, train
    from search.settings import on_grid

    settings = load_settings(config)
    if quantize_aware:
        settings = on_grid(settings, chip)
    with listening(tensorboard) as progress:
        split = load_split(data, data_dir, seed)
        warn_of_copies(split)
        trained = train(start, split, settings, seed, device, progress, settings.training.chip)
    console.print(f"{out}: {trained.neurons:,} neurons, digest {trained.save(out)[:16]}")
