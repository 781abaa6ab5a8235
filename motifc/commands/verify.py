"""motifc verify."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.backend_names import asked_backends, known_backends
from motifc.commands.console import console, emit, steps
from motifc.commands.options import AsJson, Data, DataFolder, InputFile, Limit, ProgramFile, Seed
from targets.runtime.registry import ORACLE

if TYPE_CHECKING:
    from motifc import FloatGraph, Program
    from targets.conformance.drift import Drift


def verify_command(
    program: ProgramFile,
    backends: Annotated[
        str, typer.Option(help=f"Backends to compare with the first, separated by commas: {known_backends()}.")
    ] = ORACLE,
    against: Annotated[Path | None, typer.Option(help="Another program to compare with, on the first backend.")] = None,
    against_float: Annotated[
        Path | None, typer.Option(help="The .network or .nir it was compiled from: report how far the program strays.")
    ] = None,
    dt: Annotated[float, typer.Option(help="Time step of a NIR graph in seconds.")] = 1e-4,
    input_file: InputFile = None,
    data: Data = None,
    data_dir: DataFolder = None,
    seed: Seed = 0,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """Compare every spike of every population between backends, or between two programs; exit 1 if any differs.

    A difference is shown with u, v and the synapses behind it, and explained by the semantics that reproduces it.
    """
    from motifc import InputError, Program, drift, interpret, legal, load, side, verify
    from motifc.load_inputs import samples
    from motifc.tables import show_drifts, show_verdicts, told_latency
    from targets.runtime.backend import bound_inputs

    first, *others = asked_backends(backends)
    if not others and against is None and against_float is None:
        raise InputError(
            "one backend has nothing to agree with; give at least two in --backends, --against PROGRAM or "
            "--against-float NETWORK."
        )
    loaded = legal(Program.load(program))
    rival = None if against is None else legal(Program.load(against))
    floats = None if against_float is None else _origin(loaded, against_float, dt)
    inputs = samples(input_file, data, seed, limit, data_dir)
    with steps() as tell, ExitStack() as held:
        machine = held.enter_context(load(loaded, first))
        left = side(machine, None if against is None else str(program))
        sides = [side(held.enter_context(load(loaded, name))) for name in others]
        if rival is not None:
            sides.append(side(held.enter_context(load(rival, first)), str(against)))
        verdicts = verify(left, sides, inputs, tell) if sides else ()
        drifts: tuple[Drift, ...] = ()
        if floats is not None:
            tell("running the float network")
            given = bound_inputs(loaded.inputs, inputs)
            drifts = drift(interpret(floats, given), machine.run(given).spikes, loaded.readout)
    plain = {
        "latency": dict(loaded.latency),
        "verdicts": [verdict.as_dict() for verdict in verdicts],
        "drift": [found.as_dict() for found in drifts],
    }

    def tables() -> None:
        if verdicts:
            show_verdicts(verdicts)
        if drifts:
            show_drifts(drifts)
        if late := told_latency(loaded):
            console.print(late)

    emit(plain, as_json, tables)
    raise typer.Exit(0 if all(verdict.equal for verdict in verdicts) else 1)


def _origin(program: Program, path: Path, dt: float) -> FloatGraph:
    """The float graph a program was compiled from, a NIR graph in steps of `dt`; InputError when it is another one."""
    from motifc import InputError
    from motifc.commands.compile import graph_of
    from targets.contracts.artefact import stored_digest

    graph = graph_of(path, dt)
    nir = path.suffix == ".nir"
    if program.origin not in {graph.origin} | (set() if nir else {stored_digest(path, "network")}):
        kind, origin = "graph" if nir else "network", program.origin[:12] or "(none)"
        remedy = "give that one, in the --dt it was compiled with" if nir else "give that one"
        raise InputError(
            f"{path} has digest {graph.origin[:12]}; the program was compiled from {kind} {origin}, so {remedy}."
        )
    return graph
