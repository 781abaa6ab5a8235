"""Rasters of chosen samples: the input, then every population."""

import numpy as np

from motifc.evidence import FLOAT, PROGRAM
from motifc.plot.raster import raster
from motifc.report.drawing import drawn
from motifc.report.panel import Drawing, Panel, Table
from motifc.report.run import Rasters, Run, classes_of, votes_of

_SAMPLES = 2
_POPULATIONS = 8
"""Inputs and populations of a sample that are drawn, the first of them."""
_SPIKES = 6_000
"""Spikes of a drawing; with more it would be black, and the page heavy."""


def panel(run: Run) -> Panel | None:
    """Nothing where nothing was run or recorded."""
    shown = spikes_shown(run)
    if not shown:
        return None
    chosen = chosen_samples(run)
    names = list(shown)
    drawings = [
        drawing
        for sample, why in chosen.items()
        for name in names[:_POPULATIONS]
        for drawing in _drawing(run.name, shown, name, sample, why)
    ]
    rows = [
        (name, f"{each.neurons:,}", f"{float(each.rates().mean()):.2%}", f"{np.count_nonzero(each.rates() == 0):,}")
        for name, each in shown.items()
    ]
    tables = [Table("Spikes over all samples", ("population", "neurons", "spikes per neuron and step", "silent"), rows)]
    return Panel("rasters", _answer(shown, chosen, len(names)), (), drawings, tables)


def spikes_shown(run: Run) -> Rasters:
    """Inputs and populations that spike: of the program, else of the first recording, else of the float network."""
    recorded = next(iter(run.recordings.values()), {})
    spikes = run.integers or recorded or run.floats
    return {**run.inputs, **{name: each for name, each in spikes.items() if name not in run.integer_voltages}}


def chosen_samples(run: Run) -> dict[int, str]:
    """A sample that is right and one that is wrong, with words for it; the first ones where that is unknown."""
    shown, readout = spikes_shown(run), run.readout
    first, votes = next(iter(shown.values())), votes_of(run)
    answered = votes.get(PROGRAM) or votes.get(FLOAT)
    if readout is not None and not readout.tells_values and first.labels is not None and answered is not None:
        classes = classes_of(readout, answered)
        right = classes == first.labels
        found = [int(np.flatnonzero(each)[0]) for each in (right, ~right) if each.any()]
        return {
            sample: f"sample {sample} of class {first.labels[sample]}, taken for {classes[sample]}" for sample in found
        }
    return {sample: f"sample {sample}" for sample in range(min(_SAMPLES, first.samples))}


def _answer(shown: Rasters, chosen: dict[int, str], populations: int) -> str:
    rates = {name: float(each.rates().mean()) for name, each in shown.items()}
    told = [f"{name} spikes in {rate:.1%} of its bins" for name, rate in list(rates.items())[:_POPULATIONS]]
    more = "" if populations <= _POPULATIONS else f" (the first {_POPULATIONS} of {populations} are shown)"
    return f"Drawn: {'; '.join(chosen.values())}. Over all samples {', '.join(told)}{more}."


def _drawing(run: str, shown: Rasters, name: str, sample: int, why: str) -> tuple[Drawing, ...]:
    each = shown[name].take([sample])
    count = int(each.counts().sum())
    if count > _SPIKES:
        dense = each.dense()
        kept = max(1, int(each.neurons * _SPIKES / count))
        each = type(each).pack(dense[:, :, :kept], each.lengths)
        told = f"{name}, {why}: the first {kept:,} of {shown[name].neurons:,} neurons"
    else:
        told = f"{name}, {why}: {count:,} {'spike' if count == 1 else 'spikes'}"
    height = 1.4 + 2.4 * min(1.0, each.neurons / 80)
    return drawn(f"{run} raster {name} {sample}", told, lambda axes: raster(each, 0, axes), height=height)
