"""Events: from packed bits to lists of spikes, and from those to currents and to the gradient of weights."""

import numpy as np

from search.training.kernels.lanes import (
    REGISTER,
    WIDE,
    entry,
    load,
    ones,
    splat,
    store,
    transpose,
    zeros_above,
    zeros_below,
)
from search.training.kernels.layout import Events, Ports
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled

COLUMNS = 64
"""Weights that are worked on at a time."""


def listed(packed: Array, lanes: int) -> Events:
    """The lists of packed spikes uint8 [sample, time, byte]; lanes beyond the samples are silent."""
    return Events(*_list(np.ascontiguousarray(packed), lanes))


@compiled(nogil=True)
def _list(packed: Array, lanes: int) -> tuple[Array, Array, Array]:
    samples, steps, width = packed.shape
    words = (width + 7) // 8
    by_word = np.empty((steps, samples, words), np.uint64)
    count = 0
    for sample in range(samples):
        for t in range(steps):
            for k in range(words):
                word = np.uint64(0)
                if 8 * k + 8 <= width:
                    for byte in range(8):
                        word = word << np.uint64(8) | np.uint64(packed[sample, t, 8 * k + byte])
                else:
                    for byte in range(8 * k, width):
                        word |= np.uint64(packed[sample, t, byte]) << np.uint64(56 - 8 * (byte - 8 * k))
                by_word[t, sample, k] = word
                count += ones(word)
    first = np.empty(steps * lanes + 1, np.int32)
    channel = np.empty(count, np.int32)
    heard = np.zeros((steps, 8 * width), np.uint64)
    count = 0
    for t in range(steps):
        for lane in range(lanes):
            first[t * lanes + lane] = count
            for k in range(words if lane < samples else 0):
                word = by_word[t, lane, k]
                while word:
                    place = zeros_above(word)
                    word ^= np.uint64(1 << 63) >> np.uint64(place)
                    channel[count] = 64 * k + place
                    heard[t, 64 * k + place] |= np.uint64(1) << np.uint64(lane)
                    count += 1
    first[steps * lanes] = count
    return first, channel, heard.reshape(-1)


@compiled
def alike(delay: Array) -> bool:
    """Whether all delays are one; so are none."""
    return len(delay) == 0 or (delay == delay[0]).all()


@compiled(nogil=True)
def add_currents(t: int, events: Events, ports: Ports, turned: Array, stage: Array, current: Array) -> None:
    """Write what the events of step t bring to `current` [slot * row, lane], in the slot in which it arrives.

    What the slot of step t itself holds becomes whole: rows of a later port are added to those of the first.

    turned   room [lane, COLUMNS];  stage  room [row, lane], of the rows of the largest port
    """
    lanes, width, channels = len(turned), len(ports.delay), ports.channels
    slots = len(current) // width
    zero = splat(ports.weight.dtype.type(0), WIDE)
    for p in range(len(ports.ends)):
        count, row, padded, onto = ports.ends[p, 1], ports.ends[p, 2], ports.ends[p, 3], ports.ends[p, 4]
        uniform = alike(ports.delay[row : row + count])
        direct = ((t + (ports.delay[row] if count else 0)) % slots) * width + row
        for column in range(0, padded, COLUMNS):
            base = (row + column) // COLUMNS * channels
            for lane in range(lanes):
                k, end = entry(events.first, t * lanes + lane), entry(events.first, t * lanes + lane + 1)
                even, odd = zero, zero
                while k + 1 < end:
                    even = even + load(ports.weight, base + entry(events.channel, k), WIDE)
                    odd = odd + load(ports.weight, base + entry(events.channel, k + 1), WIDE)
                    k += 2
                if k < end:
                    even = even + load(ports.weight, base + entry(events.channel, k), WIDE)
                store(turned, lane, even + odd)
            for inner in range(0, COLUMNS, REGISTER):
                for lane in range(0, lanes, REGISTER):
                    if uniform:
                        transpose(turned, lane, inner, current, direct + column + inner, lane)
                    else:
                        transpose(turned, lane, inner, stage, column + inner, lane)
        now = (t % slots) * width
        for i in range(count):
            if not uniform:
                there = ((t + ports.delay[row + i]) % slots) * width + row + i
                for lane in range(lanes):
                    current[there, lane] = stage[i, lane]
            if onto >= 0:
                for lane in range(lanes):
                    current[now + onto + i, lane] += current[now + row + i, lane]


@compiled(nogil=True)
def add_weight_gradient(
    t: int,
    events: Events,
    ports: Ports,
    copies: int,
    offset: Array,
    g: Array,
    turned: Array,
    stage: Array,
    slope: Array,
) -> None:
    """Add the gradient of the ports' weights that the events of step t bring to `slope`, of their shape.

    g       gradient of the currents, of which some steps are kept
    offset  int64 [delay]: the row of `g` where the step begins in which a spike of step t arrives with that delay
    turned, stage  rooms as for `add_currents`
    """
    lanes, channels, neurons = len(turned), ports.channels, len(ports.row)
    if entry(events.first, t * lanes) == entry(events.first, (t + 1) * lanes):
        return
    step = t * (len(events.heard) // ((len(events.first) - 1) // lanes))
    for p in range(len(ports.ends)):
        first, count, at, padded = ports.ends[p, 0], ports.ends[p, 1], ports.ends[p, 2], ports.ends[p, 3]
        uniform = copies == 1 and alike(ports.delay[at : at + count])
        direct = offset[ports.delay[at] if count else 0] + first
        if not uniform:
            for i in range(count):
                row = offset[ports.delay[at + i]] + first + i
                for lane in range(lanes):
                    stage[i, lane] = g[row, lane]
                for copy in range(1, copies):
                    for lane in range(lanes):
                        stage[i, lane] += g[row + copy * neurons, lane]
        for column in range(0, padded, COLUMNS):
            for row in range(0, COLUMNS, REGISTER):
                for lane in range(0, lanes, REGISTER):
                    if uniform:
                        transpose(g, direct + column + row, lane, turned, lane, row)
                    else:
                        transpose(stage, column + row, lane, turned, lane, row)
            base = (at + column) // COLUMNS * channels
            for channel in range(channels):
                word = events.heard[step + channel]
                if word:
                    total = load(slope, base + channel, WIDE)
                    while word:
                        total = total + load(turned, zeros_below(word), WIDE)
                        word &= word - np.uint64(1)
                    store(slope, base + channel, total)
