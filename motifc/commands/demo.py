"""motifc demo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.activity import doing
from motifc.commands.console import console, emit, step
from motifc.commands.options import DEFAULT_CHIP, AsJson, Force, Seed, Threads
from motifc.commands.outputs import destination
from motifc.commands.searching import searched, set_threads

if TYPE_CHECKING:
    from motifc.demo import DemoResult


METHOD = "hrmas"
"""Without delays: the digits of the demo ask for no memory, and it takes half of the time."""


def demo_command(
    out: Annotated[Path, typer.Option(help="Folder for the files it makes.")] = Path("demo"),
    seed: Seed = 0,
    chip: Annotated[str, typer.Option(help="Chip to compile for.")] = DEFAULT_CHIP,
    threads: Threads = 1,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """The whole chain on real handwritten digits: search, compile, run on every backend, compare every spike.

    What it writes into a folder that an earlier demo has made replaces what is there, elsewhere only with --force.
    """
    from motifc import InputError, load_settings, load_split
    from motifc.demo import FILES, demo, is_of_demo
    from motifc.tables import show_demo

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out} cannot be made ({error.strerror}); choose another folder.") from None
    replace = force or is_of_demo(out)
    for name in FILES:
        destination(out / name, replace)
    doing("loading torch and the digits")
    set_threads(threads)
    split = load_split("digits", seed=seed)
    network = searched(split, load_settings(None), seed, "cpu", method=METHOD)
    result: DemoResult = demo(network, split.test, chip, seed, out, step, replace)
    emit(result.as_dict(), as_json, lambda: show_demo(result))
    if not as_json:
        console.print(f"Written: {', '.join(str(out / name) for name in FILES)}")
    raise typer.Exit(0 if result.equal else 1)
