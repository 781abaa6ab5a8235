"""Chips: every number has a unit and a source; unpublished ones are marked."""

import collections
import dataclasses
import itertools
from typing import Any

import pytest

from targets.contracts.chip import Limit, chip_named, chip_names
from targets.contracts.errors import InputError


def test_the_loihis_and_an_imaginary_chip_are_known() -> None:
    assert chip_names() == ("loihi1", "loihi2", "small")


@pytest.mark.parametrize("name", chip_names())
def test_every_limit_has_unit_and_source(name: str) -> None:
    chip = chip_named(name)
    assert chip.name == name
    limits = [getattr(chip, field.name) for field in dataclasses.fields(chip)]
    limits = [limit for limit in limits if isinstance(limit, Limit)]
    assert len(limits) == len(dataclasses.fields(chip)) - 2
    assert all(limit.unit and limit.source for limit in limits)
    assert all(limit.assumed for limit in limits if "unpublished" in limit.source)


def test_unpublished_numbers_of_loihi2_are_marked_assumed() -> None:
    chip = chip_named("loihi2")
    assumed = {name for name in vars(chip) if getattr(getattr(chip, name), "assumed", False)}
    assert {"synapse_bytes_per_core", "axons_in_per_core", "axons_out_per_core", "decay_profiles_per_core"} <= assumed
    assert not {"cores", "neurons_per_core", "weight_max", "delay_max"} & assumed


def test_positions_are_row_major_by_tile() -> None:
    chip = chip_named("loihi1")
    assert [chip.position(core) for core in (0, 3, 4, 31, 32, 127)] == [(0, 0), (0, 0), (1, 0), (7, 0), (0, 1), (7, 3)]


def test_chips_follow_each_other_in_rows_of_the_mesh_of_chips() -> None:
    """Four chips of 7 cores, two on a tile and two tiles in a row: 2 x 2 tiles each, the last of one core."""
    shape = {"chips": 4, "chips_x": 3, "cores": 7, "cores_per_tile": 2, "tiles_x": 2}
    limits: dict[str, Any] = {name: Limit(value, "units", "this test") for name, value in shape.items()}
    chip = dataclasses.replace(chip_named("small"), **limits)
    assert chip.system_cores == 28
    assert [chip.position(core) for core in (0, 6, 7, 9, 13, 14, 21, 27)] == [
        (0, 0),
        (1, 1),
        (2, 0),
        (3, 0),
        (3, 1),
        (4, 0),
        (0, 2),
        (1, 3),
    ]
    assert [chip.chip_at(*chip.position(core)) for core in range(28)] == [core // 7 for core in range(28)]
    held = collections.Counter(chip.position(core) for core in range(28))
    tiles = itertools.product(range(-1, 8), range(-1, 6))
    assert {tile: cores for tile in tiles if (cores := chip.cores_at(*tile))} == held
    assert [chip.chip_at(*tile) for tile in ((-1, 0), (0, -1), (6, 0), (2, 2), (0, 4))] == [-1] * 5


@pytest.mark.parametrize("name", chip_names())
def test_every_core_of_the_system_has_its_place_on_the_chip_that_it_belongs_to(name: str) -> None:
    chip = chip_named(name)
    held = collections.Counter(chip.position(core) for core in range(chip.system_cores))
    assert set(held.values()) == {chip.cores_per_tile.value}
    assert all(chip.cores_at(*tile) == chip.cores_per_tile.value for tile in held)
    ends = [(k * chip.cores.value, (k + 1) * chip.cores.value - 1) for k in range(chip.chips.value)]
    assert [tuple(chip.chip_at(*chip.position(core)) for core in pair) for pair in ends] == [
        (k, k) for k in range(chip.chips.value)
    ]


def test_memory_is_counted_in_whole_bytes() -> None:
    assert chip_named("loihi1").synapse_bytes(3, 2) == 15  # 3 * 18 + 2 * 32 = 118 bits


def test_an_unknown_chip_is_named() -> None:
    with pytest.raises(InputError) as error:
        chip_named("loihi9")
    assert str(error.value) == (
        "unknown chip 'loihi9' (did you mean loihi2 or loihi1?); known are loihi1, loihi2, small, so choose one of "
        "them."
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"cores": 0}, "cores of chip 'small' is 0; 1 to 16,777,216 are allowed"),
        ({"cores_per_tile": 0}, "cores_per_tile of chip 'small' is 0"),
        ({"tiles_x": -1}, "tiles_x of chip 'small' is -1"),
        ({"weight_step": 0}, "weight_step of chip 'small' is 0; 1 to 1,048,576 are allowed"),
        ({"exponent_max": 10**12}, "exponent_max of chip 'small' is 1000000000000; -31 to 31 are allowed"),
        ({"neurons_per_core": 1.5}, "neurons_per_core of chip 'small' is 1.5; a whole number is needed"),
        ({"weight_min": 5, "weight_max": 4}, "chip 'small' has weight_min 5 above weight_max 4"),
        ({"bias_mantissa_bits": 20, "bias_exponent_max": 12}, "chip 'small' has biases of 32 bits"),
    ],
)
def test_limits_that_no_chip_can_have_are_refused(changes: dict[str, Any], told: str) -> None:
    limits: dict[str, Any] = {name: Limit(value, "units", "this test") for name, value in changes.items()}
    with pytest.raises(InputError) as error:
        dataclasses.replace(chip_named("small"), **limits)
    assert str(error.value).startswith(told)
