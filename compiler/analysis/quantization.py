"""quantization_report: every rounding that the quantiser made."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection, IntGraph
from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array
from targets.contracts.chip import ChipSpec
from targets.contracts.degrees import fan_in, fan_out
from targets.contracts.grid import tau_of_du, tau_of_dv
from targets.contracts.shown import shown
from targets.contracts.synapses import Synapses
from targets.program.program import IntPopulation, IntProjection

_MUCH = 0.25
"""Change of a weight, as a share of itself, from which on it is coarse."""
_SEVERAL = 4
"""So many weights are several: of all sources with one small weight each, some are coarse in any network."""
_BLOCK = 1 << 14
"""Weights that are looked at together."""
_TIE = 1e-9
"""A weight so near to its threshold equals it but for what float64 rounds."""


@dataclass(frozen=True)
class ProjectionRounding:
    """One projection, into population `target`.

    exponent      of the projection; the lower one where a residual refines it
    synapses      weights that are not 0 before rounding
    snr           10 log10(sum of squares of the weights / of their errors) in dB; None without any error
    clipped       weights beyond the range of the chip at the exponent and threshold of their neuron
    vanished      weights that were rounded to 0
    largest_error of a weight, in thresholds of its neuron
    least, most   smallest and largest weight but for zeros, in thresholds of its neuron, without its sign
    coarse        weights that were changed by more than a quarter of themselves
    whole_sources, whole_neurons  sources and neurons with several weights here, all of them coarse
    lifted        weights equal to their threshold that rounding lifts above it
    """

    projection: str
    target: str
    exponent: int
    synapses: int
    snr: float | None
    clipped: int
    vanished: int
    largest_error: float
    least: float
    most: float
    coarse: int
    whole_sources: int
    whole_neurons: int
    lifted: int


@dataclass(frozen=True)
class PopulationRounding:
    """One population.

    thresholds, decays  distinct vth and (du, dv) of its neurons
    tau_s_error, tau_m_error  largest relative change of a time constant
    decay_u_error, decay_v_error  largest change of the share of u and of v that is lost per step
    bias_error  largest change of a bias, in thresholds of its neuron
    """

    population: str
    thresholds: int
    decays: int
    tau_s_error: float
    tau_m_error: float
    decay_u_error: float
    decay_v_error: float
    bias_error: float


@dataclass(frozen=True)
class QuantizationReport:
    """All roundings of a graph, and how many profiles its populations need together, of those a core can hold."""

    projections: tuple[ProjectionRounding, ...]
    populations: tuple[PopulationRounding, ...]
    decay_profiles: int
    decay_limit: int
    threshold_profiles: int
    threshold_limit: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    def text(self) -> str:
        """One line for each projection and population, and one for the profiles."""
        lines = [_projection_line(each) for each in self.projections]
        lines += [_population_line(each) for each in self.populations]
        lines.append(
            f"profiles: {self.decay_profiles} of {self.decay_limit} decays and "
            f"{self.threshold_profiles} of {self.threshold_limit} thresholds that a core can hold"
        )
        return "\n".join(lines) + "\n"


def quantization_report(
    floats: FloatGraph, integers: IntGraph, chip: ChipSpec, residuals: Mapping[str, str] | None = None
) -> QuantizationReport:
    """What `quantize` or `split` changed: `integers` must be the graph that it made of `floats`.

    `residuals` names for projections the second one that refines them; the sum of both is compared.
    """
    named = {each.name: each for each in integers.projections}
    parts = {each.name: [named[each.name]] for each in floats.projections}
    for name, residual in (residuals or {}).items():
        parts[name].append(named[residual])
    pairs = [_profiles(population) for population in integers.populations]
    return QuantizationReport(
        projections=tuple(
            _projection(
                exact, parts[exact.name], floats.population(exact.target), integers.population(exact.target), chip
            )
            for exact in floats.projections
        ),
        populations=tuple(
            _population(exact, rounded, chip.arithmetic)
            for exact, rounded in zip(floats.populations, integers.populations, strict=True)
        ),
        decay_profiles=len(set().union(*(decays for decays, _ in pairs))),
        decay_limit=chip.decay_profiles_per_core.value,
        threshold_profiles=len(set().union(*(thresholds for _, thresholds in pairs))),
        threshold_limit=chip.threshold_profiles_per_core.value,
    )


def _projection(
    exact: FloatProjection,
    parts: Sequence[IntProjection],
    population: FloatPopulation,
    own: IntPopulation,
    chip: ChipSpec,
) -> ProjectionRounding:
    """Roundings of one projection, looked at block after block of its weights, so that they stay in the cache."""
    row, weights = exact.synapses.row_of(), exact.synapses.weights
    exponent = min(part.exponent for part in parts)
    integers = _whole_weights(parts, exponent)
    half = chip.weight_step.value / 2
    reach = sum(1 << (part.exponent - exponent) for part in parts)
    lowest, highest = chip.weight_min.value * reach - half, chip.weight_max.value * reach + half
    coarse = np.zeros(weights.shape, dtype=bool)
    signal = noise = largest = most = 0.0
    least = np.inf
    synapses = clipped = vanished = lifted = 0
    for block in _blocks(weights):
        post = row[block] if len(row) == len(weights) else row
        unit = 2.0**exponent / own.vth[post]
        ratio = weights[block] / population.threshold[post]
        wanted, error = ratio / unit, integers[block] * unit - ratio
        size, off = np.abs(ratio), np.abs(error)
        there = size > 0
        np.greater(off, _MUCH * size, out=coarse[block])
        signal, noise = signal + float(np.vdot(ratio, ratio)), noise + float(np.vdot(error, error))
        largest, most = max(largest, float(off.max())), max(most, float(size.max()))
        least = min(least, float(size.min(where=there, initial=np.inf)))
        synapses += int(np.count_nonzero(there))
        clipped += int(np.count_nonzero((wanted > highest) | (wanted < lowest)))
        vanished += int(np.count_nonzero((integers[block] == 0) & there))
        lifted += int(np.count_nonzero((np.abs(ratio - 1) <= _TIE) & (ratio + error > 1 + _TIE)))
    sources, neurons = _whole(exact.synapses, coarse)
    return ProjectionRounding(
        projection=exact.name,
        target=exact.target,
        exponent=exponent,
        synapses=synapses,
        snr=10 * math.log10(signal / noise) if noise else None,
        clipped=clipped,
        vanished=vanished,
        largest_error=largest,
        least=least if synapses else 0.0,
        most=most,
        coarse=int(np.count_nonzero(coarse)),
        whole_sources=sources,
        whole_neurons=neurons,
        lifted=lifted,
    )


def _whole_weights(parts: Sequence[IntProjection], exponent: int) -> Array:
    """What the parts of one projection add up to, in units of 2^exponent."""
    if len(parts) == 1:
        return parts[0].synapses.weights
    whole = np.zeros(parts[0].synapses.weights.shape, np.int64)
    for part in parts:
        whole += part.synapses.weights.astype(np.int64) << (part.exponent - exponent)
    return whole


def _blocks(weights: Array) -> Iterator[slice]:
    """Slices of the first axis with about `_BLOCK` weights each."""
    step = max(1, _BLOCK * len(weights) // max(weights.size, 1))
    return (slice(start, start + step) for start in range(0, len(weights), step) if weights.size)


def _whole(synapses: Synapses, coarse: Array) -> tuple[int, int]:
    """Sources and neurons with several weights, all of which are coarse."""
    if not coarse.any():
        return 0, 0
    there = synapses.weights != 0

    def whole(degree: Callable[[Synapses, Array], Array]) -> int:
        every = degree(synapses, there)
        return int(np.count_nonzero((every >= _SEVERAL) & (degree(synapses, coarse) == every)))

    return whole(fan_out), whole(fan_in)


def _population(exact: FloatPopulation, rounded: IntPopulation, arithmetic: Arithmetic) -> PopulationRounding:
    decays, thresholds = _profiles(rounded)
    tau_s, tau_m = tau_of_du(rounded.du, arithmetic), tau_of_dv(rounded.dv, arithmetic)
    bias = rounded.bias / (rounded.vth.astype(np.float64) * (1 << arithmetic.align_bits)) - exact.bias / exact.threshold
    return PopulationRounding(
        population=exact.name,
        thresholds=len(thresholds),
        decays=len(decays),
        tau_s_error=float(np.abs(tau_s / exact.tau_s - 1).max()),
        tau_m_error=float(np.abs(tau_m / exact.tau_m - 1).max()),
        decay_u_error=float(np.abs(1 / tau_s - 1 / exact.tau_s).max()),
        decay_v_error=float(np.abs(1 / tau_m - 1 / exact.tau_m).max()),
        bias_error=float(np.abs(bias).max()),
    )


def _profiles(population: IntPopulation) -> tuple[set[tuple[int, int]], set[int]]:
    """Distinct (du, dv) and distinct thresholds."""
    decays = zip(population.du.tolist(), population.dv.tolist(), strict=True)
    return set(decays), set(population.vth.tolist())


def _projection_line(each: ProjectionRounding) -> str:
    snr = "exact" if each.snr is None else f"{each.snr:.1f} dB"
    return (
        f"projection {shown(each.projection)}: {snr}, exponent {each.exponent}, {each.synapses:,} synapses, "
        f"{each.clipped:,} clipped, {each.vanished:,} vanished, largest error {each.largest_error:.2g} thresholds"
    )


def _population_line(each: PopulationRounding) -> str:
    return (
        f"population {shown(each.population)}: {each.thresholds} thresholds, {each.decays} decays, errors up to "
        f"{each.tau_s_error:.2%} of tau_s, {each.tau_m_error:.2%} of tau_m, {each.bias_error:.2g} thresholds of bias"
    )
