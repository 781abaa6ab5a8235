"""events: one sample, in which only neurons that spike are looked at for their synapses."""

import numpy as np

from targets.backends.numba.layout import Cells, Senders, Wires
from targets.backends.numba.neuron import rested, stepped
from targets.backends.numba.prefetch import prefetch
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled

_AHEAD = 8
"""Rows before which memory is asked for."""
_LINE, _LINES = 64, 4
"""Bytes of a line of the cache, and lines of other ends that are asked for; weights take half. What follows in longer
rows the processor sees by itself; a loop to the end of each row makes small programs slower."""


@compiled
def run_events(
    begin: int,
    given: Array,
    told: Array,
    cells: Cells,
    senders: Senders,
    wires: Wires,
    u: Array,
    v: Array,
    resting: Array,
    fired: Array,
    count: Array,
) -> None:
    """Run all steps of `given` from step `begin` on and write the spikes into `told`.

    given, told  packed spikes of all inputs and of all populations, uint8 [time, byte]
    wires        by source
    u, v         int32 [neuron], moved on
    resting      steps that are left of refractory periods, int32 [neuron], moved on; of length 0 where there are none
    fired        which neurons of a sender spiked in its latest steps, uint32 [ring]; count: how many, int64
                 [sender, slot]; both moved on
    """
    inputs = senders.inputs
    a = np.zeros(len(u), np.int32)
    spikes = np.zeros(len(u), np.uint8)
    summed = np.zeros(senders.size.max(), np.int64)
    for step in range(len(given)):
        t = begin + step
        a[:] = 0
        for p in range(len(wires.source)):
            source = wires.source[p]
            slot = (t - wires.delay[p]) % senders.slots[source]
            start = senders.ring[source] + slot * senders.size[source]
            sources = fired[start : start + count[source, slot]]
            if wires.floor[p] == 0:
                _deliver(sources, wires.row[p], wires.ends, wires.other, wires.weight, wires.shift[p], a)
            else:
                first, size = senders.first[wires.target[p]], senders.size[wires.target[p]]
                _sum(sources, wires.row[p], wires.ends, wires.other, wires.weight, first, summed[:size])
                _lower(summed[:size], wires.floor[p], wires.shift[p], a[first : first + size])
        _integrate(a, spikes, cells, u, v)
        if len(resting):
            _rest(spikes, cells.refractory, v, resting)
        for sender in range(len(senders.size)):
            slot = t % senders.slots[sender]
            start = senders.ring[sender] + slot * senders.size[sender]
            room = fired[start : start + senders.size[sender]]
            if sender < inputs:
                count[sender, slot] = _read(given[step, senders.byte[sender] :], room)
            else:
                own = spikes[senders.first[sender] : senders.first[sender] + senders.size[sender]]
                count[sender, slot] = _pack(own, told[step, senders.byte[sender] :], room)


@compiled
def _deliver(sources: Array, row: int, ends: Array, other: Array, weight: Array, shift: int, a: Array) -> None:
    """Add the synapses of the neurons that spiked to `a`, int32 [neuron] and aligned; sums wrap as int32 does.

    Rows of large programs lie far apart: memory is asked for one some rows before it is read; to ask past the end of
    what there is does no harm. Indices have no sign, so that none has to be asked whether it counts from the end.
    """
    one, begin, last = np.uint64(1), np.uint64(row), len(sources) - 1
    others, weights = np.uint64(other.ctypes.data), np.uint64(weight.ctypes.data)
    for i in range(len(sources)):
        soon = ends[begin + np.uint64(sources[min(i + _AHEAD, last)])]
        for line in range(_LINES):
            prefetch(others + soon * np.uint64(other.itemsize) + np.uint64(_LINE * line))
        for line in range(_LINES // 2):
            prefetch(weights + soon * np.uint64(weight.itemsize) + np.uint64(_LINE * line))
        pre = begin + np.uint64(sources[i])
        for k in range(ends[pre], ends[pre + one]):
            a[other[k]] += np.int32(weight[k]) << shift


@compiled
def _sum(sources: Array, row: int, ends: Array, other: Array, weight: Array, first: int, summed: Array) -> None:
    """Write the sums of the synapses of the neurons that spiked to `summed`, int64 [neuron of the target]."""
    one = np.uint64(1)
    summed[:] = 0
    for source in sources:
        pre = np.uint64(row) + np.uint64(source)
        for k in range(ends[pre], ends[pre + one]):
            summed[np.uint64(other[k]) - np.uint64(first)] += weight[k]


@compiled
def _lower(summed: Array, floor: int, shift: int, a: Array) -> None:
    """Add whole sums to `a`, lowered by `floor` bits and raised by `shift`."""
    for i in range(len(summed)):
        a[i] += (summed[i] >> floor) << shift


@compiled
def _integrate(a: Array, spikes: Array, cells: Cells, u: Array, v: Array) -> None:
    """One step of all neurons; `a` is aligned already."""
    keep_u, keep_v, bias, threshold = cells.keep_u, cells.keep_v, cells.bias, cells.threshold
    limit = np.int32(cells.limit)
    for i in range(len(u)):
        x, y, spike = stepped(u[i], v[i], a[i], keep_u[i], keep_v[i], bias[i], threshold[i], limit)
        u[i] = x
        v[i] = y
        spikes[i] = spike


@compiled
def _rest(spikes: Array, refractory: Array, v: Array, resting: Array) -> None:
    """What refractory periods make of a step of all neurons."""
    for i in range(len(v)):
        v[i], spikes[i], resting[i] = rested(v[i], spikes[i] != 0, resting[i], refractory[i])


@compiled
def _read(packed: Array, fired: Array) -> int:
    """Write the neurons whose bits are set to `fired`, which has room for all; returns how many they are."""
    found = 0
    for at in range(-(-len(fired) // 8)):
        bits = packed[at]
        if bits:
            for bit in range(8):
                if bits & (128 >> bit):
                    fired[found] = at * 8 + bit
                    found += 1
    return found


@compiled
def _pack(spikes: Array, packed: Array, fired: Array) -> int:
    """The same for spikes uint8 [neuron]; writes their bits to `packed` too.

    Every neuron is written to the next free place, which only a spike takes: a branch would often be guessed wrong.
    """
    found = 0
    for at in range(-(-len(spikes) // 8)):
        bits = 0
        for bit in range(min(8, len(spikes) - at * 8)):
            spike = spikes[at * 8 + bit]
            fired[found] = at * 8 + bit
            found += spike
            bits |= spike << (7 - bit)
        packed[at] = bits
    return found
