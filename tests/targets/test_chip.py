"""Chips: every number has a unit and a source; unpublished ones are marked."""

import dataclasses

import pytest

from targets.chip import Limit, chip_named, chip_names
from targets.errors import InputError


def test_both_loihis_are_known() -> None:
    assert chip_names() == ("loihi1", "loihi2")


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


def test_memory_is_counted_in_whole_bytes() -> None:
    assert chip_named("loihi1").synapse_bytes(3, 2) == 15  # 3 * 18 + 2 * 32 = 118 bits


def test_an_unknown_chip_is_named() -> None:
    with pytest.raises(InputError) as error:
        chip_named("loihi9")
    assert str(error.value) == "unknown chip 'loihi9'; known are loihi1, loihi2, so choose one of them."
