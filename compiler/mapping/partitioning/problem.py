"""MoveProblem and MoveState: a partitioning as whole numbers, for units to move in."""

from typing import NamedTuple

from targets.contracts.arrays import Array

NEURONS, MEMORY, AXONS_IN, AXONS_OUT, DECAYS, THRESHOLDS, EVENTS = range(7)
"""Rows of `MoveState.load`; memory in bits, operations per step in millionths of the busiest unit."""
BITS = 32
LISTENER = 1 << BITS
"""What one unit counts for in `MoveState.listening`; all below are bits of numbers of units."""


class MoveProblem(NamedTuple):
    """What never changes while units move; all arrays hold whole numbers and are read-only.

    limit         [row, 1]: what a core may hold, rows as named above
    size          [row, unit]: neurons, bits of synapses, operations and further output axons of each unit in their rows
    price         [core + 1, core]: of one message from core to core, symmetric and nothing within a core; the last row
                  is for inputs
    home, rate, width, pins, indptr     as in Hypergraph; rates in millionths of the largest
    recurrent     [net]: 1 where the unit that sends also listens
    incoming, incoming_at       nets that unit u listens to: incoming[incoming_at[u]:incoming_at[u + 1]]
    outgoing, outgoing_at       nets that it sends, likewise
    near, near_at               units at the other ends of those nets, as often as they are joined
    needs, needs_at, row_of     profiles that each unit needs; the row of `load` in which a profile counts
    axon_bits     [1]: bits of memory per input axon
    effort        [unit]: what a move of each takes: nets that it listens to, units that listen to it or are told
    """

    limit: Array
    size: Array
    price: Array
    home: Array
    rate: Array
    width: Array
    pins: Array
    indptr: Array
    recurrent: Array
    incoming: Array
    incoming_at: Array
    outgoing: Array
    outgoing_at: Array
    near: Array
    near_at: Array
    needs: Array
    needs_at: Array
    row_of: Array
    axon_bits: Array
    effort: Array


class MoveState(NamedTuple):
    """Units on cores and what follows from it; only `kernels` and `counting` write to these arrays.

    core_of       [unit]
    load          [row, core]: what each core holds
    penalty       [unit, core]: price of the messages that a unit causes, were it on a core; the gain of a move is the
                  difference of two; empty where it is worked out anew each time
    axons         [unit, core]: input axons that it causes there; empty where `penalty` is
    listening     [net, core]: units that listen times `LISTENER`, plus their numbers, xor: where there is one, its own
    few           [core, net], uint8: how many of them there are, 2 where there are more; in the other order, so that
                  all nets of a unit lie near each other; empty where there are tables, which tell as much
    reached       [net]: cores with such units
    held          [profile, core]: units that need a profile
    spare         [9, core]: to work in, where nothing is allocated; says nothing of the partitioning
    """

    core_of: Array
    load: Array
    penalty: Array
    axons: Array
    listening: Array
    few: Array
    reached: Array
    held: Array
    spare: Array
