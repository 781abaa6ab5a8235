"""verify: one side against others, piece by piece; a difference is inspected and explained."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from targets.conformance.equivalence import EquivalenceReport, compare, merged, state_difference
from targets.conformance.explain import Explanation, explain_program
from targets.conformance.inspection import Inspection, Side, inspect_difference
from targets.contracts.raster import SpikeRaster
from targets.runtime.backend import Loaded, bound_inputs

SAMPLES = 256
"""Samples that are run at a time."""


@dataclass(frozen=True)
class Verdict:
    """Whether two sides agree on all samples; if not, where they first differ and which semantics explains it.

    `state` says where final u or v differ although both run the same program; None where they do not. `explanations`
    has an entry per side that is not the oracle's own: name of the side -> Explanation, found on the first piece of
    samples that holds a difference.
    """

    report: EquivalenceReport
    state: str | None = None
    inspection: Inspection | None = None
    explanations: Mapping[str, Explanation] | None = None

    @property
    def equal(self) -> bool:
        """True when no bin and no final state differs."""
        return self.report.equal and self.state is None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        explained = {name: found.as_dict() for name, found in (self.explanations or {}).items()}
        inspected = None if self.inspection is None else self.inspection.as_dict()
        details = {"state": self.state, "inspection": inspected, "explanations": explained}
        return self.report.as_dict() | details | {"equal": self.equal}


def side(loaded: Loaded, name: str | None = None) -> Side:
    """A program on a backend, named after the backend if nothing else is given."""
    return Side(name or loaded.backend, loaded.program, loaded.run)


def verify(
    left: Side,
    others: Sequence[Side],
    inputs: SpikeRaster | Mapping[str, SpikeRaster],
    tell: Callable[[str], None] = lambda step: None,
    samples: int = SAMPLES,
) -> tuple[Verdict, ...]:
    """Compare every spike of every population of `left` with each of `others`, `samples` at a time.

    Final u, v are compared too where both sides run the same program. Equality is transitive, so sides equal to the
    left one are equal to each other.
    """
    bound = bound_inputs(left.program.inputs, inputs)
    total = next(iter(bound.values())).samples
    reports: list[list[tuple[int, EquivalenceReport]]] = [[] for _ in others]
    states: list[str | None] = [None for _ in others]
    details: list[tuple[Inspection, dict[str, Explanation]] | None] = [None for _ in others]
    for start in range(0, max(total, 1), samples):
        piece = {name: raster.take(slice(start, start + samples)) for name, raster in bound.items()}
        share = f"samples {start} to {min(start + samples, total) - 1} of {total}"
        tell(f"{left.name}: {share}")
        expected = left.run(piece, ())
        for number, other in enumerate(others):
            tell(f"{other.name}: {share}")
            got = other.run(piece, ())
            names = (left.name, other.name)
            report = compare(expected.spikes, got.spikes, names)
            if other.program is left.program:
                states[number] = states[number] or state_difference(expected, got, names)
            reports[number].append((start, report))
            if report.first is not None and details[number] is None:
                tell(f"explaining the difference between {left.name} and {other.name}")
                inspection = inspect_difference(report.first, piece, left, other)
                seen = {left.name: expected.spikes, other.name: got.spikes}
                details[number] = inspection, _explained(left, piece, seen)
    return tuple(
        Verdict(merged(pieces), state, *(detail or (None, None)))
        for pieces, state, detail in zip(reports, states, details, strict=True)
    )


def _explained(
    left: Side, inputs: Mapping[str, SpikeRaster], seen: Mapping[str, Mapping[str, SpikeRaster]]
) -> dict[str, Explanation]:
    """The oracle's explanation, running the left program, of every side that is not the oracle as it is."""
    found = {name: explain_program(left.program, inputs, spikes) for name, spikes in seen.items()}
    return {name: explanation for name, explanation in found.items() if explanation.sets != ((),)}
