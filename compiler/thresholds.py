"""choose_scales: few thresholds for the neurons of a population, one exponent for each of its projections."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from compiler.ir import FloatPopulation, FloatProjection
from targets.arrays import Array, Floats
from targets.chip import ChipSpec
from targets.grid import round_weights

_PER_OCTAVE = 8
"""Candidate thresholds between one power of two and the next."""
_OCTAVES = 2
"""How far below the best single threshold candidates go; further down u and v would be rounded too coarsely."""
_SAMPLE = 1 << 16
"""Weights of a projection that are looked at when candidates are compared."""
_PIECE = 1 << 22
"""Weights whose errors are computed at a time, so that large projections need little memory."""
_SWEEPS = 2
_WORTH = 0.9
"""Exponents move only for an error below this share of the one before, so that thresholds stay large."""
_QUIET = 0.05
"""A source that never spiked on the calibration data still counts as much as this share of the mean."""


@dataclass(frozen=True, eq=False)
class Scales:
    """Thresholds int64 [neuron] of a population, and the exponent of each projection into it by name."""

    vth: Array
    exponents: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class _Rows:
    """Weights of one projection in thresholds of their neurons, with the row and the cost of an error of each."""

    row: Array
    weight: Floats
    cost: Floats | float

    def errors(self, vth: Array, exponent: int, neurons: int) -> Floats:
        """Squared rounding error of each row under the threshold of its neuron: float64 [neuron]."""
        total = np.zeros(neurons)
        for start in range(0, self.row.size, _PIECE):
            piece = slice(start, start + _PIECE)
            row, weight = self.row[piece], self.weight[piece]
            cost = self.cost if isinstance(self.cost, float) else self.cost[piece]
            scale = vth[row] / 2.0**exponent
            total += np.bincount(row, cost * (round_weights(weight * scale) / scale - weight) ** 2, minlength=neurons)
        return total

    def sample(self) -> "_Rows":
        """Every n-th row, so that about `_SAMPLE` weights are left."""
        chosen = self.row % -(-max(self.row.size, 1) // _SAMPLE) == 0
        cost = self.cost if isinstance(self.cost, float) else self.cost[chosen]
        return _Rows(self.row[chosen], self.weight[chosen], cost)


def choose_scales(
    population: FloatPopulation,
    incoming: tuple[FloatProjection, ...],
    profiles: int,
    top: int,
    chip: ChipSpec,
    rates: Mapping[str, Floats],
) -> Scales:
    """At most `profiles` thresholds up to `top`, and exponents, with the least squared error of all weights.

    Multiplying the weights into a neuron, its bias and its threshold by one factor leaves its spikes as they are, so
    each neuron may take the threshold that suits its row. The start is one threshold for all, with exponents that
    hold the largest weight of each projection. Exponents are then lowered together, and moved one by one, where that
    is worth it, each time with the best few of `_PER_OCTAVE` thresholds per octave (greedy, then exchanged). The
    result is never worse than the start; a weight is clipped where that costs less than coarser steps for others.
    An error counts in proportion to the rate of its source, where `rates` (spikes per step by name) are known.
    """
    rows = {
        projection.name: _rows(projection, population.threshold, rates.get(projection.source))
        for projection in incoming
    }
    rows = {name: each for name, each in rows.items() if each.weight.any()}
    unheard = {projection.name: 0 for projection in incoming if projection.name not in rows}
    neurons = population.neurons
    if not rows:
        return Scales(np.full(neurons, top), unheard)
    sampled = {name: each.sample() for name, each in rows.items()}
    largest = {name: float(np.abs(each.weight).max()) for name, each in rows.items()}
    one, exponents = _one_scale(sampled, largest, top, chip, neurons)
    start = Scales(np.full(neurons, one), exponents)
    candidates = np.unique(np.append(np.rint(np.geomspace(max(1, one >> _OCTAVES), top, _count(one, top))), one))
    best = _menu(sampled, exponents, candidates, profiles, neurons)
    moves = [(start.exponents, dict.fromkeys(rows, -lower)) for lower in range(1, _OCTAVES + 1)]
    moves += [({}, {name: step}) for name in rows for step in (-1, 1)]
    for origin, steps in moves:
        moved = {**exponents, **origin}
        moved |= {name: min(max(0, moved[name] + step), chip.exponent_max.value) for name, step in steps.items()}
        other = _menu(sampled, moved, candidates, profiles, neurons)
        if other[0] < _WORTH * best[0]:
            best, exponents = other, moved
    _, menu = best
    errors = np.stack([_total(rows, exponents, np.full(neurons, vth), neurons) for vth in menu])
    chosen = Scales(menu[errors.argmin(axis=0)], exponents)
    if _total(rows, start.exponents, start.vth, neurons).sum() <= errors.min(axis=0).sum():
        chosen = start
    return Scales(chosen.vth.astype(np.int64), {**chosen.exponents, **unheard})


def largest_ratio(population: FloatPopulation, incoming: tuple[FloatProjection, ...]) -> float:
    """Largest weight into a neuron over its threshold; 0 where there is none."""
    ratios = [_rows(projection, population.threshold, None).weight for projection in incoming]
    return max((float(np.abs(ratio).max(initial=0)) for ratio in ratios), default=0.0)


def _rows(projection: FloatProjection, threshold: Floats, rate: Floats | None) -> _Rows:
    synapses = projection.synapses
    if rate is None:
        row = np.broadcast_to(synapses.row_of(), synapses.weights.shape).ravel()
        return _Rows(row, synapses.weights.ravel() / threshold[row], 1.0)
    row, column, weight = synapses.coordinates()
    cost = rate / max(float(rate.mean()), 1e-12) + _QUIET
    return _Rows(row, weight / threshold[row], cost[column])


def _one_scale(
    rows: Mapping[str, _Rows], largest: Mapping[str, float], top: int, chip: ChipSpec, neurons: int
) -> tuple[int, dict[str, int]]:
    """The best of those thresholds that use the full range of weights for one of the projections, and exponents."""
    most, exponents = chip.weight_max.value, range(chip.exponent_max.value + 1)
    end = max(1, min(top, math.floor(most * 2.0**chip.exponent_max.value / max(largest.values()))))
    full = {math.floor(most * 2.0**exponent / value) for value in largest.values() for exponent in exponents}
    options = []
    for vth in sorted(each for each in full | {end} if 1 <= each <= end):
        fitting = {name: _exponent(value * vth, chip) for name, value in largest.items()}
        options.append((float(_total(rows, fitting, np.full(neurons, vth), neurons).sum()), -vth, fitting))
    _, negative, fitting = min(options, key=lambda each: each[:2])
    return -negative, fitting


def _menu(
    rows: Mapping[str, _Rows], exponents: Mapping[str, int], candidates: Array, size: int, neurons: int
) -> tuple[float, Array]:
    """(error, thresholds): the `size` candidates that serve all rows best, each row by the best of them."""
    errors = np.stack([_total(rows, exponents, np.full(neurons, vth), neurons) for vth in candidates])
    chosen: list[int] = []
    for _ in range(min(size, len(candidates))):
        chosen.append(_addition(errors, chosen))
    for _ in range(_SWEEPS):
        for place in range(len(chosen)):
            rest = chosen[:place] + chosen[place + 1 :]
            chosen[place] = _addition(errors, rest)
    chosen = sorted(set(chosen))
    return float(errors[chosen].min(axis=0).sum()), candidates[chosen]


def _addition(errors: Floats, chosen: list[int]) -> int:
    """The candidate that lowers the error most beside those `chosen`; the largest threshold of equals."""
    served = errors if not chosen else np.minimum(errors, errors[chosen].min(axis=0))
    totals = served.sum(axis=1)
    return int(np.flatnonzero(totals == totals.min())[-1])


def _total(rows: Mapping[str, _Rows], exponents: Mapping[str, int], vth: Array, neurons: int) -> Floats:
    """Squared error of each neuron over all its projections."""
    return sum((each.errors(vth, exponents[name], neurons) for name, each in rows.items()), np.zeros(neurons))


def _exponent(largest: float, chip: ChipSpec) -> int:
    """Smallest exponent >= 0 that brings `largest` within the weight range."""
    if largest <= chip.weight_max.value:
        return 0
    return min(math.ceil(math.log2(largest / chip.weight_max.value) - 1e-9), chip.exponent_max.value)


def _count(one: int, top: int) -> int:
    return 1 + math.ceil(_PER_OCTAVE * (math.log2(top / max(1, one)) + _OCTAVES))
