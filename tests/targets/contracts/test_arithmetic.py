"""Widths of registers: what follows from them, and which no backend runs exactly."""

from dataclasses import FrozenInstanceError

import pytest

from targets.contracts.arithmetic import Arithmetic
from targets.contracts.errors import InputError


def test_limits_follow_from_the_widths() -> None:
    arithmetic = Arithmetic(state_bits=24, decay_bits=12, align_bits=6)
    assert (arithmetic.decay_one, arithmetic.state_limit) == (4096, 8_388_608)


@pytest.mark.parametrize("widths", [(8, 2, 0), (28, 16, 12)])
def test_the_ends_are_allowed(widths: tuple[int, int, int]) -> None:
    assert Arithmetic(*widths).state_limit == 1 << (widths[0] - 1)


@pytest.mark.parametrize(
    ("widths", "sentence"),
    [
        ((7, 12, 6), "a chip has state_bits 7; the backends run 8 to 28 exactly, so choose one."),
        ((29, 12, 6), "a chip has state_bits 29; the backends run 8 to 28 exactly, so choose one."),
        ((24, 1, 6), "a chip has decay_bits 1; the backends run 2 to 16 exactly, so choose one."),
        ((24, 17, 6), "a chip has decay_bits 17; the backends run 2 to 16 exactly, so choose one."),
        ((24, 12, -1), "a chip has align_bits -1; the backends run 0 to 12 exactly, so choose one."),
        ((24, 12, 13), "a chip has align_bits 13; the backends run 0 to 12 exactly, so choose one."),
    ],
)
def test_a_width_beyond_is_refused(widths: tuple[int, int, int], sentence: str) -> None:
    with pytest.raises(InputError) as error:
        Arithmetic(*widths)
    assert str(error.value) == sentence


def test_widths_are_frozen_and_compared_by_value() -> None:
    widths = Arithmetic(24, 12, 6)
    with pytest.raises(FrozenInstanceError):
        widths.state_bits = 25  # type: ignore[misc]
    assert widths == Arithmetic(24, 12, 6) != Arithmetic(24, 12, 5)
