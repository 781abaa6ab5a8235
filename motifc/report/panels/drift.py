"""Drift of every population from its floats."""

from motifc.report.panel import Panel, Table
from motifc.report.run import Run
from targets.conformance.drift import TITLES, drift
from targets.contracts.errors import InputError

_SAMPLES = 32
"""Samples that are looked at."""


def panel(run: Run) -> Panel | None:
    """Nothing where only one of float network and program was run."""
    if not run.floats or not run.integers:
        return None
    floats, integers = (
        {name: each.take(slice(_SAMPLES)) for name, each in spikes.items()} for spikes in (run.floats, run.integers)
    )
    try:
        found = drift(floats, integers, run.readout)
    except InputError as error:
        return Panel("drift", f"Not measured: {error}")
    samples = min(_SAMPLES, next(iter(run.floats.values())).samples)
    farthest = max(found, key=lambda each: each.differing / max(1, each.bins))
    agreeing = None if run.evidence is None else run.evidence.agreeing
    looked_at = f"the first {samples} samples" if samples > 1 else "one sample"
    answer = (
        f"Of {looked_at}, {farthest.population} strays the farthest: "
        f"{farthest.differing / max(1, farthest.bins):.2%} of its bins differ, and its spike counts correlate by "
        f"{farthest.count_correlation:.4f}."
    )
    if agreeing is not None:
        total = next(iter(run.floats.values())).samples
        answer += f" Float network and program put {agreeing:,} of {total:,} samples into the same class."
    caption = "Program against float network; distances per spike, 0 equal, 1 no spike near another"
    return Panel("drift", answer, tables=[Table(caption, TITLES, [each.cells for each in found])])
