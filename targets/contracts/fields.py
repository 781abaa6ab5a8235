"""whole and named: numbers and names in the fields of frozen dataclasses, checked as they are made."""

import numpy as np

from targets.contracts.arrays import Ints, readonly
from targets.contracts.errors import InputError
from targets.contracts.shown import brief

MOST_STEPS = 10**9
"""Steps of a sample."""
MOST_DELAY = 1 << 20
"""Steps from a spike to its arrival; a chip allows far less."""
MOST_LATENCY = (1 << 16) - 1
"""Steps by which a population may be late: more stands only in a damaged file."""
MOST_REFRACTORY = 1 << 20
"""Steps that a neuron may rest after a spike; a chip allows far less."""
MOST_NEURONS = 1 << 24
"""Neurons of one input or population."""
MOST_EXPONENT = 31
"""Bits by which sums of int32 are shifted, up or down."""
LONGEST_NAME = 255
"""Characters; any are allowed that UTF-8 can hold, and none at all."""


def whole(value: object, place: str, most: int, least: int | None = None) -> int:
    """`value` as an int from `least` (or -most) to `most`; numpy's integers will do, truth values and floats will not.

    Raises InputError, in which `place` says what it is: "delay of projection 'a'".
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise InputError(f"{place} is {brief(value)}; a whole number is needed, so give one.")
    least = -most if least is None else least
    if not least <= value <= most:
        raise InputError(f"{place} is {brief(value)}; {least:,} to {most:,} are allowed, so change it.")
    return int(value)


def resting(values: object, neurons: int, place: str) -> Ints | None:
    """Refractory periods in steps, int32 [neuron]; None where there are none, or all are 0.

    Raises InputError for another number of them, and for what is no number of steps; `place` says whose they are.
    """
    if values is None:
        return None
    steps = readonly(values, np.int32, f"the refractory period of {place}")  # type: ignore[arg-type]
    if steps.size != neurons:
        raise InputError(
            f"{place} has {neurons} neurons but {steps.size} refractory periods; one per neuron is needed, so match "
            "them."
        )
    if steps.min(initial=0) < 0 or steps.max(initial=0) > MOST_REFRACTORY:
        raise InputError(
            f"{place} has refractory periods of {steps.min()} to {steps.max()} steps; 0 to {MOST_REFRACTORY:,} are "
            "allowed, so change them."
        )
    return steps if steps.any() else None


def named(value: object, place: str) -> str:
    """`value` as the name of `place`; InputError for what is no text, is too long or cannot be stored."""
    if not isinstance(value, str):
        raise InputError(f"the name of {place} is {brief(value)}; a text is needed, so give one.")
    if len(value) > LONGEST_NAME or not _storable(value):
        raise InputError(
            f"the name of {place} is {brief(value)} of {len(value):,} characters; up to {LONGEST_NAME:,} that UTF-8 "
            "can hold are allowed, so choose another."
        )
    return value


def _storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
