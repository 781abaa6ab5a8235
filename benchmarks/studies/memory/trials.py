"""Trials: what is kept of every trial of the plans, without its network; `collect` measures what is not kept yet."""

from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch

from benchmarks.runs import Row, as_one, complete, load, text
from benchmarks.studies.memory.judging import validation
from compiler.pipeline import compile_network
from motifc.sweep.chain import NETWORK
from motifc.sweep.study import Row as Trial, study_in
from search.data.load import load_split
from search.network import Network
from targets.contracts.chip import ChipSpec, chip_named
from targets.contracts.errors import InputError
from targets.contracts.numbering import distinct, numbered, offsets
from targets.contracts.raster import SpikeRaster
from targets.contracts.writing import write_text
from targets.program.program import Program
from targets.runtime.backend import run

ROWS = Path(__file__).parent / "trials.json"
AGAIN = ROWS.with_name("again.json")
"""Rows of a second run on another kind of processor."""
SEARCHES = ("halving", "hrmas-halving", "hrmas-delays", "evolution", "random-search")
"""Arms that search the wide space; their structures are judged on the validation part alike, for the default."""


@dataclass(frozen=True, kw_only=True)
class Scored:
    """What a trial came to.

    network   digest of what it found; cpu: the kind of processor
    parts     samples of the train, valid and test part
    accuracy  on the test part, in float
    """

    plan: str
    data: str
    arm: str
    replicate: int
    network: str
    cpu: str
    parts: tuple[int, int, int]
    accuracy: float


@dataclass(frozen=True, kw_only=True)
class Kept(Scored):
    """One trial, and what its network is and does.

    digest, program   of its outcome and of the program of what it found
    program_accuracy  on the test part
    validation                of the structure, trained once more on the training part alone; None of the baselines
    recurrent, synapses       weights that are not 0, between hidden neurons and in all
    hidden                    spikes of a hidden neuron in a step, in the program on the test part
    cores, messages           on the chip of `cut_chip`, per step on the test part
    neurons                   hidden ones
    units, seconds            of the search alone, of the whole trial in CPU time
    motif                     size, types inside and from each neighbour, delays, input delays; None where there is none
    """

    method: str
    seed: int
    digest: str
    program: str
    program_accuracy: float
    validation: float | None
    recurrent: int
    synapses: int
    hidden: float
    cores: int
    messages: float
    neurons: int
    units: float
    seconds: float
    motif: dict[str, Any] | None


S = TypeVar("S", bound=Scored)


def cut_chip() -> ChipSpec:
    """The imaginary chip `small` with half as many neurons on a core, so that 64 hidden neurons alone take four."""
    small = chip_named("small")
    neurons = replace(small.neurons_per_core, value=small.neurons_per_core.value // 2)
    return replace(small, name="half-small", neurons_per_core=neurons)


def kept() -> list[Kept]:
    """All trials that are kept, in the order of the plans."""
    return [_as(Kept, row) for row in load(ROWS)]


def repeated() -> list[Scored]:
    """Those of the second run."""
    return [_as(Scored, row) for row in load(AGAIN)]


def collect_again(study: Path, plan: str) -> None:
    """Keep what the finished trials of a second run came to, in the place of what is kept of that plan."""
    found = [
        Scored(
            plan=plan,
            data=row.trial.data,
            arm=row.trial.arm,
            replicate=row.trial.replicate,
            network=row.outcome.network,
            cpu=row.outcome.machine["cpu"],
            parts=row.outcome.parts,
            accuracy=row.outcome.figures["accuracy"] or 0.0,
        )
        for row in study_in(study).rows(1)
        if row.outcome is not None
    ]
    others = [row for row in repeated() if row.plan != plan]
    write_text(AGAIN, text([asdict(row) for row in (*others, *found)]))


def collect(study: Path, plan: str, jobs: int) -> None:
    """Measure the trials of a study that are finished and not kept yet, all of one replicate and data set at a time."""
    ended: dict[tuple[str, int], list[Trial]] = {}
    for row in study_in(study).rows(1):
        ended.setdefault((row.trial.data, row.trial.replicate), []).append(row)
    tasks = [
        {"plan": plan, "data": data, "replicate": replicate}
        for (data, replicate), rows in ended.items()
        if all(row.outcome is not None for row in rows)
    ]
    complete(ROWS, tasks, partial(measured, study), jobs)


def measured(study: Path, plan: str, data: str, replicate: int) -> list[Row]:
    """The trials of one replicate on one data set."""
    torch.set_num_threads(1)
    rows = [row for row in study_in(study).rows(1) if (row.trial.data, row.trial.replicate) == (data, replicate)]
    found = [asdict(_measured(plan, row)) for row in rows]
    return [{key: value for key, value in row.items() if key not in ("plan", "data", "replicate")} for row in found]


def _measured(plan: str, row: Trial) -> Kept:
    trial, outcome = row.trial, row.outcome
    if outcome is None:
        raise InputError(f"{trial.name} has no outcome; run the study to its end first.")
    if not outcome.equal:
        raise InputError(f"{trial.name}: {' '.join(outcome.sentences)}")
    split = load_split(trial.place, Path(trial.files) if trial.files else None, trial.split_seed)
    network = Network.load(row.folder / NETWORK)
    if network.digest != outcome.network:
        raise InputError(f"{row.folder / NETWORK} is not what its outcome tells of; run the study again.")
    hidden = network.hidden
    program = compile_network(network, cut_chip())
    spikes = run(program, split.test).spikes
    counted = sum(int(spikes[layer.name].counts().sum()) for layer in hidden)
    neurons, steps = sum(layer.neurons for layer in hidden), int(split.test.lengths.sum())
    judged = None
    if trial.arm in SEARCHES:
        judged = validation(network, split, trial.settings, trial.seed, trial.settings.training.epochs)
    return Kept(
        plan=plan,
        data=trial.data,
        arm=trial.arm,
        method=trial.method,
        replicate=trial.replicate,
        seed=trial.seed,
        digest=outcome.digest,
        network=outcome.network,
        program=outcome.program,
        cpu=outcome.machine["cpu"],
        parts=outcome.parts,
        accuracy=outcome.figures["accuracy"] or 0.0,
        program_accuracy=outcome.figures["program_accuracy"] or 0.0,
        validation=judged,
        recurrent=sum(int(np.count_nonzero(c.synapses.weights)) for c in network.connections if c.source == c.target),
        synapses=sum(int(np.count_nonzero(c.synapses.weights)) for c in network.connections),
        hidden=counted / (neurons * steps),
        cores=len(program.cores),
        messages=messages(program, {network.inputs[0].name: split.test, **spikes}),
        neurons=neurons,
        units=round(float(network.settings["units"]["search"]), 3),
        seconds=round(outcome.cost.cpu_seconds, 2),
        motif=_motif(network),
    )


def messages(program: Program, spikes: dict[str, SpikeRaster]) -> float:
    """Messages per step: every spike once for every other core that listens; from an input for every core."""
    starts = offsets(program.inputs, program.populations)
    core_of, cores = program.listeners.core_of, len(program.cores)
    pairs = [distinct(source * cores + core_of[target]) for source, target in numbered(program.projections, starts)]
    source, core = np.divmod(distinct(np.concatenate(pairs)), cores)
    rates = np.zeros(core_of.size)
    for name, start in starts.items():
        raster = spikes[name]
        rates[start : start + raster.neurons] = raster.rates()
    return float(rates[source[core_of[source] != core]].sum())


def _motif(network: Network) -> dict[str, Any] | None:
    """The motif of the first hidden layer as plain values; types as text, a letter for each: + - and 0."""
    motif = network.layers[0].motif
    if motif is None:
        return None
    types = np.concatenate([motif.intra[None], motif.lateral])
    return {
        "size": motif.size,
        "wiring": motif.wiring,
        "types": "".join("0+-"[kind] for kind in types.reshape(-1).tolist()),
        "delays": None if motif.delays is None else motif.delays.tolist(),
        "late": None if motif.late is None else motif.late.tolist(),
    }


def _as(kind: type[S], row: Row) -> S:
    """A row as one of the two, whose parts are a tuple again."""
    return as_one(kind, {**row, "parts": tuple(row["parts"])})
