"""choose_scales: a threshold for every neuron that suits its weights."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from targets.contracts import thresholds
from targets.contracts.arrays import Array, Floats
from targets.contracts.chip import ChipSpec, Limit, chip_named
from targets.contracts.grid import round_weights
from targets.contracts.synapses import Banded, BlockDiagonal, Dense, Sparse, Synapses
from targets.contracts.thresholds import (
    Scales,
    choose_scales,
    highest_threshold,
    largest_ratio,
    legal_threshold,
)

LOIHI1 = chip_named("loihi1")
FOUR_BITS = replace(
    LOIHI1, weight_step=Limit(32, "weight units", "test"), weight_max=Limit(224, "weight units", "test")
)


def rows_of(seed: int, neurons: int = 40, spread: float = 1.5) -> tuple[Floats, Floats]:
    """Thresholds and weights [post, pre] whose rows differ in size."""
    rng = np.random.default_rng(seed)
    weights = rng.normal(0, 0.2, (neurons, 30)) * 2 ** rng.uniform(-spread, spread, (neurons, 1))
    return rng.uniform(0.5, 2, neurons), weights


def noise(threshold: Floats, weights: Floats, scales: Scales) -> float:
    """Sum of squared errors of the weights, in thresholds."""
    ratio = weights / threshold[:, None]
    scale: Array = scales.vth[:, None] / 2.0 ** scales.exponents["w"]
    return float(np.sum((round_weights(ratio * scale, LOIHI1) / scale - ratio) ** 2))


def choose(
    threshold: Floats, weights: Floats, profiles: int, rate: Floats | None = None, chip: ChipSpec = LOIHI1
) -> Scales:
    return choose_scales(threshold, {"w": Dense(weights)}, profiles, 4096, chip, {} if rate is None else {"w": rate})


@pytest.mark.parametrize("seed", range(8))
def test_more_thresholds_never_hurt_and_seven_help_much(seed: int) -> None:
    parts = rows_of(seed)
    errors = [noise(*parts, choose(*parts, profiles)) for profiles in (1, 2, 3, 7)]
    assert errors == sorted(errors, reverse=True)
    assert errors[3] < 0.5 * errors[0]


@pytest.mark.parametrize("seed", range(8))
def test_one_threshold_is_no_worse_than_any_that_uses_the_full_range(seed: int) -> None:
    threshold, weights = rows_of(seed)
    largest = np.abs(weights / threshold[:, None]).max()
    full = [(int(LOIHI1.weight_max.value * 2.0**exponent / largest), exponent) for exponent in range(8)]
    starts = [Scales(np.full(40, vth), {"w": exponent}) for vth, exponent in full if 1 <= vth <= 4096]
    assert len(starts) > 3
    found = noise(threshold, weights, choose(threshold, weights, 1))
    assert found <= min(noise(threshold, weights, start) for start in starts)


def test_of_equally_good_thresholds_the_largest_is_taken() -> None:
    """1, 1/2 and 1/4 are legal under 4096 and under each half of it."""
    scales = choose(np.ones(2), np.array([[1.0, 0.5, 0.25]] * 2), 3)
    assert (scales.vth.tolist(), scales.exponents) == ([4096, 4096], {"w": 5})


def test_the_largest_ratio_that_a_chip_holds_gets_the_lowest_threshold() -> None:
    widest = float(LOIHI1.weight_max.value << LOIHI1.exponent_max.value)
    scales = choose(np.ones(1), np.array([[widest, -widest]]), 3)
    assert (scales.vth.tolist(), scales.exponents) == ([1], {"w": 7})


@pytest.mark.parametrize("factor", [1e-4, 1e3])
def test_rates_count_relative_to_their_mean(factor: float) -> None:
    rate = np.where(np.arange(30) < 3, 1.0, 0.0)
    found, scaled, plain = (choose(*rows_of(0), 3, each) for each in (rate, factor * rate, None))
    assert found.vth.tolist() == scaled.vth.tolist() != plain.vth.tolist()
    assert found.exponents == scaled.exponents


def test_choices(golden: Callable[[str, str], None]) -> None:
    """Two projections of different size, with and without rates; seven thresholds share many rows."""
    lines = []
    for seed in range(2):
        threshold, weights = rows_of(seed)
        rng = np.random.default_rng(seed)
        incoming = {"w": Dense(weights), "v": Dense(rng.normal(0, 0.02, (40, 10)))}
        for profiles in (1, 3, 7):
            for rates in ({}, {"v": rng.gamma(0.5, 1, 10)}):
                scales = choose_scales(threshold, incoming, profiles, 4096, LOIHI1, rates)
                vth, count = np.unique(scales.vth, return_counts=True)
                menu = ", ".join(f"{each} x {of}" for each, of in zip(vth, count, strict=True))
                known = "with rates" if rates else "without"
                lines.append(f"seed {seed}, {profiles} thresholds {known}: {menu}; {dict(scales.exponents)}")
    golden("thresholds.txt", "\n".join([*lines, ""]))


@pytest.mark.parametrize("profiles", [1, 3, 7])
def test_no_more_thresholds_than_allowed_and_none_above_the_top(profiles: int) -> None:
    scales = choose(*rows_of(0), profiles)
    assert len(set(scales.vth.tolist())) <= profiles
    assert scales.vth.min() >= 1
    assert scales.vth.max() <= 4096
    assert 0 <= scales.exponents["w"] <= 7


def test_equal_rows_get_one_threshold_that_uses_the_whole_range() -> None:
    weights = np.tile([0.5, -0.25, 0.125], (6, 1))
    scales = choose(np.ones(6), weights, 7)
    assert len(set(scales.vth.tolist())) == 1
    rounded = weights * scales.vth[0] / 2.0 ** scales.exponents["w"]
    assert 126 < np.abs(rounded).max() <= 255


def test_silent_rows_and_projections_of_zeros_are_no_obstacle() -> None:
    one, nothing = np.ones(3), np.zeros((3, 2))
    assert choose(one, nothing, 3).vth.tolist() == [4096] * 3
    assert choose(one, nothing, 3).exponents == {"w": 0}
    some = Sparse(np.array([0.5]), np.array([1]), np.array([0, 0, 1, 1]), 2)
    scales = choose_scales(one, {"w": Dense(nothing), "v": some}, 3, 4096, LOIHI1, {})
    assert set(scales.exponents) == {"w", "v"}


def test_rates_of_the_sources_decide_which_weights_are_kept_well() -> None:
    one, weights = np.ones(1), np.array([[20.0, 0.0301, 0.0173]])
    plain, calibrated = choose(one, weights, 1), choose(one, weights, 1, np.array([0.0, 1.0, 1.0]))
    for pre in (1, 2):
        weight = weights[0, pre]
        errors = []
        for scales in (plain, calibrated):
            scale = scales.vth[0] / 2.0 ** scales.exponents["w"]
            errors.append(abs(round_weights(weight * scale, LOIHI1) / scale - weight))
        assert errors[1] <= errors[0]


def test_many_weights_are_sampled_and_the_choice_is_still_good() -> None:
    parts = rows_of(1, neurons=6000)
    assert parts[1].size > 2 * (1 << 16)
    assert noise(*parts, choose(*parts, 7)) < 0.5 * noise(*parts, choose(*parts, 1))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("chip", [LOIHI1, FOUR_BITS], ids=["8 bits", "4 bits"])
@pytest.mark.parametrize("vth", [517, 1000, 3333])
def test_legal_weights_keep_their_scale(seed: int, chip: ChipSpec, vth: int) -> None:
    rng = np.random.default_rng(seed)
    step = chip.weight_step.value
    integers = step * rng.integers(chip.weight_min.value // step, chip.weight_max.value // step + 1, (12, 9))
    other = step * rng.integers(-3, 4, (12, 5))
    threshold = rng.uniform(0.5, 2, 12)
    unit = (threshold / vth)[:, None]
    weights = {"w": Dense(integers * 4 * unit), "v": Dense(other * unit)}
    scales = choose_scales(threshold, weights, 3, 4096, chip, {})
    for name, exact in (("w", 4 * integers), ("v", other)):
        scale = scales.vth[:, None] / 2.0 ** scales.exponents[name]
        rounded = round_weights(weights[name].weights / threshold[:, None] * scale, chip)
        # Equal up to one factor that the thresholds share.
        assert np.array_equal(rounded * 2 ** scales.exponents[name] * vth, exact * scales.vth[:, None])


@pytest.mark.parametrize("seed", range(2))
def test_the_exponent_of_one_projection_alone_goes_down_where_its_largest_weight_is_rare(seed: int) -> None:
    """Of "w" one weight in 40,000 is clipped, for steps half as coarse for all others; "v" would lose many."""
    rng = np.random.default_rng(seed)
    rare = rng.uniform(-1, 1, (20, 2000))
    rare[0, 0] = 1.3
    incoming = {"w": Dense(rare), "v": Dense(rng.uniform(-1.3, 1.3, (20, 40)))}
    scales = choose_scales(np.ones(20), incoming, 1, 254 * 16 * 10 // 13, LOIHI1, {})
    assert scales.exponents["w"] == scales.exponents["v"] - 1


def test_the_largest_ratio_is_that_of_a_weight_to_the_threshold_of_its_neuron() -> None:
    incoming = {"w": Dense(np.array([[0.5, -1.0], [3.0, 0.0]])), "v": Dense(np.array([[-0.25], [1.0]]))}
    assert largest_ratio(np.array([4.0, 10.0]), incoming) == pytest.approx(0.3)
    assert largest_ratio(np.ones(2), {"w": Dense(np.zeros((2, 3)))}) == 0
    assert largest_ratio(np.ones(2), {}) == 0


def test_scales_are_frozen_and_compared_by_identity() -> None:
    scales, same = (choose(np.ones(2), np.ones((2, 3)), 1) for _ in range(2))
    with pytest.raises(FrozenInstanceError):
        scales.vth = same.vth  # type: ignore[misc]
    assert scales != same


def test_a_coarser_chip_gets_its_own_numbers() -> None:
    threshold, weights = rows_of(3)
    scales = choose(threshold, weights, 3, chip=FOUR_BITS)
    scaled = weights / threshold[:, None] * scales.vth[:, None] / 2.0 ** scales.exponents["w"]
    # Clipping the largest weights costs less than coarse steps for all.
    assert np.abs(scaled).max() > 224 + 16
    assert set(np.unique(round_weights(scaled, FOUR_BITS))) <= set(range(-256, 225, 32))


def test_the_highest_threshold_leaves_headroom() -> None:
    assert highest_threshold(LOIHI1) == 4096
    assert highest_threshold(LOIHI1, 1) == 131_071
    assert highest_threshold(LOIHI1, 1e9) == 1


def test_the_legal_threshold_is_the_largest_under_which_no_weight_moves() -> None:
    chip = chip_named("loihi2")
    weights = {"w": Dense(np.array([[2.0, -30], [254, 0]]) / 100), "zeros": Dense(np.zeros((2, 1)))}
    assert legal_threshold(np.ones(2), weights, 1000, chip) == 800
    assert legal_threshold(np.ones(2), weights, 799, chip) == 400
    assert legal_threshold(np.full(2, 2.0), weights, 999, chip) == 800
    assert legal_threshold(np.ones(2), weights, 49, chip) is None
    assert legal_threshold(np.ones(2), {"w": Dense(np.array([[0.1], [np.pi]]))}, 4096, chip) is None
    assert legal_threshold(np.ones(2), {"zeros": weights["zeros"]}, 999, chip) is None
    assert legal_threshold(np.ones(2), {}, 999, chip) is None


@pytest.mark.parametrize("priced", [False, True])
def test_compiled_errors_are_those_of_numpy(priced: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    row, weight = rng.integers(0, 40, 1500), rng.normal(0, 0.3, 1500)
    rows = thresholds._Rows(row, weight, rng.uniform(0.1, 2, 1500) if priced else 1.0)
    vth = rng.integers(50, 900, 40)
    monkeypatch.setattr(thresholds, "_PIECE", 700)
    for each in (vth, np.full(40, 300)):
        monkeypatch.setattr(thresholds, "_MANY", 1 << 20)
        plain = rows.errors(each, 1, LOIHI1)
        monkeypatch.setattr(thresholds, "_MANY", 0)
        np.testing.assert_array_equal(rows.errors(each, 1, LOIHI1), plain)


@pytest.mark.parametrize("seed", range(3))
def test_the_largest_ratio_is_that_of_all_weights(seed: int) -> None:
    rng = np.random.default_rng(seed)
    threshold = rng.uniform(0.5, 2, 12)
    stored: list[Synapses] = [
        Dense(rng.normal(size=(12, 5))),
        BlockDiagonal(rng.normal(size=(4, 3, 2))),
        Banded(rng.normal(size=(2, 4, 3, 2)), rng.integers(-1, 4, (2, 4)), 4),
        Sparse(rng.normal(size=4), np.arange(4), np.minimum(np.arange(13), 4), 7),
        Sparse(np.zeros(0), np.zeros(0, np.int32), np.zeros(13, np.int64), 7),
    ]
    for synapses in stored:
        row = np.broadcast_to(synapses.row_of(), synapses.weights.shape)
        ratio = np.abs(synapses.weights / threshold[row])
        assert largest_ratio(threshold, {"w": synapses}) == ratio.max(initial=0)
