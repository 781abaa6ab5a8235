"""fill: synapses put into the places of their rows."""

from targets.contracts.arrays import Array
from targets.contracts.jit import compiled


@compiled
def fill(row: Array, column: Array, offset: int, given: Array, free: Array, other: Array, weight: Array) -> None:
    """Write synapses to `other` and `weight`; `free`, the next place of each row, moves on."""
    for i in range(len(row)):
        place = free[row[i]]
        other[place] = column[i] + offset
        weight[place] = given[i]
        free[row[i]] = place + 1
