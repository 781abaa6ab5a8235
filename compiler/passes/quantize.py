"""quantize: floats become the legal integers of a chip."""

import math

import numpy as np

from compiler.ir import FloatGraph, FloatPopulation, FloatProjection, IntGraph
from compiler.profiles import cluster_decays
from targets.arrays import Array
from targets.chip import ChipSpec
from targets.errors import InputError
from targets.grid import ALIGN_BITS, STATE_LIMIT, round_bias, round_weights
from targets.program import IntPopulation, IntProjection
from targets.synapses import with_weights

_HEADROOM = 32
"""u and v may reach this many thresholds before they leave their registers."""


def quantize(graph: FloatGraph, chip: ChipSpec) -> IntGraph:
    """Round a graph to the grid of `chip`.

    One scale S per population turns its thresholds into vth = round(S * threshold) and its weights into
    round(S * w / 2^e), even, with the smallest exponent e >= 0 per projection that holds the largest weight; S is the
    candidate with the least rounding error (see `_scale`). The bias becomes 64 * S * bias in mantissa and exponent.
    Decays are clustered to as many (du, dv) pairs as one core of the chip can hold, over the whole graph, so that
    any cut into cores is legal. Raises InputError where a weight is too large for its threshold, and for what a
    program cannot hold: a delay of 0, a bias that rides with a projection.
    """
    for projection in graph.projections:
        _programmable(projection)
    decays = cluster_decays(
        {population.name: (population.tau_s, population.tau_m) for population in graph.populations},
        chip.decay_profiles_per_core.value,
    )
    scales = {
        population.name: _scale(population, graph.into(population.name), chip) for population in graph.populations
    }
    populations = tuple(
        IntPopulation(
            name=population.name,
            motif_size=population.motif_size,
            du=decays[population.name][0],
            dv=decays[population.name][1],
            vth=np.rint(scales[population.name] * population.threshold).astype(np.int32),
            bias=round_bias(
                population.bias * scales[population.name] * (1 << ALIGN_BITS),
                chip.bias_mantissa_bits.value,
                chip.bias_exponent_max.value,
            ),
        )
        for population in graph.populations
    )
    projections = []
    for projection in graph.projections:
        scaled = projection.synapses.weights * scales[projection.target]
        exponent = _exponent(_largest(scaled), chip)
        projections.append(
            IntProjection(
                name=projection.name,
                source=projection.source,
                target=projection.target,
                synapses=with_weights(projection.synapses, round_weights(scaled / 2.0**exponent)),
                exponent=exponent,
                delay=projection.delay,
            )
        )
    return IntGraph(graph.inputs, populations, tuple(projections), graph.readout, graph.steps, graph.origin)


def _programmable(projection: FloatProjection) -> None:
    if projection.delay == 0:
        raise InputError(
            f"projection {projection.name!r} has delay 0; on a chip a spike takes at least 1 step, "
            "so give every projection a delay of 1 or more."
        )
    if projection.bias is not None:
        raise InputError(
            f"projection {projection.name!r} adds a bias to the current of {projection.target!r}; a chip adds biases "
            "to the voltage only, so replace it by a synapse from an input that spikes in every step."
        )


def _scale(population: FloatPopulation, incoming: tuple[FloatProjection, ...], chip: ChipSpec) -> float:
    """Integer units per float unit: the one with the least squared error of all weights that reach `population`.

    Candidates use the full range of 8 bits for one of the projections at one of its exponents. The threshold stays
    `_HEADROOM` times below the registers, which bounds the scale from above.
    """
    threshold = float(population.threshold.max())
    top = min(STATE_LIMIT >> ALIGN_BITS, chip.threshold_max.value) / (_HEADROOM * threshold)
    largest = {projection.name: _largest(projection.synapses.weights) for projection in incoming}
    used = [value for value in largest.values() if value > 0]
    if not used:
        return top
    widest = chip.weight_max.value * 2.0**chip.exponent_max.value / max(used)
    if widest * float(population.threshold.min()) < 1:
        raise InputError(
            f"population {population.name!r} has weights up to {max(used):g} for thresholds down to "
            f"{population.threshold.min():g}; {chip.name} holds a ratio up to "
            f"{chip.weight_max.value << chip.exponent_max.value:,}, so lower the weights or raise the threshold."
        )
    candidates = [
        chip.weight_max.value * 2.0**exponent / value
        for value in used
        for exponent in range(chip.exponent_max.value + 1)
    ]
    legal = [scale for scale in (*candidates, min(top, widest)) if scale <= min(top, widest)]
    return min(legal, key=lambda scale: (_error(incoming, scale, chip), -scale))


def _error(incoming: tuple[FloatProjection, ...], scale: float, chip: ChipSpec) -> float:
    """Sum over all weights of (rounded - exact)^2, in float units."""
    total = 0.0
    for projection in incoming:
        weights = projection.synapses.weights
        unit = 2.0 ** _exponent(_largest(weights) * scale, chip) / scale
        total += float(np.sum((round_weights(weights / unit) * unit - weights) ** 2))
    return total


def _exponent(largest: float, chip: ChipSpec) -> int:
    """Smallest exponent >= 0 that brings `largest` within the weight range."""
    if largest <= chip.weight_max.value:
        return 0
    return min(math.ceil(math.log2(largest / chip.weight_max.value) - 1e-9), chip.exponent_max.value)


def _largest(weights: Array) -> float:
    return float(np.abs(weights).max(initial=0.0))
