"""integer_bias and programmable: what the passes that make integers of floats have in common."""

import numpy as np

from compiler.ir.graph import FloatGraph, FloatPopulation
from targets.contracts.arrays import Array, Ints
from targets.contracts.chip import ChipSpec
from targets.contracts.errors import InputError
from targets.contracts.grid import round_bias


def programmable(graph: FloatGraph) -> None:
    """Raise InputError for a delay of 0 and for a bias that rides with a projection: what `retime` takes away."""
    for projection in graph.projections:
        if projection.delay == 0:
            raise InputError(
                f"projection {projection.name!r} has delay 0; on a chip a spike takes at least 1 step, "
                "so give every projection a delay of 1 or more."
            )
        if projection.bias is not None:
            raise InputError(
                f"projection {projection.name!r} adds a bias to the current of {projection.target!r}; a chip adds "
                "biases to the voltage only, so replace it by a synapse from an input that spikes in every step."
            )


def integer_bias(population: FloatPopulation, dv: Ints, vth: Array, hears: bool, chip: ChipSpec) -> Ints:
    """Biases in integers: int32 [neuron]; where no voltage is to be kept, they take away what the largest decay keeps.

    A tau_m of one step needs a decay that the register does not hold. Inputs that bring v exactly to the threshold in
    two steps one after the other would lift it above in the second. Sums of weights that lie above the threshold do so
    by one unit or more, of which what is taken away is at most a part. So biases are rounded down there.
    """
    mantissa, exponent, one = chip.bias_mantissa_bits.value, chip.bias_exponent_max.value, chip.arithmetic.decay_one
    exact = population.bias * (vth / population.threshold) * (1 << chip.arithmetic.align_bits)
    biases = round_bias(exact, mantissa, exponent)
    forgets = (np.rint(one / population.tau_m) >= one) & (dv == one - 1)
    ties = hears | ((population.bias > 0) & (population.bias <= population.threshold))
    if population.invented or not (forgets & ties).any():
        return biases
    less = exact - ((vth << chip.arithmetic.align_bits) >> chip.arithmetic.decay_bits)
    grid = 2.0 ** np.ceil(np.log2(np.maximum(np.abs(less) / (1 << mantissa), 1)))
    return np.where(forgets & ties, round_bias(np.floor(less / grid) * grid, mantissa, exponent), biases)
