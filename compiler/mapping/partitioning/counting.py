"""count: what every unit would cost on every core, counted once before units move.

Apart from the kernels of moves, because it calls none of them and none calls it.
"""

import numpy as np

from compiler.mapping.partitioning.problem import BITS, LISTENER, MoveProblem, MoveState
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled


@compiled
def listeners(indptr: Array, pins: Array, core_of: Array, cores: int) -> Array:
    """Who listens to every net on every core, int64 [net, core], as `MoveState.listening` has it."""
    listening = np.zeros((indptr.size - 1, cores), dtype=np.int64)
    for net in range(indptr.size - 1):
        for j in range(indptr[net], indptr[net + 1]):
            core = core_of[pins[j]]
            listening[net, core] = (listening[net, core] ^ pins[j]) + LISTENER
    return listening


@compiled
def few_of(listening: Array) -> Array:
    """`MoveState.few` from `MoveState.listening`."""
    nets, cores = listening.shape
    few = np.zeros((cores, nets), dtype=np.uint8)
    for net in range(nets):
        for core in range(cores):
            few[core, net] = min(listening[net, core] >> BITS, 2)
    return few


def count(problem: MoveProblem, state: MoveState) -> None:
    """Penalties and axons of every unit on every core, from the rest of the state."""
    _count(problem, state, state.listening < LISTENER)


@compiled(_nrt=False)
def _count(problem: MoveProblem, state: MoveState, unheard: Array) -> None:
    """The same, with `unheard` bool [net, core]: no unit listens to the net there.

    Row after row, so that what is added up stays in the nearest memory; prices are symmetric.
    """
    cores = problem.price.shape[1]
    for unit in range(state.core_of.size):
        axons, penalties, here = state.axons[unit], state.penalty[unit], state.core_of[unit]
        for i in range(problem.incoming_at[unit], problem.incoming_at[unit + 1]):
            net = problem.incoming[i]
            home, rate, width, new = problem.home[net], problem.rate[net], np.int32(problem.width[net]), unheard[net]
            prices = problem.price[state.core_of[home] if home >= 0 else cores]
            alone = state.listening[net, here] >> BITS == 1
            for core in range(cores):
                axons[core] += width * np.int32(new[core])
            axons[here] += width * np.int32(alone)
            if home != unit:
                for core in range(cores):
                    penalties[core] += rate * prices[core] * new[core]
                penalties[here] += rate * prices[here] * alone
        for i in range(problem.outgoing_at[unit], problem.outgoing_at[unit + 1]):
            net = problem.outgoing[i]
            for core in range(cores):
                if state.listening[net, core] >> BITS > (problem.recurrent[net] == 1 and here == core):
                    for other in range(cores):
                        penalties[other] += problem.rate[net] * problem.price[core, other]
