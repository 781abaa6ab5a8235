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
    new_axons, new_price = np.empty(cores, dtype=np.int32), np.empty(cores, dtype=np.int64)
    for net in range(problem.home.size):
        home, rate, width = problem.home[net], problem.rate[net], problem.width[net]
        sender = state.core_of[home] if home >= 0 else cores
        for core in range(cores):
            unheard = state.listening[net, core] == 0
            new_axons[core] = width * unheard
            new_price[core] = rate * problem.price[sender, core] * unheard
        for j in range(problem.indptr[net], problem.indptr[net + 1]):
            pin = problem.pins[j]
            here = state.core_of[pin]
            alone = state.listening[net, here] == 1
            axons, penalties = state.axons[pin], state.penalty[pin]
            for core in range(cores):
                axons[core] += new_axons[core]
            axons[here] += width * alone
            if pin != home:
                for core in range(cores):
                    penalties[core] += new_price[core]
                penalties[here] += rate * problem.price[sender, here] * alone
        for core in range(cores):
            if home >= 0 and state.listening[net, core] > (problem.recurrent[net] == 1 and sender == core):
                for other in range(cores):
                    state.penalty[home, other] += rate * problem.price[other, core]
