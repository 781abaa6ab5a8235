"""motifc run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.backend_names import known_backends
from motifc.commands.console import console, emit
from motifc.commands.options import AsJson, Data, DataFolder, FaultsFile, Force, InputFile, Limit, Out, SplitSeed
from motifc.commands.outputs import data_read, destination
from targets.runtime.registry import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.analysis.estimate import Estimate
    from motifc import Readout, SpikeRaster
    from motifc.evaluation import Answers
    from motifc.load_inputs import Samples
    from targets.conformance.replay import Overflow
    from targets.contracts.arrays import Array
    from targets.runtime.voltages import Voltages


def run_command(
    file: Annotated[
        Path, typer.Argument(metavar="NET.program|NET.network", help="What is run; a .network runs in float.")
    ],
    out: Out,
    backend: Annotated[str | None, typer.Option(help=f"One of {known_backends()}; {DEFAULT} where not given.")] = None,
    input_file: InputFile = None,
    data: Data = None,
    data_dir: DataFolder = None,
    seed: SplitSeed = None,
    limit: Limit = None,
    probe: Annotated[
        list[str] | None,
        typer.Option(help="u and v to record, such as hidden:u,v or hidden\\[0,8-11]:v; may be repeated."),
    ] = None,
    faults: FaultsFile = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Run a program, or a network in float, and write the spikes of every population, with u and v of probed neurons.

    Step t of what is written is the network's step t, however late a population is in the program. Without --input the
    samples are the test part of the split that it was trained on, unless another one is asked for.
    """
    from motifc import InputError, estimate, lower, run, save_rasters
    from motifc.evaluation import all_spikes, float_answers, overflows_told, voltages_among
    from motifc.files import expected, network_in, program_in
    from motifc.load_inputs import samples
    from motifc.probes import parse_probe
    from targets.program.faults import Faults, faulty
    from targets.runtime.backend import backend_named, bound_inputs
    from targets.runtime.voltages import probes_of_voltages, voltages_of

    chosen = backend or DEFAULT
    backend_named(chosen.partition(":")[0])
    if expected(file, "program", "network") == "network":
        if backend is not None or probe or faults is not None:
            raise InputError(
                f"{file} is a network, which runs in float without backend, probes or faults; leave --backend, --probe "
                "and --faults out, or compile it and run the program."
            )
        network = network_in(file)
        target = destination(out, force, file, input_file or data_read(data, data_dir, network.provenance))
        given = samples(str(file), network.provenance, input_file, data, seed, limit, data_dir, network.readout)
        inputs = bound_inputs(network.inputs, given.spikes)
        found = float_answers(lower(network), inputs)
        spikes = all_spikes(found, inputs)
        save_rasters(spikes, target, _told_voltages(voltages_among(found)))
        _tell(Ran(file, out, network.digest, given, spikes, found, network.readout, "float network"), as_json)
        return
    loaded = faulty(program_in(file), None if faults is None else Faults.load(faults))
    asked = [parse_probe(text, loaded) for text in probe or ()]
    target = destination(out, force, file, faults, input_file or data_read(data, data_dir, loaded.provenance))
    given = samples(str(file), loaded.provenance, input_file, data, seed, limit, data_dir, loaded.readout)
    inputs = bound_inputs(loaded.inputs, given.spikes)
    voltages = {each.population: each for each in probes_of_voltages(loaded)}
    recording = run(
        loaded, inputs, chosen, list(({wanted.population: wanted for wanted, _ in asked} | voltages).values())
    )
    traces: dict[tuple[str, str], Array] = {}
    for wanted, kinds in asked:
        name = wanted.population
        column = wanted.neurons if name in voltages else slice(None)  # all neurons of those were probed
        traces[name, "neurons"] = wanted.neurons
        traces |= {(name, k): getattr(recording.traces[name], k)[:, :, column] for k in kinds}
    answered = voltages_of(loaded, recording)
    traces |= _told_voltages(answered)
    save_rasters(recording.spikes, target, traces)
    told = estimate(loaded, {**inputs, **recording.spikes})
    left = overflows_told(loaded, inputs, recording.spikes)
    answers: Answers = {**recording.spikes, **answered}
    _tell(
        Ran(file, out, loaded.digest, given, recording.spikes, answers, loaded.readout, "program", told, left), as_json
    )


def _told_voltages(answered: Mapping[str, Voltages]) -> dict[tuple[str, str], Array]:
    """Last and peak voltages as the arrays of a .npz, NAME.last and NAME.peak."""
    return {(name, kind): getattr(each, kind) for name, each in answered.items() for kind in ("last", "peak")}


@dataclass(frozen=True)
class Ran:
    """What was run on which samples, the spikes and voltages that came of it, and what they cost on a chip."""

    file: Path
    out: Path
    digest: str
    given: Samples
    recorded: Mapping[str, SpikeRaster]
    answers: Answers
    readout: Readout | None
    what: str
    estimate: Estimate | None = None
    overflows: tuple[Overflow, ...] = ()


def _tell(ran: Ran, as_json: bool) -> None:
    """Print which samples were run, spikes by population, how well it answers where that is asked, and the cost."""
    from motifc import SpikeRaster
    from motifc.evaluation import assessed
    from motifc.tables import show_accuracies, show_overflows
    from targets.contracts.shown import shown
    from targets.contracts.spike_digest import spike_digest

    asked = ran.readout if ran.readout is not None and ran.readout.asked_of(ran.given.raster) else None
    found = {} if asked is None else {ran.what: assessed(asked, ran.answers[asked.population])}
    rasters = {name: each for name, each in ran.answers.items() if isinstance(each, SpikeRaster)}
    voltages = {
        name: (float(each.last.min(initial=0)), float(each.peak.max(initial=0)))
        for name, each in ran.answers.items()
        if not isinstance(each, SpikeRaster)
    }
    counts = {name: int(raster.counts().sum()) for name, raster in rasters.items()}
    digest = spike_digest(ran.recorded)

    def show() -> None:
        console.print(ran.given.sentence, markup=False)
        for name, count in counts.items():
            console.print(f"{shown(name)}: {count:,} spikes in {rasters[name].samples} samples", markup=False)
        for name, (low, high) in voltages.items():
            console.print(f"{shown(name)}: voltages from {low:.3g} to {high:.3g}, last and peak", markup=False)
        console.print(f"spike digest {digest}")
        show_accuracies(found)
        show_overflows(ran.overflows)
        if ran.estimate is not None:
            console.print(ran.estimate.sentence)

    plain = {
        "file": str(ran.file),
        "digest": ran.digest,
        "written": str(ran.out),
        "data": ran.given.as_dict(),
        "spikes": counts,
        "spike_digest": digest,
        "voltages": {name: list(ends) for name, ends in voltages.items()},
        "accuracy": {name: each.as_dict() for name, each in found.items()},
        "overflows": [each.as_dict() for each in ran.overflows],
        "estimate": None if ran.estimate is None else asdict(ran.estimate),
    }
    emit(plain, as_json, show)
