"""backward: the gradients of a network, from the last step to the first."""

import numpy as np

from search.training.kernels.events import COLUMNS, add_weight_gradient
from search.training.kernels.lanes import (
    NARROW,
    REGISTER,
    above,
    added_dot,
    bell,
    entry,
    fma,
    from_bits,
    load,
    magnitude,
    reciprocal,
    splat,
    store,
    where,
)
from search.training.kernels.layout import Cells, Events, Numbers, Slopes, Wanted
from search.training.kernels.products import TILE, add_matrix_gradients, write_products
from search.training.kernels.rows import rows
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled

GROUP = 4
"""Steps whose link gradients are added up at a time."""


@compiled(nogil=True)
def backward(
    like: tuple[int, ...],
    piece: tuple[int, ...],
    numbers: Numbers,
    events: Events,
    lengths: Array,
    spikes: Array,
    voltages: Array,
    quiet: Array,
    of_spikes: Array,
    of_voltages: Array,
    of_counts: Array,
    of_means: Array,
    wanted: Wanted,
) -> Slopes:
    """What `forward` did, backwards.

    ```
    E[t] = dL/ds[t] + dL/dcounts + sum over links away of w D[t + delay]       # and so over matrices
    V[t] = dL/dv[t] + dL/dmeans + E[t] ds/dv + (1 - s[t]) keep_v V[t+1]
    D[t] = V[t] + keep_u D[t+1]
    ```
    for `Surrogate`; where the rule is `TsslBp`, E goes to D as that rule says, and not to V.

    piece   lanes that are worked on at a time, as `lanes.piece_of` says
    spikes, voltages, quiet  as told by `forward`; spikes of all steps, or no rows: then voltages tell them
    of_spikes, of_voltages  gradients given, [time * neuron, lane], or no rows
    of_counts, of_means     gradients given of what `forward` sums up, [neuron, lane], or no rows
    """
    cells, incoming, outgoing, matrices, leaving, ports, rule, longest = numbers
    neurons, lanes = len(cells.bias), lengths.shape[1]
    steps, known = (len(events.first) - 1) // lanes, len(spikes) > 0
    if not known:
        spikes = rows((longest + GROUP + 1) * neurons, lanes, lengths)
    slots, ring = len(spikes) // neurons - 1, max(longest, ports.latest, GROUP - 1) + 1
    of_drive = rows((ring + 1) * neurons + COLUMNS, lanes, lengths)  # D of some steps; the last slot holds zeros
    of_products = rows(steps * matrices.rows + TILE, lanes, lengths)  # D of all steps where matrices end
    products, state = rows(leaving.rows + TILE, lanes, lengths), rows(3 * neurons, lanes, lengths)
    stage, turned = rows(ports.widest, lanes, lengths), rows(2 * lanes, COLUMNS, lengths)
    offsets = np.zeros((2 + GROUP, ring), np.int64)
    slopes = Slopes(
        rows(len(incoming.weight) if wanted.weights else 0, REGISTER, lengths),
        rows(len(matrices.weight) if wanted.weights else 0, 1, lengths).reshape(-1),
        rows(len(ports.weight) if wanted.weights else 0, COLUMNS, lengths),
        rows(neurons if wanted.keep_u else 0, REGISTER, lengths),
        rows(neurons if wanted.keep_v else 0, REGISTER, lengths),
        rows(neurons if wanted.bias else 0, REGISTER, lengths),
        rows(neurons if wanted.threshold else 0, REGISTER, lengths),
    )
    of_links, of_ports, of_keep_u, of_keep_v = slopes.links, slopes.ports, slopes.keep_u, slopes.keep_v
    of_bias, of_threshold = slopes.bias, slopes.threshold
    exact = cells.bias.dtype.type
    none, zero = splat(exact(0), like), splat(exact(0), piece)
    ones, minus = splat(exact(1), piece), splat(exact(-1), piece)
    slope, most, wide = (
        splat(exact(rule.slope), piece),
        splat(exact(rule.clamp), piece),
        splat(exact(rule.width), piece),
    )
    pieces, sent, share = len(like) // len(piece), rows(1, lanes, lengths), rows(1, lanes, lengths)
    arrived, of_step = offsets[0], offsets[1]
    from0, from1, from2, from3 = offsets[2], offsets[3], offsets[4], offsets[5]
    length, counted, averaged = load(lengths, 0, like), len(of_counts) > 0, len(of_means) > 0
    from_rest, from_u = rule.tssl or len(of_keep_v) > 0, len(of_keep_u) > 0
    spread, measured = len(of_spikes) > 0, len(of_voltages) > 0
    learning, reading = len(of_links) > 0, len(of_ports) > 0
    copies, arriving = neurons // max(len(ports.row), 1), (len(of_products) - TILE) // steps
    ahead = slots - GROUP
    if not known:
        for t in range(max(steps - ahead, 0), steps):
            _respike(like, t, slots, cells, voltages, spikes)
    for t in range(steps - 1, -1, -1):
        for d in range(1, ring):
            offsets[0, d] = ((t + d) % ring if t + d < steps else ring) * neurons
        if not known and t >= ahead:
            _respike(like, t - ahead, slots, cells, voltages, spikes)
        now, told = t * neurons, (t % ring) * neurons
        alive = above(length, splat(exact(t), like))
        store(share, 0, where(alive, splat(exact(1), like) / length, none))
        write_products(like, piece, leaving, arrived, of_drive, products)
        for i in range(neurons):
            e, other = none, none
            if counted:
                e = load(of_counts, i, like) * alive
            if spread:
                e = e + load(of_spikes, now + i, like)
            row = entry(leaving.row, i)
            if row >= 0:
                other = load(products, row, like)
            # As in `forward`; as one function for both, a pass takes 1.8 times as long.
            k, end = entry(outgoing.first, i), entry(outgoing.first, i + 1)
            while k + 1 < end:
                here, there = entry(arrived, entry(outgoing.delay, k)), entry(arrived, entry(outgoing.delay, k + 1))
                e = fma(
                    splat(entry(outgoing.weight, k), like), load(of_drive, here + entry(outgoing.other, k), like), e
                )
                received = load(of_drive, there + entry(outgoing.other, k + 1), like)
                other = fma(splat(entry(outgoing.weight, k + 1), like), received, other)
                k += 2
            if k < end:
                received = load(of_drive, entry(arrived, entry(outgoing.delay, k)) + entry(outgoing.other, k), like)
                e = fma(splat(entry(outgoing.weight, k), like), received, e)
            store(sent, 0, e + other)
            keep_u, keep_v = splat(entry(cells.keep_u, i), piece), splat(entry(cells.keep_v, i), piece)
            bias, threshold = splat(entry(cells.bias, i), piece), splat(entry(cells.threshold, i), piece)
            matrix = entry(matrices.row, i)
            for number in range(pieces):
                at = i * pieces + number
                asked, by_voltage = load(sent, number, piece), zero
                if averaged:
                    by_voltage = load(of_means, at, piece) * load(share, number, piece)
                if measured:
                    by_voltage = by_voltage + load(of_voltages, now * pieces + at, piece)
                v = load(voltages, now * pieces + at, piece)
                over = v - threshold
                s = above(over, zero)
                held = where(s, zero, keep_v * load(state, at, piece))  # what later steps ask of v through its leak
                rest = zero
                if t > 0 and from_rest:
                    before = load(voltages, (now - neurons) * pieces + at, piece)
                    rest = where(above(before, threshold), zero, before)
                if rule.tssl:
                    later = load(state, 2 * neurons * pieces + at, piece)
                    rise = v - rest
                    earlier = where(above(rise, zero), ones / rise, zero)
                    earlier = where(above(earlier, most), most, earlier)
                    leak = splat(exact(1) - entry(cells.keep_v, i), piece)  # 1 / tau_m
                    own = where(s, earlier * fma(v * leak, later, asked), keep_v * later)
                    store(state, 2 * neurons * pieces + at, own)
                    silent = from_bits(quiet[now + i] >> np.uint64(REGISTER * len(piece) * number), zero)
                    whole = where(silent, asked * bell(over / wide) / wide, own)
                    steep = by_voltage + held
                    inflow = steep + whole
                else:
                    smooth = fma(slope, magnitude(over), ones)
                    passed = asked * reciprocal(smooth * smooth)
                    steep = by_voltage + held + passed
                    inflow = steep
                store(state, at, steep)
                after = load(state, neurons * pieces + at, piece)
                g = fma(keep_u, after, inflow)
                store(state, neurons * pieces + at, g)
                store(of_drive, told * pieces + at, g)
                if matrix >= 0:
                    store(of_products, (t * arriving + matrix) * pieces + number, g)
                if from_u and t > 0:
                    u = load(voltages, (now - neurons) * pieces + at, piece) - bias
                    if t > 1:
                        before = load(voltages, (now - 2 * neurons) * pieces + at, piece)
                        u = u - keep_v * where(above(before, threshold), zero, before)
                    store(of_keep_u, i, added_dot(load(of_keep_u, i, NARROW), g, u))
                if len(of_keep_v):
                    store(of_keep_v, i, added_dot(load(of_keep_v, i, NARROW), steep, rest))
                if len(of_bias):
                    store(of_bias, i, added_dot(load(of_bias, i, NARROW), ones, inflow))
                if len(of_threshold) and not rule.tssl:
                    store(of_threshold, i, added_dot(load(of_threshold, i, NARROW), minus, passed))
        if learning and t % GROUP == 0:
            for q in range(GROUP):
                lost = t + q >= steps
                offsets[1, q] = (ring if lost else (t + q) % ring) * neurons
                for d in range(1, ring):
                    offsets[2 + q, d] = (slots if lost or t + q < d else (t + q - d) % slots) * neurons
            for i in range(neurons):
                g0, g1 = load(of_drive, entry(of_step, 0) + i, like), load(of_drive, entry(of_step, 1) + i, like)
                g2, g3 = load(of_drive, entry(of_step, 2) + i, like), load(of_drive, entry(of_step, 3) + i, like)
                for k in range(entry(incoming.first, i), entry(incoming.first, i + 1)):
                    d, j = entry(incoming.delay, k), entry(incoming.other, k)
                    total = load(of_links, k, NARROW)
                    total = added_dot(total, g0, load(spikes, entry(from0, d) + j, like))
                    total = added_dot(total, g1, load(spikes, entry(from1, d) + j, like))
                    total = added_dot(total, g2, load(spikes, entry(from2, d) + j, like))
                    total = added_dot(total, g3, load(spikes, entry(from3, d) + j, like))
                    store(of_links, k, total)
        if reading:
            add_weight_gradient(t, events, ports, copies, arrived, of_drive, turned, stage, of_ports)
    if len(slopes.matrices):
        add_matrix_gradients(like, matrices, of_products, spikes, slopes.matrices)
    return slopes


@compiled(nogil=True)
def _respike(like: tuple[int, ...], t: int, slots: int, cells: Cells, voltages: Array, spikes: Array) -> None:
    """Write the spikes of step t, which their voltages tell."""
    neurons = len(cells.bias)
    now, told = t * neurons, (t % slots) * neurons
    for i in range(neurons):
        store(spikes, told + i, above(load(voltages, now + i, like), splat(entry(cells.threshold, i), like)))
