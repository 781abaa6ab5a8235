"""choose_scales: few thresholds for the neurons of a population, one exponent for each of its projections."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from targets.contracts.arrays import Array, Floats
from targets.contracts.chip import ChipSpec
from targets.contracts.grid import nearest_weights
from targets.contracts.synapses import Banded, Sparse, Synapses

HEADROOM = 32
"""u and v may reach this many thresholds before they leave their registers."""
_PER_OCTAVE = 8
"""Candidate thresholds between one power of two and the next."""
_OCTAVES = 2
"""How far below the best single threshold candidates go; further down u and v would be rounded too coarsely."""
_SAMPLE = 1 << 16
"""Weights of a projection that are looked at when candidates are compared."""
_PIECE = 1 << 22
"""Weights whose errors are held at a time, so that large projections need little memory."""
_BLOCK = 1 << 14
"""Weights whose errors are computed at a time, so that they stay in the cache."""
_MANY = 1 << 20
"""Weights of a projection from which on compiled code saves more than it takes to load."""
_SWEEPS = 2
_WORTH = 0.9
"""Exponents move only for an error below this share of the one before, so that thresholds stay large."""
_QUIET = 0.05
"""A source that never spiked on the calibration data still counts as much as this share of the mean."""
_PROBES = 64
"""Weights of a projection that are looked at first when a legal threshold is sought."""
_NEAR = 1e-6
"""How far from a multiple of the step, in steps, a legal one of those may be."""
_LEGAL = 1e-18
"""Squared error over the sum of squares up to which weights count as legal: what float64 leaves of legal ones."""


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

    def errors(self, vth: Array, exponent: int, chip: ChipSpec) -> Floats:
        """Squared rounding error of each row under the threshold of its neuron: float64 [neuron]."""
        scales, total = vth / 2.0**exponent, np.zeros(vth.size)
        added = _added if self.row.size < _MANY else _added_fast
        for start in range(0, self.row.size, _PIECE):
            piece = slice(start, start + _PIECE)
            cost = self.cost if isinstance(self.cost, float) else self.cost[piece]
            total += added(self.row[piece], self.weight[piece], cost, scales, chip)
        return total

    @property
    def energy(self) -> float:
        """Sum of the squared weights, each times its cost."""
        if isinstance(self.cost, float):
            return self.cost * float(np.vdot(self.weight, self.weight))
        return float(np.vdot(self.cost * self.weight, self.weight))

    @property
    def largest(self) -> float:
        """The largest weight without its sign."""
        return float(max(self.weight.max(), -self.weight.min()))

    def sample(self) -> "_Rows":
        """Every n-th row, so that about `_SAMPLE` weights are left."""
        chosen = self.row % -(-max(self.row.size, 1) // _SAMPLE) == 0
        cost = self.cost if isinstance(self.cost, float) else self.cost[chosen]
        return _Rows(self.row[chosen], self.weight[chosen], cost)


def choose_scales(
    threshold: Floats,
    incoming: Mapping[str, Synapses],
    profiles: int,
    top: int,
    chip: ChipSpec,
    rates: Mapping[str, Floats],
) -> Scales:
    """At most `profiles` thresholds up to `top`, and exponents, with the least squared error of all weights.

    `threshold` [neuron] and `incoming`, the weights of each projection by its name, are those of a float population.
    Multiplying the weights into a neuron, its bias and its threshold by one factor leaves its spikes as they are, so
    each neuron may take the threshold that suits its row. The start is one threshold for all, with exponents that
    hold the largest weight of each projection. Exponents are then lowered together, and moved one by one, where that
    is worth it, each time with the best few of `_PER_OCTAVE` thresholds per octave (greedy, then exchanged). The
    result is never worse than the start; a weight is clipped where that costs less than coarser steps for others.
    An error counts in proportion to the rate of its source, where `rates` of the sources (spikes per step [pre], by
    the name of the projection) are known. Weights that are legal under one threshold already keep that scale.
    """
    rows = {name: _rows(synapses, threshold, rates.get(name)) for name, synapses in incoming.items()}
    rows = {name: each for name, each in rows.items() if each.weight.any()}
    unheard = {name: 0 for name in incoming if name not in rows}
    neurons = threshold.size
    if not rows:
        return Scales(np.full(neurons, top), unheard)
    sampled, rest = _sampled(rows)
    largest = {name: each.largest for name, each in rows.items()}
    one, exponents = _one_scale(sampled, largest, top, chip, rest)
    start = Scales(np.full(neurons, one), exponents)
    candidates = np.unique(np.append(np.rint(np.geomspace(max(1, one >> _OCTAVES), top, _count(one, top))), one))
    best = _menu(sampled, exponents, candidates, profiles, rest, chip)
    moves = [(start.exponents, dict.fromkeys(rows, -lower)) for lower in range(1, _OCTAVES + 1)]
    moves += [({}, {name: step}) for name in rows for step in (-1, 1)]
    for origin, steps in moves:
        moved = {**exponents, **origin}
        moved |= {name: min(max(0, moved[name] + step), chip.exponent_max.value) for name, step in steps.items()}
        other = _menu(sampled, moved, candidates, profiles, rest, chip)
        if other[0] < _WORTH * best[0]:
            best, exponents = other, moved
    _, menu = best
    errors = np.stack([_total(rows, exponents, np.full(neurons, vth), chip) for vth in menu])
    chosen, error = Scales(menu[errors.argmin(axis=0)], exponents), float(errors.min(axis=0).sum())
    first = float(_total(rows, start.exponents, start.vth, chip).sum())
    if first <= error:
        chosen, error = start, first
    if error > _LEGAL * sum(each.energy for each in rows.values()):
        chosen = _legal(rows, top, chip, neurons) or chosen
    return Scales(chosen.vth.astype(np.int64), {**chosen.exponents, **unheard})


def highest_threshold(chip: ChipSpec, headroom: float = HEADROOM) -> int:
    """The largest threshold of which u and v may reach `headroom` times before they leave their registers."""
    widths = chip.arithmetic
    return max(1, round(min(widths.state_limit >> widths.align_bits, chip.threshold_max.value) / headroom))


def legal_threshold(threshold: Floats, incoming: Mapping[str, Synapses], top: int, chip: ChipSpec) -> int | None:
    """The largest threshold up to `top` under which every weight is legal with one exponent per projection.

    None where there is none, or no weight.
    """
    rows = {name: _rows(synapses, threshold, None) for name, synapses in incoming.items()}
    rows = {name: each for name, each in rows.items() if each.weight.any()}
    found = _legal(rows, top, chip, threshold.size) if rows else None
    return None if found is None else int(found.vth[0])


def largest_ratio(threshold: Floats, incoming: Mapping[str, Synapses]) -> float:
    """Largest weight into a neuron over its threshold; 0 where there is none."""
    ratios = [_largest_of_rows(synapses) / threshold for synapses in incoming.values()]
    return max((float(ratio.max(initial=0)) for ratio in ratios), default=0.0)


def _largest_of_rows(synapses: Synapses) -> Floats:
    """The largest weight into each neuron, without its sign; 0 where there is none."""
    weights, (neurons, _) = synapses.weights, synapses.shape
    if not isinstance(synapses, Sparse):
        most = np.maximum(weights.max(axis=-1, initial=0), -weights.min(axis=-1, initial=0))
        return np.asarray(most.max(axis=0) if isinstance(synapses, Banded) else most).ravel()
    found, filled = np.zeros(neurons), np.diff(synapses.indptr) > 0
    if filled.any():
        starts = synapses.indptr[:-1][filled]
        found[filled] = np.maximum(np.maximum.reduceat(weights, starts), -np.minimum.reduceat(weights, starts))
    return found


def _rows(synapses: Synapses, threshold: Floats, rate: Floats | None) -> _Rows:
    if rate is None:
        row = np.broadcast_to(synapses.row_of(), synapses.weights.shape).ravel()
        return _Rows(row.astype(np.int32), _divided(synapses.weights.ravel(), threshold, row), 1.0)
    row, column, weight = synapses.coordinates()
    cost = rate / max(float(rate.mean()), 1e-12) + _QUIET
    return _Rows(row, _divided(weight, threshold, row), cost[column])


def _divided(weight: Floats, threshold: Floats, row: Array) -> Floats:
    """Each weight over the threshold of its row, block after block."""
    ratio = np.empty(weight.size)
    for start in range(0, weight.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        np.divide(weight[block], threshold[row[block]], out=ratio[block])
    return ratio


def _added(row: Array, weight: Floats, cost: Floats | float, scales: Floats, chip: ChipSpec) -> Floats:
    """Squared errors of weights of some rows, each times its cost, added up by row: float64 [neuron]."""
    error = np.empty(row.size)
    for start in range(0, row.size, _BLOCK):
        block = slice(start, start + _BLOCK)
        scale, exact, off = scales[row[block]], weight[block], error[block]
        np.divide(nearest_weights(exact * scale, chip), scale, out=off)
        off -= exact
        off *= off
    error *= cost
    return np.bincount(row, error, minlength=scales.size).astype(np.float64)


def _added_fast(row: Array, weight: Floats, cost: Floats | float, scales: Floats, chip: ChipSpec) -> Floats:
    """The same in compiled code."""
    from targets.contracts.rounding_errors import add_errors

    total = np.zeros(scales.size)
    grid = float(chip.weight_step.value), float(chip.weight_min.value), float(chip.weight_max.value)
    add_errors(row, weight, np.atleast_1d(np.asarray(cost, np.float64)), scales, grid, total)
    return total


def _sampled(rows: Mapping[str, _Rows]) -> tuple[dict[str, _Rows], int]:
    """A sample of each projection, its rows numbered anew without those in no sample, and the number of rows."""
    sampled = {name: each.sample() for name, each in rows.items()}
    held = np.unique(np.concatenate([each.row for each in sampled.values()]))
    return {name: replace(each, row=np.searchsorted(held, each.row)) for name, each in sampled.items()}, held.size


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
        options.append((float(_total(rows, fitting, np.full(neurons, vth), chip).sum()), -vth, fitting))
    _, negative, fitting = min(options, key=lambda each: each[:2])
    return -negative, fitting


def _menu(
    rows: Mapping[str, _Rows],
    exponents: Mapping[str, int],
    candidates: Array,
    size: int,
    neurons: int,
    chip: ChipSpec,
) -> tuple[float, Array]:
    """(error, thresholds): the `size` candidates that serve all rows best, each row by the best of them."""
    errors = np.stack([_total(rows, exponents, np.full(neurons, vth), chip) for vth in candidates])
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


def _total(rows: Mapping[str, _Rows], exponents: Mapping[str, int], vth: Array, chip: ChipSpec) -> Floats:
    """Squared error of each neuron over all its projections."""
    return sum((each.errors(vth, exponents[name], chip) for name, each in rows.items()), np.zeros(vth.size))


def _legal(rows: Mapping[str, _Rows], top: int, chip: ChipSpec, neurons: int) -> Scales | None:
    """The largest single threshold, and exponents, under which every weight is legal; None where there is none.

    That is the scale of weights that came from a chip, or were trained on its grid.
    """
    probes = np.concatenate([each.weight[each.weight != 0][:_PROBES] for each in rows.values()])
    thresholds = np.arange(top, 0, -1)
    steps = probes[:, None] * (thresholds / chip.weight_step.value)
    for vth in thresholds[(np.abs(steps - np.rint(steps)) < _NEAR).all(axis=0)]:
        found = {name: _legal_exponent(each, np.full(neurons, vth), chip) for name, each in rows.items()}
        exponents = {name: exponent for name, exponent in found.items() if exponent is not None}
        if len(exponents) == len(rows):
            return Scales(np.full(neurons, vth), exponents)
    return None


def _legal_exponent(rows: _Rows, vth: Array, chip: ChipSpec) -> int | None:
    """The exponent that makes every weight legal under these thresholds; None where there is none."""
    fitting = _exponent(rows.largest * int(vth.max()), chip)
    # The range reaches one step further down than up, so the exponent below may do as well.
    for exponent in range(max(0, fitting - 1), fitting + 1):
        if rows.errors(vth, exponent, chip).sum() <= _LEGAL * rows.energy:
            return exponent
    return None


def _exponent(largest: float, chip: ChipSpec) -> int:
    """Smallest exponent >= 0 that brings `largest` within the weight range."""
    if largest <= chip.weight_max.value:
        return 0
    return min(math.ceil(math.log2(largest / chip.weight_max.value) - 1e-9), chip.exponent_max.value)


def _count(one: int, top: int) -> int:
    return 1 + math.ceil(_PER_OCTAVE * (math.log2(top / max(1, one)) + _OCTAVES))
