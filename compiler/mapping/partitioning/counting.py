"""count: what every unit would cost on every core, counted once before units move.

Apart from the kernels of moves, because it calls none of them and none calls it.
"""

import numpy as np

from compiler.mapping.partitioning.problem import MoveProblem, MoveState
from targets.contracts.jit import compiled


@compiled
def count(problem: MoveProblem, state: MoveState) -> None:
    """Penalties and axons of every unit on every core, from the rest of the state."""
    cores = problem.price.shape[1]
    silent = np.empty(cores, dtype=np.int64)
    for net in range(problem.home.size):
        home, rate, width = problem.home[net], problem.rate[net], problem.width[net]
        sender, unheard = state.core_of[home] if home >= 0 else cores, 0
        for core in range(cores):
            silent[unheard] = core
            unheard += state.listening[net, core] == 0
        for j in range(problem.indptr[net], problem.indptr[net + 1]):
            pin = problem.pins[j]
            here = state.core_of[pin]
            for i in range(unheard + (state.listening[net, here] == 1)):
                core = silent[i] if i < unheard else here
                state.axons[pin, core] += width
                if pin != home:
                    state.penalty[pin, core] += rate * problem.price[sender, core]
        for core in range(cores):
            if home >= 0 and state.listening[net, core] > (problem.recurrent[net] == 1 and sender == core):
                for other in range(cores):
                    state.penalty[home, other] += rate * problem.price[other, core]
