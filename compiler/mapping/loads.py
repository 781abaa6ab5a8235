"""Loads: what every core of a partitioning holds, against what the chip allows."""

from dataclasses import dataclass

import numpy as np

from compiler.ir.hypergraph import Hypergraph
from compiler.ir.rates import summed
from targets.contracts.arrays import Array, Floats, readonly
from targets.contracts.chip import ChipSpec
from targets.contracts.errors import InputError
from targets.contracts.numbering import distinct

_MANY = 1 << 18  # pins from which on compiled code saves more than it takes to load


@dataclass(frozen=True, eq=False)
class Loads:
    """What the cores of a partitioning hold and send.

    use       [limit, core]: neurons, synapse bytes, axons in, axons out, decay and threshold profiles as a fraction of
              the chip's limit, of neurons that for the longest delay of all; legal up to 1
    events    [core]: synaptic operations per step
    messages  expected messages per step between cores and from inputs
    """

    use: Floats
    events: Floats
    messages: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "use", readonly(self.use, np.float64, "use of cores", 2))
        object.__setattr__(self, "events", readonly(self.events, np.float64, "events of cores"))
        least = min(self.use.min(initial=0), self.events.min(initial=0), self.messages)
        if least < 0 or self.use.shape[1] != self.cores:
            raise InputError(
                f"loads of {self.cores:,} cores have use of shape {self.use.shape} and numbers down to {least:g}; one "
                "column per core and 0 or more are needed, so run the pass partition again."
            )

    @property
    def cores(self) -> int:
        """Number of cores."""
        return int(self.events.size)

    @property
    def overuse(self) -> float:
        """Largest use of a core over its limit; legal up to 1."""
        return float(self.use.max(initial=0.0))

    @property
    def imbalance(self) -> float:
        """Synaptic operations per step of the busiest core over the mean; 1 where there are none."""
        mean = float(self.events.mean()) if self.events.size else 0.0
        return float(self.events.max()) / mean if mean > 0 else 1.0


def loads(hypergraph: Hypergraph, core_of: Array, chip: ChipSpec) -> Loads:
    """What each core holds when unit u is on core `core_of[u]`; cores are numbered from 0."""
    cores = int(core_of.max(initial=-1)) + 1
    net, core = _reached(hypergraph, core_of, cores)
    home = np.where(hypergraph.home >= 0, core_of[hypergraph.home], -1)[net]
    away = home != core
    inner = away & (home >= 0)
    axons_in = _per_core(core, hypergraph.width[net], cores)
    bits = _per_core(core_of, hypergraph.synapse_bits(chip), cores)
    use = (
        (_per_core(core_of, hypergraph.neurons, cores), hypergraph.neurons_per_core(chip)),
        (chip.memory_bytes(bits, axons_in), chip.synapse_bytes_per_core.value),
        (axons_in, chip.axons_in_per_core.value),
        (_per_core(home[inner], hypergraph.width[net[inner]], cores), chip.axons_out_per_core.value),
        (_profiles(hypergraph.decays, core_of, cores), chip.decay_profiles_per_core.value),
        (_profiles(hypergraph.thresholds, core_of, cores), chip.threshold_profiles_per_core.value),
    )
    return Loads(
        use=np.stack([np.asarray(used) / limit for used, limit in use]),
        events=summed(core_of, hypergraph.events, cores),
        messages=float(hypergraph.rate[net[away]].sum()),
    )


def too_large(hypergraph: Hypergraph, chip: ChipSpec) -> Array:
    """Units that break a limit on an empty core, bool [unit]; what they send to others is not looked at."""
    units = hypergraph.units
    axons = _per_core(hypergraph.pins, hypergraph.width[hypergraph.net_of], units)
    found = (
        (hypergraph.neurons > hypergraph.neurons_per_core(chip))
        | (axons > chip.axons_in_per_core.value)
        | (chip.memory_bytes(hypergraph.synapse_bits(chip), axons) > chip.synapse_bytes_per_core.value)
        | (np.bincount(hypergraph.decays[0], minlength=units) > chip.decay_profiles_per_core.value)
        | (np.bincount(hypergraph.thresholds[0], minlength=units) > chip.threshold_profiles_per_core.value)
    )
    return np.asarray(found)


def between(hypergraph: Hypergraph, core_of: Array, cores: int) -> Floats:
    """Expected messages per step from core to core, float64 [source core, target core]; nothing within a core."""
    net, core = _reached(hypergraph, core_of, cores)
    inner = hypergraph.home[net] >= 0
    pair = core_of[hypergraph.home[net[inner]]] * cores + core[inner]
    sent = summed(pair, hypergraph.rate[net[inner]], cores * cores).reshape(cores, cores)
    np.fill_diagonal(sent, 0)
    return sent


def _reached(hypergraph: Hypergraph, core_of: Array, cores: int) -> tuple[Array, Array]:
    """(net, core): every core on which a unit listens to a net, by net and core."""
    if hypergraph.pins.size >= _MANY:
        from compiler.mapping.reached import reached_cores

        # One compiled form for all: what may be written to is a type of its own.
        count, core = reached_cores(hypergraph.indptr, hypergraph.pins, core_of.astype(np.int64), cores)
        return np.repeat(np.arange(hypergraph.nets), count), core
    reached = np.sort(hypergraph.net_of * cores + core_of[hypergraph.pins])
    return np.divmod(reached[np.diff(reached, prepend=-1) > 0], max(cores, 1))


def _per_core(core: Array, amount: Array, cores: int) -> Array:
    return np.bincount(core, amount, minlength=cores).astype(np.int64)


def _profiles(pairs: Array, core_of: Array, cores: int) -> Array:
    """Distinct profiles on every core, from (unit, profile) pairs."""
    count = int(pairs[1].max(initial=0)) + 1
    return np.bincount(distinct(core_of[pairs[0]] * count + pairs[1]) // count, minlength=cores)
