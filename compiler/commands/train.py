"""motifc train."""

from pathlib import Path
from typing import Annotated

import typer

from compiler.commands.console import console, epochs
from compiler.commands.options import Config, Device, Out, Seed, Threads
from compiler.commands.searching import set_threads
from search.network import Network
from targets.artefact import check_writable


def train_command(
    network: Annotated[Path, typer.Option(help="The .network whose weights are trained further.")],
    data: Annotated[str, typer.Option(help="Task to train on, such as digits.")],
    out: Out,
    config: Config = None,
    device: Device = "auto",
    seed: Seed = 0,
    threads: Threads = 1,
) -> None:
    """Train the weights of a network, starting from those it has; its wiring and time constants stay."""
    check_writable(out)
    start = Network.load(network)
    set_threads(threads)
    from search.settings import load_settings
    from search.task import task_named
    from search.train import train

    with epochs() as progress:
        trained = train(start, task_named(data).load(seed), load_settings(config), seed, device, progress)
    console.print(f"{out}: {trained.neurons:,} neurons, digest {trained.save(out)[:16]}")
