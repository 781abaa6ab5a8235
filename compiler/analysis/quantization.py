"""quantization_report: every rounding that the quantiser made."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection, IntGraph
from targets.contracts.arithmetic import Arithmetic
from targets.contracts.chip import ChipSpec
from targets.contracts.grid import tau_of_du, tau_of_dv
from targets.contracts.shown import shown
from targets.program.program import IntPopulation, IntProjection


@dataclass(frozen=True)
class ProjectionRounding:
    """One projection.

    synapses      weights that are not 0 before rounding
    snr           10 log10(sum of squares of the weights / of their errors) in dB; None without any error
    clipped       weights beyond the range of the chip at the exponent and threshold of their neuron
    vanished      weights that were rounded to 0
    largest_error of a weight, in thresholds of its neuron
    """

    projection: str
    exponent: int
    synapses: int
    snr: float | None
    clipped: int
    vanished: int
    largest_error: float


@dataclass(frozen=True)
class PopulationRounding:
    """One population.

    thresholds, decays  distinct vth and (du, dv) of its neurons
    tau_s_error, tau_m_error  largest relative change of a time constant
    bias_error  largest change of a bias, in thresholds of its neuron
    """

    population: str
    thresholds: int
    decays: int
    tau_s_error: float
    tau_m_error: float
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


def quantization_report(floats: FloatGraph, integers: IntGraph, chip: ChipSpec) -> QuantizationReport:
    """What `quantize` changed: `integers` must be the graph that it made of `floats`."""
    pairs = [_profiles(population) for population in integers.populations]
    return QuantizationReport(
        projections=tuple(
            _projection(exact, rounded, floats.population(exact.target), integers.population(exact.target), chip)
            for exact, rounded in zip(floats.projections, integers.projections, strict=True)
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
    exact: FloatProjection, rounded: IntProjection, population: FloatPopulation, own: IntPopulation, chip: ChipSpec
) -> ProjectionRounding:
    row = exact.synapses.row_of()
    unit = 2.0**rounded.exponent / own.vth[row]
    ratio = exact.synapses.weights / population.threshold[row]
    error = rounded.synapses.weights * unit - ratio
    noise = float(np.sum(error**2))
    wanted = ratio / unit
    half = chip.weight_step.value / 2
    least, most = chip.weight_min.value - half, chip.weight_max.value + half
    return ProjectionRounding(
        projection=exact.name,
        exponent=rounded.exponent,
        synapses=int(np.count_nonzero(ratio)),
        snr=10 * math.log10(float(np.sum(ratio**2)) / noise) if noise else None,
        clipped=int(np.count_nonzero((wanted > most) | (wanted < least))),
        vanished=int(np.count_nonzero((rounded.synapses.weights == 0) & (ratio != 0))),
        largest_error=float(np.abs(error).max(initial=0)),
    )


def _population(exact: FloatPopulation, rounded: IntPopulation, arithmetic: Arithmetic) -> PopulationRounding:
    decays, thresholds = _profiles(rounded)
    bias = rounded.bias / (rounded.vth.astype(np.float64) * (1 << arithmetic.align_bits)) - exact.bias / exact.threshold
    return PopulationRounding(
        population=exact.name,
        thresholds=len(thresholds),
        decays=len(decays),
        tau_s_error=float(np.abs(tau_of_du(rounded.du, arithmetic) / exact.tau_s - 1).max()),
        tau_m_error=float(np.abs(tau_of_dv(rounded.dv, arithmetic) / exact.tau_m - 1).max()),
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
