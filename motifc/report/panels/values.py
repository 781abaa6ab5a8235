"""The values that a readout told, beside the truth."""

from functools import partial

import numpy as np

from motifc.evidence import FLOAT, PROGRAM
from motifc.plot.values import values_against_truth, values_in_order
from motifc.regression import Regression
from motifc.report.drawing import drawn
from motifc.report.panel import Drawing, Panel, Table
from motifc.report.run import Run

_VALUES = 3
"""Values that are drawn, the first of them."""
_SAMPLES = 2_000
"""Samples of a drawing; with more the page would be heavy."""
_SHOWN = 150
"""Samples that are drawn in their order."""


def panel(run: Run) -> Panel | None:
    """Those of the program, else of the float network; nothing where no values are told or no targets are there."""
    name = next((name for name in (PROGRAM, FLOAT) if name in run.regressions), None)
    if name is None:
        return None
    found = run.regressions[name]
    rows = [
        (f"{value}", *(f"{figure:.4g}" for each in run.regressions.values() for figure in _errors(each, value)))
        for value in range(found.truth.shape[1])
    ]
    head = ("value", *(f"{what}, {side}" for side in run.regressions for what in ("sMAPE (%)", "mean squared error")))
    return Panel("values", _answer(run), (), _drawings(run.name, found), [Table("Errors of each value", head, rows)])


def _answer(run: Run) -> str:
    told = "; ".join(each.of(f"{name}") for name, each in run.regressions.items())
    apart = ""
    if len(run.regressions) == 2:
        left, right = run.regressions.values()
        largest = float(np.abs(left.told - right.told).max(initial=0))
        apart = f" What {' and '.join(run.regressions)} tell is up to {largest:.3g} apart."
    return f"{told[0].upper()}{told[1:]}.{apart}"


def _errors(found: Regression, value: int) -> tuple[float, float]:
    """SMAPE and mean squared error of one value."""
    alone = Regression(found.told[:, [value]], found.truth[:, [value]])
    return alone.smape, alone.mse


def _drawings(run: str, found: Regression) -> list[Drawing]:
    made: list[Drawing] = []
    some = Regression(found.told[:_SAMPLES], found.truth[:_SAMPLES])
    for value in range(min(_VALUES, found.truth.shape[1])):
        of = "" if found.truth.shape[1] == 1 else f" of value {value}"
        first = min(_SHOWN, some.samples)
        told = f"Truth and what was told{of}, the first {first:,} of {found.samples:,} samples in their order"
        made += drawn(f"{run} values {value}", told, partial(values_in_order, some, value, _SHOWN), below=0.75)
        told = f"Told against true{of}, {some.samples:,} samples; on the dotted line both are equal"
        made += drawn(f"{run} truth {value}", told, partial(values_against_truth, some, value))
    return made
