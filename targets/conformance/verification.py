"""verify: one side against others, piece by piece; a difference is inspected and explained."""

from collections.abc import Callable, Mapping, Sequence
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


def verify(
    left: Side,
    others: Sequence[Side],
    inputs: SpikeRaster | Mapping[str, SpikeRaster],
    tell: Callable[[str], None] = lambda step: None,
    samples: int = SAMPLES,
) -> tuple[Verdict, ...]:
    """Compare every spike of every population of the network of `left` with each of `others`, `samples` at a time.

    Bins are compared as the machines made them, until the latest population has ended. Where two programs have other
    latencies, each population is compared in its own time, and nothing is inspected. Final u, v are compared too where
    both sides run the same program, and u, v in every step of populations that answer in voltage. Equality is
    transitive, so sides equal to the left one are equal to each other.
    """
    given = bound_inputs(left.program.inputs, inputs)
    total, steps = next((raster.samples, raster.steps) for raster in given.values())
    bound = lengthened(given, max(each.program.latest for each in (left, *others)))
    reports: list[list[tuple[int, EquivalenceReport]]] = [[] for _ in others]
    states: list[str | None] = [None for _ in others]
    details: list[tuple[Inspection | None, dict[str, Explanation]] | None] = [None for _ in others]
    digest, digests = SpikeDigest(), [SpikeDigest() for _ in others]
    for start in range(0, max(total, 1), samples):
        piece = {name: raster.take(slice(start, start + samples)) for name, raster in bound.items()}
        share = f"samples {start} to {min(start + samples, total) - 1} of {total}"
        tell(f"{left.name}: {share}")
        expected = left.run(piece, probes_of_voltages(left.program))
        digest.add(own_time(left.program, expected, steps).spikes)
        for number, other in enumerate(others):
            tell(f"{other.name}: {share}")
            got = other.run(piece, probes_of_voltages(other.program))
            digests[number].add(own_time(other.program, got, steps).spikes)
            names = (left.name, other.name)
            in_step = left.program.latency == other.program.latency
            mine, theirs = (
                _compared(each.program, recording if in_step else own_time(each.program, recording, steps))
                for each, recording in ((left, expected), (other, got))
            )
            report = compare(mine, theirs, names)
            if other.program is left.program:
                states[number] = states[number] or state_difference(expected, got, names)
            reports[number].append((start, report))
            if report.first is not None and details[number] is None:
                tell(f"explaining the difference between {left.name} and {other.name}")
                inspection = inspect_difference(report.first, piece, left, other) if in_step else None
                ran = piece if in_step else {name: raster.between(0, steps) for name, raster in piece.items()}
                oracle = (in_machine_time if in_step else in_own_time)(left.program)
                details[number] = inspection, _explained(oracle, ran, {left.name: mine, other.name: theirs})
    verdicts = []
    for pieces, state, detail, told in zip(reports, states, details, digests, strict=True):
        inspection, explanations = detail or (None, None)
        found = digest.hexdigest(), told.hexdigest()
        verdicts.append(Verdict(merged(pieces), state, inspection, explanations, found))
    return tuple(verdicts)


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
