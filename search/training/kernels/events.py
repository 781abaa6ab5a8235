"""Events: from packed bits to lists of spikes, and from those to currents and to the gradient of weights."""

import numpy as np

from search.data.thinning import Thinning, stays
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
"""Neurons whose weights stand side by side; two such pieces are worked on at a time."""


def listed(packed: Array, lanes: int, thinning: Thinning | None = None, sample: int = 0) -> Events:
    """The lists of packed spikes uint8 [sample, time, byte]; lanes beyond the samples are silent.

    Those that `thinning` leaves out are not listed, where the first of the samples has the number `sample`.
    """
    below, key = (np.uint64(0), np.uint64(0)) if thinning is None else thinning.numbers
    return Events(*_list(np.ascontiguousarray(packed), lanes, below, key, sample))


@compiled(nogil=True)
def _list(packed: Array, lanes: int, below: np.uint64, key: np.uint64, number: int) -> tuple[Array, Array, Array]:
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
                if below:
                    left = word
                    while left:
                        place = zeros_above(left)
                        one = np.uint64(1 << 63) >> np.uint64(place)
                        left ^= one
                        if not stays(number + sample, t, 64 * k + place, below, key):
                            word ^= one
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


@compiled(nogil=True)
def alike(delay: Array) -> bool:
    """Whether all delays are one; so are none."""
    others = 0
    for each in delay:
        others += each != delay[0]
    return others == 0


@compiled(nogil=True)
def add_currents(t: int, events: Events, ports: Ports, turned: Array, stage: Array, current: Array) -> None:
    """Write what the events of step t bring to `current` [slot * row, lane], in the slot in which it arrives.

    What the slot of step t itself holds becomes whole: rows of a later port are added to those of the first.

    turned   room [2 * lane, COLUMNS];  stage  room [row, lane], of the rows of the largest port
    """
    lanes, width, channels = len(turned) // 2, len(ports.delay), ports.channels
    slots = len(current) // width
    zero = splat(ports.weight.dtype.type(0), WIDE)
    for p in range(len(ports.ends)):
        count, row, padded, onto = ports.ends[p, 1], ports.ends[p, 2], ports.ends[p, 3], ports.ends[p, 4]
        uniform = alike(ports.delay[row : row + count])
        direct = ((t + (ports.delay[row] if count else 0)) % slots) * width + row
        for column in range(0, padded, 2 * COLUMNS):
            base, after = (row + column) // COLUMNS * channels, channels if column + COLUMNS < padded else 0
            for lane in range(lanes):
                one, other = zero, zero
                for k in range(entry(events.first, t * lanes + lane), entry(events.first, t * lanes + lane + 1)):
                    place = base + entry(events.channel, k)
                    one = one + load(ports.weight, place, WIDE)
                    other = other + load(ports.weight, place + after, WIDE)
                store(turned, lane, one)
                store(turned, lanes + lane, other)
            for inner in range(0, 2 * COLUMNS if after else COLUMNS, REGISTER):
                for lane in range(0, lanes, REGISTER):
                    begin, within = inner // COLUMNS * lanes + lane, inner % COLUMNS
                    if uniform:
                        transpose(turned, begin, within, current, direct + column + inner, lane)
                    else:
                        transpose(turned, begin, within, stage, column + inner, lane)
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
    lanes, channels, neurons = len(turned) // 2, ports.channels, len(ports.row)
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
        for column in range(0, padded, 2 * COLUMNS):
            base, after = (at + column) // COLUMNS * channels, channels if column + COLUMNS < padded else 0
            for inner in range(0, 2 * COLUMNS if after else COLUMNS, REGISTER):
                for lane in range(0, lanes, REGISTER):
                    begin, within = inner // COLUMNS * lanes + lane, inner % COLUMNS
                    if uniform:
                        transpose(g, direct + column + inner, lane, turned, begin, within)
                    else:
                        transpose(stage, column + inner, lane, turned, begin, within)
            for channel in range(channels):
                word, place = events.heard[step + channel], base + channel
                if word:
                    one, other = load(slope, place, WIDE), load(slope, place + after, WIDE)
                    while word:
                        lane = zeros_below(word)
                        one = one + load(turned, lane, WIDE)
                        other = other + load(turned, lanes + lane, WIDE)
                        word &= word - np.uint64(1)
                    store(slope, place + after, other)
                    store(slope, place, one)
