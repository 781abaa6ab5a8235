"""lower: from a Program to the arrays Lava is built from."""

from scipy.sparse import csr_matrix

from targets.backends.lava.network import LavaNetwork, LavaPopulation, LavaProjection
from targets.errors import InputError
from targets.grid import WEIGHT_MAX, WEIGHT_MIN, WEIGHT_STEP, split_bias
from targets.program import IntPopulation, IntProjection, Program

_MANTISSA_BITS = 15
"""Lava keeps the mantissa of a bias in int16."""


def lower(program: Program) -> LavaNetwork:
    """The network of `program` as Lava builds it, without projections that hold no synapse.

    Raises InputError where Lava would silently compute something else.
    """
    projections = tuple(_projection(projection) for projection in program.projections)
    return LavaNetwork(
        inputs=tuple((source.name, source.neurons) for source in program.inputs),
        populations=tuple(_population(population) for population in program.populations),
        projections=tuple(projection for projection in projections if projection.weights.nnz),
    )


def _population(population: IntPopulation) -> LavaPopulation:
    mantissa, exponent = split_bias(population.bias, _MANTISSA_BITS)
    if (exponent < 0).any():
        worst = int(population.bias[exponent < 0][0])
        raise InputError(
            f"population {population.name!r} has a bias of {worst}; Lava holds mantissa * 2^exponent with "
            f"|mantissa| < 2^{_MANTISSA_BITS}, so round the bias."
        )
    return LavaPopulation(population.name, population.du, population.dv, population.vth, mantissa, exponent)


def _projection(projection: IntProjection) -> LavaProjection:
    post, pre, weight = projection.synapses.coordinates()
    if weight.size and (weight.min() < WEIGHT_MIN or weight.max() > WEIGHT_MAX or (weight % WEIGHT_STEP).any()):
        raise InputError(
            f"projection {projection.name!r} has weights {weight.min()}..{weight.max()}; Lava would clip or round "
            f"what is not even and in {WEIGHT_MIN}..{WEIGHT_MAX}, so quantise them to that grid."
        )
    weights = csr_matrix((weight, (post, pre)), shape=projection.synapses.shape)
    return LavaProjection(projection.source, projection.target, weights, projection.exponent, projection.delay)
