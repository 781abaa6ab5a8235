"""improve: motifs move between cores until limits are kept, work is even and no move saves messages."""

import numpy as np

from compiler.cutting.moves import Moves
from compiler.hypergraph import Hypergraph
from targets.arrays import Array
from targets.chip import ChipSpec

_PASSES = 6
_WORTH = 1e-3  # a pass that saves less than this part of what the first one saved is the last
_TABLE = 50_000_000  # entries of [net, core] above which a cut is left as it is


def improve(hypergraph: Hypergraph, core_of: Array, cores: int, chip: ChipSpec, imbalance: float) -> Array:
    """Core of every unit, int [unit], after moves of single units; the same input gives the same cut.

    First units leave cores that break a limit, then cores whose synaptic operations per step exceed `imbalance` times
    the mean, each time by the move that costs the fewest messages for what it relieves; then every unit at a border
    goes where it saves most. A cut with too large a table [net, core] is returned as it is.
    """
    if hypergraph.nets * cores > _TABLE or cores < 2:
        return core_of
    moves = Moves(hypergraph, core_of, cores, chip)
    most = imbalance * float(moves.events.sum()) / cores
    _relieve(moves, most)
    first = 0.0
    for _ in range(_PASSES):
        saved = _sweep(moves, most)
        first = first or saved
        if saved <= _WORTH * first:
            break
    return moves.core_of


def _relieve(moves: Moves, most: float) -> None:
    """Empty cores over a limit or over `most` events; stops where no move helps."""
    stuck: set[int] = set()
    for _ in range(moves.hypergraph.units):
        over = moves.over()
        pressure = np.maximum(over, moves.events / most if most > 0 else 0.0)
        pressure[list(stuck)] = 0.0
        core = int(np.argmax(pressure))
        if pressure[core] <= 1.0:
            return
        if not _move_one_from(moves, core, most, broken=bool(over[core] > 1.0)):
            stuck.add(core)


def _move_one_from(moves: Moves, core: int, most: float, broken: bool) -> bool:
    """Move the unit away from `core` that costs the least for its size; False when none can go."""
    best: tuple[float, int, int] | None = None
    events = moves.hypergraph.events
    for unit in np.flatnonzero(moves.core_of == core).tolist():
        saved, allowed = moves.gains(unit)
        allowed &= moves.events + events[unit] <= (np.inf if broken else most)
        if not allowed.any():
            continue
        target = int(np.argmax(np.where(allowed, saved, -np.inf)))
        size = 1.0 if broken else max(events[unit], 1e-300)
        worth = (float(saved[target]) / size, -unit, target)
        if best is None or worth > best:
            best = worth
    if best is None:
        return False
    moves.move(-best[1], best[2])
    return True


def _sweep(moves: Moves, most: float) -> float:
    """Let every unit at a border go where it saves most; returns what was saved."""
    total, events = 0.0, moves.hypergraph.events
    for unit in moves.boundary():
        saved, allowed = moves.gains(unit)
        allowed &= (moves.events + events[unit] <= most) & (saved > 0)
        if not allowed.any():
            continue
        target = int(np.argmax(np.where(allowed, saved, -np.inf)))
        if moves.keeps_outputs(unit, target):
            moves.move(unit, target)
            total += float(saved[target])
    return total
