"""Moves: a cut that changes by one unit at a time, with exact loads and exact gains."""

from collections.abc import Iterable

import numpy as np

from compiler.cutting.first_fit import incidence
from compiler.hypergraph import Hypergraph
from targets.arrays import Array, Floats
from targets.chip import ChipSpec

_RATE_STEPS = 1_000_000  # rates as whole numbers, so that sums do not depend on their order


class Moves:
    """Units on cores; `gains` tells what a move would change, `move` does it.

    Per net and core the number of listening units is kept, [net, core]; all sums are of whole numbers.
    """

    def __init__(self, hypergraph: Hypergraph, core_of: Array, cores: int, chip: ChipSpec) -> None:
        self.hypergraph, self.chip, self.cores = hypergraph, chip, cores
        self.core_of = core_of.copy()
        nets, starts = incidence(hypergraph)
        own = np.argsort(hypergraph.home, kind="stable")
        firsts = np.searchsorted(hypergraph.home[own], np.arange(hypergraph.units + 1))
        self._heard = np.split(nets, starts[1:-1])
        self._sent = np.split(own[firsts[0] :], firsts[1:-1] - firsts[0])
        top = hypergraph.rate.max(initial=1e-300)
        self._rate = np.rint(hypergraph.rate / top * _RATE_STEPS)
        self._width = hypergraph.width.astype(np.float64)
        net_of = np.repeat(np.arange(hypergraph.nets), np.diff(hypergraph.indptr))
        self._listening = np.zeros((hypergraph.nets, cores), dtype=np.int32)
        np.add.at(self._listening, (net_of, self.core_of[hypergraph.pins]), 1)
        self._listens_itself = np.zeros(hypergraph.nets, dtype=np.int32)
        self._listens_itself[net_of[hypergraph.pins == hypergraph.home[net_of]]] = 1
        self._home = np.where(hypergraph.home >= 0, self.core_of[hypergraph.home], -1)
        self._profiles = [
            (_Profiles(hypergraph.decays, self.core_of, cores), chip.decay_profiles_per_core.value),
            (_Profiles(hypergraph.thresholds, self.core_of, cores), chip.threshold_profiles_per_core.value),
        ]
        self.neurons = np.bincount(self.core_of, hypergraph.neurons, minlength=cores)
        self.synapses = np.bincount(self.core_of, hypergraph.synapses, minlength=cores)
        self.events = np.bincount(self.core_of, hypergraph.events, minlength=cores)
        self.axons_in = self._width @ (self._listening > 0)
        self.axons_out = np.bincount(
            self._home[self._home >= 0], (self._width * self._away())[self._home >= 0], minlength=cores
        )

    def over(self) -> Array:
        """Largest fraction of a limit that each core uses, [core]; legal up to 1."""
        chip = self.chip
        parts = [
            self.neurons / chip.neurons_per_core.value,
            chip.synapse_bytes(self.synapses, self.axons_in) / chip.synapse_bytes_per_core.value,
            self.axons_in / chip.axons_in_per_core.value,
            self.axons_out / chip.axons_out_per_core.value,
        ]
        parts += [profiles.held() / limit for profiles, limit in self._profiles]
        return np.max(parts, axis=0)

    def gains(self, unit: int) -> tuple[Floats, Array]:
        """(messages saved, allowed), [core] each, of moving `unit` to every core; its own core is not allowed.

        Allowed is a move after which the new core and the cores that send to it keep every limit.
        """
        here = self.core_of[unit]
        heard, sent = self._heard[unit], self._sent[unit]
        listening = self._listening[heard]
        absent = (listening == 0).astype(np.float64)
        last = listening[:, here] == 1
        home, rate, width = self._home[heard], self._rate[heard], self._width[heard]
        others = self.hypergraph.home[heard] != unit
        elsewhere = rate * others
        saved = elsewhere @ (last & (home != here)) - elsewhere @ absent
        inner = others & (home >= 0)
        np.add.at(saved, home[inner], (rate * absent[np.arange(home.size), home])[inner])
        if sent.size:
            reach = self._listening[sent]
            reach[:, here] -= self._listens_itself[sent]
            saved += self._rate[sent] @ (reach > 0)
            saved -= self._rate[sent] @ (reach[:, here] > 0)
        allowed = self._room(unit, width @ absent)
        allowed[here] = False
        return saved, allowed

    def keeps_outputs(self, unit: int, core: int) -> bool:
        """Whether moving `unit` to `core` leaves every core within its output axons, or no worse than before."""
        before = self.axons_out.copy()
        here = int(self.core_of[unit])
        self.move(unit, core)
        limit = self.chip.axons_out_per_core.value
        good = bool(((self.axons_out <= limit) | (self.axons_out <= before)).all())
        self.move(unit, here)
        return good

    def move(self, unit: int, core: int) -> None:
        """Put `unit` on `core`, whatever the limits."""
        here = int(self.core_of[unit])
        heard, sent = self._heard[unit], self._sent[unit]
        touched = np.union1d(heard, sent)
        self._count_outputs(touched, -1)
        listening = self._listening
        self.axons_in[here] -= self._width[heard] @ (listening[heard, here] == 1)
        self.axons_in[core] += self._width[heard] @ (listening[heard, core] == 0)
        listening[heard, here] -= 1
        listening[heard, core] += 1
        self._home[sent] = core
        self.core_of[unit] = core
        self._count_outputs(touched, 1)
        for load, own in (
            (self.neurons, self.hypergraph.neurons),
            (self.synapses, self.hypergraph.synapses),
            (self.events, self.hypergraph.events),
        ):
            load[here] -= own[unit]
            load[core] += own[unit]
        for profiles, _ in self._profiles:
            profiles.move(unit, here, core)

    def boundary(self) -> Iterable[int]:
        """Units that share a net with another core, ascending."""
        crossing = np.flatnonzero(self._away() > 0)
        homes = self.hypergraph.home[crossing]
        starts, ends = self.hypergraph.indptr[crossing], self.hypergraph.indptr[crossing + 1]
        marked = np.zeros(self.hypergraph.units, dtype=bool)
        marked[homes[homes >= 0]] = True
        size = ends - starts
        where = np.repeat(starts - np.concatenate([[0], np.cumsum(size)[:-1]]), size) + np.arange(size.sum())
        marked[self.hypergraph.pins[where]] = True
        return np.flatnonzero(marked).tolist()

    def _room(self, unit: int, new_axons: Floats) -> Array:
        """Cores with room for `unit`, which would bring them `new_axons`, bool [core]."""
        chip, hypergraph = self.chip, self.hypergraph
        axons = self.axons_in + new_axons
        room = (self.neurons + hypergraph.neurons[unit] <= chip.neurons_per_core.value) & (
            axons <= chip.axons_in_per_core.value
        )
        room &= (
            chip.synapse_bytes(self.synapses + hypergraph.synapses[unit], axons) <= chip.synapse_bytes_per_core.value
        )
        for profiles, limit in self._profiles:
            room &= profiles.with_unit(unit) <= limit
        return np.asarray(room)

    def _away(self, nets: Array | slice = slice(None)) -> Array:
        """Cores that listen to each net, its own not counted."""
        listening, home = self._listening[nets], self._home[nets]
        at_home = (home >= 0) & (listening[np.arange(home.size), home] > 0)
        return np.count_nonzero(listening, axis=1) - at_home

    def _count_outputs(self, nets: Array, sign: int) -> None:
        inner = nets[self._home[nets] >= 0]
        np.add.at(self.axons_out, self._home[inner], sign * self._width[inner] * self._away(inner))


class _Profiles:
    """How many units on each core need each profile, [profile, core]."""

    def __init__(self, pairs: Array, core_of: Array, cores: int) -> None:
        self._count = np.zeros((int(pairs[1].max(initial=0)) + 1, cores), dtype=np.int32)
        np.add.at(self._count, (pairs[1], core_of[pairs[0]]), 1)
        self._of = np.split(pairs[1], np.searchsorted(pairs[0], np.arange(1, core_of.size)))

    def held(self) -> Array:
        return np.count_nonzero(self._count, axis=0)

    def with_unit(self, unit: int) -> Array:
        return self.held() + np.count_nonzero(self._count[self._of[unit]] == 0, axis=0)

    def move(self, unit: int, here: int, core: int) -> None:
        self._count[self._of[unit], here] -= 1
        self._count[self._of[unit], core] += 1
