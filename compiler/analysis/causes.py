"""causes: which rounding makes a program stray from its float graph, each left out in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from compiler.analysis.reference import Reference
from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection, IntGraph
from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array, Floats, Ints
from targets.contracts.summing import summing
from targets.contracts.synapses import with_weights
from targets.program.program import IntPopulation, IntProjection
from targets.runtime.neuron import rest


@dataclass(frozen=True)
class Kept:
    """Which roundings of a program are kept; what is not is as in the float graph.

    weights     weights and biases are integers
    decays      du and dv, instead of the time constants themselves
    cutting     products with a decay are cut toward zero
    saturation  u wraps and v is held at the ends of their registers
    """

    weights: bool = True
    decays: bool = True
    cutting: bool = True
    saturation: bool = True


CAUSES = ("weights", "decays", "cutting", "saturation")


@dataclass(frozen=True)
class Strayed:
    """Bins of one population that differ from the float graph, on its samples.

    spikes      of the float population
    reproduced  of these, in the same bin of the program
    differing   bins that differ, and `equal` samples in which none does, of `samples`
    without     cause -> bins that differ where that alone is as in the float graph
    """

    population: str
    samples: int
    spikes: int
    reproduced: int
    differing: int
    equal: int
    without: Mapping[str, int]


def causes(
    floats: FloatGraph, integers: IntGraph, reference: Reference, arithmetic: Arithmetic, each: bool = True
) -> tuple[Strayed, ...]:
    """How far `integers`, made of `floats`, stray from them on the samples of the reference, by population.

    Populations that stand for biases are left out. With `each` every cause is switched off in turn.
    """
    found = {"": simulate(floats, integers, reference, arithmetic)}
    if each:
        for cause in CAUSES:
            found[cause] = simulate(floats, integers, reference, arithmetic, replace(Kept(), **{cause: False}))
    strayed = []
    for population in integers.populations:
        name = population.name
        if not population.invented:
            exact, counted = reference.spikes[name], reference.counted[name]
            wrong = (exact ^ found[""][name]) & counted[:, :, None]
            strayed.append(
                Strayed(
                    population=name,
                    samples=reference.samples,
                    spikes=reference.fired(name),
                    reproduced=int(np.count_nonzero((exact & found[""][name])[counted])),
                    differing=int(np.count_nonzero(wrong)),
                    equal=int(np.count_nonzero(~wrong.any(axis=(1, 2)))),
                    without={cause: reference.differing(name, found[cause][name]) for cause in CAUSES if each},
                )
            )
    return tuple(strayed)


def simulate(
    floats: FloatGraph, integers: IntGraph, reference: Reference, arithmetic: Arithmetic, kept: Kept | None = None
) -> dict[str, Array]:
    """Spikes of every population of `integers`, bool [sample, time, neuron], on the inputs of the reference.

    ```
    u = cut(keep_u u) + (a << A)        # with saturation: wrapped once at +-L
    v = cut(keep_v v) + u + bias        # with saturation: held within +-(L - 1)
    s = v > (vth << A);   v = 0 where s;   u is kept;   then the rest of refractory neurons
    ```
    All in float64, which holds the integers of targets/runtime/neuron.py exactly: with everything kept these are the
    spikes of the oracle. What is left out of `kept` is taken from `floats`, scaled by vth / threshold: the weights
    (which then are one part), biases, keeps 1 - 1/tau; the product as it is; registers without end.
    """
    kept = kept or Kept()
    given = {source.name for source in floats.inputs}
    trains = {name: spikes.astype(np.float64) for name, spikes in reference.spikes.items() if name in given}
    samples, steps, _ = next(iter(trains.values())).shape
    cells = [_Cell.of(own, floats, integers, kept, arithmetic) for own in integers.populations]
    u = {cell.name: np.zeros((samples, cell.threshold.size)) for cell in cells}
    v = {cell.name: np.zeros((samples, cell.threshold.size)) for cell in cells}
    trains |= {cell.name: np.zeros((samples, steps, cell.threshold.size)) for cell in cells}
    resting = {cell.name: np.zeros((samples, cell.threshold.size), np.int32) for cell in cells}
    limit = float(arithmetic.state_limit)
    for t in range(steps):
        for cell in cells:
            name = cell.name
            u[name] = _decayed(u[name], cell.keep_u, kept) + cell.arriving(trains, t) * (1 << arithmetic.align_bits)
            if kept.saturation:
                u[name] += 2 * limit * ((u[name] <= -limit).astype(np.float64) - (u[name] > limit))
            v[name] = _decayed(v[name], cell.keep_v, kept) + u[name] + cell.bias
            if kept.saturation:
                v[name] = np.clip(v[name], 1 - limit, limit - 1)
            s = v[name] > cell.threshold
            v[name] = np.where(s, 0, v[name])
            if cell.refractory is not None:
                v[name], s, resting[name] = rest(v[name], s, resting[name], cell.refractory)
            trains[name][:, t] = s
    return {cell.name: trains[cell.name] > 0 for cell in cells}


@dataclass(frozen=True, eq=False)
class _Afferent:
    """A projection as its target hears it: what sums spikes over its float64 weights, and what the sum counts."""

    source: str
    delay: int
    summed: Callable[[Array], Array]
    exponent: int

    @classmethod
    def whole(cls, projection: IntProjection) -> _Afferent:
        """Integer weights, exact in float64."""
        weights = projection.synapses.weights.astype(np.float64)
        summed = summing(with_weights(projection.synapses, weights))
        return cls(projection.source, projection.delay, summed, projection.exponent)

    @classmethod
    def exact(cls, projection: FloatProjection, scale: Floats) -> _Afferent:
        """Float weights in units of the input sum."""
        weights = projection.synapses.weights * scale[projection.synapses.row_of()]
        return cls(projection.source, projection.delay, summing(with_weights(projection.synapses, weights)), 0)


@dataclass(frozen=True, eq=False)
class _Cell:
    """One population with some of its roundings."""

    name: str
    keep_u: Floats
    keep_v: Floats
    threshold: Floats
    bias: Floats
    heard: Sequence[_Afferent]
    refractory: Ints | None

    @classmethod
    def of(
        cls, own: IntPopulation, floats: FloatGraph, integers: IntGraph, kept: Kept, arithmetic: Arithmetic
    ) -> _Cell:
        """The population of that name of both graphs."""
        exact: FloatPopulation = floats.population(own.name)
        one, raised = arithmetic.decay_one, 1 << arithmetic.align_bits
        scale = own.vth / exact.threshold
        rounded = ((one - 1 - own.du) / one, (one - own.dv) / one)
        keeps = rounded if kept.decays else (1 - 1 / exact.tau_s, 1 - 1 / exact.tau_m)
        # What takes away the rest that the largest decay leaves belongs to that decay.
        whole = kept.weights & (kept.decays | (np.rint(one / exact.tau_m) < one))
        heard = (
            [_Afferent.whole(each) for each in integers.into(own.name)]
            if kept.weights
            else [_Afferent.exact(each, scale) for each in floats.into(own.name)]
        )
        bias = np.where(whole, own.bias, exact.bias * scale * raised).astype(np.float64)
        return cls(own.name, *keeps, own.vth.astype(np.float64) * raised, bias, heard, own.refractory)

    def arriving(self, trains: Mapping[str, Floats], t: int) -> Floats:
        """What arrives at step t: float64 [sample, neuron], or a scalar 0."""
        a = np.zeros(())
        for each in self.heard:
            if t >= each.delay:
                summed = each.summed(trains[each.source][:, t - each.delay]) * 2.0**each.exponent
                a = a + (np.floor(summed) if each.exponent < 0 else summed)
        return a


def _decayed(x: Floats, keep: Floats, kept: Kept) -> Floats:
    return np.trunc(x * keep) if kept.cutting else x * keep
