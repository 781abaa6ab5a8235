"""in_parts: two parts add up to the nearest multiple of the finest unit, exactly."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from targets.contracts.arrays import Floats
from targets.contracts.chip import ChipSpec, Limit, chip_named
from targets.contracts.parts import Part, coarse_part, finest_exponent, finest_unit, in_parts, widest

LOIHI2 = chip_named("loihi2")


def chip_of(step: int, least: int, most: int, exponents: tuple[int, int]) -> ChipSpec:
    """loihi2 with other weights."""
    step_, least_, most_, low, high = (Limit(value, "", "a test") for value in (step, least, most, *exponents))
    return replace(LOIHI2, weight_step=step_, weight_min=least_, weight_max=most_, exponent_min=low, exponent_max=high)


def summed(parts: tuple[Part, ...]) -> Floats:
    """What the parts add up to, each sum shifted as the oracle does it."""
    total = np.zeros(parts[0].weights.shape)
    for part in parts:
        whole = part.weights.astype(np.int64)
        total += whole << part.exponent if part.exponent >= 0 else whole >> -part.exponent
    return total


CHIPS = [LOIHI2, chip_of(2, -256, 254, (0, 7)), chip_of(1, -128, 127, (-8, 7)), chip_of(4, -32, 28, (-1, 3))]


def test_even_weights_at_exponent_minus_1_have_the_unit_1() -> None:
    assert [(finest_exponent(chip), finest_unit(chip)) for chip in CHIPS] == [(-1, 1), (0, 2), (0, 1), (-1, 2)]
    assert widest(LOIHI2) == 254 * (2**7 + 2**-1)


@pytest.mark.parametrize("chip", CHIPS)
@given(seed=st.integers(0, 2**32 - 1), share=st.floats(0, 1))
def test_the_sum_is_the_nearest_multiple_of_the_unit(chip: ChipSpec, seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    most = widest(chip) ** share
    weights = rng.uniform(-most, most, 200) * rng.choice([1, 2.0**-6], 200)
    weights[0] = most
    parts = in_parts(weights, chip)
    unit = finest_unit(chip)
    np.testing.assert_array_equal(summed(parts), np.rint(weights / unit) * unit)
    assert 1 <= len(parts) <= 2
    assert parts[-1].exponent == finest_exponent(chip) or len(parts) == 1
    for part in parts:
        assert (part.weights % chip.weight_step.value == 0).all()
        assert part.weights.min() >= chip.weight_min.value
        assert part.weights.max() <= chip.weight_max.value
        assert finest_exponent(chip) <= part.exponent <= chip.exponent_max.value


def test_a_weight_that_one_part_holds_needs_one_synapse() -> None:
    # 1,000 needs exponent 2, in steps of 8; 100 and -3 are fine alone, 800 is coarse alone.
    coarse, fine = in_parts(np.array([1000.0, 100, -3, 800, 803, 0]), LOIHI2)
    assert (coarse.exponent, fine.exponent) == (2, -1)
    assert (coarse.weights * 4).tolist() == [1000, 0, 0, 800, 800, 0]
    assert (fine.weights // 2).tolist() == [0, 100, -3, 0, 3, 0]


def test_weights_that_one_part_holds_are_one_part() -> None:
    assert [(each.exponent, each.weights.tolist()) for each in in_parts(np.array([127.4, -128, 0.4]), LOIHI2)] == [
        (-1, [254, -256, 0])
    ]
    assert [(each.exponent, each.weights.tolist()) for each in in_parts(np.array([4064.0, -4096]), LOIHI2)] == [
        (4, [254, -256])
    ]


def test_what_is_too_wide_takes_the_end_of_the_range() -> None:
    assert summed(in_parts(np.array([1e6, -1e6]), LOIHI2)).tolist() == [widest(LOIHI2), -256 * (2**7 + 2**-1)]


def test_no_weight_and_none_but_zeros_are_one_part() -> None:
    for weights in (np.zeros(0), np.zeros((2, 3))):
        (part,) = in_parts(weights, LOIHI2)
        assert part.weights.shape == weights.shape
        assert not part.weights.any()


@given(seed=st.integers(0, 2**32 - 1), share=st.floats(0, 0.99))
def test_a_coarse_part_is_within_half_a_step_of_the_lowest_exponent(seed: int, share: float) -> None:
    weights = np.random.default_rng(seed).uniform(-1, 1, 50) * 32_000**share
    part = coarse_part(weights, LOIHI2)
    step = 2 * 2.0**part.exponent
    assert np.abs(part.weights * 2.0**part.exponent - weights).max() <= step / 2
    assert part.exponent == -1 or np.abs(weights).max() > 253 * 2.0 ** (part.exponent - 1)
