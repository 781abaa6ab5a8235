"""evaluate: how well a network answers in float, by classes or values; Evaluation: what that of classes is told by."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np

from compiler.analysis.interpret import interpret
from compiler.faithfulness import told_faithful, unproved
from compiler.frontends.network import lower
from compiler.ir.graph import FloatGraph
from motifc.regression import Regression
from search.network import Network
from targets.conformance.replay import Overflow, overflows
from targets.contracts.arrays import Array, Floats, Ints, readonly
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout, window_on
from targets.contracts.raster import SpikeRaster
from targets.contracts.shown import shown
from targets.program.program import Program
from targets.runtime.backend import Loaded, bound_inputs
from targets.runtime.voltages import Voltages, probes_of_voltages, voltages_of

SAMPLES = 256
"""Samples that are run at a time."""
_Z = 1.959963984540054  # two-sided 95 % of the normal distribution


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Samples by their class and by what they were taken for.

    confusion  int32 [class, class + 1]: rows are labels, columns what has strictly the most spikes; the last column
               counts ties, which are wrong whatever the label
    """

    confusion: Ints

    def __post_init__(self) -> None:
        object.__setattr__(self, "confusion", readonly(self.confusion, np.int32, "confusion [class, class + 1]", 2))
        classes, columns = self.confusion.shape
        if columns != classes + 1 or self.confusion.min(initial=0) < 0:
            raise InputError(
                f"a confusion matrix has the shape {self.confusion.shape} and counts down to "
                f"{self.confusion.min(initial=0)}; one column more than rows and no count below 0 are needed."
            )

    @property
    def samples(self) -> int:
        """Number of samples."""
        return int(self.confusion.sum())

    @property
    def right(self) -> int:
        """Samples whose own class has strictly the most spikes."""
        return int(np.trace(self.confusion))

    @property
    def accuracy(self) -> float:
        """Share of the samples that are right; 0 of none."""
        return self.right / max(self.samples, 1)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the accuracy by E. B. Wilson, J. Am. Stat. Assoc. 22:209 (1927)."""
        n, p, square = max(self.samples, 1), self.accuracy, _Z * _Z
        centre, scale = p + square / (2 * n), 1 + square / n
        half = _Z * np.sqrt(p * (1 - p) / n + square / (4 * n * n))
        return max(0.0, float((centre - half) / scale)), min(1.0, float((centre + half) / scale))

    @property
    def recall(self) -> tuple[float | None, ...]:
        """Share of the samples of each class that are right; None where there is no sample."""
        totals = self.confusion.sum(axis=1)
        return tuple(
            float(right / total) if total else None
            for right, total in zip(np.diagonal(self.confusion), totals, strict=True)
        )

    @property
    def sentence(self) -> str:
        """Such as 97.78% of 360 (95 % interval 95.68% to 98.87%)."""
        low, high = self.interval
        return f"{self.accuracy:.2%} of {self.samples:,} (95 % interval {low:.2%} to {high:.2%})"

    @property
    def figures(self) -> dict[str, float]:
        """The accuracy by name."""
        return {"accuracy": self.accuracy}

    def of(self, name: str) -> str:
        """The line that a command prints of the side of that name."""
        return f"accuracy of the {name} {self.sentence}, ties count as wrong"

    def as_dict(self) -> dict[str, Any]:
        """All figures as JSON values."""
        return {
            "accuracy": self.accuracy,
            "interval": list(self.interval),
            "samples": self.samples,
            "right": self.right,
            "recall": list(self.recall),
            "confusion": self.confusion.tolist(),
        }


Judged = Evaluation | Regression
"""How well answers are: of a readout of classes the former, of one of values the latter."""


def evaluate(network: Network, spikes: SpikeRaster | Mapping[str, SpikeRaster]) -> Evaluation:
    """Run `network` in float on labelled spikes and compare classes with labels.

    `spikes` are those of every input by its name, or one raster for a single input. Raises InputError for a network
    without readout, for one that tells values, for spikes without labels and for labels of no class.
    """
    return judged(*_answered(network, spikes))


def assess(network: Network, spikes: SpikeRaster | Mapping[str, SpikeRaster]) -> Judged:
    """The same of a network of either kind: values that it tells are compared with the targets of the spikes."""
    return assessed(*_answered(network, spikes))


def _answered(
    network: Network, spikes: SpikeRaster | Mapping[str, SpikeRaster]
) -> tuple[Readout, SpikeRaster | Voltages]:
    """The readout of a network, and what it answers in float."""
    inputs = bound_inputs(network.inputs, spikes)
    if network.readout is None:
        raise InputError("the network has no readout, so that it tells no class; give one that has.")
    found = float_answers(lower(network), inputs)
    return network.readout, found[network.readout.population]


def assessed(readout: Readout, votes: SpikeRaster | Voltages) -> Judged:
    """How well a readout population answers, by classes or by values, as the readout is of."""
    if readout.tells_values:
        return Regression(values_told(readout, votes), readout.known_targets(votes.targets))
    return judged(readout, votes)


def judged(readout: Readout, votes: SpikeRaster | Voltages) -> Evaluation:
    """The evaluation of the spikes or voltages of a readout population that carry the labels of their samples."""
    if readout.tells_values:
        raise InputError(
            f"readout {readout.population!r} tells values and no class; ask for its errors, as motifc.assess does."
        )
    labels = votes.labels
    if labels is None:
        raise InputError("the spikes have no labels to compare classes with; give one per sample.")
    if labels.size and not (labels.min() >= 0 and labels.max() < readout.classes):
        raise InputError(
            f"the samples have labels {labels.min()}..{labels.max()}; the readout has {readout.classes} classes, so "
            f"0..{readout.classes - 1} are allowed: renumber them or take the data it was made for."
        )
    counts = readout.votes(votes.by(readout.by) if isinstance(votes, Voltages) else readout.counts(votes))
    most = counts.max(axis=1)
    tied = (counts == most[:, None]).sum(axis=1) > 1
    taken = np.where(tied, readout.classes, counts.argmax(axis=1))
    confusion = np.zeros((readout.classes, readout.classes + 1), np.int32)
    np.add.at(confusion, (labels, taken), 1)
    return Evaluation(confusion)


def values_told(readout: Readout, votes: SpikeRaster | Voltages) -> Floats:
    """What a readout of values told of every sample: float64 [sample, value]; InputError of spikes."""
    if not isinstance(votes, Voltages):
        raise InputError(
            f"readout {readout.population!r} tells values by voltage, and only spikes of it are there; run the network "
            "or program itself."
        )
    return readout.values(votes.by(readout.by))


def float_spikes(graph: FloatGraph, inputs: Mapping[str, SpikeRaster]) -> dict[str, SpikeRaster]:
    """Spikes of every population of a float graph."""
    return in_pieces(partial(interpret, graph), inputs)


Answers = Mapping[str, SpikeRaster | Voltages]
"""What every population answered: voltages of those that answer in voltage, spikes of all others."""


def float_answers(graph: FloatGraph, inputs: Mapping[str, SpikeRaster]) -> Answers:
    """Spikes of every population of a float graph, and voltages of those that answer in voltage."""
    units = {each.name: each.unit for each in graph.populations if each.unit is not None}
    if not units:
        return float_spikes(graph, inputs)

    def run(piece: Mapping[str, SpikeRaster]) -> Answers:
        seen: dict[str, list[Floats]] = {name: [] for name in units}

        def observe(name: str, _: int, __: Floats, v: Floats) -> None:
            if name in seen:
                seen[name].append(v)

        spikes = interpret(graph, piece, observe=observe)
        traces = {name: np.stack(each, axis=1) for name, each in seen.items()}
        return _answers(spikes, {name: (traces[name], unit) for name, unit in units.items()}, graph.readout)

    return _in_pieces(run, inputs)


def program_answers(loaded: Loaded, inputs: Mapping[str, SpikeRaster]) -> Answers:
    """The same of a program on a backend, in the network's own time."""
    program = loaded.program
    units = {each.name: each.unit for each in program.own if each.unit is not None}

    def run(piece: Mapping[str, SpikeRaster]) -> Answers:
        found = loaded.run(piece, probes_of_voltages(program))
        return {**found.spikes, **voltages_of(program, found)}

    return _in_pieces(run, inputs) if units else in_pieces(lambda piece: loaded.run(piece).spikes, inputs)


@dataclass(frozen=True)
class VoltageDrift:
    """How far the voltages of one population stray from those of the float network.

    apart            largest difference of a voltage, last or peak, in the unit of the network
    largest          largest voltage of the float network, without its sign
    class_agreement  share of samples put into the same class; None but for the readout
    """

    population: str
    apart: float
    largest: float
    class_agreement: float | None

    @property
    def sentence(self) -> str:
        """All of it in one sentence."""
        alike = (
            "" if self.class_agreement is None else f"; the class is the same in {self.class_agreement:.2%} of samples"
        )
        return (
            f"voltages of population {shown(self.population)!r} are up to {self.apart:.3g} apart, of up to "
            f"{self.largest:.3g}{alike}."
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def voltage_drift(floats: Answers, integers: Answers, readout: Readout | None) -> tuple[VoltageDrift, ...]:
    """The drift of every population that answers in voltage."""
    found = []
    for name, mine in floats.items():
        theirs = integers.get(name)
        if not (isinstance(mine, Voltages) and isinstance(theirs, Voltages)):
            continue
        agreement = None
        if readout is not None and readout.population == name and not readout.tells_values:
            left, right = (readout.classify(each.by(readout.by)) for each in (mine, theirs))
            agreement = float(np.mean(left == right)) if left.size else 1.0
        pairs = ((mine.last, theirs.last), (mine.peak, theirs.peak))
        apart = max(float(np.abs(left - right).max(initial=0)) for left, right in pairs)
        largest = max(float(np.abs(left).max(initial=0)) for left, _ in pairs)
        found.append(VoltageDrift(name, apart, largest, agreement))
    return tuple(found)


def spikes_of(answers: Answers) -> dict[str, SpikeRaster]:
    """Those answers that are spikes."""
    return {name: each for name, each in answers.items() if isinstance(each, SpikeRaster)}


def all_spikes(answers: Answers, inputs: Mapping[str, SpikeRaster]) -> dict[str, SpikeRaster]:
    """Spikes of all populations; those that answer in voltage are silent."""
    first = next(iter(inputs.values()))

    def silent(neurons: int) -> SpikeRaster:
        return first.same_samples(np.zeros((first.samples, first.steps, -(-neurons // 8)), np.uint8), neurons)

    return spikes_of(answers) | {name: silent(v.last.shape[1]) for name, v in voltages_among(answers).items()}


def voltages_among(answers: Answers) -> dict[str, Voltages]:
    """Those answers that are voltages."""
    return {name: each for name, each in answers.items() if isinstance(each, Voltages)}


def _answers(
    spikes: Mapping[str, SpikeRaster], traces: Mapping[str, tuple[Floats, Floats]], readout: Readout | None
) -> Answers:
    found: dict[str, SpikeRaster | Voltages] = dict(spikes)
    for name, (v, unit) in traces.items():
        found[name] = Voltages.of(v, unit, spikes[name], window_on(name, readout))
    return found


def overflows_told(
    program: Program, inputs: Mapping[str, SpikeRaster], spikes: Mapping[str, SpikeRaster]
) -> tuple[Overflow, ...]:
    """What left the registers on these inputs, of whose spikes some backend made a recording.

    That is counted of programs with residual weights, and where u is not proved to stay in its register; else ().
    """
    return overflows(program, inputs, spikes) if told_faithful(program) or unproved(program) else ()


def in_pieces(
    run: Callable[[Mapping[str, SpikeRaster]], Mapping[str, SpikeRaster]], inputs: Mapping[str, SpikeRaster]
) -> dict[str, SpikeRaster]:
    """What `run` gives for all inputs, `SAMPLES` samples at a time."""
    pieces = [run(piece) for piece in _pieces(inputs)]
    return {name: _joined([piece[name] for piece in pieces]) for name in pieces[0]}


def _in_pieces(run: Callable[[Mapping[str, SpikeRaster]], Answers], inputs: Mapping[str, SpikeRaster]) -> Answers:
    """The same of answers of both kinds."""
    pieces = [run(piece) for piece in _pieces(inputs)]
    found: dict[str, SpikeRaster | Voltages] = {}
    for name in pieces[0]:
        rasters = [each for piece in pieces if isinstance(each := piece[name], SpikeRaster)]
        voltages = [each for piece in pieces if isinstance(each := piece[name], Voltages)]
        found[name] = _joined(rasters) if rasters else _joined_voltages(voltages)
    return found


def _pieces(inputs: Mapping[str, SpikeRaster]) -> Iterator[Mapping[str, SpikeRaster]]:
    total = next(iter(inputs.values())).samples
    for start in range(0, max(total, 1), SAMPLES):
        yield {name: raster.take(slice(start, start + SAMPLES)) for name, raster in inputs.items()}


def _joined_voltages(pieces: list[Voltages]) -> Voltages:
    last, peak = (np.concatenate([getattr(piece, key) for piece in pieces]) for key in ("last", "peak"))
    return Voltages(last, peak, *_asked(pieces))


def _joined(pieces: list[SpikeRaster]) -> SpikeRaster:
    return SpikeRaster(
        np.concatenate([piece.packed for piece in pieces]),
        pieces[0].neurons,
        np.concatenate([piece.lengths for piece in pieces]),
        *_asked(pieces),
    )


def _asked(pieces: Sequence[SpikeRaster | Voltages]) -> tuple[Array | None, Array | None]:
    """Labels and targets of all pieces."""
    labels = [piece.labels for piece in pieces if piece.labels is not None]
    targets = [piece.targets for piece in pieces if piece.targets is not None]
    return np.concatenate(labels) if labels else None, np.concatenate(targets) if targets else None
