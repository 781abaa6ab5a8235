"""Drift of every population from its floats."""

from motifc.evaluation import voltage_drift
from motifc.report.panel import Panel, Table
from motifc.report.run import Run
from targets.conformance.drift import Stray, strays
from targets.contracts.errors import InputError

_TITLES = ("population", "float spikes", "program spikes", "differing bins", "spike counts correlate by", "same class")


def panel(run: Run) -> Panel | None:
    """Nothing where only one of float network and program was run."""
    if not (run.floats or run.float_voltages) or not run.integers:
        return None
    try:
        found = strays(run.floats, run.integers, run.readout)
    except InputError as error:
        return Panel("drift", f"Not measured: {error}")
    in_voltage = voltage_drift(run.float_voltages, run.integer_voltages, run.readout)
    told = [_farthest(found, next(iter(run.inputs.values())).samples)] if found else []
    told += [f"{each.sentence[0].upper()}{each.sentence[1:]}" for each in in_voltage]
    agreeing = None if run.evidence is None else run.evidence.agreeing
    if agreeing is not None:
        total = next(iter(run.inputs.values())).samples
        told.append(f"Float network and program put {agreeing:,} of {total:,} samples into the same class.")
    if not told:
        return None
    caption = "Program against float network; correlation over neurons and samples, 1 where counts are the same"
    tables = [Table(caption, _TITLES, [_row(each) for each in found])] if found else []
    return Panel("drift", " ".join(told), tables=tables)


def _farthest(found: tuple[Stray, ...], samples: int) -> str:
    farthest = max(found, key=lambda each: each.share)
    looked_at = f"Of {samples:,} samples" if samples > 1 else "Of one sample"
    if not farthest.differing:
        return f"{looked_at}, no bin of any population differs from its floats."
    return (
        f"{looked_at}, {farthest.population} strays the farthest: {farthest.share:.2%} of its bins differ, and its "
        f"spike counts correlate by {farthest.count_correlation:.4f}."
    )


def _row(each: Stray) -> tuple[str, ...]:
    return (
        each.population,
        f"{each.float_spikes:,}",
        f"{each.integer_spikes:,}",
        f"{each.share:.2%}",
        f"{each.count_correlation:.4f}",
        "" if each.class_agreement is None else f"{each.class_agreement:.2%}",
    )
