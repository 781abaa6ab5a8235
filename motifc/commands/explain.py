"""motifc explain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.console import console, emit, warn
from motifc.commands.options import AsJson, TimeStep

if TYPE_CHECKING:
    from compiler.frontends.nir.explanation import PopulationExplanation
    from motifc import SpikeRaster


def explain_command(
    source: Annotated[Path, typer.Argument(metavar="NET.program|GRAPH.nir", help="What was run.")],
    recording: Annotated[Path, typer.Option(help="Spikes somebody recorded: .npz, one array per population.")],
    input_file: Annotated[Path, typer.Option("--input", help="Spikes it was given: .npz.")],
    dt: TimeStep = None,
    as_json: AsJson = False,
) -> None:
    """Find the semantics under which somebody else's recording follows bin for bin; exit 1 if there is none.

    Of a NIR graph each recorded population is explained by itself, given the recorded spikes of those before it.
    """
    from motifc import explain_program, load_rasters
    from motifc.files import expected, program_in
    from targets.runtime.backend import bound_inputs

    kind = expected(source, "program", "nir")
    inputs, observed = load_rasters(input_file), load_rasters(recording)
    if kind == "program":
        program = program_in(source)
        found = explain_program(program, bound_inputs(program.inputs, inputs), observed)
        emit(found.as_dict(), as_json, lambda: console.print(found.sentence(str(recording))))
        raise typer.Exit(0 if found.sets else 1)
    told = _explain_graph(source, dt, inputs, observed)
    sentences = [each.sentence for each in told]
    plain = {"populations": [each.as_dict() for each in told], "sentence": " ".join(sentences)}
    emit(plain, as_json, lambda: console.print("\n".join(sentences), markup=False))
    raise typer.Exit(0 if all(each.readings for each in told) else 1)


def _explain_graph(
    source: Path, dt: float | None, inputs: dict[str, SpikeRaster], observed: dict[str, SpikeRaster]
) -> tuple[PopulationExplanation, ...]:
    from compiler.frontends.nir.explanation import explain_graph
    from compiler.frontends.nir.read import unread_nir
    from targets.runtime.backend import bound_inputs

    graph = unread_nir(source, dt=dt, tell=lambda sentence: warn(f"{source}: {sentence}"))
    return explain_graph(graph, bound_inputs(graph.inputs, inputs), observed)
