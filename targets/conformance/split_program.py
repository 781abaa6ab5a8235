"""split_program: a random program whose projections have residuals, as `compiler.passes.split` gives them."""

from dataclasses import replace

import numpy as np

from targets.conformance.random_program import Case
from targets.contracts.parts import in_parts, widest
from targets.contracts.synapses import with_weights
from targets.program.program import IntProjection


def split_program(case: Case, rng: np.random.Generator) -> Case:
    """The same program and spikes with new weights, each projection followed by a residual where it needs one.

    The weights of a projection are as wide as one part holds, as two hold, or between; some of them are small.
    """
    program, spikes = case
    projections: list[IntProjection] = []
    for each in program.projections:
        shape = each.synapses.weights.shape
        most = widest(program.chip) ** rng.uniform(0.3, 1)
        weights = rng.uniform(-most, most, shape) * rng.choice([1, 2.0**-8], shape)
        for number, part in enumerate(in_parts(weights, program.chip)):
            name = f"{each.name} residual" if number else each.name
            synapses = with_weights(each.synapses, part.weights)
            projections.append(replace(each, name=name, synapses=synapses, exponent=part.exponent))
    return replace(program, projections=tuple(projections)), spikes
