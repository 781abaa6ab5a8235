"""ChipSpec: every limit of a chip with its unit and source."""

from dataclasses import dataclass, field, fields
from typing import TypeVar

from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.fields import MOST_DELAY, MOST_EXPONENT, MOST_NEURONS, MOST_REFRACTORY, named, whole
from targets.contracts.plugins import Plugins
from targets.contracts.serial import LATER

Count = TypeVar("Count", int, Array)
_INT32_BITS = 31
_MESH = (1, MOST_NEURONS)
_WEIGHTS = (-(1 << 20), 1 << 20)
_SHIFTS = (-MOST_EXPONENT, MOST_EXPONENT)
_RANGES = {
    "chips": (0, MOST_NEURONS),
    **dict.fromkeys(("chips_x", "cores", "cores_per_tile", "tiles_x"), _MESH),
    **{"weight_min": _WEIGHTS, "weight_max": _WEIGHTS, "weight_step": (1, _WEIGHTS[1])},
    **{"exponent_min": _SHIFTS, "exponent_max": _SHIFTS},
    **{"bias_mantissa_bits": (0, _INT32_BITS), "bias_exponent_max": (0, _INT32_BITS)},
    **{"threshold_max": (0, (1 << _INT32_BITS) - 1), "delay_max": (1, MOST_DELAY)},
    "refractory_max": (0, MOST_REFRACTORY),
}
"""What a limit may be at all, least and most; counts of other things are not below 0."""


@dataclass(frozen=True)
class Limit:
    """One number of a chip: its value, its unit, where it was published, or why it is assumed."""

    value: int
    unit: str
    source: str
    assumed: bool = False


@dataclass(frozen=True)
class ChipSpec:
    """What a chip, and the largest system of such chips, can hold. A value equal to its limit is legal.

    A synapse over which spikes take more than one step stores so, in `delay_bits` more; and every neuron of a core has
    an input slot for each step of the longest delay there, in a ring whose length is a power of two.

    Cores are numbered chip after chip, tiles by (x, y) over the whole system: chips form a mesh of `chips_x` in a row,
    and each is a mesh of tiles, `tiles_x` in a row.
    """

    name: str
    description: str
    chips: Limit
    chips_x: Limit
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
    state_bits: Limit
    decay_bits: Limit
    align_bits: Limit
    refractory_max: Limit = field(default=Limit(0, "steps", "none is known"), metadata=LATER)
    delay_bits: Limit = field(default=Limit(0, "bits per synapse", "none is known"), metadata=LATER)
    input_slots_per_core: Limit = field(default=Limit(1 << 40, "input slots", "none is known"), metadata=LATER)

    def __post_init__(self) -> None:
        named(self.name, "a chip")
        for each in fields(self):
            if isinstance(limit := getattr(self, each.name), Limit):
                least, most = _RANGES.get(each.name, (0, 1 << 40))
                whole(limit.value, f"{each.name} of chip {self.name!r}", most, least)
        for low, high in (("weight_min", "weight_max"), ("exponent_min", "exponent_max")):
            ends = getattr(self, low).value, getattr(self, high).value
            if ends[0] > ends[1]:
                raise InputError(
                    f"chip {self.name!r} has {low} {ends[0]} above {high} {ends[1]}; it must not be, so swap them."
                )
        bits = self.bias_mantissa_bits.value + self.bias_exponent_max.value
        if bits > _INT32_BITS:
            raise InputError(
                f"chip {self.name!r} has biases of {bits} bits, mantissa and exponent together; up to {_INT32_BITS} "
                "are run exactly, so change one of the two."
            )
        widths = self.arithmetic
        if self.decay_max.value >= widths.decay_one:
            raise InputError(
                f"chip {self.name!r} has decays up to {self.decay_max.value:,}; {widths.decay_bits} bits hold "
                f"{widths.decay_one - 1:,}, so change decay_max or decay_bits."
            )

    @property
    def arithmetic(self) -> Arithmetic:
        """Widths of the neurons' registers."""
        return Arithmetic(self.state_bits.value, self.decay_bits.value, self.align_bits.value)

    def synapse_bits_of(self, synapses: Count, delayed: Count) -> Count:
        """Bits that so many synapses take, of which `delayed` tell a spike to wait: those of more than one step."""
        return synapses * self.synapse_bits.value + delayed * self.delay_bits.value

    def memory_bytes(self, bits: Count, axons: Count) -> Count:
        """Bytes of synaptic memory that a core, or each of many, needs for so many bits of synapses and input axons."""
        return -(-(bits + axons * self.axon_bits.value) // 8)

    def synapse_bytes(self, synapses: Count, axons: Count, delayed: Count | int = 0) -> Count:
        """Bytes of synaptic memory that a core, or each of many, needs for its synapses and its input axons."""
        return self.memory_bytes(synapses * self.synapse_bits.value + delayed * self.delay_bits.value, axons)

    def neurons_at(self, delay: int) -> int:
        """Neurons that a core holds where spikes take up to so many steps: as many as it has input slots for."""
        return min(self.neurons_per_core.value, max(1, self.input_slots_per_core.value // input_slots(delay)))

    @property
    def system_cores(self) -> int:
        """Cores of the largest system."""
        return self.chips.value * self.cores.value

    @property
    def tiles_y(self) -> int:
        """Rows of tiles on a chip."""
        return -(-self.cores.value // (self.cores_per_tile.value * self.tiles_x.value))

    def position(self, core: int) -> tuple[int, int]:
        """(x, y) of the tile that holds core number `core`: chips in row-major order, and tiles on each."""
        chip, within = divmod(core, self.cores.value)
        tile = within // self.cores_per_tile.value
        column, row = chip % self.chips_x.value, chip // self.chips_x.value
        return column * self.tiles_x.value + tile % self.tiles_x.value, row * self.tiles_y + tile // self.tiles_x.value

    def chip_at(self, x: int, y: int) -> int:
        """Number of the chip that tile (x, y) belongs to; -1 where the system has none."""
        column, row = x // self.tiles_x.value, y // self.tiles_y
        chip = row * self.chips_x.value + column
        inside = x >= 0 and y >= 0 and column < self.chips_x.value and chip < self.chips.value
        return chip if inside else -1

    def cores_at(self, x: int, y: int) -> int:
        """Number of cores that tile (x, y) has; 0 where there is no such tile."""
        if self.chip_at(x, y) < 0:
            return 0
        before = (y % self.tiles_y * self.tiles_x.value + x % self.tiles_x.value) * self.cores_per_tile.value
        return min(max(0, self.cores.value - before), self.cores_per_tile.value)


def input_slots(delay: int) -> int:
    """Slots of a neuron's ring of future inputs on a core where spikes take up to `delay` steps: a power of two."""
    return 1 << max(delay - 1, 0).bit_length()


CHIPS = Plugins("chip", "targets.chips", "motifc.chips")
"""All chips: modules of targets/chips that hold a ChipSpec named CHIP, and what other packages add."""


def chip_names() -> tuple[str, ...]:
    """Names of all known chips."""
    return CHIPS.names


def chip_named(name: str) -> ChipSpec:
    """The chip of that name; InputError when there is none or what is found is no chip."""
    found = CHIPS.load(name)
    spec = getattr(found, "CHIP", found)
    if not isinstance(spec, ChipSpec):
        raise InputError(f"chip {name!r} is a {type(spec).__name__}; a ChipSpec named CHIP is needed, so define one.")
    return spec
