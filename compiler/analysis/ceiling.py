"""ceiling: how high the threshold of a population may be, and what holds it down."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from compiler.ir.graph import FloatPopulation, FloatProjection
from targets.contracts.arrays import Array, Floats, Ints
from targets.contracts.chip import ChipSpec
from targets.contracts.parts import finest_unit, widest
from targets.contracts.thresholds import highest_threshold

MARGIN = 2
"""u may reach this many times what it reached on calibration data: it wraps, while v only saturates."""
ROOM = 8
"""Thresholds that v may fall below 0 before it saturates, where no data tell how far it falls."""
_BITS = 6


@dataclass(frozen=True)
class Ceiling:
    """The highest threshold vth of a population, and the highest of which no input can make u wrap.

    `held` says in a few words what holds `highest` down.
    """

    highest: int
    proved: int
    held: str


def ceiling(
    population: FloatPopulation, incoming: Sequence[FloatProjection], du: Ints, chip: ChipSpec, peak: float | None
) -> Ceiling:
    """The ceiling of a population whose weights are held in two parts, and of which u rises to `peak` thresholds.

    `du` are its decays. Where nothing was measured, `peak` is None: u must then be proved to stay in its register, and
    v has `ROOM` thresholds or more. With a peak, u may be proved, or rise to `MARGIN` times it. Every limit is one of
    vth / threshold, since weights, biases and thresholds of a neuron grow together.
    """
    widths = chip.arithmetic
    room = widths.state_limit >> widths.align_bits
    proved = min(_proved(population, incoming, du, chip), highest_threshold(chip, 1))
    wrap = (
        "u, which may not wrap whatever comes in; --calibrate may raise it"
        if peak is None
        else "u, on the calibration data"
    )
    limits = [(float(highest_threshold(chip, 1)), "the register of thresholds")]
    if peak is None:
        limits += [(float(proved), wrap), (room / ROOM, "v, which saturates below 0")]
    else:
        limits.append((max(proved, room / (MARGIN * peak) if peak else math.inf), wrap))
    largest = max((float(np.abs(_ratios(population, each)).max(initial=0)) for each in incoming), default=0.0)
    if largest:
        limits.append((widest(chip) / largest, "the largest weight, which two parts just hold"))
    bias = float(np.abs(population.bias / population.threshold).max())
    if bias:
        most = ((1 << chip.bias_mantissa_bits.value) - 1) << chip.bias_exponent_max.value
        limits.append(((most >> widths.align_bits) / bias, "the largest bias"))
    highest, held = min(limits, key=lambda limit: limit[0])
    return Ceiling(even(highest), int(proved), held)


def even(scale: float) -> int:
    """The largest whole number up to `scale` of few bits, so that halves and quarters of it are whole; 0 below 1."""
    below = math.floor(scale)
    drop = max(0, below.bit_length() - _BITS)
    return below >> drop << drop


def _proved(population: FloatPopulation, incoming: Sequence[FloatProjection], du: Ints, chip: ChipSpec) -> float:
    """The scale up to which u of no neuron can wrap, whatever spikes come in.

    Every source may spike in every step. u grows to its input times one / (du + 1), and each weight may be rounded away
    from 0 by half a unit.
    """
    widths = chip.arithmetic
    low, high, count = (np.zeros(population.neurons) for _ in range(3))
    for each in incoming:
        ratio, row = _ratios(population, each), _rows(each)
        low -= np.bincount(row, np.minimum(ratio, 0), minlength=low.size)
        high += np.bincount(row, np.maximum(ratio, 0), minlength=low.size)
        count += np.bincount(row, ratio != 0, minlength=low.size)
    # One unit of u less than the register, of which no more than its beginning is left to rounding.
    room = (widths.state_limit - 1) * (du + 1.0) / widths.decay_one / (1 << widths.align_bits)
    left = room - count * finest_unit(chip) / 2
    grown = np.maximum(low, high)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.where(grown > 0, np.maximum(left, 0) / grown, math.inf).min())


def _ratios(population: FloatPopulation, projection: FloatProjection) -> Floats:
    """Stored weights over the threshold of their neuron, float64 [weight]."""
    weights = projection.synapses.weights.ravel()
    return np.asarray(weights / population.threshold[_rows(projection)])


def _rows(projection: FloatProjection) -> Array:
    synapses = projection.synapses
    return np.broadcast_to(synapses.row_of(), synapses.weights.shape).ravel()
