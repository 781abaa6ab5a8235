"""motifc opt."""

from pathlib import Path
from typing import Annotated

import typer

from motifc.commands.compile import graph_of
from motifc.commands.console import console, echo, emit
from motifc.commands.options import DEFAULT_CHIP, AsJson, Force, Seed, TimeStep
from motifc.commands.outputs import destination


def opt_command(
    source: Annotated[
        Path, typer.Argument(metavar="NET.network|GRAPH.nir|BEFORE.stage", help="What the first pass is given.")
    ],
    passes: Annotated[str, typer.Option("--pass", help="A pass, or several in a row separated by commas.")],
    chip: Annotated[str, typer.Option(help="Chip to compile for.")] = DEFAULT_CHIP,
    seed: Seed = 0,
    out: Annotated[Path | None, typer.Option(help="Where to keep the stage after the last pass, .stage.")] = None,
    dt: TimeStep = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Run single passes of the compiler and print what the last one made.

    `motifc compile --dump DIR` writes a .stage file after every pass. Passes in the order of the chain: retime, fold,
    quantize or split, prune, bounds, coarsen, partition, place, refine.
    """
    from compiler.observer import Observer
    from compiler.stage import Stage, run_pass
    from motifc import chip_named, text
    from motifc.files import expected

    target = None if out is None else destination(out, force, source)
    is_stage = expected(source, "network", "nir", "stage") == "stage"
    stage = Stage.load(source) if is_stage else Stage(floats=graph_of(source, dt))
    spec, step, made = chip_named(chip), Observer(None), object()
    for name in (name.strip() for name in passes.split(",")):

        def run(stage: Stage, name: str = name) -> tuple[object, Stage]:
            return run_pass(name, stage, spec, seed)

        run.__name__ = name
        made, stage = step(run, stage)
    told = text(made)
    digest = None if target is None else stage.save(target)

    def show() -> None:
        echo(told, nl=False)
        if digest is not None:
            console.print(f"{out}: written, digest {digest[:16]}")

    emit({"text": told, "written": None if out is None else str(out), "digest": digest}, as_json, show)
