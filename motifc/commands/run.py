"""motifc run."""

from typing import Annotated

import typer

from motifc.commands.backend_names import known_backends
from motifc.commands.console import console
from motifc.commands.options import Data, DataFolder, InputFile, Limit, Out, ProgramFile, Seed
from targets.runtime.registry import ORACLE


def run_command(
    program: ProgramFile,
    out: Out,
    backend: Annotated[str, typer.Option(help=f"One of {known_backends()}.")] = ORACLE,
    input_file: InputFile = None,
    data: Data = None,
    data_dir: DataFolder = None,
    seed: Seed = 0,
    limit: Limit = None,
    probe: Annotated[
        list[str] | None,
        typer.Option(help="u and v to record, such as hidden:u,v or hidden\\[0,8-11]:v; may be repeated."),
    ] = None,
) -> None:
    """Run a program and write the spikes of every population, with u and v of probed neurons."""
    from motifc import estimate, run, save_rasters
    from motifc.files import program_in
    from motifc.load_inputs import samples
    from motifc.probes import parse_probe
    from targets.contracts.artefact import check_writable
    from targets.contracts.shown import shown
    from targets.runtime.backend import backend_named, bound_inputs

    check_writable(out)
    backend_named(backend.partition(":")[0])
    loaded = program_in(program)
    asked = [parse_probe(text, loaded) for text in probe or ()]
    inputs = bound_inputs(loaded.inputs, samples(input_file, data, seed, limit, data_dir, loaded.readout))
    recording = run(loaded, inputs, backend, [wanted for wanted, _ in asked])
    traces = {}
    for wanted, kinds in asked:
        traces[wanted.population, "neurons"] = wanted.neurons
        traces |= {(wanted.population, k): getattr(recording.traces[wanted.population], k) for k in kinds}
    save_rasters(recording.spikes, out, traces)
    for name, raster in recording.spikes.items():
        console.print(f"{shown(name)}: {int(raster.counts().sum()):,} spikes in {raster.samples} samples")
    if loaded.readout is not None:
        votes = recording.spikes[loaded.readout.population]
        if votes.labels is not None:
            console.print(f"accuracy {loaded.readout.accuracy(votes.counts(), votes.labels):.2%} (ties count as wrong)")
    console.print(estimate(loaded, {**inputs, **recording.spikes}).sentence)
