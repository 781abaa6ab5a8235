"""anneal: units move and change places between cores at random, ever less against the price."""

import numba
import numpy as np

from compiler.cutting.moves import NEURONS, Moves, crowded, exchange, move, room, worse
from targets.arrays import Array

_TRIES = 4
_SAME = 256  # trials at one temperature
_FINE = 1 << 30  # steps of a random fraction
_SAME_CORE, _TRIAL = 1, 8  # what takes time: a trial that finds both on one core, and another
_MOVE, _MOVE_CORES = 16, 4  # a move, for itself and once for so many cores


@numba.njit(cache=True)
def anneal(cut: Moves, trials: int, hot: float, cold: float, seed: int) -> int:
    """Change `cut` for the time of a number of trials; the change of its price, whose unit is that of the temperatures.

    A unit is to follow one that it is joined to, to whose core it moves or, where it finds no room there, with which
    or with a neighbour of which it changes places. What costs more is done with the chance exp(-cost / temperature),
    where the temperature falls geometrically from `hot` to `cold`. A trial that finds both units on one core counts for
    an eighth of another, a move for several. No limit is broken that was kept, and no core is emptied. Source:
    Kirkpatrick et al., "Optimization by Simulated Annealing", Science 220 (1983).
    """
    state = np.array([seed], dtype=np.uint64)
    before = np.empty_like(cut.load)
    total, heat, tried, spent = 0, hot, 0, 0
    cost = _MOVE + cut.price.shape[1] // _MOVE_CORES
    while spent < trials * _TRIAL:
        if tried % _SAME == 0:
            heat = hot * (cold / hot) ** (spent / (trials * _TRIAL))
        tried += 1
        unit = _random(state, cut.core_of.size)
        other = _neighbour(cut, unit, state)
        here, core = cut.core_of[unit], cut.core_of[other]
        if core == here:
            spent += _SAME_CORE
            continue
        spent += _TRIAL
        paid = cut.toll[unit, core] - cut.toll[unit, here]
        bearable = -heat * np.log((_random(state, _FINE) + 1) / _FINE)
        if room(cut, unit, core):
            if paid <= bearable and cut.load[NEURONS, here] > cut.size[NEURONS, unit]:
                before[:] = cut.load
                move(cut, unit, core)
                spent += cost
                if worse(cut, before):
                    move(cut, unit, here)
                else:
                    total += paid
            continue
        partner = other
        for _ in range(_TRIES):
            near = _neighbour(cut, other, state)
            if cut.core_of[near] == core:
                partner = near
                break
        if paid + cut.toll[partner, here] - cut.toll[partner, core] > bearable:
            continue  # but for what the two send to each other, and what both listen to
        paid, axons_here, axons_there = exchange(cut, unit, partner)
        if paid > bearable:
            continue
        if crowded(cut, partner, unit, here, axons_here) or crowded(cut, unit, partner, core, axons_there):
            continue
        before[:] = cut.load
        move(cut, unit, core)
        move(cut, partner, here)
        spent += 2 * cost
        if worse(cut, before):
            move(cut, partner, core)
            move(cut, unit, here)
        else:
            total += paid
    return total


@numba.njit(cache=True, inline="always")
def _neighbour(cut: Moves, unit: int, state: Array) -> int:
    """A random unit that `unit` is joined to, or itself where there is none."""
    begin, end = cut.near_at[unit], cut.near_at[unit + 1]
    return cut.near[begin + _random(state, end - begin)] if end > begin else unit


@numba.njit(cache=True, inline="always")
def _random(state: Array, below: int) -> int:
    """A whole number from 0 to below - 1, which is below 2^31, by SplitMix64.

    Source: Steele et al., "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
    """
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return int(np.int64((z ^ (z >> np.uint64(31))) >> np.uint64(32)) * below >> 32)
