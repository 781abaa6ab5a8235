"""Draws of a damage: shares, seeds, places, levels."""

import numpy as np
import pytest

from targets.contracts.damage import STRENGTHS, Damage
from targets.contracts.errors import InputError


def test_a_share_is_hit_exactly_and_by_seed_and_place() -> None:
    damage = Damage("dead", 0.3, 1)
    found = damage.chosen(50, "hidden").tolist()
    assert len(set(found)) == 15
    assert found == sorted(found) == damage.chosen(50, "hidden").tolist()
    assert found != damage.chosen(50, "other").tolist()
    assert found != Damage("dead", 0.3, 2).chosen(50, "hidden").tolist()
    assert Damage("dead", 0.0, 1).chosen(50, "hidden").size == 0
    assert Damage("dead", 0.01, 1).chosen(3, "hidden").size == 1
    assert Damage("dead", 1.0, 1).chosen(3, "hidden").tolist() == [0, 1, 2]
    assert Damage("dead", 0.5, 1).chosen(0, "hidden").size == 0


def test_factors_are_lognormal() -> None:
    logs = np.log(Damage("thresholds", 0.3, 0).factors(20_000, "hidden"))
    assert abs(logs.mean()) < 0.01
    assert abs(logs.std() - 0.3) < 0.01


def test_three_bits_are_seven_levels() -> None:
    weights = np.random.default_rng(0).normal(size=(40, 30))
    found = Damage("bits", 3, 0).coarse(weights)
    levels = np.unique(np.round(found / np.abs(weights).max() * 3, 9))
    assert set(levels) <= {-3, -2, -1, 0, 1, 2, 3}
    assert np.abs(found - weights).max() <= np.abs(weights).max() / 6 + 1e-12
    assert Damage("bits", 3, 0).coarse(np.zeros(3)).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("kind", "strength", "told"),
    [
        (
            "dead",
            1.5,
            "the strength of damage 'dead' is 1.5; it is the share of the neurons that never spike again, and 0 to 1 "
            "is allowed, so change it.",
        ),
        ("bits", 2.5, "and a whole number from 2 to 8 is allowed"),
        ("gains", 0.0, "0.01 to 100 is allowed"),
        ("thresholds", float("nan"), "0 to 3 is allowed"),
        ("ded", 0.5, "unknown damage 'ded'"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told(kind: str, strength: float, told: str) -> None:
    with pytest.raises(InputError) as error:
        Damage(kind, strength, 0)
    assert told in str(error.value)


def test_every_kind_has_a_strength_that_is_allowed() -> None:
    for kind, strength in STRENGTHS.items():
        assert Damage(kind, strength, 0).sentence.startswith(f"{kind} {strength:g} (")
