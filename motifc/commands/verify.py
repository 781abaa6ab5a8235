"""motifc verify."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.backend_names import asked_backends, known_backends
from motifc.commands.console import emit, steps
from motifc.commands.options import AsJson, Data, DataFolder, InputFile, Limit, ProgramFile, Seed
from targets.runtime.registry import ORACLE

if TYPE_CHECKING:
    from motifc import Network, Program
    from targets.conformance.drift import Drift


def verify_command(
    program: ProgramFile,
    backends: Annotated[
        str, typer.Option(help=f"Backends to compare with the first, separated by commas: {known_backends()}.")
    ] = ORACLE,
    against: Annotated[Path | None, typer.Option(help="Another program to compare with, on the first backend.")] = None,
    against_float: Annotated[
        Path | None, typer.Option(help="The .network it was compiled from: report how far the program strays.")
    ] = None,
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
    from motifc import InputError, drift, interpret, load, lower, side, verify
    from motifc.files import program_in
    from motifc.load_inputs import samples
    from motifc.tables import show_drifts, show_verdicts
    from targets.runtime.backend import bound_inputs

    first, *others = asked_backends(backends)
    if not others and against is None and against_float is None:
        raise InputError(
            "one backend has nothing to agree with; give at least two in --backends, --against PROGRAM or "
            "--against-float NETWORK."
        )
    loaded = program_in(program)
    rival = None if against is None else program_in(against)
    floats = None if against_float is None else _origin(loaded, against_float)
    inputs = samples(input_file, data, seed, limit, data_dir, loaded.readout)
    with steps() as tell, ExitStack() as held:
        left = side(held.enter_context(load(loaded, first)), None if against is None else str(program))
        sides = [side(held.enter_context(load(loaded, name))) for name in others]
        if rival is not None:
            sides.append(side(held.enter_context(load(rival, first)), str(against)))
        verdicts = verify(left, sides, inputs, tell) if sides else ()
        drifts: tuple[Drift, ...] = ()
        if floats is not None:
            tell("running the float network")
            given = bound_inputs(loaded.inputs, inputs)
            drifts = drift(interpret(lower(floats), given), left.run(given, ()).spikes, loaded.readout)
    plain = {"verdicts": [verdict.as_dict() for verdict in verdicts], "drift": [found.as_dict() for found in drifts]}

    def tables() -> None:
        if verdicts:
            show_verdicts(verdicts)
        if drifts:
            show_drifts(drifts)

    emit(plain, as_json, tables)
    raise typer.Exit(0 if all(verdict.equal for verdict in verdicts) else 1)


def _origin(program: Program, path: Path) -> Network:
    """The network a program was compiled from; InputError when it is another one."""
    from motifc import InputError
    from motifc.files import network_in
    from targets.contracts.artefact import stored_digest

    network = network_in(path)
    if program.origin not in (network.digest, stored_digest(path, "network")):
        raise InputError(
            f"{path} has digest {network.digest[:12]}; the program was compiled from network "
            f"{program.origin[:12] or '(none)'}, so give that one."
        )
    return network
