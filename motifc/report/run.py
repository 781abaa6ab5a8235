"""Run: all that the page tells of one network and its program; measured: a Run of what files hold."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from compiler.frontends.network import lower
from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection
from motifc.evaluation import (
    Evaluation,
    Judged,
    all_spikes,
    assessed,
    float_answers,
    program_answers,
    spikes_of,
    voltages_among,
)
from motifc.evidence import FLOAT, PROGRAM, Comparison, Evidence, digest_of
from motifc.load_inputs import samples
from motifc.regression import Regression
from search.network import Connection, Layer, Network
from targets.conformance.verification import side, verify
from targets.contracts.arrays import Ints
from targets.contracts.errors import InputError
from targets.contracts.ports import Input, Readout
from targets.contracts.provenance import Provenance
from targets.contracts.raster import SpikeRaster
from targets.program.check import check
from targets.program.program import IntPopulation, IntProjection, Program
from targets.runtime.backend import Loaded, bound_inputs, load, ready_backends
from targets.runtime.registry import DEFAULT, ORACLE
from targets.runtime.voltages import Voltages, probes_of_voltages

Rasters = Mapping[str, SpikeRaster]


@dataclass(frozen=True, eq=False)
class Run:
    """A network, what it was compiled to, and what both did.

    path        of its program, or of its network or graph where it has none
    name        as the page calls it
    network     what was searched or built by hand; None where only a graph or program is known
    graph       the floats that the program was compiled from
    source      what the samples are, or why there are none
    inputs      spikes of every input by name; empty where there are no samples
    floats, integers  spikes of every population, in float and of the program; empty where it was not run
    float_voltages, integer_voltages  those of populations that answer in voltage, likewise
    recordings  name of a file -> the spikes of populations that it holds
    neurons     (population, neuron) whose membranes are asked for
    """

    path: str
    name: str
    network: Network | None = None
    graph: FloatGraph | None = None
    program: Program | None = None
    evidence: Evidence | None = None
    source: str = ""
    inputs: Rasters = field(default_factory=dict)
    floats: Rasters = field(default_factory=dict)
    integers: Rasters = field(default_factory=dict)
    float_voltages: Mapping[str, Voltages] = field(default_factory=dict)
    integer_voltages: Mapping[str, Voltages] = field(default_factory=dict)
    recordings: Mapping[str, Rasters] = field(default_factory=dict)
    neurons: tuple[tuple[str, int], ...] = ()

    @property
    def evaluations(self) -> Mapping[str, Evaluation]:
        """How well float network and program classify, by `FLOAT` and `PROGRAM`; what was not asked is left out."""
        return {} if self.evidence is None else self.evidence.evaluations

    @property
    def regressions(self) -> Mapping[str, Regression]:
        """What values float network and program told, likewise, where the readout tells values."""
        return {} if self.evidence is None else self.evidence.regressions

    @property
    def provenance(self) -> Provenance:
        """Of the last artefact of the chain."""
        made = self.program or self.network or self.graph
        return Provenance() if made is None else made.provenance

    @property
    def populations(self) -> Sequence[Layer | FloatPopulation | IntPopulation]:
        """Of the network, else of the graph or program without those that stand for biases."""
        if self.network is not None:
            return self.network.layers
        made = self.graph or self.program
        return () if made is None else [each for each in made.populations if not each.invented]

    @property
    def projections(self) -> Sequence[Connection | FloatProjection | IntProjection]:
        """Those that join inputs and `populations`."""
        if self.network is not None:
            return self.network.connections
        made = self.graph or self.program
        if made is None:
            return ()
        invented = {each.name for each in made.populations if each.invented}
        return [each for each in made.projections if not {each.source, each.target} & invented]

    @property
    def ports(self) -> Sequence[Input]:
        """The inputs."""
        made = self.network or self.graph or self.program
        return () if made is None else made.inputs

    @property
    def readout(self) -> Readout | None:
        """Of the network, which the program shares, or of the program, which was told of it when it was compiled."""
        made = (each for each in (self.network, self.graph, self.program) if each is not None)
        return next((each.readout for each in made if each.readout is not None), None)


def measured(
    run: Run,
    data: str | None = None,
    seed: int | None = None,
    folder: Path | None = None,
    file: Path | None = None,
    tell: Callable[[str], None] = lambda step: None,
) -> Run:
    """The run with what its network and program do on samples: of a file, of asked data, or of the split trained on.

    What its files have shown already stays. Why there are no samples is its `source` then, unless data or a file were
    asked for: InputError.
    """
    run = run if run.graph is not None or run.network is None else replace(run, graph=lower(run.network))
    asked = data is not None or file is not None
    try:
        tell(f"{run.name}: reading samples")
        given, inputs = _samples(run, data, seed, folder, file)
        tell(f"{run.name}: running the float network")
        floats = {} if run.graph is None else float_answers(run.graph, inputs)
    except InputError as error:
        if asked:
            raise
        return replace(run, source=f"not measured: {error}")
    run = replace(run, source=given, inputs=inputs, floats=spikes_of(floats), float_voltages=voltages_among(floats))
    comparisons: tuple[Comparison, ...] = ()
    if run.program is not None and not check(run.program):
        tell(f"{run.name}: running the program")
        with load(run.program, ORACLE) as machine:
            found = program_answers(machine, inputs)
            run = replace(run, integers=all_spikes(found, inputs), integer_voltages=voltages_among(found))
            if not _known(run):
                comparisons = _compared(machine, run, tell)
    return run if _known(run) else replace(run, evidence=evidence_of(run, comparisons))


def evidence_of(run: Run, comparisons: tuple[Comparison, ...]) -> Evidence:
    """Evidence of the spikes and voltages of a run, and of comparisons already made."""
    program = "" if run.program is None else run.program.digest
    readout, agreeing = run.readout, None
    found: Mapping[str, Judged] = {}
    if readout is not None and readout.asked_of(next(iter(run.inputs.values()))):
        both = {name: each for name, each in votes_of(run).items() if each is not None}
        found = {name: assessed(readout, each) for name, each in both.items()}
        if len(both) == 2 and not readout.tells_values:
            left, right = (classes_of(readout, each) for each in both.values())
            agreeing = int((left == right).sum())
    evaluations = {name: each for name, each in found.items() if isinstance(each, Evaluation)}
    regressions = {name: each for name, each in found.items() if isinstance(each, Regression)}
    return Evidence(program, run.source, digest_of(run.inputs), evaluations, comparisons, agreeing, regressions)


def votes_of(run: Run) -> Mapping[str, SpikeRaster | Voltages | None]:
    """What the readout answered, by `FLOAT` and `PROGRAM`; None of a side that was not run."""
    if run.readout is None:
        return {}
    name = run.readout.population
    sides = {FLOAT: (run.floats, run.float_voltages), PROGRAM: (run.integers, run.integer_voltages)}
    return {side: voltages.get(name, spikes.get(name)) for side, (spikes, voltages) in sides.items()}


def classes_of(readout: Readout, votes: SpikeRaster | Voltages) -> Ints:
    """What every sample was taken for, ties by the first: int [sample]."""
    return readout.classify(votes.by(readout.by) if isinstance(votes, Voltages) else readout.counts(votes))


def _known(run: Run) -> bool:
    """Whether a file brought evidence of this program on these samples."""
    found, program = run.evidence, run.program
    return found is not None and program is not None and found.is_of(program.digest, digest_of(run.inputs))


def _compared(machine: Loaded, run: Run, tell: Callable[[str], None]) -> tuple[Comparison, ...]:
    """The default backend against the oracle; nothing where it cannot run."""
    if DEFAULT not in {each.name for each in ready_backends()}:
        return ()
    with load(machine.program, DEFAULT) as other:
        (verdict,) = verify(side(machine), [side(other)], run.inputs, tell)
    explained = tuple(each.sentence(name) for name, each in (verdict.explanations or {}).items())
    traced = tuple(probe.population for probe in probes_of_voltages(machine.program))
    found = verdict.report
    return (Comparison(DEFAULT, found.populations, found.first, 0.0, None, explained, verdict.state, traced),)


def _samples(
    run: Run, data: str | None, seed: int | None, folder: Path | None, file: Path | None
) -> tuple[str, Rasters]:
    """What the samples are in words, and the spikes of every input."""
    made = run.graph or run.program
    if made is None:
        raise InputError(f"{run.name} is neither a network nor a program.")
    if data is None and seed is None and file is None and run.inputs:
        return run.source, bound_inputs(made.inputs, run.inputs)
    found = samples(run.path, made.provenance, file, data, seed, folder=folder, readout=made.readout)
    return found.sentence, bound_inputs(made.inputs, found.spikes)
