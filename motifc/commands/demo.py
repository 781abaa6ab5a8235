"""motifc demo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.console import console, emit, steps
from motifc.commands.options import DEFAULT_CHIP, AsJson, Seed, Threads
from motifc.commands.searching import searched, set_threads

if TYPE_CHECKING:
    from motifc.demo import DemoResult


def demo_command(
    out: Annotated[Path, typer.Option(help="Folder for the files it makes.")] = Path("demo"),
    seed: Seed = 0,
    chip: Annotated[str, typer.Option(help="Chip to compile for.")] = DEFAULT_CHIP,
    threads: Threads = 1,
    as_json: AsJson = False,
) -> None:
    """The whole chain on real handwritten digits: search, compile, run on every backend, compare every spike."""
    from motifc import InputError, load_settings, load_split
    from motifc.demo import demo
    from motifc.tables import show_demo

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out} cannot be made ({error.strerror}); choose another folder.") from None
    set_threads(threads)
    split = load_split("digits", seed=seed)
    network = searched(split, load_settings(None), seed, "cpu")
    with steps() as tell:
        result: DemoResult = demo(network, split.test, chip, seed, out, tell)
    emit(result.as_dict(), as_json, lambda: show_demo(result))
    if not as_json:
        console.print(f"Written: {out / 'demo.network'}, {out / 'demo.program'}, {out / 'report.html'}")
    raise typer.Exit(0 if result.equal else 1)
