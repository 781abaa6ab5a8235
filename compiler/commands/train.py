"""motifc train."""

from pathlib import Path
from typing import Annotated

import typer

from compiler.commands.console import console, epochs
from compiler.commands.options import Config, DataFolder, Device, Out, Seed, Threads, TrainingData
from compiler.commands.searching import set_threads
from search.network import Network
from targets.artefact import check_writable


def train_command(
    network: Annotated[Path, typer.Option(help="The .network whose weights are trained further.")],
    data: TrainingData,
    out: Out,
    data_dir: DataFolder = None,
    config: Config = None,
    device: Device = "auto",
    seed: Seed = 0,
    threads: Threads = 1,
) -> None:
    """Train the weights of a network, starting from those it has; its wiring and time constants stay."""
    check_writable(out)
    start = Network.load(network)
    set_threads(threads)
    from search.data import load_split
    from search.settings import load_settings
    from search.train import train

    with epochs() as progress:
        trained = train(start, load_split(data, data_dir, seed), load_settings(config), seed, device, progress)
    console.print(f"{out}: {trained.neurons:,} neurons, digest {trained.save(out)[:16]}")
