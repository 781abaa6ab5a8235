"""The legal integers of a program and the one way to round to them; shared by quantiser and training.

The widths of registers are a chip's `arithmetic`, and what it allows beyond is in its ChipSpec.
"""

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Floats, Ints
from targets.contracts.chip import ChipSpec

Numbers = TypeVar("Numbers")
_INT32_BITS = 32


def decay_u(tau_s: npt.ArrayLike, arithmetic: Arithmetic) -> Ints:
    """Current decay du of synaptic time constants tau_s (steps): round(one / tau_s) - 1, in 0..one - 1.

    `one` is 2^decay_bits, 4096 in Lava.
    """
    return _decay(tau_s, 1, arithmetic.decay_one)


def decay_v(tau_m: npt.ArrayLike, arithmetic: Arithmetic) -> Ints:
    """Voltage decay dv of membrane time constants tau_m (steps): round(one / tau_m), in 0..one - 1.

    A tau_m of exactly 1 (no memory) would need `one`, more than the register holds, and becomes one - 1.
    """
    return _decay(tau_m, 0, arithmetic.decay_one)


def tau_of_du(du: npt.ArrayLike, arithmetic: Arithmetic) -> Floats:
    """Synaptic time constants (steps) that the decays du realise."""
    return arithmetic.decay_one / (np.asarray(du, dtype=np.float64) + 1)


def tau_of_dv(dv: npt.ArrayLike, arithmetic: Arithmetic) -> Floats:
    """Membrane time constants (steps) that the decays dv realise; infinite where dv is 0 (no leak)."""
    with np.errstate(divide="ignore"):
        return np.asarray(arithmetic.decay_one / np.asarray(dv, dtype=np.float64))


def nearest_weights(weights: Numbers, chip: ChipSpec) -> Numbers:
    """Weights in integer units brought to the nearest that `chip` holds: a multiple of its step, within its range.

    `weights` are a numpy array or a torch tensor of floats and so is the result; a tie goes to the even multiple.
    """
    given: Any = weights
    legal: Numbers = (chip.weight_step.value * (given / chip.weight_step.value).round()).clip(
        chip.weight_min.value, chip.weight_max.value
    )
    return legal


def round_weights(weights: npt.ArrayLike, chip: ChipSpec) -> Ints:
    """`nearest_weights` as int32."""
    return nearest_weights(np.asarray(weights, dtype=np.float64), chip).astype(np.int32)


def round_bias(bias: npt.ArrayLike, mantissa_bits: int, exponent_max: int) -> Ints:
    """Biases rounded to mantissa * 2^exponent with the smallest exponent that holds each, clipped to the largest."""
    values = np.asarray(bias, dtype=np.float64)
    largest = (1 << mantissa_bits) - 1
    with np.errstate(divide="ignore"):
        needed = np.ceil(np.log2(np.maximum(np.abs(values), 1) / largest))
    exponent = np.clip(needed, 0, exponent_max)
    mantissa = np.clip(np.rint(values / 2**exponent), -largest, largest)
    return (mantissa * 2**exponent).astype(np.int32)


def split_bias(bias: npt.ArrayLike, mantissa_bits: int) -> tuple[Ints, Ints]:
    """(mantissa, exponent) with mantissa << exponent == bias and |mantissa| < 2^mantissa_bits, smallest exponent.

    Where no exponent gives an exact mantissa the exponent is -1.
    """
    values = np.asarray(bias, dtype=np.int64)
    mantissa, exponent = values.copy(), np.zeros_like(values)
    for _ in range(_INT32_BITS):
        wide = (np.abs(mantissa) >> mantissa_bits > 0) & (mantissa % 2 == 0)
        mantissa, exponent = np.where(wide, mantissa >> 1, mantissa), exponent + wide
    exponent = np.where(np.abs(mantissa) >> mantissa_bits > 0, -1, exponent)
    return mantissa.astype(np.int32), exponent.astype(np.int32)


def _decay(tau: npt.ArrayLike, offset: int, one: int) -> Ints:
    steps = np.rint(one / np.asarray(tau, dtype=np.float64)).astype(np.int64) - offset
    return np.clip(steps, 0, one - 1).astype(np.int32)
