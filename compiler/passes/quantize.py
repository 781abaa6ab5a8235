"""quantize: floats become the legal integers of a chip."""

import numpy as np

from compiler.analysis.calibration import Calibration
from compiler.analysis.ceiling import MARGIN
from compiler.analysis.integers import integer_bias, programmable
from compiler.analysis.reference import Reference
from compiler.analysis.together import round_together
from compiler.ir.graph import FloatGraph, IntGraph
from compiler.mapping.refusal import holdable
from targets.contracts.arrays import Floats, sealed
from targets.contracts.chip import ChipSpec
from targets.contracts.grid import round_weights
from targets.contracts.profiles import cluster_decays
from targets.contracts.synapses import Synapses, with_weights
from targets.contracts.thresholds import HEADROOM, choose_scales, highest_threshold
from targets.program.program import IntPopulation, IntProjection

_BLOCK = 1 << 14  # weights that are rounded together, so that they stay in the cache


def quantize(
    graph: FloatGraph, chip: ChipSpec, calibration: Calibration | None = None, reference: Reference | None = None
) -> IntGraph:
    """Round a graph to the grid of `chip`.

    Every neuron gets an integer threshold vth, and with it a scale S = vth / threshold: its weights become
    round(S * w / 2^e), even, with one exponent e >= 0 per projection, its bias 64 * S * bias in mantissa and exponent.
    Thresholds and exponents are those with the least squared error of the weights (targets/contracts/thresholds.py);
    the populations share as many thresholds as one core of the chip can hold, and at least one each. Decays are
    clustered to as many (du, dv) pairs as one core can hold, over the whole graph, so that any cut into cores is legal.
    Where tau_m is one step, the bias takes away what the largest decay leaves of v.

    u and v may rise to `HEADROOM` thresholds before they leave their registers (to one in neurons that answer in
    voltage, whose threshold is out of reach); with a `calibration` u may rise to `MARGIN` times its peak and v to its
    own as well, and errors are weighed by its rates. With a `reference` the weights of each neuron are then rounded
    together, and its bias with them (`compiler.analysis.together`). Raises InputError where a weight is too large for
    its threshold, and for what a program cannot hold: a delay of 0, a bias that rides with a projection.
    """
    programmable(graph)
    decays = cluster_decays(
        {population.name: (population.tau_s, population.tau_m) for population in graph.populations},
        chip.decay_profiles_per_core.value,
        chip.arithmetic,
    )
    profiles = max(1, chip.threshold_profiles_per_core.value // len(graph.populations))
    rates = {} if calibration is None else calibration.rates
    populations: list[IntPopulation] = []
    projections: dict[str, IntProjection] = {}
    for population in graph.populations:
        incoming = graph.into(population.name)
        synapses = {projection.name: projection.synapses for projection in incoming}
        holdable(population, synapses, chip)
        u, v = (0.0, 0.0) if calibration is None else calibration.peaks[population.name]
        top = highest_threshold(chip, max(HEADROOM, MARGIN * u, v) if population.unit is None else 1)
        heard = {projection.name: rates[projection.source] for projection in incoming if projection.source in rates}
        scales = choose_scales(population.threshold, synapses, profiles, top, chip, heard)
        scale = scales.vth / population.threshold
        own = IntPopulation(
            name=population.name,
            motif_size=population.motif_size,
            du=decays[population.name][0],
            dv=decays[population.name][1],
            vth=scales.vth.astype(np.int32),
            bias=integer_bias(population, decays[population.name][1], scales.vth, bool(incoming), chip),
            latency=population.latency,
            invented=population.invented,
            unit=None if population.unit is None else population.unit / (scale * (1 << chip.arithmetic.align_bits)),
            refractory=population.refractory,
        )
        edges = tuple(
            IntProjection(
                name=projection.name,
                source=projection.source,
                target=projection.target,
                synapses=_rounded(projection.synapses, scale, scales.exponents[projection.name], chip),
                exponent=scales.exponents[projection.name],
                delay=projection.delay,
            )
            for projection in incoming
        )
        if reference is not None and edges and not population.invented:
            own, edges = round_together(population, own, incoming, edges, reference, chip)
        populations.append(own)
        projections |= {edge.name: edge for edge in edges}
    in_order = tuple(projections[projection.name] for projection in graph.projections)
    return IntGraph(
        inputs=graph.inputs,
        populations=tuple(populations),
        projections=in_order,
        readout=graph.readout,
        steps=graph.steps,
        origin=graph.origin,
        provenance=graph.provenance,
    )


def _rounded(synapses: Synapses, scale: Floats, exponent: int, chip: ChipSpec) -> Synapses:
    """Weights times the `scale` [neuron] of their neurons in units of 2^exponent, rounded block after block."""
    row, weights = synapses.row_of(), synapses.weights
    rounded = np.empty(weights.shape, dtype=np.int32)
    step = max(1, _BLOCK * len(weights) // max(weights.size, 1))
    for start in range(0, len(weights), step):
        block = slice(start, start + step)
        post = row[block] if len(row) == len(weights) else row
        rounded[block] = round_weights(weights[block] * scale[post] / 2.0**exponent, chip)
    return with_weights(synapses, sealed(rounded))
