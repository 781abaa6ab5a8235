"""replay: one integer population driven by spikes that are given, and what leaves its registers on the way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array, Ints
from targets.contracts.raster import SpikeRaster
from targets.contracts.summing import summing
from targets.contracts.synapses import with_weights
from targets.program.program import IntPopulation, IntProjection, Program
from targets.runtime.neuron import rest, step
from targets.runtime.own_time import lengthened

_BINS = 1 << 22
"""(sample, step, neuron) bins that are unpacked at a time."""


@dataclass(frozen=True, eq=False)
class Replay:
    """What a population did.

    spikes       bool [sample, time, neuron]
    voltages     in thresholds, before the reset and as v would be in a register without end, float32 [sample, time,
                 neuron]; None where nobody has asked
    wraps        bins in which u left its register and came back with the other sign
    saturations  bins in which v was held at an end of its register; below 0 that is mostly harmless
    u, v         the largest size that u, before it came back, and v, before it was held, had
    """

    spikes: Array
    voltages: Array | None
    wraps: int
    saturations: int
    u: int
    v: int


@dataclass(frozen=True)
class Overflow:
    """How often u wrapped and v saturated in a population on some data, in bins that count."""

    population: str
    bins: int
    wraps: int
    saturations: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)

    @property
    def sentence(self) -> str:
        """Both counts in one sentence."""
        u, v = (f"in {count:,} bins" if count else "never" for count in (self.wraps, self.saturations))
        return f"{self.population}, of {self.bins:,} bins: u wrapped {u}, v saturated {v}."


def replay(
    population: IntPopulation,
    incoming: Sequence[IntProjection],
    spikes: Mapping[str, Array],
    arithmetic: Arithmetic,
    counted: Array | None = None,
    voltages: bool = False,
    resets: Array | None = None,
) -> Replay:
    """Drive `population` from zero state by `spikes`, bool [sample, time, neuron] of each source of its projections.

    What it hears is given, its own spikes too where it hears them; its reset is by the spikes that it emits itself. So
    driven by a recording of its program, it emits what was recorded. Bins count where `counted`, bool [sample, time],
    says so; None counts all. With `voltages` those of all bins are kept. With `resets`, bool [sample, time, neuron],
    the population spikes there instead, whatever its voltage.
    """
    heard = [
        (each, summing(with_weights(each.synapses, each.synapses.weights.astype(np.float64)))) for each in incoming
    ]
    samples, steps, _ = next(iter(spikes.values())).shape
    u = v = np.zeros((samples, population.neurons), np.int32)
    resting = np.zeros((samples, population.neurons), np.int32)
    emitted = np.zeros((samples, steps, population.neurons), bool)
    traced = np.zeros(emitted.shape, np.float32) if voltages else None
    threshold = np.maximum(population.vth.astype(np.float64), 1) * (1 << arithmetic.align_bits)
    counts = np.ones((samples, steps), bool) if counted is None else counted
    vth = population.vth if resets is None else np.full_like(population.vth, arithmetic.state_limit)  # out of reach
    wraps = saturations = most_u = most_v = 0
    for t in range(steps):
        a = np.zeros(u.shape, np.int64)
        for each, summed in heard:
            if t >= each.delay:
                sums = summed(spikes[each.source][:, t - each.delay]).astype(np.int64)
                a += sums << each.exponent if each.exponent >= 0 else sums >> -each.exponent
        raised, lifted = _unbounded(population, u, v, a, arithmetic)
        u, v, emitted[:, t] = step(
            u,
            v,
            a.astype(np.int32),
            du=population.du,
            dv=population.dv,
            vth=vth,
            bias=population.bias,
            arithmetic=arithmetic,
        )
        if resets is not None:
            emitted[:, t] = resets[:, t]
            v = np.where(emitted[:, t], 0, v).astype(np.int32)
        if population.refractory is not None:
            v, emitted[:, t], resting = rest(v, emitted[:, t], resting, population.refractory)
        lifted += u - raised  # the u that v hears is the one that came back
        if traced is not None:
            traced[:, t] = lifted / threshold
        here = counts[:, t]
        wraps += int(np.count_nonzero((raised != u)[here]))
        saturations += int(np.count_nonzero((np.abs(lifted) >= arithmetic.state_limit)[here]))
        most_u = max(most_u, int(np.abs(raised[here]).max(initial=0)))
        most_v = max(most_v, int(np.abs(lifted[here]).max(initial=0)))
    return Replay(emitted, traced, wraps, saturations, most_u, most_v)


def overflows(
    program: Program, inputs: Mapping[str, SpikeRaster], spikes: Mapping[str, SpikeRaster]
) -> tuple[Overflow, ...]:
    """Wraps and saturations of every population of the network on `inputs`, whose `spikes` some backend recorded.

    Step t of each population's spikes is the network's step t, as `targets.runtime.backend.run` gives them. Steps
    count as far as each sample's length goes. What stands for biases is driven by itself.
    """
    first = next(iter(inputs.values()))
    width = program.neurons + sum(source.neurons for source in program.inputs)
    piece = max(1, _BINS // max(1, width * (first.steps + program.latest)))
    counts = {population.name: [0, 0] for population in program.own}
    for start in range(0, first.samples, piece):
        chosen = slice(start, start + piece)
        given = {name: raster.take(chosen) for name, raster in inputs.items()}
        trains = _trains(program, given, {name: raster.take(chosen) for name, raster in spikes.items()})
        lengths = given[next(iter(given))].lengths
        for population in program.own:
            steps = np.arange(first.steps + program.latest) - population.latency
            counted = (steps >= 0) & (steps < lengths[:, None])
            into = [each for each in program.projections if each.target == population.name]
            found = replay(population, into, trains, program.chip.arithmetic, counted)
            counts[population.name][0] += found.wraps
            counts[population.name][1] += found.saturations
    return tuple(
        Overflow(population.name, first.counted_steps * population.neurons, *counts[population.name])
        for population in program.own
    )


def _trains(program: Program, inputs: Mapping[str, SpikeRaster], spikes: Mapping[str, SpikeRaster]) -> dict[str, Array]:
    """Spikes of all sources in the program's time, bool [sample, time, neuron]."""
    longer = lengthened(inputs, program.latest)
    trains = {name: raster.dense() > 0 for name, raster in longer.items()}
    samples, steps, _ = next(iter(trains.values())).shape
    for population in program.own:
        own = np.zeros((samples, steps, population.neurons), bool)
        if population.unit is None:  # those that answer in voltage never spike, and nobody recorded that
            recorded = spikes[population.name].dense() > 0
            own[:, population.latency : population.latency + recorded.shape[1]] = recorded
        trains[population.name] = own
    for population in program.populations:
        if population.invented:
            silent = np.zeros((samples, steps, population.neurons), bool)
            into = [each for each in program.projections if each.target == population.name]
            heard = {name: trains.get(name, silent) for name in {each.source for each in into}} or {"": silent}
            trains[population.name] = replay(population, into, heard, program.chip.arithmetic).spikes
    return trains


def _summing(projection: IntProjection) -> Callable[[Array], Array]:
    """What sums spikes over its weights in float64, in which sums of integers are exact below 2^53."""
    return summing(with_weights(projection.synapses, projection.synapses.weights.astype(np.float64)))


def _unbounded(population: IntPopulation, u: Ints, v: Ints, a: Array, arithmetic: Arithmetic) -> tuple[Array, Array]:
    """(u, v) after one step in registers without end, v from that u and before its reset: int64 [sample, neuron]."""
    one, bits = arithmetic.decay_one, arithmetic.decay_bits

    def kept(x: Ints, keep: Ints) -> Array:
        product = x.astype(np.int64) * keep
        return np.sign(product) * (np.abs(product) >> bits)

    raised = kept(u, one - 1 - population.du) + (a << arithmetic.align_bits)
    return raised, kept(v, one - population.dv) + raised + population.bias
