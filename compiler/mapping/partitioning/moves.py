"""moves: a partitioning as moves of units need it, with exact loads and the exact gain of every possible move."""

from weakref import WeakKeyDictionary

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.partitioning.counting import count, few_of, listeners
from compiler.mapping.partitioning.first_fit import incidence
from compiler.mapping.partitioning.problem import (
    AXONS_IN,
    AXONS_OUT,
    DECAYS,
    EVENTS,
    MEMORY,
    NEURONS,
    THRESHOLDS,
    MoveProblem,
    MoveState,
)
from targets.contracts.arrays import Array
from targets.contracts.chip import ChipSpec
from targets.contracts.numbering import ordered

_KNOWN: WeakKeyDictionary[Hypergraph, dict[str, Array]] = WeakKeyDictionary()
_TOLD = 8  # units to be told of a move, for each net that a unit listens to, above which there are no tables to tell
_STEPS = 1_000_000  # rates and operations as whole numbers, so that sums do not depend on their order


def moves(
    hypergraph: Hypergraph,
    core_of: Array,
    price: Array,
    chip: ChipSpec,
    imbalance: float,
    axons_out: Array | None = None,
) -> tuple[MoveProblem, MoveState]:
    """The partitioning `core_of` [unit] at prices [core + 1, core], operations limited to `imbalance` times their mean.

    `axons_out` [unit] are output axons besides those which follow from the hypergraph.
    """
    cores, units, home = price.shape[1], hypergraph.units, hypergraph.home
    wiring = _wiring(hypergraph)
    listening = listeners(hypergraph.indptr, wiring["pins"], core_of.astype(np.int64), cores)
    decays = int(hypergraph.decays[1].max(initial=-1)) + 1
    needs = np.concatenate([hypergraph.decays, hypergraph.thresholds + np.array([[0], [decays]])], axis=1)
    held = np.zeros((int(needs[1].max(initial=-1)) + 1, cores), dtype=np.int64)
    np.add.at(held, (needs[1], core_of[needs[0]]), 1)
    events = np.rint(hypergraph.events / hypergraph.events.max(initial=1e-300) * _STEPS)
    size = np.zeros((7, units), dtype=np.int64)
    size[[NEURONS, MEMORY, EVENTS]] = hypergraph.neurons, hypergraph.synapse_bits(chip), events
    if axons_out is not None:
        size[AXONS_OUT] = axons_out
    limit = (
        hypergraph.neurons_per_core(chip),
        8 * chip.synapse_bytes_per_core.value,
        chip.axons_in_per_core.value,
        chip.axons_out_per_core.value,
        chip.decay_profiles_per_core.value,
        chip.threshold_profiles_per_core.value,
        max(int(imbalance * float(events.sum()) / cores), 1),
    )
    load = np.stack([np.bincount(core_of, row, minlength=cores) for row in size]).astype(np.int64)
    load[AXONS_IN] = hypergraph.width @ (listening > 0)
    load[MEMORY] += load[AXONS_IN] * chip.axon_bits.value
    inner = np.flatnonzero(home >= 0)
    at_home = core_of[home[inner]]
    away = np.count_nonzero(listening[inner], axis=1) - (listening[inner, at_home] > 0)
    load[AXONS_OUT] += np.bincount(at_home, hypergraph.width[inner] * away, minlength=cores).astype(np.int64)
    load[DECAYS] = np.count_nonzero(held[:decays], axis=0)
    load[THRESHOLDS] = np.count_nonzero(held[decays:], axis=0)
    needs_by_unit, needs_at = _by_unit(needs[0], needs[1], units)
    problem = MoveProblem(
        limit=np.array(limit, dtype=np.int64)[:, None],
        size=size,
        price=price.astype(np.int64),
        home=home,
        rate=np.rint(hypergraph.rate / hypergraph.rate.max(initial=1e-300) * _STEPS).astype(np.int64),
        width=hypergraph.width,
        indptr=hypergraph.indptr,
        needs=needs_by_unit,
        needs_at=needs_at,
        row_of=np.where(np.arange(len(held)) < decays, DECAYS, THRESHOLDS),
        axon_bits=np.array([chip.axon_bits.value]),
        **{**wiring, "effort": wiring["effort"] + _told(hypergraph, cores)},
    )
    for array in problem:
        array.flags.writeable = False
    state = MoveState(
        core_of=core_of.astype(np.int64),
        load=load,
        penalty=np.zeros((units, cores), dtype=np.int64),
        axons=np.zeros((units, cores), dtype=np.int32),
        listening=listening,
        few=np.zeros((0, 0), dtype=np.uint8),
        reached=np.count_nonzero(listening, axis=1),
        held=held,
        spare=np.zeros((9, cores), dtype=np.int64),
    )
    count(problem, state)
    return problem, state


def with_few_told(hypergraph: Hypergraph, problem: MoveProblem, state: MoveState) -> tuple[MoveProblem, MoveState]:
    """The same, without tables of penalties and axons where each move would have to tell very many units.

    That is so in dense networks on many cores; there it takes less time to work out what is asked for, move by move.
    """
    told = _told(hypergraph, problem.price.shape[1])
    if told.sum() <= _TOLD * hypergraph.pins.size:
        return problem, state
    none = np.zeros((0, 0), dtype=np.int64)
    effort = problem.effort - told
    effort.flags.writeable = False
    few = few_of(state.listening)
    return problem._replace(effort=effort), state._replace(penalty=none, axons=none.astype(np.int32), few=few)


def _told(hypergraph: Hypergraph, cores: int) -> Array:
    """Units that are told of a move of each unit, int64 [unit], were all at random on the cores.

    The listeners of a net are where a unit that comes or leaves has none or one beside it on its core.
    """
    degree = np.diff(hypergraph.indptr)
    beside = np.maximum(degree - 1, 0) / cores
    told = degree * np.exp(-beside) * (1 + beside)
    heard = np.bincount(hypergraph.pins, told[hypergraph.net_of], minlength=hypergraph.units)
    return np.rint(heard).astype(np.int64)


def _wiring(hypergraph: Hypergraph) -> dict[str, Array]:
    """The arrays of a MoveProblem that follow from the hypergraph alone, kept as long as it is."""
    if hypergraph not in _KNOWN:
        units, home, pins, net_of = hypergraph.units, hypergraph.home, hypergraph.pins, hypergraph.net_of
        sender, inner = home[net_of], np.flatnonzero(home >= 0)
        joined = (sender >= 0) & (sender != pins)
        ends, others = np.concatenate([sender[joined], pins[joined]]), np.concatenate([pins[joined], sender[joined]])
        incoming, incoming_at = incidence(hypergraph)
        outgoing, outgoing_at = _by_unit(home[inner], inner, units)
        near, near_at = _by_unit(ends, others, units)
        told = np.bincount(home[inner], np.diff(hypergraph.indptr)[inner], minlength=units)
        _KNOWN[hypergraph] = {
            "pins": pins.astype(np.int32),
            "recurrent": np.bincount(net_of[sender == pins], minlength=hypergraph.nets),
            "incoming": incoming.astype(np.int32),
            "incoming_at": incoming_at,
            "outgoing": outgoing.astype(np.int32),
            "outgoing_at": outgoing_at,
            "near": near.astype(np.int32),
            "near_at": near_at,
            "effort": np.diff(incoming_at) + told.astype(np.int64),
        }
        for array in _KNOWN[hypergraph].values():
            array.flags.writeable = False
    return _KNOWN[hypergraph]


def _by_unit(unit: Array, values: Array, units: int) -> tuple[Array, Array]:
    """(values, starts) ordered by unit: those of unit u are values[starts[u]:starts[u + 1]]."""
    starts = np.concatenate([[0], np.cumsum(np.bincount(unit, minlength=units))])
    return values[ordered(unit)], starts
