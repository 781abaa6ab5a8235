"""backward: the gradients of a stage, from the last step to the first."""

from search.training.kernels.events import add_weight_gradient, alike
from search.training.kernels.lanes import (
    NARROW,
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
from search.training.kernels.layout import Cells, Links, Port, Rule
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled

GROUP = 4
"""Steps whose link gradients are added up at a time."""


@compiled(nogil=True)
def backward(
    like: tuple[int, ...],
    cells: Cells,
    incoming: Links,
    outgoing: Links,
    port: Port,
    rule: Rule,
    lengths: Array,
    offsets: Array,
    state: Array,
    stage: Array,
    turned: Array,
    spikes: Array,
    known: bool,
    voltages: Array,
    quiet: Array,
    of_spikes: Array,
    of_voltages: Array,
    of_counts: Array,
    of_means: Array,
    of_drive: Array,
    of_links: Array,
    of_port: Array,
    of_keep_u: Array,
    of_keep_v: Array,
    of_bias: Array,
    of_threshold: Array,
) -> None:
    """What `forward` did, backwards.

    ```
    E[t] = dL/ds[t] + dL/dcounts + sum over links away of w D[t + delay]
    V[t] = dL/dv[t] + dL/dmeans + E[t] ds/dv + (1 - s[t]) keep_v V[t+1]
    D[t] = V[t] + keep_u D[t+1]
    ```
    for `Surrogate`; where the rule is `TsslBp`, E goes to D as that rule says, and not to V.

    spikes        as in `forward`; where not `known`, filled here from the voltages
    voltages, quiet  as told by `forward`
    of_spikes, of_voltages  gradients given, [time * neuron, lane], or no rows
    of_counts, of_means     gradients given, [neuron, lane], or no rows
    of_drive      D, told, [slot * neuron + neuron, lane] and 64 rows; the last slot holds zeros
    of_links      added to, [link, 16]; the gradient is the sum over the 16
    of_port       added to, [channel, neuron of one copy], filled up as the weights of the port; or no columns
    of_keep_u, of_keep_v, of_bias, of_threshold  added to, [neuron, 16], to be summed over the 16; or no rows
    offsets, state, stage, turned  room: int64 [2, delay + 1], [3 * neuron, lane] of zeros, and as in `forward`
    """
    neurons, steps = len(cells.bias), len(port.events.first) // turned.shape[0]
    slots, rows = len(spikes) // neurons - 1, (len(of_drive) - 64) // neurons - 1
    exact = cells.bias.dtype.type
    zero, ones, slope = splat(exact(0), like), splat(exact(1), like), splat(exact(rule.slope), like)
    most, wide = splat(exact(rule.clamp), like), splat(exact(rule.width), like)
    minus = splat(exact(-1), like)
    longest = offsets.shape[1] - 1
    arrived, of_step = offsets[0], offsets[1]
    from0, from1, from2, from3 = offsets[2], offsets[3], offsets[4], offsets[5]
    counted, from_rest, from_u = len(of_counts) > 0, rule.tssl or len(of_keep_v) > 0, len(of_keep_u) > 0
    spread, measured = len(of_spikes) > 0, len(of_voltages) > 0
    learning, reading = len(of_links) > 0, len(of_port) > 0
    copies = neurons // max(len(port.delay), 1)
    uniform = alike(port.delay)
    ahead = slots - GROUP
    if not known:
        for t in range(max(steps - ahead, 0), steps):
            _respike(like, t, slots, cells, voltages, spikes)
    for t in range(steps - 1, -1, -1):
        for d in range(1, longest + 1):
            offsets[0, d] = ((t + d) % rows if t + d < steps else rows) * neurons
        if not known and t >= ahead:
            _respike(like, t - ahead, slots, cells, voltages, spikes)
        now, told = t * neurons, (t % rows) * neurons
        alive = above(load(lengths, 0, like), splat(exact(t), like))
        for i in range(neurons):
            e, other, by_voltage = zero, zero, zero
            if counted:
                e = load(of_counts, i, like) * alive
                by_voltage = load(of_means, i, like) * alive
            if spread:
                e = e + load(of_spikes, now + i, like)
            if measured:
                by_voltage = by_voltage + load(of_voltages, now + i, like)
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
            e = e + other
            keep_v = splat(entry(cells.keep_v, i), like)
            v = load(voltages, now + i, like)
            over = v - splat(entry(cells.threshold, i), like)
            s = above(over, zero)
            held = where(s, zero, keep_v * load(state, i, like))  # what later steps ask of v through its leak
            rest = zero
            if t > 0 and from_rest:
                before = load(voltages, now - neurons + i, like)
                rest = where(above(before, splat(entry(cells.threshold, i), like)), zero, before)
            if rule.tssl:
                later = load(state, 2 * neurons + i, like)
                rise = v - rest
                earlier = where(above(rise, zero), ones / rise, zero)
                earlier = where(above(earlier, most), most, earlier)
                leak = splat(exact(1) - entry(cells.keep_v, i), like)  # 1 / tau_m
                own = where(s, earlier * fma(v * leak, later, e), keep_v * later)
                store(state, 2 * neurons + i, own)
                whole = where(from_bits(quiet[now + i], zero), e * bell(over / wide) / wide, own)
                steep = by_voltage + held
                inflow = steep + whole
            else:
                smooth = fma(slope, magnitude(over), ones)
                passed = e * reciprocal(smooth * smooth)
                steep = by_voltage + held + passed
                inflow = steep
            store(state, i, steep)
            after = load(state, neurons + i, like)
            g = fma(splat(entry(cells.keep_u, i), like), after, inflow)
            store(state, neurons + i, g)
            store(of_drive, told + i, g)
            if from_u and t > 0:
                u = load(voltages, now - neurons + i, like) - splat(entry(cells.bias, i), like)
                if t > 1:
                    before = load(voltages, now - 2 * neurons + i, like)
                    u = u - keep_v * where(above(before, splat(entry(cells.threshold, i), like)), zero, before)
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
                offsets[1, q] = (rows if lost else (t + q) % rows) * neurons
                for d in range(1, longest + 1):
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
            add_weight_gradient(t, port, uniform, copies, arrived, of_drive, turned, stage, of_port)


@compiled(nogil=True)
def _respike(like: tuple[int, ...], t: int, slots: int, cells: Cells, voltages: Array, spikes: Array) -> None:
    """Write the spikes of step t, which their voltages tell."""
    neurons = len(cells.bias)
    now, told = t * neurons, (t % slots) * neurons
    for i in range(neurons):
        store(spikes, told + i, above(load(voltages, now + i, like), splat(entry(cells.threshold, i), like)))
