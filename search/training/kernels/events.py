"""Events: from packed bits to lists of spikes, and from those to currents and to the gradient of weights."""

import numpy as np

from search.training.kernels.lanes import REGISTER, WIDE, entry, load, splat, store, transpose
from search.training.kernels.layout import Events, Port
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled

COLUMNS = 64
"""Weights that are worked on at a time."""
_BITS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)
_NUMBER = _BITS.sum(1).astype(np.int64)  # of every byte: how many bits are set, and where, the first ones first
_PLACES = np.argsort(1 - _BITS, axis=1, kind="stable").astype(np.int32)


def listed(packed: Array, lanes: int) -> Events:
    """The lists of packed spikes uint8 [sample, time, byte]; lanes beyond the samples are silent."""
    steps = packed.shape[1]
    first = np.empty(steps * lanes + 1, np.int32)
    channel = np.empty(int(np.bitwise_count(packed).sum(dtype=np.int64)) + 8, np.int32)
    _list(np.ascontiguousarray(packed), lanes, first, channel)
    ordered, lane = np.empty_like(channel), np.empty(len(channel), np.uint8)
    _order(lanes, 8 * packed.shape[2], first, channel, ordered, lane)
    return Events(first, channel, ordered, lane)


@compiled(nogil=True)
def _list(packed: Array, lanes: int, first: Array, channel: Array) -> None:
    samples, steps, width = packed.shape
    count = 0
    for t in range(steps):
        for sample in range(lanes):
            first[t * lanes + sample] = count
            if sample < samples:
                for byte in range(width):
                    bits = packed[sample, t, byte]
                    if bits:
                        for place in range(8):  # all eight, without a branch that could not be foreseen
                            channel[count + place] = 8 * byte + _PLACES[bits, place]
                        count += _NUMBER[bits]
    first[steps * lanes] = count


@compiled(nogil=True)
def _order(lanes: int, channels: int, first: Array, channel: Array, ordered: Array, lane: Array) -> None:
    """The events of every step by channel, then by lane."""
    place = np.empty(channels + 1, np.int32)
    for row in range(0, len(first) - 1, lanes):
        place[:] = 0
        for k in range(first[row], first[row + lanes]):
            place[channel[k] + 1] += 1
        place[0] = first[row]
        for c in range(channels):
            place[c + 1] += place[c]
        for sample in range(lanes):
            for k in range(first[row + sample], first[row + sample + 1]):
                to = place[channel[k]]
                place[channel[k]] += 1
                ordered[to] = channel[k]
                lane[to] = sample


@compiled
def alike(delay: Array) -> bool:
    """Whether all delays are one; so are none."""
    return len(delay) == 0 or (delay == delay[0]).all()


@compiled(nogil=True)
def add_currents(t: int, port: Port, uniform: bool, turned: Array, stage: Array, current: Array) -> None:
    """Write what the events of step t bring to `current` [slot * neuron, lane], in the slot in which it arrives.

    uniform  whether all neurons have one delay
    turned   room [lane, COLUMNS];  stage  room [neuron, lane]
    """
    lanes, neurons, channels = len(turned), len(stage), port.channels
    slots = len(current) // neurons
    zero = splat(port.weights.dtype.type(0), WIDE)
    direct = ((t + port.delay[0]) % slots) * neurons
    for column in range(0, neurons, COLUMNS):
        base = column // COLUMNS * channels
        for lane in range(lanes):
            k, end = entry(port.events.first, t * lanes + lane), entry(port.events.first, t * lanes + lane + 1)
            even, odd = zero, zero
            while k + 1 < end:
                even = even + load(port.weights, base + entry(port.events.channel, k), WIDE)
                odd = odd + load(port.weights, base + entry(port.events.channel, k + 1), WIDE)
                k += 2
            if k < end:
                even = even + load(port.weights, base + entry(port.events.channel, k), WIDE)
            store(turned, lane, even + odd)
        for row in range(0, COLUMNS, REGISTER):
            for lane in range(0, lanes, REGISTER):
                if uniform:
                    transpose(turned, lane, row, current, direct + column + row, lane)
                else:
                    transpose(turned, lane, row, stage, column + row, lane)
    if not uniform:
        for i in range(len(port.delay)):
            row = ((t + port.delay[i]) % slots) * neurons + i
            for lane in range(lanes):
                current[row, lane] = stage[i, lane]


@compiled(nogil=True)
def add_weight_gradient(
    t: int, port: Port, uniform: bool, copies: int, offset: Array, g: Array, turned: Array, stage: Array, slope: Array
) -> None:
    """Add the gradient of the port's weights that the events of step t bring to `slope`, of their shape.

    g       gradient of the currents, of which some steps are kept
    offset  int64 [delay]: the row of `g` where the step begins in which a spike of step t arrives with that delay
    turned, stage  rooms as for `add_currents`
    """
    lanes, width, neurons, channels = len(turned), len(stage), len(port.delay), port.channels
    begin, end = entry(port.events.first, t * lanes), entry(port.events.first, (t + 1) * lanes)
    if begin == end:
        return
    if not uniform or copies > 1:
        for i in range(neurons):
            row = offset[port.delay[i]] + i
            for lane in range(lanes):
                stage[i, lane] = g[row, lane]
            for copy in range(1, copies):
                for lane in range(lanes):
                    stage[i, lane] += g[row + copy * neurons, lane]
    for column in range(0, width, COLUMNS):
        for row in range(0, COLUMNS, REGISTER):
            for lane in range(0, lanes, REGISTER):
                if uniform and copies == 1:
                    transpose(g, offset[port.delay[0]] + column + row, lane, turned, lane, row)
                else:
                    transpose(stage, column + row, lane, turned, lane, row)
        base = column // COLUMNS * channels
        k = begin
        while k < end:
            row = base + entry(port.events.ordered, k)
            total = load(slope, row, WIDE)
            while k < end and base + entry(port.events.ordered, k) == row:
                total = total + load(turned, entry(port.events.lane, k), WIDE)
                k += 1
            store(slope, row, total)
