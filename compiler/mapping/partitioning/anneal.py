"""anneal: units move for fewer or shorter messages, at first whatever it costs, then less and less so."""

import numpy as np

from compiler.mapping.partitioning.kernels import change, crowded, exchange, keep_loads, move, room, worse
from compiler.mapping.partitioning.problem import NEURONS, MoveProblem, MoveState
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled
from targets.contracts.splitmix import GAMMA, mixed

_TRIES = 4
_SAME = 256  # trials at one temperature
_FINE = 1 << 30  # steps of a random fraction
_SAME_CORE, _TRIAL, _WORKED_OUT = 1, 8, 12  # what takes time: a trial on one core, another, and that without tables
_MOVE, _MOVE_CORES = 16, 4  # a move, for itself and once for so many cores
_FREE, _EFFORT = 1000, 16  # effort that is in all of these, and of which so much more takes one in addition


def anneal(problem: MoveProblem, state: MoveState, trials: int, hot: float, cold: float, seed: int) -> int:
    """Move units for the time of a number of trials; the change of price, whose unit is that of the temperatures.

    A unit is to follow one that it is joined to, to whose core it moves or, where it finds no room there, with which
    or with a neighbour of which it is exchanged. What costs more is done with the chance exp(-cost / temperature),
    where the temperature falls geometrically from `hot` to `cold`. A trial that finds both units on one core counts for
    an eighth of another, a move for several. No limit is broken that was kept, and no core is emptied. Source:
    Kirkpatrick et al., "Optimization by Simulated Annealing", Science 220 (1983).
    """
    return int(_annealed(problem, state, trials, hot, cold, np.array([seed], dtype=np.uint64)))


@compiled(_nrt=False)
def _annealed(problem: MoveProblem, state: MoveState, trials: int, hot: float, cold: float, random: Array) -> int:
    total, heat, tried, spent = 0, hot, 0, 0
    cost = _MOVE + problem.price.shape[1] // _MOVE_CORES
    while spent < trials * _TRIAL:
        if tried % _SAME == 0:
            heat = hot * (cold / hot) ** (spent / (trials * _TRIAL))
        tried += 1
        unit = _draw(random, state.core_of.size)
        other = _neighbour(problem, state, unit, random)
        here, core = state.core_of[unit], state.core_of[other]
        if core == here:
            spent += _SAME_CORE
            continue
        spent += _TRIAL if state.penalty.size else _WORKED_OUT
        delta = change(problem, state, unit, core)
        bearable = -heat * np.log((_draw(random, _FINE) + 1) / _FINE)
        if room(problem, state, unit, core):
            if delta <= bearable and state.load[NEURONS, here] > problem.size[NEURONS, unit]:
                keep_loads(state, here, core)
                move(problem, state, unit, core)
                spent += cost + max(0, problem.effort[unit] - _FREE) // _EFFORT
                if worse(problem, state, here, core):
                    move(problem, state, unit, here)
                else:
                    total += delta
            continue
        partner = other
        for _ in range(_TRIES):
            near = _neighbour(problem, state, other, random)
            if state.core_of[near] == core:
                partner = near
                break
        if delta + change(problem, state, partner, here) > bearable:
            continue  # but for what the two send to each other, and what both listen to
        extra = max(0, problem.effort[unit] + problem.effort[partner] - _FREE) // _EFFORT
        spent += extra
        delta, axons_here, axons_there = exchange(problem, state, unit, partner)
        if delta > bearable:
            continue
        if crowded(problem, state, partner, unit, here, axons_here) or crowded(
            problem, state, unit, partner, core, axons_there
        ):
            continue
        keep_loads(state, here, core)
        move(problem, state, unit, core)
        move(problem, state, partner, here)
        spent += 2 * cost + extra
        if worse(problem, state, here, core):
            move(problem, state, partner, core)
            move(problem, state, unit, here)
        else:
            total += delta
    return total


@compiled(forceinline=True, _nrt=False)
def _neighbour(problem: MoveProblem, state: MoveState, unit: int, random: Array) -> int:
    """A random unit that `unit` is joined to, or itself where there is none."""
    begin, end = problem.near_at[unit], problem.near_at[unit + 1]
    return problem.near[begin + _draw(random, end - begin)] if end > begin else unit


@compiled(forceinline=True, _nrt=False)
def _draw(random: Array, below: int) -> int:
    """A whole number from 0 to below - 1, which is below 2^31, by SplitMix64."""
    random[0] += GAMMA
    return int(np.int64(mixed(random[0]) >> np.uint64(32)) * below >> 32)
