"""verify: one side against others, piece by piece; a difference is inspected and explained."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from targets.conformance.equivalence import EquivalenceReport, compare, merged, state_difference
from targets.conformance.explain import Explanation, Simulate, explain, in_machine_time, in_own_time
from targets.conformance.inspection import Inspection, Side, inspect_difference
from targets.contracts.raster import SpikeRaster
from targets.contracts.spike_digest import SpikeDigest
from targets.program.program import Program
from targets.runtime.backend import Loaded, bound_inputs
from targets.runtime.own_time import lengthened, own_time
from targets.runtime.recording import Recording
from targets.runtime.voltages import probes_of_voltages

SAMPLES = 256
"""Samples that are run at a time."""


@dataclass(frozen=True)
class Verdict:
    """Whether two sides agree on all samples; if not, where they first differ and which semantics explains it.

    `state` says where final u or v differ although both run the same program; None where they do not. `explanations`
    has an entry per side that is not the oracle's own: name of the side -> Explanation, found on the first piece of
    samples that holds a difference. `digests` are those of the spikes of the left side and the right one.
    """

    report: EquivalenceReport
    state: str | None = None
    inspection: Inspection | None = None
    explanations: Mapping[str, Explanation] | None = None
    digests: tuple[str, str] | None = None

    @property
    def equal(self) -> bool:
        """True when no bin and no final state differs."""
        return self.report.equal and self.state is None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        explained = {name: found.as_dict() for name, found in (self.explanations or {}).items()}
        inspected = None if self.inspection is None else self.inspection.as_dict()
        details: dict[str, Any] = {"state": self.state, "inspection": inspected, "explanations": explained}
        if self.digests is not None:
            details["spike_digests"] = dict(zip((self.report.left, self.report.right), self.digests, strict=True))
        return self.report.as_dict() | details | {"equal": self.equal}


def side(loaded: Loaded, name: str | None = None) -> Side:
    """A program on a backend, named after the backend if nothing else is given."""
    return Side(name or loaded.backend, loaded.program, loaded.raw)


Spikes = Mapping[str, SpikeRaster]


@dataclass(frozen=True, eq=False)
class Piece:
    """What is told of one piece of samples, which are counted from its first.

    spikes   of the left side, in the network's own time
    others   (report, `state`, spikes) of each other side; the spikes are the left ones where the report is equal
    """

    spikes: Spikes
    others: tuple[tuple[EquivalenceReport, str | None, Spikes], ...]


Spread = Callable[[Sequence[int]], Iterable[Piece]]
"""Has other processes compare the pieces that begin at these samples; gives that of each, in order."""


def verify(
    left: Side,
    others: Sequence[Side],
    inputs: SpikeRaster | Mapping[str, SpikeRaster],
    tell: Callable[[str], None] = lambda step: None,
    samples: int = SAMPLES,
    spread: Spread | None = None,
) -> tuple[Verdict, ...]:
    """Compare every spike of every population of the network of `left` with each of `others`, `samples` at a time.

    Bins are compared as the machines made them, until the latest population has ended. Where two programs have other
    latencies, each population is compared in its own time, and nothing is inspected. Final u, v are compared too where
    both sides run the same program, and u, v in every step of populations that answer in voltage. Equality is
    transitive, so sides equal to the left one are equal to each other. With `spread` others compare the pieces; what
    is told is the same, since a difference is looked into here.
    """
    total = next(raster.samples for raster in bound_inputs(left.program.inputs, inputs).values())
    starts = range(0, max(total, 1), samples)

    def here(start: int) -> Piece:
        share = f"samples {start} to {min(start + samples, total) - 1} of {total}"
        return compare_piece(left, others, inputs, start, samples, lambda name: tell(f"{name}: {share}"))

    digest, digests = SpikeDigest(), [SpikeDigest() for _ in others]
    reports: list[list[tuple[int, EquivalenceReport]]] = [[] for _ in others]
    states: list[str | None] = [None for _ in others]
    for start, piece in zip(starts, map(here, starts) if spread is None else spread(starts), strict=True):
        digest.add(piece.spikes)
        for number, (report, state, spikes) in enumerate(piece.others):
            digests[number].add(spikes)
            reports[number].append((start, report))
            states[number] = states[number] or state
    verdicts = []
    for other, found, state, told in zip(others, reports, states, digests, strict=True):
        first = next((start for start, report in found if report.first is not None), None)
        inspection, explanations = None, None
        if first is not None:
            tell(f"explaining the difference between {left.name} and {other.name}")
            inspection, explanations = _looked_into(left, other, _cut(left, others, inputs, first, samples))
        verdicts.append(Verdict(merged(found), state, inspection, explanations, (digest.hexdigest(), told.hexdigest())))
    return tuple(verdicts)


def compare_piece(
    left: Side,
    others: Sequence[Side],
    inputs: SpikeRaster | Mapping[str, SpikeRaster],
    start: int,
    samples: int = SAMPLES,
    tell: Callable[[str], None] = lambda name: None,
) -> Piece:
    """What `verify` tells of so many samples from `start` on, for each of `others`; `tell` is given who runs."""
    cut, steps = _cut(left, others, inputs, start, samples)
    tell(left.name)
    expected = left.run(cut, probes_of_voltages(left.program))
    found = []
    for other in others:
        tell(other.name)
        got = other.run(cut, probes_of_voltages(other.program))
        names = (left.name, other.name)
        report = compare(*_sides(left, expected, other, got, steps), names)
        state = state_difference(expected, got, names) if other.program is left.program else None
        found.append((report, state, own_time(other.program, got, steps).spikes))
    return Piece(own_time(left.program, expected, steps).spikes, tuple(found))


def _cut(
    left: Side, others: Sequence[Side], inputs: SpikeRaster | Mapping[str, SpikeRaster], start: int, samples: int
) -> tuple[dict[str, SpikeRaster], int]:
    """Samples from `start` on, until the latest population of any side has ended; and their steps as given."""
    given = bound_inputs(left.program.inputs, inputs)
    steps = next(raster.steps for raster in given.values())
    cut = {name: raster.take(slice(start, start + samples)) for name, raster in given.items()}
    return lengthened(cut, max(each.program.latest for each in (left, *others))), steps


def _sides(
    left: Side, expected: Recording, other: Side, got: Recording, steps: int
) -> tuple[dict[str, SpikeRaster], dict[str, SpikeRaster]]:
    """What is compared of two recordings: as the machines made them where both are equally late."""
    in_step = left.program.latency == other.program.latency
    mine, theirs = (
        _compared(each.program, recording if in_step else own_time(each.program, recording, steps))
        for each, recording in ((left, expected), (other, got))
    )
    return mine, theirs


def _looked_into(
    left: Side, other: Side, piece_and_steps: tuple[dict[str, SpikeRaster], int]
) -> tuple[Inspection | None, Mapping[str, Explanation] | None]:
    """The first difference in a piece of samples inspected and explained; both run anew."""
    piece, steps = piece_and_steps
    expected, got = (each.run(piece, probes_of_voltages(each.program)) for each in (left, other))
    mine, theirs = _sides(left, expected, other, got, steps)
    report = compare(mine, theirs, (left.name, other.name))
    if report.first is None:  # one side does not record the same twice
        return None, None
    in_step = left.program.latency == other.program.latency
    inspection = inspect_difference(report.first, piece, left, other) if in_step else None
    ran = piece if in_step else {name: raster.between(0, steps) for name, raster in piece.items()}
    oracle = (in_machine_time if in_step else in_own_time)(left.program)
    return inspection, _explained(oracle, ran, {left.name: mine, other.name: theirs})


def _compared(program: Program, recording: Recording) -> dict[str, SpikeRaster]:
    """Spikes of the populations of the network; what stands for biases shows in those that hear it."""
    stand_ins = {population.name for population in program.populations if population.invented}
    return {name: raster for name, raster in recording.spikes.items() if name not in stand_ins}


def _explained(
    oracle: Simulate, inputs: Mapping[str, SpikeRaster], seen: Mapping[str, Mapping[str, SpikeRaster]]
) -> dict[str, Explanation]:
    """The oracle's explanation, in which every step counts, of every side that is not the oracle as it is."""
    whole = {name: raster.whole() for name, raster in inputs.items()}
    found = {name: explain(oracle, whole, spikes) for name, spikes in seen.items()}
    return {name: explanation for name, explanation in found.items() if explanation.sets != ((),)}
