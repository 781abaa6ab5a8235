"""lanes: many samples side by side, so that a weight is read once for all of them."""

import numpy as np

from targets.backends.numba.layout import CHUNK, Cells, Senders, Wires
from targets.backends.numba.neuron import rested, stepped
from targets.backends.numba.rows import add_row
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled

BLOCK, BLOCKS = 16, 4
"""Samples come in blocks of so many; so many blocks are summed together."""
_all_blocks = add_row(BLOCK * BLOCKS, 16, 32, 16, CHUNK)
_one_block = add_row(BLOCK, 16, 32, 16, CHUNK)
_one_wide_block = add_row(BLOCK, 64, 64, 32, 1 << 62)


@compiled
def run_lanes(
    begin: int,
    given: Array,
    told: Array,
    cells: Cells,
    senders: Senders,
    wires: Wires,
    u: Array,
    v: Array,
    resting: Array,
    sent: Array,
) -> None:
    """Run all steps of `given` from step `begin` on and write the spikes into `told`.

    given, told  packed spikes of all inputs and of all populations, uint8 [time, byte, lane]; `told` holds zeros
    wires        by target; weights int16 where `sent` is int16, else int32
    u, v         int32 [neuron, lane], moved on
    resting      steps that are left of refractory periods, int32 [neuron, lane], moved on; of length 0 without any
    sent         -1 where a neuron of a sender spiked in its latest steps, else 0: [ring, lane], int16 where sums of
                 `CHUNK` weights fit that, else int64; moved on. The number of lanes is a multiple of `BLOCK`
    """
    inputs = senders.inputs
    for step in range(len(given)):
        t = begin + step
        p = 0
        for sender in range(len(senders.size)):
            size, start = senders.size[sender], senders.ring[sender] + t % senders.slots[sender] * senders.size[sender]
            own = sent[start : start + size]
            if sender < inputs:
                _read(given[step, senders.byte[sender] :], own)
            else:
                stop = p
                while stop < len(wires.target) and wires.target[stop] == sender:
                    stop += 1
                first = senders.first[sender]
                here = slice(first, first + size)
                _population(t, p, stop, first, cells, senders, wires, u[here], v[here], sent, own)
                if len(resting):
                    _rest(cells.refractory[here], v[here], resting[here], own)
                _pack(own, told[step, senders.byte[sender] :])
                p = stop


@compiled
def _population(
    t: int,
    p: int,
    stop: int,
    first: int,
    cells: Cells,
    senders: Senders,
    wires: Wires,
    u: Array,
    v: Array,
    sent: Array,
    own: Array,
) -> None:
    """One step of the neurons of a population, which projections `p` .. `stop` - 1 end at; `own` takes their spikes."""
    lanes = u.shape[1]
    a = np.zeros(lanes, np.int32)
    base = np.empty(stop - p, np.uint64)
    stride = np.uint64(lanes * sent.itemsize)
    for q in range(p, stop):
        source = wires.source[q]
        slot = (t - wires.delay[q]) % senders.slots[source]
        base[q - p] = (
            np.uint64(sent.ctypes.data) + np.uint64(senders.ring[source] + slot * senders.size[source]) * stride
        )
    at, other, weight = a.ctypes.data, wires.other.ctypes.data, wires.weight.ctypes.data
    ends, row, floor, shift = wires.ends, wires.row, wires.floor, wires.shift
    keep_u, keep_v, bias, threshold = cells.keep_u, cells.keep_v, cells.bias, cells.threshold
    limit = np.int32(cells.limit)
    narrow, whole = sent.itemsize == 2, lanes == BLOCK * BLOCKS
    for i in range(len(u)):
        a[:] = 0
        for q in range(p, stop):
            begin, end, spikes = ends[row[q] + i], ends[row[q] + i + 1], base[q - p]
            if narrow and whole:
                _all_blocks(at, spikes, other, weight, begin, end, stride, floor[q], shift[q])
            else:
                for lane in range(0, lanes, BLOCK):
                    into, seen = at + 4 * lane, spikes + np.uint64(lane * sent.itemsize)
                    if narrow:
                        _one_block(into, seen, other, weight, begin, end, stride, floor[q], shift[q])
                    else:
                        _one_wide_block(into, seen, other, weight, begin, end, stride, floor[q], shift[q])
        n = first + i
        share_u, share_v, added, least = keep_u[n], keep_v[n], bias[n], threshold[n]
        for lane in range(lanes):
            x, y, spike = stepped(u[i, lane], v[i, lane], a[lane], share_u, share_v, added, least, limit)
            u[i, lane] = x
            v[i, lane] = y
            own[i, lane] = -int(spike)


@compiled
def _rest(refractory: Array, v: Array, resting: Array, own: Array) -> None:
    """What refractory periods make of a step of the neurons of a population; `own` holds their spikes."""
    for i in range(len(v)):
        for lane in range(v.shape[1]):
            x, spike, left = rested(v[i, lane], own[i, lane] != 0, resting[i, lane], refractory[i])
            v[i, lane], resting[i, lane], own[i, lane] = x, left, -int(spike)


@compiled
def _read(packed: Array, sent: Array) -> None:
    """Write packed spikes uint8 [byte, lane] as -1 and 0 to `sent`, [neuron, lane]."""
    for i in range(len(sent)):
        down = 7 - i % 8
        for lane in range(sent.shape[1]):
            sent[i, lane] = -((packed[i // 8, lane] >> down) & 1)


@compiled
def _pack(sent: Array, packed: Array) -> None:
    """Write spikes [neuron, lane], -1 and 0, packed to `packed`, uint8 [byte, lane] of zeros."""
    for i in range(len(sent)):
        down = 7 - i % 8
        for lane in range(sent.shape[1]):
            packed[i // 8, lane] |= (sent[i, lane] & 1) << down
