"""estimate: energy and time of a program on Loihi, from published figures per event. An estimate, not a measurement."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from compiler.ir.rates import ASSUMED_RATE
from targets.contracts.arrays import Array
from targets.contracts.numbering import distinct, numbered, offsets
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program
from targets.program.usage import chips_used

SOURCE = "Davies et al., IEEE Micro 38(1), 2018, Table 2 (pre-silicon simulation of Loihi)"


@dataclass(frozen=True)
class Figure:
    """One event: its energy in pJ and its time in ns."""

    energy: float
    time: float


SYNAPTIC_OPERATION = Figure(23.6, 3.5)
NEURON_ACTIVE = Figure(81.0, 8.4)
NEURON_IDLE = Figure(52.0, 5.3)
MESSAGE = Figure(1.7, 2.1)
"""A spike within its tile; hops to other tiles come on top."""
HOP_EAST_WEST = Figure(3.0, 4.1)
HOP_NORTH_SOUTH = Figure(4.0, 6.5)
BARRIER = {1: 113.0, 32: 465.0}
"""Time in ns of the barrier that ends a step, for 1 and for 32 tiles; others lie on the line through them."""

_BETWEEN_CHIPS = (
    " The program is spread over {} chips: the cost between chips is unpublished, and hops across chips are counted as "
    "hops between tiles."
)


@dataclass(frozen=True)
class Estimate:
    """Means per time step: energy in nJ, time in ns, and the numbers of events that they come from.

    messages  spikes on the mesh, one for each core beside its own that a spike goes to; hops of all of them
    active    neuron updates that spiked
    chips     chips in use; hops from chip to chip are among the others
    """

    synaptic_operations: float
    neuron_updates: float
    active: float
    messages: float
    hops_east_west: float
    hops_north_south: float
    synapse_energy: float
    neuron_energy: float
    mesh_energy: float
    slowest_core: int
    compute_time: float
    barrier_time: float
    chips: int
    source: str = SOURCE

    @property
    def energy(self) -> float:
        """Energy of a step in nJ, without static power and without what enters and leaves the chip."""
        return self.synapse_energy + self.neuron_energy + self.mesh_energy

    @property
    def time(self) -> float:
        """Time of a step in ns: the slowest core, then the barrier."""
        return self.compute_time + self.barrier_time

    @property
    def sentence(self) -> str:
        """The estimate and where it comes from."""
        return (
            f"Estimate, not measured: {self.energy:.3g} nJ and {self.time / 1000:.3g} us per step "
            f"(synapses {self.synapse_energy:.3g} nJ, neurons {self.neuron_energy:.3g} nJ, mesh "
            f"{self.mesh_energy:.3g} nJ; core {self.slowest_core} is the slowest); "
            f"figures per event from {self.source}."
            f"{_BETWEEN_CHIPS.format(self.chips) if self.chips > 1 else ''}"
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self) | {"energy": self.energy, "time": self.time}


def estimate(program: Program, spikes: Mapping[str, SpikeRaster]) -> Estimate:
    """Energy and time per step that counts, when inputs and populations of `program` spike as in `spikes`.

    `spikes` are rasters of every input and of every population of the network, as `run` gives them; what stands for
    biases is known without. Nothing depends on what follows the lengths of samples.

    A spike costs one synaptic operation for each synapse that is not zero, and one message for each core beyond its
    own that it goes to, routed east-west first; input spikes reach their cores at no cost. Every neuron is updated in
    every step. A core takes the sum of its operations, updates and messages sent, the step as long as the slowest
    core on the mean. No static power, no congestion. The cost between chips is unpublished: hops across chips are
    counted as hops between tiles, and the barrier as that of one chip of as many tiles.

    Source: Davies et al., IEEE Micro 38(1), 2018, Table 2.
    """
    return _at(program, rates_in(program, spikes))


def assumed_estimate(program: Program) -> Estimate:
    """The same where nothing was run: every input and neuron is taken to spike in 3 % of the steps."""
    return _at(program, rates_in(program))


def _at(program: Program, rates: Array) -> Estimate:
    """The estimate for spikes per step [global number]."""
    core_of = program.listeners.core_of
    cores = len(program.cores)
    operations, goals = operations_of(program, rates)
    crossing = goals[:, (core_of[goals[0]] >= 0) & (core_of[goals[0]] != goals[1])]
    places = np.array([(core.x, core.y) for core in program.cores]).reshape(-1, 2)
    sender = core_of[crossing[0]]
    sent = rates[crossing[0]]
    hops = np.abs(places[sender] - places[crossing[1]])
    east, north = float(sent @ hops[:, 0]), float(sent @ hops[:, 1])
    on_chip = core_of >= 0
    active = np.bincount(core_of[on_chip], rates[on_chip], minlength=cores)
    neurons = np.bincount(core_of[on_chip], minlength=cores)
    time = (
        operations * SYNAPTIC_OPERATION.time
        + active * NEURON_ACTIVE.time
        + (neurons - active) * NEURON_IDLE.time
        + np.bincount(sender, sent, minlength=cores) * MESSAGE.time
    )
    slowest = int(time.argmax())
    idle = float(neurons.sum() - active.sum())
    mesh = float(sent.sum()) * MESSAGE.energy + east * HOP_EAST_WEST.energy + north * HOP_NORTH_SOUTH.energy
    return Estimate(
        synaptic_operations=float(operations.sum()),
        neuron_updates=float(neurons.sum()),
        active=float(active.sum()),
        messages=float(sent.sum()),
        hops_east_west=east,
        hops_north_south=north,
        synapse_energy=float(operations.sum()) * SYNAPTIC_OPERATION.energy / 1000,
        neuron_energy=(float(active.sum()) * NEURON_ACTIVE.energy + idle * NEURON_IDLE.energy) / 1000,
        mesh_energy=mesh / 1000,
        slowest_core=slowest,
        compute_time=float(time[slowest]),
        barrier_time=_barrier(places),
        chips=chips_used(program),
    )


def rates_in(program: Program, spikes: Mapping[str, SpikeRaster] | None = None) -> Array:
    """Spikes per step of every input and neuron by global number: those of `spikes`, else 3 % of the steps."""
    starts = offsets(program.inputs, program.populations)
    rates = np.full(sum(source.neurons for source in program.inputs) + program.neurons, ASSUMED_RATE)
    if spikes is None:
        return _with_invented(program, rates, program.steps)
    for name in (*(source.name for source in program.inputs), *(population.name for population in program.own)):
        raster = spikes[name]
        rates[starts[name] : starts[name] + raster.neurons] = raster.rates()
    first = spikes[program.inputs[0].name]
    return _with_invented(program, rates, first.counted_steps / max(first.samples, 1))


def _with_invented(program: Program, rates: Array, steps: float) -> Array:
    """The rates with those of populations that stand for biases, in samples of `steps` on the mean."""
    starts = offsets(program.inputs, program.populations)
    known = rates.copy()
    for population in program.populations:
        if population.invented:
            once = min(1.0, 1 / steps) if steps else 0.0
            known[starts[population.name]] = 1.0 if population.invented == "every step" else once
    return known


def operations_of(program: Program, rates: Array) -> tuple[Array, Array]:
    """Synaptic operations per step of every core at these rates by global number, and int [2, pair].

    These are all distinct pairs of a source neuron, by global number, and a core it goes to.
    """
    core_of, cores = program.listeners.core_of, len(program.cores)
    operations, keys = np.zeros(cores), [np.empty(0, dtype=np.int64)]
    for source, target in numbered(program.projections, offsets(program.inputs, program.populations)):
        goal = core_of[target]
        operations += np.bincount(goal, rates[source], minlength=cores)
        keys.append(distinct(source * cores + goal))
    pairs = distinct(np.concatenate(keys))
    return operations, np.stack(np.divmod(pairs, cores))


def _barrier(places: Array) -> float:
    """Time of the barrier over the tiles in use."""
    (few, quick), (many, slow) = BARRIER.items()
    tiles = len(np.unique(places, axis=0))
    return quick + (slow - quick) * (tiles - few) / (many - few)
