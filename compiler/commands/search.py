"""motifc search."""

from typing import Annotated

import typer

from compiler.commands.console import console
from compiler.commands.options import Config, DataFolder, Device, Out, Seed, Threads, TrainingData
from compiler.commands.searching import searched, set_threads
from targets.artefact import check_writable
from targets.errors import InputError


def search_command(
    data: TrainingData,
    out: Out,
    data_dir: DataFolder = None,
    config: Config = None,
    device: Device = "auto",
    seed: Seed = 0,
    threads: Threads = 1,
    resume: Annotated[bool, typer.Option(help="Go on from the checkpoint beside --out, if there is one.")] = False,
) -> None:
    """Search a network of motifs by HRMAS, derive it, retrain it."""
    check_writable(out)
    checkpoint = out.with_suffix(".checkpoint")
    if checkpoint.exists() and not resume:
        raise InputError(f"{checkpoint} is left from a search that was stopped; give --resume to go on, or remove it.")
    set_threads(threads)
    from search.data import load_split
    from search.settings import load_settings

    settings = load_settings(config)
    network = searched(load_split(data, data_dir, seed), settings, seed, device, checkpoint)
    digest = network.save(out)
    checkpoint.unlink(missing_ok=True)
    console.print(f"{out}: {network.neurons:,} neurons, digest {digest[:16]}")
