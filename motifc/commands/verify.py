"""motifc verify."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.backend_names import asked_backends, known_backends
from motifc.commands.console import console, emit, step
from motifc.commands.options import (
    AsJson,
    Data,
    DataFolder,
    FaultsFile,
    InputFile,
    Limit,
    ProgramFile,
    Reading,
    SplitSeed,
    TimeStep,
    Workers,
)
from targets.runtime.registry import DEFAULT, ORACLE

if TYPE_CHECKING:
    from motifc import FloatGraph, Program
    from motifc.evaluation import Answers


def verify_command(
    program: ProgramFile,
    backends: Annotated[
        str | None,
        typer.Option(
            help=f"Backends to compare with the first, separated by commas: {known_backends()}. Where not given, "
            f"{ORACLE} and {DEFAULT}, and {ORACLE} alone beside --against and --against-float."
        ),
    ] = None,
    against: Annotated[Path | None, typer.Option(help="Another program to compare with, on the first backend.")] = None,
    against_float: Annotated[
        Path | None, typer.Option(help="The .network or .nir it was compiled from: report how far the program strays.")
    ] = None,
    recording: Annotated[
        Path | None,
        typer.Option(
            help="What somebody recorded of that float network: .npz, one array [sample, time, neuron] for each "
            "population and, where --input is not given, for each input, by their names."
        ),
    ] = None,
    dt: TimeStep = None,
    reading: Reading = None,
    input_file: InputFile = None,
    data: Data = None,
    data_dir: DataFolder = None,
    seed: SplitSeed = None,
    limit: Limit = None,
    workers: Workers = 1,
    faults: FaultsFile = None,
    as_json: AsJson = False,
) -> None:
    """Compare every spike of every population between backends, or between two programs; exit 1 if any differs.

    With --recording the program, and the float network, are compared with what somebody else recorded. With --faults
    every program runs on the faulty machine.

    A difference is shown with u, v and the synapses behind it, and explained by the semantics that reproduces it.
    Without --input the samples are the test part of the split that it was trained on, unless another one is asked for.
    """
    from compiler.faithfulness import told_faithful, unproved
    from motifc import InputError, drift, load, side, verify
    from motifc.evaluation import (
        Evaluation,
        assessed,
        float_answers,
        overflows_told,
        program_answers,
        spikes_of,
        voltage_drift,
    )
    from motifc.files import program_in
    from motifc.load_inputs import given_samples, samples
    from motifc.recorded import recorded, told
    from motifc.tables import show_accuracies, show_drifts, show_overflows, show_verdicts, told_latency
    from motifc.workers.verifying import spread_sides
    from targets.contracts.spike_digest import spike_digest
    from targets.program.faults import Faults, faulty
    from targets.runtime.backend import bound_inputs

    if workers < 1:
        raise InputError(f"--workers is {workers}; at least 1 is needed, so give a larger number.")
    alone = against is None and against_float is None
    first, *others = asked_backends(backends or (f"{ORACLE},{DEFAULT}" if alone else ORACLE))
    if alone and not others:
        raise InputError(
            "one backend has nothing to agree with; give at least two in --backends, --against PROGRAM or "
            "--against-float NETWORK."
        )
    known = None if faults is None else Faults.load(faults)
    loaded = faulty(program_in(program), known)
    rival = None if against is None else faulty(program_in(against), known)
    floats = None if against_float is None else _origin(loaded, against_float, dt, reading)
    theirs = None
    if recording is not None:
        if floats is None:
            raise InputError(
                "--recording was given without the float network that was recorded; give it as --against-float."
            )
        elsewhere = input_file is not None or data is not None
        theirs = recorded(
            recording, [each.name for each in loaded.inputs], [each.name for each in loaded.own], elsewhere
        )
    if theirs is not None and theirs.inputs:
        given = given_samples(str(program), loaded.provenance, theirs.inputs, theirs.path, limit)
        theirs = theirs.first(limit)
    else:
        given = samples(str(program), loaded.provenance, input_file, data, seed, limit, data_dir, loaded.readout)
        theirs = None if theirs is None else theirs.first(limit)
    inputs = bound_inputs(loaded.inputs, given.spikes)
    judging = loaded.readout if loaded.readout is not None and loaded.readout.asked_of(given.raster) else None
    found: dict[str, Answers] = {}
    with ExitStack() as held:
        machine = held.enter_context(load(loaded, first))
        left = side(machine, None if against is None else str(program))
        sides = [side(held.enter_context(load(loaded, name))) for name in others]
        asked = [*zip((left, *sides), (first, *others), strict=True)]
        if rival is not None:
            sides.append(side(held.enter_context(load(rival, first)), str(against)))
            asked.append((sides[-1], first))
        spread = held.enter_context(spread_sides(asked, inputs, workers, step)) if workers > 1 and sides else None
        verdicts = verify(left, sides, inputs, step, spread=spread) if sides else ()
        if floats is not None:
            step("running the float network")
            found["float network"] = float_answers(floats, inputs)
        counting = bool(told_faithful(loaded) or unproved(loaded))
        if floats is not None or judging is not None or counting:
            step(f"{first}: counting spikes")
            found["program"] = program_answers(machine, inputs)
    spikes = {name: spikes_of(each) for name, each in found.items()}
    reports = () if theirs is None else tuple(theirs.compared(each, name) for name, each in spikes.items())
    strays = floats is not None and theirs is None
    drifts = drift(spikes["float network"], spikes["program"], loaded.readout) if strays else ()
    apart = voltage_drift(found["float network"], found["program"], loaded.readout) if strays else ()
    left_registers = overflows_told(loaded, inputs, spikes["program"]) if counting else ()
    evaluations = (
        {} if judging is None else {name: assessed(judging, each[judging.population]) for name, each in found.items()}
    )
    plain = {
        "data": given.as_dict(),
        "latency": dict(loaded.latency),
        "accuracy": {name: each.accuracy for name, each in evaluations.items() if isinstance(each, Evaluation)},
        "values": {name: each.figures for name, each in evaluations.items() if not isinstance(each, Evaluation)},
        "verdicts": [verdict.as_dict() for verdict in verdicts],
        "spike_digests": {name: spike_digest(each) for name, each in spikes.items()},
        "drift": [each.as_dict() for each in drifts],
        "voltages": [each.as_dict() for each in apart],
        "recording": [told(report) for report in reports],
        "overflows": [each.as_dict() for each in left_registers],
        "unproved": list(unproved(loaded)),
    }

    def tables() -> None:
        console.print(given.sentence)
        if verdicts:
            show_verdicts(verdicts)
        if drifts:
            show_drifts(drifts)
        for each in apart:
            console.print(each.sentence, markup=False)
        for report in reports:
            console.print(report.sentence())
        if reports and reports[0].differing:
            console.print(f"The float network itself differs; motifc explain finds the reading of {recording}, if any.")
        show_accuracies(evaluations)
        for sentence in unproved(loaded):
            console.print(sentence)
        show_overflows(left_registers)
        if late := told_latency(loaded):
            console.print(late)

    emit(plain, as_json, tables)
    followed = not reports or reports[-1].equal
    raise typer.Exit(0 if followed and all(verdict.equal for verdict in verdicts) else 1)


def _origin(program: Program, path: Path, dt: float | None, reading: list[str] | None) -> FloatGraph:
    """The float graph a program was compiled from, a NIR graph in steps of `dt`; InputError when it is another one."""
    from motifc import InputError
    from motifc.commands.compile import graph_of
    from motifc.files import kind_of
    from targets.contracts.artefact import stored_digest

    graph = graph_of(path, dt, reading)
    nir = kind_of(path) == "nir"
    if program.origin not in {graph.origin} | (set() if nir else {stored_digest(path, "network")}):
        kind, origin = "graph" if nir else "network", program.origin[:12] or "(none)"
        remedy = "give that one, in the --dt and the --reading it was compiled with" if nir else "give that one"
        raise InputError(
            f"{path} has digest {graph.origin[:12]}; the program was compiled from {kind} {origin}, so {remedy}."
        )
    return graph
