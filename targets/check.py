"""check: every way in which a program breaks the limits of its chip."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from targets.arrays import Array
from targets.chip import ChipSpec, Limit, chip_named
from targets.errors import InputError
from targets.grid import split_bias
from targets.program import IntPopulation, IntProjection, Program
from targets.usage import routes, usage


@dataclass(frozen=True)
class Violation:
    """One broken rule: where, what was got, what the chip allows, what to do."""

    rule: str
    place: str
    got: str
    limit: str
    remedy: str

    @property
    def sentence(self) -> str:
        """The violation in one sentence."""
        return f"{self.place} has {self.got}; {self.limit} ({self.rule}), so {self.remedy}."


def check(program: Program, chip: ChipSpec | None = None) -> tuple[Violation, ...]:
    """All violations of `program` on its chip, or on another `chip`; empty when it is legal."""
    chip = chip_named(program.chip) if chip is None else chip
    found = list(_mapping(program, chip))
    for population in program.populations:
        found += _population(population, chip)
    for projection in program.projections:
        found += _projection(projection, chip)
    if not any(violation.rule == "one core per neuron" for violation in found):
        found += _cores(program, chip)
    return tuple(found)


def legal(program: Program, chip: ChipSpec | None = None) -> Program:
    """The program itself when it breaks no limit; else InputError with one sentence for every violation."""
    if violations := check(program, chip):
        raise InputError("\n".join(violation.sentence for violation in violations))
    return program


def _mapping(program: Program, chip: ChipSpec) -> Iterator[Violation]:
    """Number of cores, their places, and that every neuron is on exactly one."""
    if len(program.cores) > chip.cores.value:
        yield Violation(
            "cores",
            "the program",
            f"{len(program.cores):,} cores for {program.neurons:,} neurons",
            f"{chip.name} has {chip.cores.value:,}",
            "use fewer neurons or synapses, or a larger chip",
        )
    capacity = chip.cores_per_tile.value
    tiles, counts = np.unique([(core.x, core.y) for core in program.cores] or [(0, 0)], axis=0, return_counts=True)
    for (x, y), cores in zip(tiles, counts, strict=True):
        if cores > capacity:
            yield Violation(
                "cores per tile",
                f"tile ({x}, {y})",
                f"{cores} cores",
                f"{chip.name} has {capacity} per tile",
                "place some elsewhere",
            )
    for population in program.populations:
        times = np.zeros(population.neurons, dtype=np.int64)
        for core in program.cores:
            np.add.at(times, core.members.get(population.name, np.empty(0, dtype=np.int64)), 1)
        if (times != 1).any():
            yield Violation(
                "one core per neuron",
                f"population {population.name!r}",
                f"{np.count_nonzero(times == 0):,} neurons on no core and {np.count_nonzero(times > 1):,} on several",
                "each must be on exactly one",
                "compile the network again",
            )


def _cores(program: Program, chip: ChipSpec) -> Iterator[Violation]:
    """What each core holds against what it may hold, and the routes against the synapses."""
    remedies = {
        "neurons": (chip.neurons_per_core, "spread the neurons over more cores"),
        "synapse_bytes": (chip.synapse_bytes_per_core, "spread the neurons over more cores or drop synapses"),
        "axons_in": (chip.axons_in_per_core, "lower the fan-in or split the population"),
        "axons_out": (chip.axons_out_per_core, "spread the neurons over more cores or lower the fan-out"),
        "decay_profiles": (chip.decay_profiles_per_core, "cluster the time constants"),
        "threshold_profiles": (chip.threshold_profiles_per_core, "cluster the thresholds"),
    }
    for number, used in enumerate(usage(program, chip)):
        members = ", ".join(repr(name) for name in program.cores[number].members)
        for field, (limit, remedy) in remedies.items():
            got = getattr(used, field)
            if got > limit.value:
                yield Violation(
                    field.replace("_", " "),
                    f"core {number} ({members})",
                    f"{got:,} {limit.unit}",
                    f"{chip.name} allows {limit.value:,}",
                    remedy,
                )
    if program.routes != routes(program):
        yield Violation(
            "routes",
            "the program",
            f"{len(program.routes):,} routes that do not follow from its synapses",
            "each pair of connected cores needs one",
            "compile the network again",
        )


def _population(population: IntPopulation, chip: ChipSpec) -> Iterator[Violation]:
    """Ranges of neuron parameters."""
    place = f"population {population.name!r}"
    yield from _range(population.du, 0, chip.decay_max, "du", place, chip)
    yield from _range(population.dv, 0, chip.decay_max, "dv", place, chip)
    yield from _range(population.vth, 0, chip.threshold_max, "vth", place, chip)
    mantissa, exponent = split_bias(population.bias, chip.bias_mantissa_bits.value)
    wrong = int(np.count_nonzero((exponent < 0) | (exponent > chip.bias_exponent_max.value)))
    if wrong:
        largest = int(np.abs(mantissa[(exponent < 0) | (exponent > chip.bias_exponent_max.value)]).max())
        yield Violation(
            "bias",
            place,
            f"{wrong:,} biases (up to {largest:,}) that are no mantissa and exponent",
            f"{chip.name} allows {chip.bias_mantissa_bits.value} bits times 2^0..2^{chip.bias_exponent_max.value}",
            "round or shrink them",
        )


def _projection(projection: IntProjection, chip: ChipSpec) -> Iterator[Violation]:
    """Ranges of weights, exponent and delay."""
    place = f"projection {projection.name!r}"
    weights = projection.synapses.weights
    yield from _range(weights, chip.weight_min.value, chip.weight_max, "weights", place, chip)
    odd = int(np.count_nonzero(weights % chip.weight_step.value))
    if odd:
        yield Violation(
            "weight step",
            place,
            f"{odd:,} weights that are no multiple of {chip.weight_step.value}",
            f"{chip.name} stores mixed-sign weights in steps of {chip.weight_step.value}",
            "round them",
        )
    exponent = np.array([projection.exponent])
    yield from _range(exponent, chip.exponent_min.value, chip.exponent_max, "exponent", place, chip)
    yield from _range(np.array([projection.delay]), 1, chip.delay_max, "delay", place, chip)


def _range(values: Array, least: int, most: Limit, name: str, place: str, chip: ChipSpec) -> Iterator[Violation]:
    if values.size and not (values.min() >= least and values.max() <= most.value):
        yield Violation(
            name,
            place,
            f"{name} {values.min():,}..{values.max():,}",
            f"{chip.name} allows {least:,}..{most.value:,}",
            "rescale the network" if name != "delay" else "shorten the delay",
        )
