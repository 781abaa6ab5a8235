"""events: one sample, in which only neurons that spike are looked at for their synapses."""

import numpy as np

from targets.backends.numba.layout import Cells, Senders, Wires
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled


@compiled
def run_events(
    begin: int,
    given: Array,
    told: Array,
    cells: Cells,
    senders: Senders,
    wires: Wires,
    align: int,
    u: Array,
    v: Array,
    fired: Array,
    count: Array,
) -> None:
    """Run all steps of `given` from step `begin` on and write the spikes into `told`.

    given, told  packed spikes of all inputs and of all populations, uint8 [time, byte]
    u, v         int32 [neuron], moved on
    fired        which neurons of a sender spiked in its latest steps, int32 [ring]; count: how many, int64
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
            _deliver(p, t, a, summed, senders, wires, align, fired, count)
        _integrate(a, spikes, cells, u, v)
        for sender in range(len(senders.size)):
            slot = t % senders.slots[sender]
            start = senders.ring[sender] + slot * senders.size[sender]
            if sender < inputs:
                count[sender, slot] = _read(given[step], senders.byte[sender], senders.size[sender], fired, start)
            else:
                own = spikes[senders.first[sender] : senders.first[sender] + senders.size[sender]]
                count[sender, slot] = _pack(own, told[step], senders.byte[sender], fired, start)


@compiled
def _deliver(
    p: int,
    t: int,
    a: Array,
    summed: Array,
    senders: Senders,
    wires: Wires,
    align: int,
    fired: Array,
    count: Array,
) -> None:
    """Add to `a`, int32 [neuron] and aligned, what projection p brings in step t; sums wrap as int32 does."""
    source = wires.source[p]
    slot = (t - wires.delay[p]) % senders.slots[source]
    start = senders.ring[source] + slot * senders.size[source]
    shift, row = wires.shift[p], wires.row[p]
    if wires.floor[p] == 0:
        for i in range(start, start + count[source, slot]):
            pre = row + fired[i]
            for k in range(wires.ends[pre], wires.ends[pre + 1]):
                a[wires.other[k]] += np.int32(wires.weight[k]) << shift
        return
    target = wires.target[p]
    first, size = senders.first[target], senders.size[target]
    summed[:size] = 0
    for i in range(start, start + count[source, slot]):
        pre = row + fired[i]
        for k in range(wires.ends[pre], wires.ends[pre + 1]):
            summed[wires.other[k] - first] += wires.weight[k]
    for i in range(size):
        a[first + i] += (summed[i] >> wires.floor[p]) << align


@compiled
def _integrate(a: Array, spikes: Array, cells: Cells, u: Array, v: Array) -> None:
    """`targets.runtime.neuron.step` for all neurons; `a` is aligned already."""
    limit = np.int32(cells.limit)
    for i in range(len(u)):
        x = np.int32(np.int32(u[i] * cells.keep_u[i]) + a[i])
        if x > limit:
            x = np.int32(x - 2 * limit)
        elif x <= -limit:
            x = np.int32(x + 2 * limit)
        u[i] = x
        y = np.int32(np.int32(v[i] * cells.keep_v[i]) + x + cells.bias[i])
        y = min(max(y, np.int32(1 - limit)), np.int32(limit - 1))
        spike = y > cells.threshold[i]
        spikes[i] = spike
        v[i] = np.int32(0) if spike else y


@compiled
def _read(packed: Array, byte: int, size: int, fired: Array, start: int) -> int:
    """Write the neurons whose bits are set to `fired` from `start` on; returns how many they are."""
    found = 0
    for at in range(-(-size // 8)):
        bits = packed[byte + at]
        if bits:
            for bit in range(8):
                if bits & (128 >> bit):
                    fired[start + found] = at * 8 + bit
                    found += 1
    return found


@compiled
def _pack(spikes: Array, packed: Array, byte: int, fired: Array, start: int) -> int:
    """The same for spikes uint8 [neuron]; writes their bits to `packed` too."""
    found = 0
    for at in range(-(-len(spikes) // 8)):
        bits = 0
        for bit in range(min(8, len(spikes) - at * 8)):
            if spikes[at * 8 + bit]:
                bits |= 128 >> bit
                fired[start + found] = at * 8 + bit
                found += 1
        packed[byte + at] = bits
    return found
