"""lanes: many samples side by side, so that a weight is read once for all of them."""

import numpy as np

from targets.backends.numba.layout import Cells, Senders, Wires
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled


@compiled
def run_lanes(
    begin: int,
    given: Array,
    told: Array,
    cells: Cells,
    senders: Senders,
    wires: Wires,
    align: int,
    chunk: int,
    u: Array,
    v: Array,
    sent: Array,
    part: Array,
    total: Array,
) -> None:
    """Run all steps of `given` from step `begin` on and write the spikes into `told`.

    given, told  packed spikes of all inputs and of all populations, uint8 [time, byte, lane]
    u, v         int32 [neuron, lane], moved on
    sent         -1 where a neuron of a sender spiked in its latest steps, else 0: [ring, lane], moved on
    part, total  room for sums, [lane]; `chunk` weights may be added in the type of `part`, any row in that of `total`
    """
    lanes = u.shape[1]
    a = np.zeros(lanes, np.int32)
    spikes = np.zeros((len(u), lanes), np.int8)
    inputs = senders.inputs
    for step in range(len(given)):
        t = begin + step
        p = 0
        for sender in range(inputs, len(senders.size)):
            stop = p
            while stop < len(wires.target) and wires.target[stop] == sender:
                stop += 1
            for i in range(senders.size[sender]):
                a[:] = 0
                for q in range(p, stop):
                    source = wires.source[q]
                    slot = (t - wires.delay[q]) % senders.slots[source]
                    start = senders.ring[source] + slot * senders.size[source]
                    row = wires.row[q] + i
                    total[:] = 0
                    _sum(wires.ends[row], wires.ends[row + 1], start, chunk, wires, sent, part, total)
                    floor, shift = wires.floor[q], wires.shift[q]
                    if floor:
                        for lane in range(lanes):
                            a[lane] += (total[lane] >> floor) << align
                    else:
                        for lane in range(lanes):
                            a[lane] += total[lane] << shift
                _integrate(senders.first[sender] + i, a, cells, u, v, spikes)
            p = stop
        for sender in range(len(senders.size)):
            start = senders.ring[sender] + (t % senders.slots[sender]) * senders.size[sender]
            if sender < inputs:
                _read(given[step], senders.byte[sender], senders.size[sender], sent, start)
            else:
                first = senders.first[sender]
                _pack(spikes[first : first + senders.size[sender]], told[step], senders.byte[sender], sent, start)


@compiled
def _sum(begin: int, end: int, start: int, chunk: int, wires: Wires, sent: Array, part: Array, total: Array) -> None:
    """Add the weights of synapses `begin` .. `end` - 1 to `total` in the lanes in which their sources have spiked."""
    lanes = len(total)
    other, weight = wires.other, wires.weight
    k = begin
    while k < end:
        stop = min(k + chunk, end)
        part[:] = 0
        while k + 8 <= stop:
            w0, w1, w2, w3 = weight[k], weight[k + 1], weight[k + 2], weight[k + 3]
            w4, w5, w6, w7 = weight[k + 4], weight[k + 5], weight[k + 6], weight[k + 7]
            s0, s1, s2, s3 = start + other[k], start + other[k + 1], start + other[k + 2], start + other[k + 3]
            s4, s5, s6, s7 = start + other[k + 4], start + other[k + 5], start + other[k + 6], start + other[k + 7]
            for lane in range(lanes):
                part[lane] += (
                    (w0 & sent[s0, lane])
                    + (w1 & sent[s1, lane])
                    + (w2 & sent[s2, lane])
                    + (w3 & sent[s3, lane])
                    + (w4 & sent[s4, lane])
                    + (w5 & sent[s5, lane])
                    + (w6 & sent[s6, lane])
                    + (w7 & sent[s7, lane])
                )
            k += 8
        while k < stop:
            w0, s0 = weight[k], start + other[k]
            for lane in range(lanes):
                part[lane] += w0 & sent[s0, lane]
            k += 1
        for lane in range(lanes):
            total[lane] += part[lane]


@compiled
def _integrate(i: int, a: Array, cells: Cells, u: Array, v: Array, spikes: Array) -> None:
    """`targets.runtime.neuron.step` for one neuron in all lanes; `a` is aligned already."""
    limit, keep_u, keep_v = np.int32(cells.limit), cells.keep_u[i], cells.keep_v[i]
    bias, threshold = cells.bias[i], cells.threshold[i]
    for lane in range(len(a)):
        x = np.int32(np.int32(u[i, lane] * keep_u) + a[lane])
        x = np.int32(x - 2 * limit) if x > limit else x
        x = np.int32(x + 2 * limit) if x <= -limit else x
        u[i, lane] = x
        y = np.int32(np.int32(v[i, lane] * keep_v) + x + bias)
        y = min(max(y, np.int32(1 - limit)), np.int32(limit - 1))
        spike = y > threshold
        spikes[i, lane] = spike
        v[i, lane] = np.int32(0) if spike else y


@compiled
def _read(packed: Array, byte: int, size: int, sent: Array, start: int) -> None:
    """Write packed spikes uint8 [byte, lane] as -1 and 0 to `sent` from `start` on."""
    for i in range(size):
        down = 7 - i % 8
        for lane in range(packed.shape[1]):
            sent[start + i, lane] = -((packed[byte + i // 8, lane] >> down) & 1)


@compiled
def _pack(spikes: Array, packed: Array, byte: int, sent: Array, start: int) -> None:
    """Write spikes [neuron, lane] to `sent`, and packed to `packed`, uint8 [byte, lane]."""
    for i in range(len(spikes)):
        down = 7 - i % 8
        for lane in range(spikes.shape[1]):
            packed[byte + i // 8, lane] |= spikes[i, lane] << down
            sent[start + i, lane] = -spikes[i, lane]
