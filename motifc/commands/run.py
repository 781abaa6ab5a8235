"""motifc run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from motifc.commands.backend_names import known_backends
from motifc.commands.console import console
from motifc.commands.options import Data, DataFolder, Force, InputFile, Limit, Out, SplitSeed
from motifc.commands.outputs import data_read, destination
from targets.runtime.registry import DEFAULT

if TYPE_CHECKING:
    from motifc import Readout
    from motifc.evaluation import Answers
    from motifc.load_inputs import Samples
    from targets.contracts.arrays import Array


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
    force: Force = False,
) -> None:
    """Run a program, or a network in float, and write the spikes of every population, with u and v of probed neurons.

    Step t of what is written is the network's step t, however late a population is in the program. Without --input the
    samples are the test part of the split that it was trained on, unless another one is asked for.
    """
    from motifc import InputError, Network, estimate, lower, run, save_rasters
    from motifc.evaluation import float_spikes
    from motifc.files import expected, program_in
    from motifc.load_inputs import samples
    from motifc.probes import parse_probe
    from targets.runtime.backend import backend_named, bound_inputs
    from targets.runtime.voltages import probes_of_voltages, voltages_of

    chosen = backend or DEFAULT
    backend_named(chosen.partition(":")[0])
    if expected(file, "program", "network") == "network":
        if backend is not None or probe:
            raise InputError(
                f"{file} is a network, which runs in float without backend or probes; leave --backend and --probe out, "
                "or compile it and run the program."
            )
        network = Network.load(file)
        target = destination(out, force, file, input_file or data_read(data, data_dir, network.provenance))
        given = samples(str(file), network.provenance, input_file, data, seed, limit, data_dir, network.readout)
        spikes = float_spikes(lower(network), bound_inputs(network.inputs, given.spikes))
        save_rasters(spikes, target)
        _tell(spikes, given, network.readout, "float network")
        return
    loaded = program_in(file)
    asked = [parse_probe(text, loaded) for text in probe or ()]
    target = destination(out, force, file, input_file or data_read(data, data_dir, loaded.provenance))
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
    for name, each in answered.items():
        traces |= {(name, "last"): each.last, (name, "peak"): each.peak}
    save_rasters(recording.spikes, target, traces)
    _tell({**recording.spikes, **answered}, given, loaded.readout, "program")
    console.print(estimate(loaded, {**inputs, **recording.spikes}).sentence)


def _tell(answers: Answers, given: Samples, readout: Readout | None, what: str) -> None:
    """Print which samples were run, spikes by population and the accuracy of `what` where there are labels."""
    from motifc import SpikeRaster
    from motifc.evaluation import judged
    from motifc.tables import show_accuracies
    from targets.contracts.shown import shown

    console.print(given.sentence, markup=False)
    for name, each in answers.items():
        if isinstance(each, SpikeRaster):
            told = f"{int(each.counts().sum()):,} spikes in {each.samples} samples"
        else:
            told = f"voltages from {each.last.min(initial=0):.3g} to {each.peak.max(initial=0):.3g}, last and peak"
        console.print(f"{shown(name)}: {told}", markup=False)
    if readout is not None and given.raster.labels is not None:
        show_accuracies({what: judged(readout, answers[readout.population])})
