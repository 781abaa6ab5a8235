"""motifc explain."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from compiler.analysis.interpret import interpret
from compiler.frontends.nir import read_nir
from motifc.commands.console import console, emit
from motifc.commands.options import AsJson
from targets.conformance.explain import Explanation, explain, explain_program
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster, load_rasters
from targets.contracts.semantics import FLOAT_SWITCHES
from targets.program.check import legal
from targets.program.program import Program
from targets.runtime.backend import bound_inputs


def explain_command(
    source: Annotated[Path, typer.Argument(metavar="NET.program|GRAPH.nir", help="What was run.")],
    recording: Annotated[Path, typer.Option(help="Spikes somebody recorded: .npz, one array per population.")],
    input_file: Annotated[Path, typer.Option("--input", help="Spikes it was given: .npz.")],
    dt: Annotated[float, typer.Option(help="Time step of a NIR graph in seconds.")] = 1e-4,
    as_json: AsJson = False,
) -> None:
    """Find the semantics under which somebody else's recording follows bin for bin; exit 1 if there is none."""
    inputs, observed = load_rasters(input_file), load_rasters(recording)
    if source.suffix == ".program":
        program = legal(Program.load(source))
        found = explain_program(program, bound_inputs(program.inputs, inputs), observed)
    elif source.suffix == ".nir":
        found = _explain_graph(source, dt, inputs, observed)
    else:
        raise InputError(f"{source} is neither a .program nor a .nir file; explain one of these.")
    emit(found.as_dict(), as_json, lambda: console.print(found.sentence(str(recording))))
    raise typer.Exit(0 if found.sets else 1)


def _explain_graph(
    source: Path, dt: float, inputs: dict[str, SpikeRaster], observed: dict[str, SpikeRaster]
) -> Explanation:
    graph = read_nir(source, dt=dt)
    inputs = bound_inputs(graph.inputs, inputs)
    return explain(partial(interpret, graph), inputs, observed, switches=FLOAT_SWITCHES)
