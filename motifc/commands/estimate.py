"""motifc estimate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from motifc.commands.console import console, emit, step
from motifc.commands.options import AsJson, Data, DataFolder, InputFile, ProgramFile, SplitSeed

if TYPE_CHECKING:
    from pathlib import Path

    from compiler.analysis.estimate import Estimate
    from compiler.exports.sanafe.simulate import Simulated
    from motifc import CoreLoads, Program
    from motifc.dense_baseline import DenseBaseline

ENGINES = ("own", "sanafe")
CAVEAT = (
    "Estimates, not measured. Synaptic operations and hops are counted alike and can be compared; energies and times "
    "are these and other events times figures of one publication each, without static power, host or spikes that enter "
    "and leave, so that they compare programs on one engine and no machine with another."
)


def estimate_command(
    program: ProgramFile,
    engine: Annotated[
        str,
        typer.Option(
            help="own (published figures per event), sanafe (that simulator replays the spikes; needs motifc[sanafe]), "
            "or both with a comma, side by side."
        ),
    ] = "own",
    input_file: InputFile = None,
    data: Data = None,
    seed: SplitSeed = None,
    limit: Annotated[int, typer.Option(help="Samples that are run and replayed, the first ones.")] = 10,
    data_dir: DataFolder = None,
    baseline: Annotated[
        bool,
        typer.Option(help="Train dense networks on the same inputs, once, and tell the smallest that is no worse."),
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Tell energy and time of a step, and what every core does, with the sources of each figure.

    The program is run, and what it does on these samples is counted: docs/energy.md. Beside it stands what the smallest
    dense network of a list takes whose validation score is not below the program's.
    """
    from motifc import core_loads, estimate, run
    from motifc.files import program_in
    from motifc.load_inputs import samples
    from targets.runtime.backend import bound_inputs
    from targets.runtime.registry import DEFAULT

    engines = chosen(engine)
    loaded = program_in(program)
    given = samples(str(program), loaded.provenance, input_file, data, seed, limit, data_dir)
    inputs = bound_inputs(loaded.inputs, given.spikes)
    spikes = {**inputs, **run(loaded, inputs, DEFAULT).spikes}
    own, simulated = None, None
    if "own" in engines:
        own = estimate(loaded, spikes)
    if "sanafe" in engines:
        from compiler.exports.sanafe.simulate import simulate

        simulated = simulate(loaded, spikes)
    loads = core_loads(loaded, spikes)
    dense, told_dense = _dense(program, loaded, data, seed, data_dir) if baseline else (None, "")

    def show() -> None:
        console.print(given.sentence, markup=False)
        _show(own, simulated, loads)
        for told in (own, simulated):
            if told is not None:
                console.print(f"{_title(told)}: figures per event from {told.source}.")
        if told_dense:
            console.print(told_dense, markup=False)
        if dense is not None and own is not None:
            steps = given.raster.counted_steps / max(given.raster.samples, 1)
            console.print(f"The program: {own.energy * steps:.4g} nJ per sample of {steps:.4g} steps, own engine.")
        console.print(CAVEAT)

    plain: dict[str, Any] = {"program": loaded.digest, "data": given.as_dict(), "caveat": CAVEAT}
    plain["cores"] = {"neurons": loads.neurons.tolist(), "operations": loads.operations.tolist()}
    plain |= {"own": None if own is None else own.as_dict()}
    plain |= {"sanafe": None if simulated is None else simulated.as_dict()}
    plain |= {"dense": None if dense is None else dense.as_dict()}
    emit(plain, as_json, show)


def _dense(
    path: Path, program: Program, data: str | None, seed: int | None, folder: Path | None
) -> tuple[DenseBaseline | None, str]:
    """The dense baseline and its sentence, or why there is none."""
    from motifc import InputError
    from motifc.dense_baseline import program_baseline
    from motifc.load_inputs import split_of

    try:
        split = split_of(str(path), program.provenance, data, seed, folder)
        found = program_baseline(program, split, step)
    except InputError as error:
        return None, f"No dense network is compared: {error}"
    return found, found.sentence


def chosen(text: str) -> tuple[str, ...]:
    """Engines by name, separated by commas, each once; InputError for others."""
    from motifc import InputError
    from targets.contracts.shown import unlike

    names = tuple(dict.fromkeys(each.strip() for each in text.split(",")))
    for name in names:
        if name not in ENGINES:
            raise InputError(unlike("engine", name, ENGINES))
    return names


def _title(told: Estimate | Simulated) -> str:
    return f"SANA-FE {told.version}" if hasattr(told, "version") else "own engine"


def _rows(told: Estimate | Simulated, operations: float, hops: float) -> Mapping[str, str]:
    """What an engine says of a step, by the title of its row."""
    return {
        "synaptic operations": f"{operations:,.6g}",
        "hops": f"{hops:,.6g}",
        "messages to other cores": f"{told.messages:,.6g}",
        "energy, nJ": f"{told.energy:,.4g}",
        "of synapses, nJ": f"{told.synapse_energy:,.4g}",
        "of neurons, nJ": f"{told.neuron_energy:,.4g}",
        "of the mesh, nJ": f"{told.mesh_energy:,.4g}",
        "time, us": f"{told.time / 1000:,.4g}",
    }


def _show(own: Estimate | None, simulated: Simulated | None, loads: CoreLoads) -> None:
    """Both tables: the whole program, and core after core."""
    from rich.table import Table

    rows = {}
    if own is not None:
        rows[_title(own)] = _rows(own, own.synaptic_operations, own.hops_east_west + own.hops_north_south)
    if simulated is not None:
        rows[_title(simulated)] = _rows(simulated, simulated.operations, simulated.hops)
    table = Table(title="per step")
    for number, title in enumerate(("", *rows)):
        table.add_column(title, justify="right" if number else "left")
    for key in next(iter(rows.values())):
        table.add_row(key, *(each[key] for each in rows.values()))
    console.print(table)
    table = Table(title="core by core, per step")
    titles = ["core", "neurons", "synapse memory", "axons in", "out", "operations", "messages"]
    titles += [] if simulated is None else ["operations, SANA-FE", "ns of received messages, SANA-FE"]
    for title in titles:
        table.add_column(title, justify="right")
    for core in range(loads.neurons.size):
        cells = [f"{core}", f"{loads.neurons[core]:,.0f}", f"{loads.memory[core]:.0%}", f"{loads.axons_in[core]:,.0f}"]
        cells += [f"{loads.axons_out[core]:,.0f}", f"{loads.operations[core]:,.5g}", f"{loads.traffic[core]:,.5g}"]
        if simulated is not None:
            cells += [f"{simulated.core_operations[core]:,.5g}", f"{simulated.busy[core]:,.5g}"]
        table.add_row(*cells)
    console.print(table)
