"""motifc run."""

from typing import Annotated

import typer

from compiler.commands.console import console
from compiler.commands.options import Data, Device, InputFile, Limit, Out, ProgramFile, Seed
from compiler.samples import samples
from targets.artefact import check_writable
from targets.backend import run
from targets.check import legal
from targets.program import Program
from targets.raster import save_rasters


def run_command(
    program: ProgramFile,
    out: Out,
    backend: Annotated[str, typer.Option(help="numpy, torch, lava or onnx.")] = "numpy",
    input_file: InputFile = None,
    data: Data = None,
    seed: Seed = 0,
    limit: Limit = None,
    device: Device = "auto",
) -> None:
    """Run a program and write the spikes of every population."""
    check_writable(out)
    loaded = legal(Program.load(program))
    spikes = run(loaded, samples(input_file, data, seed, limit), backend, device).spikes
    save_rasters(spikes, out)
    for name, raster in spikes.items():
        console.print(f"{name}: {int(raster.counts().sum()):,} spikes in {raster.samples} samples")
    if loaded.readout is not None:
        votes = spikes[loaded.readout.population]
        if votes.labels is not None:
            console.print(f"accuracy {loaded.readout.accuracy(votes.counts(), votes.labels):.2%} (ties count as wrong)")
