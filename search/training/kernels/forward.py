"""forward: a stage of a network over all steps of a block of samples."""

from search.training.kernels.events import add_currents, alike
from search.training.kernels.lanes import above, entry, fma, load, splat, store, to_bits, where
from search.training.kernels.layout import Cells, Links, Port, Rule
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled


@compiled(nogil=True)
def forward(
    like: tuple[int, ...],
    cells: Cells,
    incoming: Links,
    port: Port,
    drive: Array,
    rule: Rule,
    lengths: Array,
    offset: Array,
    state: Array,
    current: Array,
    stage: Array,
    turned: Array,
    spikes: Array,
    voltages: Array,
    quiet: Array,
    counts: Array,
    means: Array,
) -> None:
    """The equations of `search.training.kernels.loop.run`, step by step, for the lanes of one block.

    drive     what arrives besides links and port, [time * neuron, lane], or no rows
    lengths   steps that count, [1, lane], as floating point
    spikes    told, [slot * neuron + neuron, lane]: the latest steps, as many as the longest delay or all, then zeros
    voltages  before the reset, told, [time * neuron, lane], or no rows where nobody asks for them
    quiet     where `TsslBp` takes its surrogate, told as bits uint64 [time * neuron], or nothing
    counts, means  sums of spikes and of voltages over the steps that count, added to, [neuron, lane], or no rows
    offset, state, current, stage, turned  room: int64 [delay + 1], [3 * neuron, lane] of zeros, and what
              `add_currents` takes, zeros too
    """
    neurons, steps = len(cells.bias), len(port.events.first) // turned.shape[0]
    slots = len(spikes) // neurons - 1
    zero = splat(cells.bias.dtype.type(0), like)
    events, driven, kept = len(stage) > 0, len(drive) > 0, len(voltages) > 0
    counted, silence = len(counts) > 0, splat(cells.bias.dtype.type(rule.silent), like)
    uniform = alike(port.delay)
    width = max(len(stage), 1)
    arriving, latest = len(current) // width, 0
    for t in range(steps):
        for d in range(1, len(offset)):
            offset[d] = ((t - d) % slots if t >= d else slots) * neurons
        if events:
            add_currents(t, port, uniform, turned, stage, current)
            latest = (t % arriving) * width
        now, told = t * neurons, (t % slots) * neurons
        alive = above(load(lengths, 0, like), splat(cells.bias.dtype.type(t), like))
        within = 0
        for i in range(neurons):
            total, other = zero, zero
            if events:
                total = load(current, latest + within, like)
                within += 1
                if within == len(port.delay):
                    within = 0
            if driven:
                total = total + load(drive, now + i, like)
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
            if counted:
                store(counts, i, fma(s, alive, load(counts, i, like)))
                store(means, i, fma(v, alive, load(means, i, like)))
            if rule.tssl:
                psp = fma(splat(entry(cells.keep_u, i), like), load(state, 2 * neurons + i, like), s)
                store(state, 2 * neurons + i, psp)
                quiet[now + i] = to_bits(above(silence, psp))
