"""round_together: the weights of a neuron are rounded so that their errors cancel on data, not each by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from compiler.analysis.reference import Reference
from compiler.ir.graph import FloatPopulation, FloatProjection
from targets.conformance.replay import replay
from targets.contracts.arrays import Array, Floats, sealed
from targets.contracts.chip import ChipSpec
from targets.contracts.grid import round_bias
from targets.contracts.synapses import with_weights
from targets.program.program import IntPopulation, IntProjection

_SEEN = 1 << 13
"""Steps of all samples together that are looked at; of more samples some are taken evenly."""
_BINS = 1 << 11
"""Bins in which a neuron's voltage is compared: those in which it is nearest to its threshold."""
_NEAR = 0.2
"""Width, in thresholds, of the bell by which errors near the threshold count more."""
_FAR = 0.01
"""What an error far from the threshold still counts."""
_MOVED = 64
"""Weights of a neuron that may be rounded the other way: those that are nearest to the middle between two integers."""
_FEWEST = 16
"""Bins for each of these; where there are fewer, fewer weights may move, so that what is chosen holds elsewhere."""
_OWN = 0.01
"""Share of the mean square response of a weight that an error of its own counts beside those of all together."""
_MOST_NEURONS = 1 << 13
"""Of larger populations each weight is rounded by itself, since that would take long."""
_MOST_WEIGHTS = 1 << 22
"""The same of those that hear through more synapses, which would need much memory."""
_EXACT = 1e-9
"""A weight so near to an integer, in steps, or to its threshold, in thresholds, equals it but for float64."""
_BITS = 20
"""Responses are held in so many bits, so that sums of their products are exact in float64 in whatever order."""


@dataclass(frozen=True, eq=False)
class _Weights:
    """Weights of one projection that are not 0, in steps of the grid of their neuron.

    row, pre   target and source neuron;  stored  place among the stored weights
    integer    as it is rounded now;  other  the other integer beside the exact one
    error      integer less exact, in steps;  step  in thresholds
    free       whether it may become the other
    """

    row: Array
    pre: Array
    stored: Array
    integer: Array
    other: Array
    error: Floats
    step: Floats
    free: Array

    @classmethod
    def of(
        cls, exact: FloatProjection, rounded: IntProjection, threshold: Floats, vth: Array, chip: ChipSpec
    ) -> _Weights:
        """Of a projection before and after rounding."""
        size, there = exact.synapses.weights.size, exact.synapses.weights != 0
        numbers = np.arange(1, size + 1, dtype=np.float64).reshape(there.shape)
        row, pre, number = with_weights(exact.synapses, np.where(there, numbers, 0)).coordinates()
        stored = number.astype(np.int64) - 1
        grid = chip.weight_step.value
        step = grid * 2.0**rounded.exponent / vth[row]
        ratio = exact.synapses.weights.ravel()[stored] / threshold[row]
        integer = rounded.synapses.weights.ravel()[stored] // grid
        error = integer - ratio / step
        other = integer - np.sign(error).astype(integer.dtype)
        lowest, highest = chip.weight_min.value // grid, chip.weight_max.value // grid
        free = (integer != 0) & (other != 0) & (lowest <= other) & (other <= highest)
        free &= (np.abs(error) > _EXACT) & (np.abs(ratio - 1) > _EXACT)
        return cls(row, pre, stored, integer, other, error, step, free)


def rounded_together(population: FloatPopulation) -> bool:
    """Whether the weights into its neurons may be rounded together: it is not too large."""
    return population.neurons <= _MOST_NEURONS


def round_together(
    population: FloatPopulation,
    rounded: IntPopulation,
    exact: Sequence[FloatProjection],
    incoming: Sequence[IntProjection],
    reference: Reference,
    chip: ChipSpec,
) -> tuple[IntPopulation, tuple[IntProjection, ...]]:
    """The `rounded` population and the projections `incoming` to it with other roundings and biases, neuron by neuron.

    Driven by the float spikes of the `reference` and reset where the float neuron spikes, a neuron's voltage is off by

    ```
    r[t] + sum over j of x_j[t] d_j + y[t] b        in thresholds
    ```
    r     what it is off as each weight is rounded by itself, decays and cutting included
    x_j   what the spikes of synapse j leave in v if its weight is 1;  d_j  0, or its step to the other integer
    y     what a bias of 1 leaves in v;  b  a change of the bias
    and steps and b are chosen to make the mean square small, over the bins in which v is nearest to the threshold and
    weighed by how near; where the neuron answers in voltage all bins count alike. The best step, or two, is made or
    taken back at a time, until none helps. What is not better, measured on the integers, is left as it was.

    So no synapse comes or goes, and scales, decays and exact weights stay. Neurons that forget v in a step are left:
    they compare sums of single spikes, where ties count; so are populations of more than `_MOST_NEURONS` neurons or
    `_MOST_WEIGHTS` stored weights. The same input gives the same integers.

    Source: the measure and the two integers beside a weight are those of M. Nagel et al., Up or down? Adaptive rounding
    for post-training quantization, ICML 2020.
    """
    stored = sum(each.synapses.weights.size for each in incoming)
    if not rounded_together(population) or stored > _MOST_WEIGHTS:
        return rounded, tuple(incoming)
    weights = [
        _Weights.of(each, whole, population.threshold, rounded.vth, chip)
        for each, whole in zip(exact, incoming, strict=True)
    ]
    seen = _Seen.of(population, incoming, reference)
    forgets = np.rint(chip.arithmetic.decay_one / population.tau_m) >= chip.arithmetic.decay_one
    inexact = np.zeros(population.neurons, bool)
    for each in weights:
        inexact[each.row[np.abs(each.error) > _EXACT]] = True
    before = seen.off(rounded, incoming, chip)
    moved = [np.zeros(each.row.size, bool) for each in weights]
    bias = rounded.bias.astype(np.float64)
    for neuron in np.flatnonzero(inexact & ~forgets):
        taus = float(population.tau_s[neuron]), float(population.tau_m[neuron])
        chosen, more = _neuron(int(neuron), weights, incoming, seen, before[neuron], taus)
        bias[neuron] += more * float(rounded.vth[neuron]) * (1 << chip.arithmetic.align_bits)
        for flags, places in zip(moved, chosen, strict=True):
            flags[places] = True
    legal = round_bias(bias, chip.bias_mantissa_bits.value, chip.bias_exponent_max.value)
    option = replace(rounded, bias=np.where(inexact & ~forgets, legal, rounded.bias))
    tried = _moved(incoming, weights, moved, chip)
    better = seen.square(seen.off(option, tried, chip)) < seen.square(before)
    kept = [flags & better[each.row] for flags, each in zip(moved, weights, strict=True)]
    return replace(rounded, bias=np.where(better, legal, rounded.bias)), _moved(incoming, weights, kept, chip)


@dataclass(frozen=True, eq=False)
class _Seen:
    """What is compared of a population.

    spikes    source -> bool [sample, time, neuron];  resets  bool [sample, time, neuron] of the population
    stays     float32 [time, sample, neuron], 1 where v goes on into the next step, 0 where it is reset or rests
    voltage   of the float population, in thresholds, float32 [sample, time, neuron]
    bins      places in the flat [time, sample] that are compared, the same number for each neuron: [neuron, bin]
    counts    how much an error counts there, of which the mean is 1: float64 [neuron, bin]
    """

    spikes: dict[str, Array]
    resets: Array
    stays: Array
    voltage: Array
    bins: Array
    counts: Floats

    @classmethod
    def of(cls, population: FloatPopulation, incoming: Sequence[IntProjection], reference: Reference) -> _Seen:
        """Some samples of the reference, taken evenly, as far as any step of theirs counts."""
        name = population.name
        long = 1 + int(np.flatnonzero(reference.counted[name].any(axis=0)).max(initial=0))
        few = max(1, min(reference.samples, _SEEN // long))
        chosen = np.unique(np.linspace(0, reference.samples - 1, few).astype(int))
        resets, voltage = reference.spikes[name][chosen, :long], reference.v[name][chosen, :long]
        resting = np.zeros(resets.shape, bool)
        if population.refractory is not None:
            for late in range(1, min(int(population.refractory.max()), long - 1) + 1):
                resting[:, late:] |= resets[:, :-late] & (population.refractory >= late)
        asked = (reference.counted[name][chosen, :long, None] & ~resting).transpose(1, 0, 2)
        far = np.abs(voltage.transpose(1, 0, 2) - 1) if population.unit is None else np.zeros(asked.shape)
        far = np.where(asked, far, np.inf).reshape(-1, population.neurons).T
        last = int(asked.sum(axis=(0, 1)).max())
        taken = np.arange(min(last, _BINS))
        if population.unit is not None and last > _BINS:
            taken = np.linspace(0, last - 1, _BINS).astype(int)
        bins = np.argsort(far, axis=1, kind="stable")[:, taken]
        distance = np.take_along_axis(far, bins, axis=1)
        counts = np.where(np.isfinite(distance), np.exp(-np.square(distance / _NEAR) / 2) + _FAR, 0.0)
        return cls(
            spikes={each.source: reference.spikes[each.source][chosen, :long] for each in incoming},
            resets=resets,
            stays=(~(resets | resting)).transpose(1, 0, 2).astype(np.float32),
            voltage=voltage,
            bins=bins,
            counts=counts / np.maximum(counts.mean(axis=1, keepdims=True), 1e-12),
        )

    def off(self, population: IntPopulation, incoming: Sequence[IntProjection], chip: ChipSpec) -> Floats:
        """What v of the integers is off in the bins, in thresholds: float64 [neuron, bin]."""
        found = replay(population, incoming, self.spikes, chip.arithmetic, voltages=True, resets=self.resets).voltages
        voltages = self.voltage if found is None else found
        error = (voltages - self.voltage).transpose(2, 1, 0).reshape(population.neurons, -1)
        return np.take_along_axis(error, self.bins, axis=1).astype(np.float64)

    def square(self, off: Floats) -> Floats:
        """Mean square of each neuron's errors, as they count: float64 [neuron]."""
        return np.asarray((self.counts * np.square(off)).mean(axis=1))

    def responses(
        self, neuron: int, heard: Sequence[tuple[IntProjection, Array]], tau_s: float, tau_m: float
    ) -> Floats:
        """What v keeps of spikes of single synapses, and in the last column of a bias of 1: float64 [bin, synapse + 1].

        `heard` are projections, and source neurons of each. Weights are 1.
        """
        steps, samples, _ = self.stays.shape
        width = sum(pre.size for _, pre in heard)
        spikes = np.zeros((steps, samples, width + 1), np.float32)
        first = 0
        for projection, pre in heard:
            given = self.spikes[projection.source][:, : max(0, steps - projection.delay), pre]
            spikes[projection.delay :, :, first : first + pre.size] = given.transpose(1, 0, 2)
            first += pre.size
        keep_u, keep_v = np.float32(1 - 1 / tau_s), np.float32(1 - 1 / tau_m)
        stays, u, v = self.stays[:, :, neuron, None], spikes[0] * 0, spikes[0] * 0
        for t in range(steps):
            u *= keep_u
            u += spikes[t]
            u[:, -1] = 1  # a bias enters v, and is the same in every step
            v *= keep_v
            v += u
            spikes[t] = v
            v *= stays[t]
        return spikes.reshape(-1, width + 1)[self.bins[neuron]].astype(np.float64)


def _neuron(
    neuron: int,
    weights: Sequence[_Weights],
    incoming: Sequence[IntProjection],
    seen: _Seen,
    off: Floats,
    taus: tuple[float, float],
) -> tuple[list[Array], float]:
    """(places of the weights to move, by projection; change of the bias in thresholds); `off` is r [bin]."""
    free = []
    for each in weights:
        begin, end = np.searchsorted(each.row, [neuron, neuron + 1])
        free.append(begin + np.flatnonzero(each.free[begin:end]))
    error = np.concatenate([each.error[places] for each, places in zip(weights, free, strict=True)])
    most = min(_MOVED, int(np.count_nonzero(seen.counts[neuron])) // _FEWEST)
    chosen = np.zeros(error.size, bool)
    chosen[np.argsort(-np.abs(error), kind="stable")[:most]] = True
    ends = np.cumsum([places.size for places in free])[:-1]
    free = [places[flags] for places, flags in zip(free, np.split(chosen, ends), strict=True)]
    error = error[chosen]
    step = np.concatenate([each.step[places] for each, places in zip(weights, free, strict=True)])
    heard = [(edge, each.pre[places]) for edge, each, places in zip(incoming, weights, free, strict=True)]
    columns = np.column_stack([seen.responses(neuron, heard, *taus), off])
    columns[:, : error.size] *= -np.sign(error) * step
    products = _products(columns * np.sqrt(seen.counts[neuron])[:, None])
    bias, rest = error.size, error.size + 1
    if products[bias, bias] == 0:
        return [np.empty(0, np.int64) for _ in free], 0.0
    left = products - np.outer(products[bias], products[bias]) / products[bias, bias]  # with the best bias for each
    # An integer further away costs by itself too, so that what cancels on these samples is not overdone.
    alone = _OWN * products.diagonal()[:bias].mean() * (0.5 - np.abs(error)) if bias else error
    moved = _best(left[:bias, :bias], left[:bias, rest] + alone, _EXACT * products[rest, rest])
    more = -(products[bias, rest] + products[bias, :bias][moved].sum()) / products[bias, bias]
    ends = np.cumsum([places.size for places in free])[:-1]
    return [places[flags] for places, flags in zip(free, np.split(moved, ends), strict=True)], float(more)


def _products(columns: Floats) -> Floats:
    """Products of all pairs of columns, rounded to `_BITS` bits, so that the order of a sum changes nothing."""
    with np.errstate(divide="ignore"):
        exponent = np.ceil(np.log2(np.abs(columns).max(axis=0)))
    scale = 2.0 ** (_BITS - np.where(np.isfinite(exponent), exponent, 0))
    whole = np.rint(columns * scale)
    return np.asarray(whole.T @ whole / np.outer(scale, scale))


def _best(square: Floats, linear: Floats, least: float) -> Array:
    """Which moves m, bool [move], make m' square m + 2 linear' m small: one or two at a time, if they save `least`."""
    moved, slope = np.zeros(linear.size, bool), linear.copy()
    for _ in range(4 * linear.size):
        sign = np.where(moved, -1.0, 1.0)
        alone = 2 * sign * slope + square.diagonal()
        change = alone[:, None] + alone + 2 * square * np.outer(sign, sign)
        np.fill_diagonal(change, alone)
        pair = divmod(int(change.argmin()), linear.size)
        if change[pair] >= -least:
            break
        for move in set(pair):
            slope += sign[move] * square[move]
            moved[move] = not moved[move]
    return moved


def _moved(
    incoming: Sequence[IntProjection], weights: Sequence[_Weights], moved: Sequence[Array], chip: ChipSpec
) -> tuple[IntProjection, ...]:
    """The projections with other integers where weights are moved."""
    made = []
    for projection, each, flags in zip(incoming, weights, moved, strict=True):
        integers = projection.synapses.weights.copy()
        integers.reshape(-1)[each.stored[flags]] = each.other[flags] * chip.weight_step.value
        made.append(replace(projection, synapses=with_weights(projection.synapses, sealed(integers))))
    return tuple(made)
