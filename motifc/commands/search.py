"""motifc search."""

from typing import Annotated

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
    Seed,
    TensorBoard,
    Threads,
    TrainingData,
)
from motifc.commands.outputs import data_read, destination
from motifc.commands.searching import checkpoint_for, resumable, searched, set_threads, warn_of_copies
from search.nas.default import DEFAULT_METHOD

_METHODS = (
    "hrmas-delays, hrmas-halving; without delays: hrmas; without another part of it: no-plasticity, no-lateral, "
    "no-motif; others: halving, evolution, random-search, random-motif; without motifs: recurrent, recurrent-delay, "
    "recurrent-equal, feed-forward, feed-forward-delays, sparse-delays."
)


def search_command(
    data: TrainingData,
    out: Out,
    data_dir: DataFolder = None,
    config: Config = None,
    method: Annotated[str, typer.Option(help=_METHODS)] = DEFAULT_METHOD,
    chip: Annotated[
        str | None, typer.Option(help="Chip whose synapses, cores and messages are expected in every epoch.")
    ] = None,
    cost: Annotated[
        float | None, typer.Option(help="Weight of what is expected there in the loss by which is chosen.")
    ] = None,
    quantize_aware: Annotated[
        bool, typer.Option("--quantize-aware", help="Retrain on the integers that compiling for --chip makes.")
    ] = False,
    device: Device = "auto",
    seed: Seed = 0,
    threads: Threads = 1,
    tensorboard: TensorBoard = None,
    resume: Resume = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Search a network of motifs and their delays by HRMAS, or one to compare it with, derive it, retrain it."""
    first = ranked.first()
    target = destination(out, force or resume, config, data_read(data, data_dir)) if first else None
    checkpoint = checkpoint_for(out, resume) if first else None
    doing("loading torch")
    from motifc import load_settings, load_split
    from motifc.found import found
    from search.ranks import joined
    from search.settings import on_chip, on_grid

    with joined(device) as ranks, resumable(checkpoint):
        set_threads(threads)
        settings = on_chip(load_settings(config), chip, cost)
        if quantize_aware:
            settings = on_grid(settings, chip or DEFAULT_CHIP)
        doing(f"reading {data}")
        split = ranks.one_reader(lambda: load_split(data, data_dir, seed))
        if first:
            warn_of_copies(split)
        scalars = tensorboard if first else None
        network = searched(split, settings, seed, device, checkpoint, scalars, method, ranks)
        if target is not None and checkpoint is not None:
            network.save(target)
            checkpoint.unlink(missing_ok=True)
            told = found(network, out, split)
            emit(told.as_dict(), as_json, lambda: console.print(told.sentence))
