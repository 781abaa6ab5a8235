"""floats_of: the integers of a program as the floats that they stand for."""

import numpy as np

from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection
from targets.contracts.arrays import Floats
from targets.contracts.grid import tau_of_du, tau_of_dv
from targets.contracts.synapses import with_weights
from targets.program.program import IntPopulation, IntProjection, Program

FOR_EVER = 2.0**60
"""Time constant in steps of what forgets nothing: 1 - 1 / it is 1 in float64."""
OUT_OF_REACH = 2.0**900
"""Threshold of neurons that answer in voltage."""


def floats_of(program: Program) -> FloatGraph:
    """The program in floats, without the roundings of its registers.

    ```
    tau_s = 2^D / (du + 1);   tau_m = 2^D / dv, or endless;   threshold = 1
    weight = w 2^(exponent + A) scale;   bias = bias scale;   scale = 1 / (vth 2^A + 1/2)
    ```
    D, A: decay_bits and align_bits of the chip's arithmetic. 1 of v is a threshold; half a unit lies above it, where
    no integer v is, so that > and >= are the same. Neurons that answer in voltage have their unit as scale. Populations
    keep the program's time, those that stand for biases among them.
    """
    scales = {each.name: scale_of(each, program) for each in program.populations}
    return FloatGraph(
        inputs=program.inputs,
        populations=tuple(_population(each, scales[each.name], program) for each in program.populations),
        projections=tuple(_projection(each, scales[each.target], program) for each in program.projections),
        readout=program.readout,
        steps=program.steps,
        origin=program.origin,
    )


def scale_of(population: IntPopulation, program: Program) -> Floats:
    """What 1 of an integer v is in floats, float64 [neuron]."""
    if population.unit is not None:
        return population.unit
    threshold: Floats = 1 / ((population.vth.astype(np.int64) << program.chip.arithmetic.align_bits) + 0.5)
    return threshold


def _population(each: IntPopulation, scale: Floats, program: Program) -> FloatPopulation:
    voltage = each.unit is not None
    return FloatPopulation(
        name=each.name,
        motif_size=each.motif_size,
        tau_s=tau_of_du(each.du, program.chip.arithmetic),
        tau_m=np.minimum(tau_of_dv(each.dv, program.chip.arithmetic), FOR_EVER),
        threshold=np.full(each.neurons, OUT_OF_REACH if voltage else 1.0),
        bias=each.bias * scale,
        invented=each.invented,
        refractory=each.refractory,
        unit=np.ones(each.neurons) if voltage else None,
    )


def _projection(each: IntProjection, scale: Floats, program: Program) -> FloatProjection:
    shift = 2.0 ** (each.exponent + program.chip.arithmetic.align_bits)
    weights = each.synapses.weights * shift * scale[each.synapses.row_of()]
    return FloatProjection(each.name, each.source, each.target, with_weights(each.synapses, weights), each.delay)
