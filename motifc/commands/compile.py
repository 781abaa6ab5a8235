"""motifc compile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.options import DEFAULT_CHIP, DataFolder, Out, Seed

if TYPE_CHECKING:
    from motifc import FloatGraph


def compile_command(
    source: Annotated[Path, typer.Argument(metavar="NET.network|GRAPH.nir", help="What is compiled.")],
    out: Out,
    chip: Annotated[str, typer.Option(help="Chip to compile for.")] = DEFAULT_CHIP,
    seed: Seed = 0,
    calibrate: Annotated[
        str | None, typer.Option(help="Data whose training part tells rates and peaks: a task, a .npz or a folder.")
    ] = None,
    data_dir: DataFolder = None,
    dump: Annotated[Path | None, typer.Option(help="Folder for the text of every stage.")] = None,
    dt: Annotated[float, typer.Option(help="Time step of a NIR graph in seconds.")] = 1e-4,
) -> None:
    """Quantise a network, cut it into cores between motifs, place it, check every limit of the chip."""
    from motifc import compile_graph
    from motifc.tables import show_program
    from targets.contracts.artefact import check_writable
    from targets.runtime.backend import bound_inputs

    check_writable(out)
    graph = _graph(source, dt)
    calibration = None
    if calibrate is not None:
        from search.data.load import load_split

        calibration = bound_inputs(graph.inputs, load_split(calibrate, data_dir, seed).train)
    stages: list[tuple[str, str]] = []
    program = compile_graph(graph, chip, seed, calibration, watch=lambda stage, text: stages.append((stage, text)))
    if dump is not None:
        _write(stages, dump)
    program.save(out)
    show_program(program, str(out))


def _graph(source: Path, dt: float) -> FloatGraph:
    from motifc import Network, lower, read_nir

    if source.suffix == ".nir":
        return read_nir(source, dt=dt)
    return lower(Network.load(source))


def _write(stages: list[tuple[str, str]], folder: Path) -> None:
    """One file per stage, numbered in order."""
    from motifc import InputError
    from targets.contracts.artefact import write_text

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made ({error.strerror}); choose another folder.") from None
    for number, (stage, text) in enumerate(stages):
        write_text(folder / f"{number:02}-{stage}.txt", text)
