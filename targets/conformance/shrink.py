"""shrink: a small program on which something still fails, found by leaving out what the failure does not need."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from targets.conformance.random_program import Case
from targets.contracts.arrays import Array, Ints
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense, with_weights
from targets.program.check import check
from targets.program.program import Core, IntPopulation, IntProjection, Program


def shrink(case: Case, fails: Callable[[Case], bool], runs: int = 400) -> Case:
    """A small case on which `fails` is still true, found with at most `runs` calls of it; `case` itself must fail.

    Greedy and deterministic: reductions are tried in a fixed order, the large ones first, until none helps. Only
    cases that are legal on their chip are tried.
    """
    smaller = True
    while smaller:
        smaller = False
        for reduction in _REDUCTIONS:
            position = 0
            while (found := _next(reduction(case), position)) is not None:
                if not runs:
                    return case
                runs -= 1
                position, candidate = found
                if fails(candidate):
                    # The next candidate now stands where this one stood.
                    case, smaller = candidate, True
                else:
                    position += 1
    return case


def _next(candidates: Iterator[Case], position: int) -> tuple[int, Case] | None:
    """The first legal candidate from `position` on, and where it stands."""
    for number, candidate in enumerate(islice(candidates, position, None), position):
        if not check(candidate[0]):
            return number, candidate
    return None


def _fewer_samples(case: Case) -> Iterator[Case]:
    """One sample alone."""
    program, inputs = case
    samples = next(iter(inputs.values())).samples
    for number in range(samples if samples > 1 else 0):
        yield program, {name: raster.take([number]) for name, raster in inputs.items()}


def _fewer_steps(case: Case) -> Iterator[Case]:
    """Without the second half, the last step, the first half, or the first step."""
    program, inputs = case
    steps = next(iter(inputs.values())).steps
    for part in (slice(steps // 2), slice(steps - 1), slice(steps // 2, None), slice(1, None)):
        kept = len(range(steps)[part])
        if 0 < kept < steps:
            cut = {name: SpikeRaster.pack(raster.dense()[:, part]) for name, raster in inputs.items()}
            yield replace(program, steps=kept), cut


def _fewer_nodes(case: Case) -> Iterator[Case]:
    """One population or input less."""
    program, inputs = case
    for population in program.populations if len(program.populations) > 1 else ():
        yield _changed(program, populations=_without(program.populations, population)), inputs
    for source in program.inputs if len(program.inputs) > 1 else ():
        rest = _without(program.inputs, source)
        yield _changed(program, inputs=rest), {x.name: inputs[x.name] for x in rest}


def _fewer_projections(case: Case) -> Iterator[Case]:
    """One projection less."""
    program, inputs = case
    for projection in program.projections:
        yield _changed(program, projections=_without(program.projections, projection)), inputs


def _fewer_neurons(case: Case) -> Iterator[Case]:
    """One neuron of a population or input less, its projections made dense."""
    program, inputs = case
    for population in program.populations:
        for neuron in range(population.neurons if population.neurons > 1 else 0):
            registers: dict[str, Any] = {
                key: np.delete(values, neuron) for key, values in _registers(population).items()
            }
            smaller = replace(population, motif_size=1, **registers)
            cores = tuple(_core_without(core, population.name, neuron) for core in program.cores)
            yield (
                _changed(
                    program,
                    populations=_with(program.populations, smaller),
                    projections=_narrowed(program, population.name, neuron),
                    cores=cores,
                ),
                inputs,
            )
    for source in program.inputs:
        for neuron in range(source.neurons if source.neurons > 1 else 0):
            sources = _with(program.inputs, Input(source.name, source.neurons - 1))
            spikes = SpikeRaster.pack(np.delete(inputs[source.name].dense(), neuron, axis=2))
            yield (
                _changed(program, inputs=sources, projections=_narrowed(program, source.name, neuron)),
                inputs | {source.name: spikes},
            )


def _fewer_weights(case: Case) -> Iterator[Case]:
    """Some weights of one projection zero: all, halves, quarters, ..., single ones."""
    program, inputs = case
    for projection in program.projections:
        for weights in _thinned(projection.synapses.weights):
            thin = replace(projection, synapses=with_weights(projection.synapses, weights))
            yield _changed(program, projections=_with(program.projections, thin)), inputs


def _fewer_spikes(case: Case) -> Iterator[Case]:
    """Some spikes of one input gone: all, halves, quarters, ..., single ones."""
    program, inputs = case
    for name, raster in inputs.items():
        for dense in _thinned(raster.dense()):
            yield program, inputs | {name: SpikeRaster.pack(dense)}


def _simpler_numbers(case: Case) -> Iterator[Case]:
    """One core; dense synapses, delay 1, exponent 0; no memory, no bias, threshold 0, motifs of one neuron."""
    program, inputs = case
    if len(program.cores) > 1:
        everything = {p.name: np.arange(p.neurons, dtype=np.int32) for p in program.populations}
        yield _changed(program, cores=(Core(0, 0, everything),)), inputs
    for projection in program.projections:
        simple: dict[str, Any] = {"delay": 1, "exponent": 0}
        changes = [{key: value} for key, value in simple.items() if getattr(projection, key) != value]
        if not isinstance(projection.synapses, Dense):
            changes.append({"synapses": _dense(projection)})
        for change in changes:
            yield _changed(program, projections=_with(program.projections, replace(projection, **change))), inputs
    for population in program.populations:
        forgets = program.chip.decay_max.value
        plain = {"du": forgets, "dv": forgets, "vth": 0, "bias": 0, "refractory": 0}
        registers = _registers(population)
        numbers: list[dict[str, Any]] = [
            {key: np.full_like(registers[key], value)}
            for key, value in plain.items()
            if key in registers and (registers[key] != value).any()
        ]
        if population.motif_size > 1:
            numbers.append({"motif_size": 1})
        for change in numbers:
            yield _changed(program, populations=_with(program.populations, replace(population, **change))), inputs


_REDUCTIONS: tuple[Callable[[Case], Iterator[Case]], ...] = (
    _fewer_samples,
    _fewer_steps,
    _fewer_nodes,
    _fewer_projections,
    _fewer_neurons,
    _fewer_weights,
    _fewer_spikes,
    _simpler_numbers,
)


def _changed(program: Program, **parts: Any) -> Program:
    """The program with other parts; what hung on a part that is gone goes too."""
    given = {key: parts.get(key, getattr(program, key)) for key in ("inputs", "populations", "projections", "cores")}
    names = {population.name for population in given["populations"]}
    sources = names | {source.name for source in given["inputs"]}
    given["projections"] = tuple(p for p in given["projections"] if p.source in sources and p.target in names)
    held = [replace(c, members={n: i for n, i in c.members.items() if n in names and i.size}) for c in given["cores"]]
    given["cores"] = tuple(core for core in held if core.neurons)
    last = given["populations"][-1].name
    return replace(program, **given, outputs=(last,), readout=None)


def _without(parts: tuple[Any, ...], gone: object) -> tuple[Any, ...]:
    return tuple(part for part in parts if part is not gone)


def _with(parts: tuple[Any, ...], changed: Any) -> tuple[Any, ...]:
    """The parts with `changed` in the place of the one of its name."""
    return tuple(changed if part.name == changed.name else part for part in parts)


def _registers(population: IntPopulation) -> dict[str, Ints]:
    registers = {key: getattr(population, key) for key in ("du", "dv", "vth", "bias")}
    return registers if population.refractory is None else registers | {"refractory": population.refractory}


def _core_without(core: Core, name: str, neuron: int) -> Core:
    """The core without one neuron of a population, those after it renumbered."""
    indices = core.members.get(name, np.empty(0, dtype=np.int32))
    rest = indices[indices != neuron]
    return replace(core, members={**core.members, name: rest - (rest > neuron)})


def _narrowed(program: Program, name: str, neuron: int) -> tuple[IntProjection, ...]:
    """All projections, those that touch node `name` without its neuron."""
    narrowed = []
    for projection in program.projections:
        if name in (projection.source, projection.target):
            weights = _dense(projection).weights
            if projection.target == name:
                weights = np.delete(weights, neuron, axis=0)
            if projection.source == name:
                weights = np.delete(weights, neuron, axis=1)
            narrowed.append(replace(projection, synapses=Dense(weights)))
        else:
            narrowed.append(projection)
    return tuple(narrowed)


def _dense(projection: IntProjection) -> Dense:
    """The synapses as one matrix; several between the same two neurons (band) become their sum."""
    weights = np.zeros(projection.synapses.shape, dtype=np.int32)
    post, pre, weight = projection.synapses.coordinates()
    np.add.at(weights, (post, pre), weight)
    return Dense(weights)


def _thinned(values: Array) -> Iterator[Array]:
    """The array with all, halves, quarters, ..., single ones of its numbers that are not zero set to zero."""
    positions = np.flatnonzero(values)
    size = positions.size
    while size:
        for start in range(0, positions.size, size):
            thin = values.copy()
            thin.reshape(-1)[positions[start : start + size]] = 0
            yield thin
        size //= 2
