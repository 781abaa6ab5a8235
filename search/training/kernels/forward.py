"""forward: a network over all steps of a block of samples."""

import numpy as np

from search.training.kernels.events import COLUMNS, add_currents
from search.training.kernels.lanes import above, entry, fma, load, splat, store, to_bits, where
from search.training.kernels.layout import Events, Numbers
from search.training.kernels.products import TILE, write_products
from search.training.kernels.rows import rows
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled


@compiled(nogil=True)
def forward(
    like: tuple[int, ...],
    piece: tuple[int, ...],
    numbers: Numbers,
    events: Events,
    lengths: Array,
    spikes: Array,
    voltages: Array,
    quiet: Array,
    asked: Array,
) -> tuple[Array, Array]:
    """The equations of `search.training.kernels.loop.run`, step by step, for the lanes of one block.

    Told are the number of spikes and the mean voltage over the steps that count, [neuron, lane].

    piece     lanes that are worked on at a time where products are made, as `lanes.piece_of` says
    lengths   steps that count, [1, lane], as floating point
    spikes    told, [slot * neuron + neuron, lane]: the latest steps, as many as the longest delay or all, then zeros
    voltages  before the reset, told, [time * neuron, lane], or no rows where nobody asks for them
    quiet     where `TsslBp` takes its surrogate, told as bits uint64 [time * neuron], or nothing
    asked     int32 [neuron]: 1 where sums and means are asked for; empty where nobody does, and then these have no rows
    """
    cells, incoming, _, matrices, _, ports, rule, longest = numbers
    neurons, lanes = len(cells.bias), lengths.shape[1]
    steps, slots = (len(events.first) - 1) // lanes, len(spikes) // neurons - 1
    state, products = rows(3 * neurons, lanes, lengths), rows(matrices.rows + TILE, lanes, lengths)
    current = rows((ports.latest + 1) * len(ports.delay), lanes, lengths)
    stage, turned = rows(ports.widest, lanes, lengths), rows(2 * lanes, COLUMNS, lengths)
    offset = np.zeros(longest + 1, np.int64)
    zero = splat(cells.bias.dtype.type(0), like)
    kept = len(voltages) > 0
    counts, means, summing = rows(len(asked), lanes, lengths), rows(len(asked), lanes, lengths), len(asked) > 0
    silence = splat(cells.bias.dtype.type(rule.silent), like)
    width, heard, latest = len(ports.delay), len(ports.ends) > 0, 0
    for i in range(neurons):
        store(spikes, slots * neurons + i, zero)
    for t in range(steps):
        for d in range(1, len(offset)):
            offset[d] = ((t - d) % slots if t >= d else slots) * neurons
        if heard:
            add_currents(t, events, ports, turned, stage, current)
            latest = (t % (len(current) // width)) * width
        write_products(like, piece, matrices, offset, spikes, products)
        now, told = t * neurons, (t % slots) * neurons
        alive = above(load(lengths, 0, like), splat(cells.bias.dtype.type(t), like))
        within = 0
        for i in range(neurons):
            total, other = zero, zero
            row = entry(ports.row, within)
            if row >= 0:
                total = load(current, latest + row, like)
            row = entry(matrices.row, i)
            if row >= 0:
                other = load(products, row, like)
            within += 1
            if within == len(ports.row):
                within = 0
            k, end = entry(incoming.first, i), entry(incoming.first, i + 1)
            while k + 1 < end:
                here, there = entry(offset, entry(incoming.delay, k)), entry(offset, entry(incoming.delay, k + 1))
                total = fma(
                    splat(entry(incoming.weight, k), like), load(spikes, here + entry(incoming.other, k), like), total
                )
                one = load(spikes, there + entry(incoming.other, k + 1), like)
                other = fma(splat(entry(incoming.weight, k + 1), like), one, other)
                k += 2
            if k < end:
                one = load(spikes, entry(offset, entry(incoming.delay, k)) + entry(incoming.other, k), like)
                total = fma(splat(entry(incoming.weight, k), like), one, total)
            u = fma(splat(entry(cells.keep_u, i), like), load(state, i, like), total + other)
            rest = load(state, neurons + i, like)
            v = fma(splat(entry(cells.keep_v, i), like), rest, u + splat(entry(cells.bias, i), like))
            s = above(v, splat(entry(cells.threshold, i), like))
            store(state, i, u)
            store(state, neurons + i, where(s, zero, v))
            store(spikes, told + i, s)
            if kept:
                store(voltages, now + i, v)
            if summing and entry(asked, i):
                store(counts, i, fma(s, alive, load(counts, i, like)))
                store(means, i, fma(v, alive, load(means, i, like)))
            if rule.tssl:
                psp = fma(splat(entry(cells.keep_u, i), like), load(state, 2 * neurons + i, like), s)
                store(state, 2 * neurons + i, psp)
                quiet[now + i] = to_bits(above(silence, psp))
    length = load(lengths, 0, like)
    length = where(length, length, splat(cells.bias.dtype.type(1), like))
    for i in range(len(means)):
        store(means, i, load(means, i, like) / length)
    return counts, means
