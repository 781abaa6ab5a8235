"""in_parts: weights as the sum of a coarse and a fine part, each of which a chip holds."""

from dataclasses import dataclass

import numpy as np

from targets.contracts.arrays import Array, Floats, Ints
from targets.contracts.chip import ChipSpec


@dataclass(frozen=True, eq=False)
class Part:
    """Weights int32 that a chip holds, which count 2^exponent each; the shape is that of all the weights."""

    weights: Ints
    exponent: int


def finest_exponent(chip: ChipSpec) -> int:
    """The lowest exponent at which the chip's shift of a sum drops no bit, as all its weights are multiples of a step.

    With even weights it is -1: every sum is even. Higher where the chip has no exponent as low.
    """
    step = chip.weight_step.value
    exact = 1 - (step & -step).bit_length()  # minus the zeros at the end of the step
    return min(max(exact, chip.exponent_min.value), chip.exponent_max.value)


def finest_unit(chip: ChipSpec) -> float:
    """The least weight that a chip holds, in units of the input sum: its step at the finest exponent."""
    return chip.weight_step.value * 2.0 ** finest_exponent(chip)


def widest(chip: ChipSpec) -> float:
    """The largest size up to which `in_parts` holds every weight, of either sign, at the finest unit."""
    fine, coarse = finest_exponent(chip), _coarsest(chip)
    if coarse is None:
        return min(chip.weight_max.value, -chip.weight_min.value) * 2.0**fine
    return min(chip.weight_max.value, -chip.weight_min.value) * (2.0**coarse + 2.0**fine)


def in_parts(weights: Floats, chip: ChipSpec) -> tuple[Part, ...]:
    """`weights`, in units of the input sum, as one or two parts whose sum is the nearest multiple of the finest unit.

    That is the step of the chip's weights at its finest exponent, so 1 with even weights and exponents from -1 on.
    The first part is coarse, at the lowest exponent with which two parts hold the largest weight; what is left of every
    weight is the second, fine one. A weight that the fine part holds alone is 0 in the coarse one, and the other way
    round, so that it needs one synapse. A part without any weight is left out, unless both are.

    A weight beyond `widest` takes the end of the range.
    """
    step, fine = chip.weight_step.value, finest_exponent(chip)
    unit = step * 2.0**fine
    whole = np.rint(weights / unit).astype(np.int64)  # in units
    least, most = chip.weight_min.value // step, chip.weight_max.value // step
    if _within(whole, least, most):
        return (_part(whole, step, fine),)
    for exponent in range(fine + 1, chip.exponent_max.value + 1):
        coarse = _rounded(whole, exponent - fine, least, most)
        if _within(whole - (coarse << (exponent - fine)), least, most):
            break
    rest = np.clip(whole - (coarse << (exponent - fine)), least, most)
    found = (_part(coarse, step, exponent), _part(rest, step, fine))
    return tuple(part for part in found if part.weights.any())


def coarse_part(weights: Floats, chip: ChipSpec) -> Part:
    """`weights` as the nearest that one part holds, at the lowest exponent that reaches the largest of them."""
    step, fine = chip.weight_step.value, finest_exponent(chip)
    least, most = chip.weight_min.value // step, chip.weight_max.value // step
    for exponent in range(fine, chip.exponent_max.value + 1):
        rounded = np.rint(weights / (step * 2.0**exponent)).astype(np.int64)
        if _within(rounded, least, most):
            break
    return _part(np.clip(rounded, least, most), step, exponent)


def _coarsest(chip: ChipSpec) -> int | None:
    """The highest exponent of a coarse part of which the fine one holds every remainder; None where there is none."""
    fine, step = finest_exponent(chip), chip.weight_step.value
    least, most = chip.weight_min.value // step, chip.weight_max.value // step
    fitting = [
        exponent
        for exponent in range(fine + 1, chip.exponent_max.value + 1)
        if (half := 1 << (exponent - fine - 1)) <= -least and half - 1 <= most
    ]
    return max(fitting, default=None)


def _rounded(whole: Array, shift: int, least: int, most: int) -> Array:
    """The coarse part in steps of 2^shift units: 0 where the fine one does alone, else the nearest, halves up."""
    nearest = np.clip((whole + (1 << shift >> 1)) >> shift, least, most)
    alone = (whole >= least) & (whole <= most) & (whole != nearest << shift)
    return np.where(alone, 0, nearest)


def _within(whole: Array, least: int, most: int) -> bool:
    return not whole.size or bool(whole.min() >= least and whole.max() <= most)


def _part(whole: Array, step: int, exponent: int) -> Part:
    return Part((whole * step).astype(np.int32), exponent)
