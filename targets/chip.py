"""ChipSpec: every limit of a chip with its unit and source."""

import importlib
import pkgutil
from dataclasses import dataclass
from typing import TypeVar

import targets.chips
from targets.arrays import Array
from targets.errors import InputError

Count = TypeVar("Count", int, Array)


@dataclass(frozen=True)
class Limit:
    """One number of a chip: its value, its unit, where it was published, or why it is assumed."""

    value: int
    unit: str
    source: str
    assumed: bool = False


@dataclass(frozen=True)
class ChipSpec:
    """What one chip can hold. Limits are inclusive: a value equal to the limit is legal."""

    name: str
    description: str
    cores: Limit
    cores_per_tile: Limit
    tiles_x: Limit
    neurons_per_core: Limit
    synapse_bytes_per_core: Limit
    axons_in_per_core: Limit
    axons_out_per_core: Limit
    decay_profiles_per_core: Limit
    threshold_profiles_per_core: Limit
    synapse_bits: Limit
    axon_bits: Limit
    weight_min: Limit
    weight_max: Limit
    weight_step: Limit
    exponent_min: Limit
    exponent_max: Limit
    decay_max: Limit
    threshold_max: Limit
    bias_mantissa_bits: Limit
    bias_exponent_max: Limit
    delay_max: Limit

    def synapse_bytes(self, synapses: Count, axons: Count) -> Count:
        """Bytes of synaptic memory that a core, or each of many, needs for its synapses and its input axons."""
        return -(-(synapses * self.synapse_bits.value + axons * self.axon_bits.value) // 8)

    def position(self, core: int) -> tuple[int, int]:
        """(x, y) of the tile that holds core number `core` in row-major order."""
        tile = core // self.cores_per_tile.value
        return tile % self.tiles_x.value, tile // self.tiles_x.value


def chip_names() -> tuple[str, ...]:
    """Names of all known chips, found by listing the folder targets/chips."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(targets.chips.__path__)))


def chip_named(name: str) -> ChipSpec:
    """The chip of that name; InputError when there is none."""
    if name not in chip_names():
        raise InputError(f"unknown chip {name!r}; known are {', '.join(chip_names())}, so choose one of them.")
    spec = importlib.import_module(f"targets.chips.{name}").CHIP
    if not isinstance(spec, ChipSpec):
        raise InputError(f"targets/chips/{name}.py defines no ChipSpec named CHIP; add one.")
    return spec
