"""check: every way in which a program breaks the limits of its chip."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from targets.contracts.arrays import Array, Ints
from targets.contracts.chip import ChipSpec, Limit
from targets.contracts.errors import InputError
from targets.contracts.grid import split_bias
from targets.program.program import IntPopulation, IntProjection, Program
from targets.program.usage import CoreUsage, core_limits, usage


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
    chip = program.chip if chip is None else chip
    found = list(_members(program))
    if not found:
        found += _mapping(program, chip)
    for population in program.populations:
        found += _population(population, chip)
    for projection in program.projections:
        found += _projection(projection, chip)
    if not any(violation.rule in ("core members", "one core per neuron") for violation in found):
        found += _cores(program, chip)
    return tuple(found)


def legal(program: Program, chip: ChipSpec | None = None) -> Program:
    """The program itself when it breaks no limit; else InputError with one sentence for every violation."""
    if violations := check(program, chip):
        raise InputError("\n".join(violation.sentence for violation in violations))
    return program


def _members(program: Program) -> Iterator[Violation]:
    """Cores that list what the program has not."""
    neurons = {population.name: population.neurons for population in program.populations}
    for number, core in enumerate(program.cores):
        for name, indices in core.members.items():
            if name not in neurons:
                got, limit = f"neurons of {name!r}", f"the program has {sorted(neurons)}"
            elif indices.size and not (indices.min() >= 0 and indices.max() < neurons[name]):
                got = f"neurons {indices.min():,}..{indices.max():,} of {name!r}"
                limit = f"that population has 0..{neurons[name] - 1:,}"
            else:
                continue
            yield Violation("core members", f"core {number}", got, limit, "compile the network again")


def _mapping(program: Program, chip: ChipSpec) -> Iterator[Violation]:
    """Number of cores, their places, and that every neuron is on exactly one."""
    if excess := max(0, len(program.cores) - chip.system_cores):
        emptiest = sum(sorted(core.neurons for core in program.cores)[:excess])
        yield Violation(
            "cores",
            "the program",
            f"{len(program.cores):,} cores for {program.neurons:,} neurons",
            f"the largest system of {chip.name} has {chip.chips.value:,} chips of {chip.cores.value:,} cores",
            f"remove {emptiest:,} neurons (those on the {excess:,} emptiest cores), "
            f"or use a system of {math.ceil(len(program.cores) / chip.cores.value):,} chips",
        )
    tiles, counts = np.unique([(core.x, core.y) for core in program.cores] or [(0, 0)], axis=0, return_counts=True)
    for (x, y), cores in zip(tiles, counts, strict=True):
        # Cores that no system has lie on tiles that it has not: that is told above.
        capacity = chip.cores_per_tile.value if excess else chip.cores_at(x, y)
        if cores > capacity:
            yield Violation(
                "cores per tile",
                f"tile ({x}, {y})",
                f"{cores} cores",
                f"{chip.name} has {capacity} there" if capacity else f"no system of {chip.name} has that tile",
                f"place {cores - capacity} of them elsewhere",
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
    """What each core holds against what it may hold."""
    limits = core_limits(chip)
    for number, used in enumerate(usage(program, chip)):
        members = ", ".join(repr(name) for name in program.cores[number].members)
        for field, limit in limits.items():
            got = getattr(used, field)
            if got > limit.value:
                yield Violation(
                    field.replace("_", " "),
                    f"core {number} ({members})",
                    f"{got:,} {limit.unit}",
                    f"{chip.name} allows {limit.value:,}",
                    _relief(field, used, limit.value, chip),
                )


def _relief(field: str, used: CoreUsage, limit: int, chip: ChipSpec) -> str:
    """What brings one core back within one limit; it holds for this core alone, whatever else is changed."""
    excess = getattr(used, field) - limit
    if field == "input_slots":
        ring, room = used.input_slots // used.neurons, limit // used.neurons
        ways = [f"move {used.neurons - limit // ring:,} of its neurons to another core"] if limit >= ring else []
        ways += [f"shorten the delays of what it hears to {1 << (room.bit_length() - 1):,}"] if room else []
        return ", or ".join(ways) or "move some of its neurons to another core and shorten the delays of what it hears"
    if field == "neurons":
        return f"move {excess:,} of its neurons to another core, in motifs of at most {limit:,}"
    if field == "synapse_bytes":
        synapses = -(-8 * excess // chip.synapse_bits.value)
        return f"remove {synapses:,} of its synapses, or move neurons that hold as many to another core"
    if field == "axons_in":
        return f"let its neurons listen to {excess:,} fewer sources, or move some of them to another core"
    if field == "axons_out":
        return f"let its neurons reach other cores {excess:,} times less, or move some of them to another core"
    kind = "(du, dv) pairs" if field == "decay_profiles" else "thresholds"
    return f"use {excess:,} fewer {kind} on it, {limit:,} in all"


def _population(population: IntPopulation, chip: ChipSpec) -> Iterator[Violation]:
    """Ranges of neuron parameters."""
    place = f"population {population.name!r}"
    for key, most in (("du", chip.decay_max), ("dv", chip.decay_max), ("vth", chip.threshold_max)):
        values: Ints = getattr(population, key)
        wrong = int(np.count_nonzero((values < 0) | (values > most.value)))
        if key != "vth" or values.min() < 0:
            remedy = f"bring it into that range in {wrong:,} neurons"
        else:
            factor = math.ceil(1000 * int(values.max()) / most.value) / 1000
            remedy = f"divide the thresholds, the biases and the weights into it by {factor:.3f}"
        yield from _range(values, 0, most, key, place, chip, remedy)
    rests = population.refractory_steps
    most = chip.refractory_max
    remedy = f"shorten it to {most.value}" if most.value else "leave it out"
    yield from _range(rests, 0, most, "refractory period", place, chip, remedy)
    _, exponent = split_bias(population.bias, chip.bias_mantissa_bits.value)
    off = (exponent < 0) | (exponent > chip.bias_exponent_max.value)
    if off.any():
        bits, largest = chip.bias_mantissa_bits.value, int(np.abs(population.bias[off]).max())
        shift = min(max(0, largest.bit_length() - bits), chip.bias_exponent_max.value)
        yield Violation(
            "bias",
            place,
            f"{np.count_nonzero(off):,} biases (up to {largest:,}) that are no mantissa and exponent",
            f"{chip.name} allows {bits} bits times 2^0..2^{chip.bias_exponent_max.value}",
            f"cut them down to multiples of {1 << shift} of at most {((1 << bits) - 1) << shift:,}",
        )


def _projection(projection: IntProjection, chip: ChipSpec) -> Iterator[Violation]:
    """Ranges of weights, exponent and delay."""
    place = f"projection {projection.name!r}"
    weights = projection.synapses.weights
    least, most = chip.weight_min.value, chip.weight_max
    lowest, highest = int(weights.min(initial=0)), int(weights.max(initial=0))
    enough = (by for by in range(1, 33) if lowest >= least << by and highest <= most.value << by)
    halvings = next(enough, 0)  # a chip without negative weights has none that would do
    yield from _range(
        weights,
        least,
        most,
        "weights",
        place,
        chip,
        f"divide them by {1 << halvings} and add {halvings} to its exponent"
        if halvings
        else f"keep to weights from {least} to {most.value}",
    )
    step = chip.weight_step.value
    odd = int(np.count_nonzero(weights % step))
    if odd:
        yield Violation(
            "weight step",
            place,
            f"{odd:,} weights that are no multiple of {step}",
            f"{chip.name} stores mixed-sign weights in steps of {step}",
            f"round them to multiples of {step}",
        )
    low, high, exponent = chip.exponent_min.value, chip.exponent_max, projection.exponent
    excess = exponent - (high.value if exponent > high.value else low)
    remedy = (
        f"subtract {excess} from the exponents of all projections into {projection.target!r} "
        f"and divide its thresholds and biases by {1 << max(0, excess)}"
        if excess > 0
        else f"add {-excess} to it and divide the weights by {1 << max(0, -excess)}"
    )
    yield from _range(np.array([exponent], np.int32), low, high, "exponent", place, chip, remedy)
    late = projection.delay - chip.delay_max.value
    delay = np.array([projection.delay], np.int32)
    yield from _range(delay, 1, chip.delay_max, "delay", place, chip, f"shorten it by {late}")


def _range(
    values: Array, least: int, most: Limit, name: str, place: str, chip: ChipSpec, remedy: str
) -> Iterator[Violation]:
    if values.size and not (values.min() >= least and values.max() <= most.value):
        yield Violation(
            name,
            place,
            f"{name} {values.min():,}..{values.max():,}",
            f"{chip.name} allows {least:,}..{most.value:,}",
            remedy,
        )
