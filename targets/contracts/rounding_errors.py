"""add_errors: what rounding costs each row of very many weights, compiled; `thresholds` takes it in place of numpy."""

import numpy as np

from targets.contracts.arrays import Array, Floats
from targets.contracts.jit import compiled

_BLOCK = 1 << 9
"""Weights that are rounded several in one instruction, before their errors are added up one after the other."""


@compiled
def add_errors(
    row: Array, weight: Floats, cost: Floats, scales: Floats, grid: tuple[float, float, float], total: Floats
) -> None:
    """Add to `total` [row] the squared error of each weight, in the order of weights, as `_Rows.errors` has it.

    row, weight  [weight];  cost  [weight], or one for all;  scales  of each row
    grid         step, least and largest weight
    """
    step, least, most = grid
    errors = np.empty(_BLOCK)
    for start in range(0, row.size, _BLOCK):
        rows, exact = row[start : start + _BLOCK], weight[start : start + _BLOCK]
        for i in range(rows.size):
            scale = scales[rows[i]]
            whole = min(max(step * np.rint(exact[i] * scale / step), least), most)
            off = whole / scale - exact[i]
            errors[i] = off * off
        if cost.size == 1:
            for i in range(rows.size):
                errors[i] *= cost[0]
        else:
            for i in range(rows.size):
                errors[i] *= cost[start + i]
        for i in range(rows.size):
            total[rows[i]] += errors[i]
