"""motifc damage."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.console import console, emit
from motifc.commands.options import AsJson, Force, Out
from motifc.commands.outputs import destination
from targets.contracts.damage import ABOUT, STRENGTHS

if TYPE_CHECKING:
    from motifc import Network, Program
    from targets.contracts.damage import Damage
    from targets.contracts.writing import Destination

_STRENGTHS = "; ".join(f"{kind}: {ABOUT[kind]}, {strength:g} where not given" for kind, strength in STRENGTHS.items())


def damage_command(
    file: Annotated[
        Path, typer.Argument(metavar="NET.network|NET.program", help="What is damaged; it stays as it is.")
    ],
    kind: Annotated[str, typer.Option(help=f"One of {', '.join(STRENGTHS)}.")],
    out: Out,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all draws.")] = 0,
    strength: Annotated[float | None, typer.Option(help=f"How much. {_STRENGTHS}.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            help="Population whose neurons are hit, and the links into it; may be repeated. All but the readout where "
            "not given."
        ),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Damage a network, or the machine of a program, as a seed has it.

    Of a network a damaged network is written. Of a program, its faults: a JSON file that is kept beside the program
    and given to run, verify and repair as --faults. What is programmed stays, and stays legal.
    """
    from motifc.files import expected, network_in, program_in
    from targets.contracts.damage import Damage

    asked = Damage(kind, STRENGTHS.get(kind, 0.0) if strength is None else strength, seed)
    target = destination(out, force, file)
    if expected(file, "program", "network") == "network":
        _damage_network(network_in(file), asked, where, target, out, as_json)
    else:
        _damage_program(program_in(file), asked, where, target, out, as_json)


def _damage_network(
    network: Network, asked: Damage, where: list[str] | None, target: Destination, out: Path, as_json: bool
) -> None:
    from search.repair.damage import damaged

    found = damaged(network, asked, where)
    found.save(target)
    loose = [old.name for old, new in zip(network.layers, found.layers, strict=True) if old.motif and not new.motif]
    told = {**found.settings["damage"][-1], "written": str(out), "digest": found.digest, "without_motif": loose}

    def show() -> None:
        console.print(f"{out}: {asked.sentence} in {', '.join(told['layers'])}; digest {found.digest[:16]}")
        for name in loose:
            console.print(f"Layer {name!r} has no motif any more: its links contradict the types that one gives them.")

    emit(told, as_json, show)


def _damage_program(
    program: Program, asked: Damage, where: list[str] | None, target: Destination, out: Path, as_json: bool
) -> None:
    from targets.program.damage import program_faults

    faults = program_faults(program, asked, where)
    faults.save(target)
    told = {**faults.settings["damage"][-1], "written": str(out), "digest": faults.digest, **faults.counts}
    counts = ", ".join(f"{number:,} {name}" for name, number in faults.counts.items() if number) or "nothing"
    emit(told, as_json, lambda: console.print(f"{out}: {asked.sentence}, which hits {counts}"))
