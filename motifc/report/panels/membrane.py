"""The membrane of the liveliest neuron against its threshold, in float and in integers."""

import numpy as np

from motifc.membrane import membrane_of
from motifc.plot.membrane import membrane
from motifc.report.drawing import drawn
from motifc.report.panel import Panel
from motifc.report.panels.rasters import chosen_samples
from motifc.report.run import Run


def panel(run: Run) -> Panel | None:
    """Nothing of a program that was not run."""
    program = run.program
    if program is None or not run.integers:
        return None
    population = program.own[0].name
    sample = next(iter(chosen_samples(run)))
    found = membrane_of(program, run.inputs, population, _liveliest(run, population, sample), sample, run.graph)
    caption = f"v of neuron {found.neuron} of {population} in sample {sample}, marks where it spikes"
    drawing = drawn(f"{run.name} membrane", caption, lambda axes: membrane(found, axes), height=3.0)
    notes = () if run.graph is not None else ("The floats that it was compiled from are not among the files.",)
    return Panel("membrane", found.sentence, notes, drawing)


def _liveliest(run: Run, population: str, sample: int) -> int:
    """The neuron of the most spikes; of those that differ from the float ones, where any does."""
    counts = run.integers[population].take([sample]).dense()[0].astype(np.int64)
    if population in run.floats:
        apart = (counts != run.floats[population].take([sample]).dense()[0]).any(axis=0)
        if apart.any():
            return int(np.where(apart, counts.sum(axis=0), -1).argmax())
    return int(counts.sum(axis=0).argmax())
