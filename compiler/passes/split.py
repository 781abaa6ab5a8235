"""split: floats become the legal integers of a chip, projections in two parts where that pays."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from compiler.analysis.calibration import Calibration
from compiler.analysis.ceiling import Ceiling, ceiling, even
from compiler.analysis.integers import integer_bias, programmable
from compiler.analysis.reference import Reference
from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection, IntGraph
from targets.conformance.replay import replay
from targets.contracts.arrays import Floats, Ints
from targets.contracts.chip import ChipSpec
from targets.contracts.errors import InputError
from targets.contracts.parts import Part, coarse_part, in_parts
from targets.contracts.profiles import nearest_decays
from targets.contracts.synapses import with_weights
from targets.contracts.thresholds import HEADROOM, highest_threshold, legal_threshold
from targets.program.program import IntPopulation, IntProjection

_HALVINGS = 6
"""Candidate scales below the ceiling, each the one before it divided by the root of 2; more where v had no room."""
_WORTH = 1.01
"""A residual stays where without it over 1 % more bins will differ."""
_QUIET = 1e-3
_RESIDUAL = "residual"


@dataclass(frozen=True, eq=False)
class Split:
    """The integers, and what was decided.

    residuals  projection -> the name of the second one that refines it
    ceilings   population -> how high its threshold may be
    weights    weights of the float graph that are not 0, and biases that ride on synapses
    """

    graph: IntGraph
    residuals: Mapping[str, str]
    ceilings: Mapping[str, Ceiling]
    weights: int

    def __post_init__(self) -> None:
        for key in ("residuals", "ceilings"):
            object.__setattr__(self, key, MappingProxyType(dict(getattr(self, key))))

    @property
    def synapses(self) -> int:
        """Synapses of the graph."""
        return sum(each.synapses.coordinates()[0].size for each in self.graph.projections)


@dataclass(frozen=True, eq=False)
class _Held:
    """One population in integers, and the weights of each projection into it in one or two parts."""

    population: IntPopulation
    parts: Mapping[str, tuple[Part, ...]]


def split(
    graph: FloatGraph,
    chip: ChipSpec,
    calibration: Calibration | None = None,
    reference: Reference | None = None,
    most_synapses: int | None = None,
) -> Split:
    """Round a graph to the grid of `chip`, with a second, finer projection beside one whose weights it makes exact.

    A projection's weights become a coarse part and a residual, with the same wiring, source and delay, whose sum is the
    nearest multiple of the finest unit (`targets.contracts.parts`). Each population has one threshold S, which is its
    scale: its weights count S * w / threshold. Without data S is the highest of which it is proved that u never wraps,
    and at which v has room. With a `calibration` u may rise to twice its peak, and of the scales up to there the one is
    taken with which the population, driven by the float spikes of the `reference`, differs from its own in the fewest
    bins. Weights that are legal under one threshold as they are keep it. Each neuron has the nearest of as many
    (du, dv) pairs as a core holds.

    A residual is left out where it is 0, and where on the reference hardly more bins will differ without it. Where
    there are more than `most_synapses` synapses, fine weights are left out one by one, first those that bring the least
    to the drive. Raises InputError as `quantize` does, and where there are too many without any residual.
    """
    programmable(graph)
    decays = nearest_decays(
        {population.name: (population.tau_s, population.tau_m) for population in graph.populations},
        chip.decay_profiles_per_core.value,
        chip.arithmetic,
    )
    few = len(graph.populations) > chip.threshold_profiles_per_core.value
    ceilings, held = {}, {}
    for population in graph.populations:
        name = population.name
        known = None if population.invented else reference
        peaks = None if calibration is None or population.invented else calibration.peaks[name]
        ceilings[name], held[name] = _rounded(population, graph.into(name), decays[name], chip, peaks, known, few)
    if most_synapses is not None:
        held = _within(held, graph, most_synapses, {} if calibration is None else calibration.rates)
    projections, residuals = _projections(graph, held)
    return Split(
        graph=IntGraph(
            inputs=graph.inputs,
            populations=tuple(held[population.name].population for population in graph.populations),
            projections=tuple(projections),
            readout=graph.readout,
            steps=graph.steps,
            origin=graph.origin,
            provenance=graph.provenance,
        ),
        residuals=residuals,
        ceilings=ceilings,
        weights=sum(each.synapses.coordinates()[0].size for each in graph.projections),
    )


def _rounded(
    population: FloatPopulation,
    incoming: Sequence[FloatProjection],
    decays: tuple[Ints, Ints],
    chip: ChipSpec,
    peaks: tuple[float, float] | None,
    reference: Reference | None,
    few: bool,
) -> tuple[Ceiling, _Held]:
    """One population at the best of its scales, powers of two if `few`; `peaks` are those of u and v on data."""
    peak, deepest = peaks or (None, 0.0)
    found = ceiling(population, incoming, decays[0], chip, peak)
    if found.highest < 1:
        raise InputError(_too_wide(population, incoming, found.held))
    synapses = {each.name: each.synapses for each in incoming}
    top = min(highest_threshold(chip, HEADROOM), found.highest)
    legal = legal_threshold(population.threshold, synapses, top, chip)
    if legal is not None:
        exact = Ceiling(legal, found.proved, "its weights, which are exact there")
        return exact, _held(population, incoming, decays, legal, chip)
    if reference is None:
        return found, _held(population, incoming, decays, _powers(found.highest, few), chip)
    room = (chip.arithmetic.state_limit >> chip.arithmetic.align_bits) / max(deepest, 1.0)
    first, *others = _scales(found, room, few)
    best = _held(population, incoming, decays, first, chip)
    fewest = _strays(best, incoming, reference, chip)
    for vth in others:  # one after the other, so that the weights of two are held at a time
        option = _held(population, incoming, decays, vth, chip)
        if (strays := _strays(option, incoming, reference, chip)) < fewest:
            best, fewest = option, strays
    if reference.fired(population.name):
        best = _paying(best, fewest, population, incoming, reference, chip)
    return found, best


def _scales(found: Ceiling, room: float, few: bool) -> tuple[int, ...]:
    """Thresholds to try, the highest first; `room` is the one with which v was not seen to saturate.

    What forgets nothing owes all that it ever lost. If v is held at the end of its register, part of that is forgiven.
    """
    halvings = max(_HALVINGS, math.ceil(2 * math.log2(max(found.highest / room, 1))))
    below = [found.highest / 2 ** (halving / 2) for halving in range(halvings + 1)]
    tried = {_powers(even(scale), few) for scale in (*below, min(found.proved, found.highest))}
    return tuple(sorted((scale for scale in tried if scale >= 1), reverse=True))


def _powers(scale: int, few: bool) -> int:
    """The scale, or the power of two below it where a core holds fewer thresholds than there are populations."""
    return 1 << (scale.bit_length() - 1) if few and scale else scale


def _held(
    population: FloatPopulation,
    incoming: Sequence[FloatProjection],
    decays: tuple[Ints, Ints],
    vth: int,
    chip: ChipSpec,
) -> _Held:
    """The population at threshold `vth`, with all weights in as many parts as they need."""
    du, dv = decays
    thresholds = np.full(population.neurons, vth)
    integers = IntPopulation(
        name=population.name,
        motif_size=population.motif_size,
        du=du,
        dv=dv,
        vth=thresholds.astype(np.int32),
        bias=integer_bias(population, dv, thresholds, bool(incoming), chip),
        latency=population.latency,
        invented=population.invented,
        refractory=population.refractory,
        unit=None
        if population.unit is None
        else population.unit * population.threshold / (vth * (1 << chip.arithmetic.align_bits)),
    )
    return _Held(integers, {each.name: in_parts(_exact(each, population, vth), chip) for each in incoming})


def _exact(projection: FloatProjection, population: FloatPopulation, vth: int) -> Floats:
    """Weights in units of the input sum at threshold `vth`, in the shape in which they are stored."""
    scale = vth / population.threshold
    return np.asarray(projection.synapses.weights * scale[projection.synapses.row_of()])


def _strays(held: _Held, incoming: Sequence[FloatProjection], reference: Reference, chip: ChipSpec) -> float:
    """Bins in which the population, driven by the float spikes, will differ from the float one."""
    edges = [edge for each in incoming for edge in _edges(each, held.parts[each.name])]
    found = replay(held.population, edges, reference.spikes, chip.arithmetic, voltages=True)
    return 0.0 if found.voltages is None else reference.crossings(held.population.name, found.voltages)


def _paying(
    held: _Held,
    fewest: float,
    population: FloatPopulation,
    incoming: Sequence[FloatProjection],
    reference: Reference,
    chip: ChipSpec,
) -> _Held:
    """The population without those residuals without which hardly more bins will differ than the `fewest`."""
    vth = int(held.population.vth[0])
    for each in sorted(incoming, key=lambda each: -_count(each, held.parts[each.name])):
        if len(held.parts[each.name]) > 1:
            one = (coarse_part(_exact(each, population, vth), chip),)
            without = replace(held, parts={**held.parts, each.name: one})
            if _strays(without, incoming, reference, chip) <= _WORTH * fewest:
                held = without
    return held


def _within(held: Mapping[str, _Held], graph: FloatGraph, most: int, rates: Mapping[str, Floats]) -> dict[str, _Held]:
    """The populations with so few fine weights that there are at most `most` synapses, those that tell least left out.

    A weight tells by its square in thresholds times the rate at which its source spikes, 1 where that is not known.
    """
    refined = [each for each in graph.projections if len(held[each.target].parts[each.name]) > 1]
    total = sum(_count(each, held[each.target].parts[each.name]) for each in graph.projections)
    tells = [_tells(each, held[each.target], rates) for each in refined]
    every = np.concatenate([np.zeros(0), *tells])
    excess, fine_weights = max(0, total - most), int(np.count_nonzero(every))
    if excess > fine_weights:
        raise InputError(
            f"the network has {total - fine_weights:,} synapses without any residual and {most:,} are allowed; allow "
            "more, or prune it."
        )
    stays = np.ones(every.size, bool)
    stays[np.argsort(np.where(every > 0, every, np.inf), kind="stable")[:excess]] = False
    found = dict(held)
    ends = np.cumsum([tell.size for tell in tells])[:-1]
    for each, kept in zip(refined, np.split(stays, ends), strict=True):
        own = found[each.target]
        coarse, fine = own.parts[each.name]
        left = replace(fine, weights=np.where(kept.reshape(fine.weights.shape), fine.weights, 0))
        parts = (coarse, left) if left.weights.any() else (coarse,)
        found[each.target] = replace(own, parts={**own.parts, each.name: parts})
    return found


def _tells(projection: FloatProjection, held: _Held, rates: Mapping[str, Floats]) -> Floats:
    """How much each fine weight tells, float64 [stored weight], 0 where there is no synapse."""
    _, fine = held.parts[projection.name]
    stored = np.arange(1, fine.weights.size + 1, dtype=np.float64).reshape(fine.weights.shape)
    _, pre, number = with_weights(projection.synapses, stored * (fine.weights != 0)).coordinates()
    rate = rates.get(projection.source)
    # Sources that never spiked still count a little, so that nothing but a 0 tells nothing.
    often = np.ones(pre.size) if rate is None else rate[pre] + _QUIET
    heard = np.bincount(number.astype(np.int64) - 1, often, minlength=fine.weights.size)
    return np.asarray(heard * np.square(fine.weights.ravel() * 2.0**fine.exponent / float(held.population.vth[0])))


def _count(projection: FloatProjection, parts: Sequence[Part]) -> int:
    """Synapses of all parts."""
    return sum(with_weights(projection.synapses, part.weights).coordinates()[0].size for part in parts)


def _edges(projection: FloatProjection, parts: Sequence[Part], name: str = _RESIDUAL) -> list[IntProjection]:
    """A projection for each part, the second one of that name."""
    return [
        IntProjection(
            name=label,
            source=projection.source,
            target=projection.target,
            synapses=with_weights(projection.synapses, part.weights),
            exponent=part.exponent,
            delay=projection.delay,
        )
        for label, part in zip((projection.name, name), parts, strict=False)
    ]


def _projections(graph: FloatGraph, held: Mapping[str, _Held]) -> tuple[list[IntProjection], dict[str, str]]:
    """All projections in the order of the graph, each followed by its residual; and the names of those."""
    taken = {each.name for each in graph.projections}
    found, residuals = [], {}
    for each in graph.projections:
        parts = held[each.target].parts[each.name]
        name = _fresh(f"{each.name} {_RESIDUAL}", taken)
        found += _edges(each, parts, name)
        if len(parts) > 1:
            residuals[each.name] = name
            taken.add(name)
    return found, residuals


def _fresh(name: str, taken: set[str]) -> str:
    """The name, or the name with a number where it is taken."""
    number, free = 2, name
    while free in taken:
        number, free = number + 1, f"{name} {number}"
    return free


def _too_wide(population: FloatPopulation, incoming: Sequence[FloatProjection], held: str) -> str:
    """What is wrong where no threshold of 1 or more is left."""
    largest = max((float(np.abs(each.synapses.weights).max(initial=0)) for each in incoming), default=0.0)
    return (
        f"population {population.name!r} has weights up to {largest:g} for thresholds down to "
        f"{population.threshold.min():g}, which on the chip would have to be below 1, held down by {held}; lower the "
        "weights or biases, or raise the threshold."
    )
