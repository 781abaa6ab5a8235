"""motifc explain."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.console import console, emit
from motifc.commands.options import AsJson, TimeStep

if TYPE_CHECKING:
    from motifc import SpikeRaster
    from targets.conformance.explain import Explanation


def explain_command(
    source: Annotated[Path, typer.Argument(metavar="NET.program|GRAPH.nir", help="What was run.")],
    recording: Annotated[Path, typer.Option(help="Spikes somebody recorded: .npz, one array per population.")],
    input_file: Annotated[Path, typer.Option("--input", help="Spikes it was given: .npz.")],
    dt: TimeStep = None,
    as_json: AsJson = False,
) -> None:
    """Find the semantics under which somebody else's recording follows bin for bin; exit 1 if there is none."""
    from motifc import explain_program, load_rasters
    from motifc.files import expected, program_in
    from targets.runtime.backend import bound_inputs

    kind = expected(source, "program", "nir")
    inputs, observed = load_rasters(input_file), load_rasters(recording)
    if kind == "program":
        program = program_in(source)
        found = explain_program(program, bound_inputs(program.inputs, inputs), observed)
    else:
        found = _explain_graph(source, dt, inputs, observed)
    emit(found.as_dict(), as_json, lambda: console.print(found.sentence(str(recording))))
    raise typer.Exit(0 if found.sets else 1)


def _explain_graph(
    source: Path, dt: float | None, inputs: dict[str, SpikeRaster], observed: dict[str, SpikeRaster]
) -> Explanation:
    from motifc import explain, interpret
    from motifc.commands.compile import graph_of
    from targets.contracts.semantics import FLOAT_SWITCHES
    from targets.runtime.backend import bound_inputs

    graph = graph_of(source, dt)
    inputs = bound_inputs(graph.inputs, inputs)
    return explain(partial(interpret, graph), inputs, observed, switches=FLOAT_SWITCHES)
