"""The launches of `triton_layer` in Triton: some neurons of a sample over some steps, forward and backward, and links.

Rows of [time, sample, neuron] are steps times samples. A program has `BLOCK` neurons of a sample. What it does in a
step needs spikes, or gradients, of other programs that lie at least as far back, or ahead, as the shortest delay: so a
launch of several programs a sample covers no more steps than that, and none waits for another.
"""

import triton
import triton.language as tl


@triton.jit
def _all(number, like):  # type: ignore[no-untyped-def]
    """The number, as often as `like` is long: a mask is made of such (the interpreter takes no other)."""
    return number + tl.zeros_like(like)


@triton.jit(do_not_specialize=["begin", "count", "samples"])  # type: ignore[untyped-decorator]
def forward(  # type: ignore[no-untyped-def]
    drive, keep_u, keep_v, bias, threshold, first, other, delay, weight, spikes, voltages, quiet, state,
    begin, count, samples, neurons, silent, TSSL: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """The equations of `search.training.kernels.loop.run` for `count` steps from `begin` on.

    quiet  told for `TsslBp`: 1 where it takes its surrogate, int8
    state  [2 or 3, sample, neuron]: u, v and the PSP p of `TsslBp`, from launch to launch; of no use to the first
    """
    sample = tl.program_id(0).to(tl.int64)
    n = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    there = n < neurons
    decay_u, decay_v = tl.load(keep_u + n, mask=there, other=0), tl.load(keep_v + n, mask=there, other=0)
    added, limit = tl.load(bias + n, mask=there, other=0), tl.load(threshold + n, mask=there, other=0)
    start, end = tl.load(first + n, mask=there, other=0), tl.load(first + 1 + n, mask=there, other=0)
    longest = tl.max(end - start, axis=0)
    own, apart = state + sample * neurons + n, samples.to(tl.int64) * neurons
    later = there & (_all(begin, n) > 0)
    u, v = tl.load(own, mask=later, other=0), tl.load(own + apart, mask=later, other=0)
    psp = u
    if TSSL:
        psp = tl.load(own + 2 * apart, mask=later, other=0)
    for t in range(begin, begin + count):
        at = (t * samples + sample) * neurons + n
        a = tl.load(drive + at, mask=there, other=0)
        for k in range(0, longest):
            left = start + k < end
            source = tl.load(other + start + k, mask=left, other=0).to(tl.int64)
            sent = t - tl.load(delay + start + k, mask=left, other=0).to(tl.int64)
            heard = left & (sent >= 0)
            s = tl.load(spikes + (sent * samples + sample) * neurons + source, mask=heard, other=0)
            a += s * tl.load(weight + start + k, mask=left, other=0)
        u = decay_u * u + a
        v = decay_v * v + u + added
        fired = v > limit
        s = fired.to(weight.dtype.element_ty)
        tl.store(voltages + at, v, mask=there)
        tl.store(spikes + at, s, mask=there)
        v = tl.where(fired, 0, v)
        if TSSL:
            psp = decay_u * psp + s
            tl.store(quiet + at, (psp < silent).to(tl.int8), mask=there)
        tl.debug_barrier()
    tl.store(own, u, mask=there)
    tl.store(own + apart, v, mask=there)
    if TSSL:
        tl.store(own + 2 * apart, psp, mask=there)


@triton.jit(do_not_specialize=["last", "count", "steps", "samples"])  # type: ignore[untyped-decorator]
def backward(  # type: ignore[no-untyped-def]
    keep_u, keep_v, bias, threshold, first, other, delay, weight, voltages, quiet, of_spikes, of_voltages, of_u, state,
    last, count, steps, samples, neurons, slope, clamp, width, TSSL: tl.constexpr, BLOCK: tl.constexpr,
):  # fmt: skip
    """`search.training.kernels.backward` for `count` steps down from `last`; links by the neuron they come from.

    of_u   told: the gradient of u in every step, [time, sample, neuron]
    state  [7, sample, neuron]: the gradients of keep_u, keep_v, bias and threshold, in the end of all steps, then what
           is carried from step to step of u, of v and by `TsslBp`; of no use to the first launch
    """
    sample = tl.program_id(0).to(tl.int64)
    n = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    there = n < neurons
    decay_u, decay_v = tl.load(keep_u + n, mask=there, other=0), tl.load(keep_v + n, mask=there, other=0)
    added, limit = tl.load(bias + n, mask=there, other=0), tl.load(threshold + n, mask=there, other=0)
    start, end = tl.load(first + n, mask=there, other=0), tl.load(first + 1 + n, mask=there, other=0)
    longest = tl.max(end - start, axis=0)
    row = samples.to(tl.int64) * neurons
    own, later = state + sample * neurons + n, there & (_all(last + 1, n) < steps)
    of_keep_u, of_keep_v = tl.load(own, mask=later, other=0), tl.load(own + row, mask=later, other=0)
    of_bias, of_limit = tl.load(own + 2 * row, mask=later, other=0), tl.load(own + 3 * row, mask=later, other=0)
    by_u, by_v = tl.load(own + 4 * row, mask=later, other=0), tl.load(own + 5 * row, mask=later, other=0)
    carried = tl.load(own + 6 * row, mask=later, other=0)
    for back in range(0, count):
        t = last - back
        at = (t * samples + sample) * neurons + n
        e = tl.load(of_spikes + at, mask=there, other=0)
        for k in range(0, longest):
            left = start + k < end
            target = tl.load(other + start + k, mask=left, other=0).to(tl.int64)
            arrived = t + tl.load(delay + start + k, mask=left, other=0).to(tl.int64)
            heard = left & (arrived < steps)
            d = tl.load(of_u + (arrived * samples + sample) * neurons + target, mask=heard, other=0)
            e += d * tl.load(weight + start + k, mask=left, other=0)
        v = tl.load(voltages + at, mask=there, other=0)
        before = tl.load(voltages + at - row, mask=there & (_all(t, n) > 0), other=0)
        earlier = tl.load(voltages + at - 2 * row, mask=there & (_all(t, n) > 1), other=0)
        over = v - limit
        fired = over > 0
        rest = tl.where(before > limit, 0, before)
        by_v = tl.load(of_voltages + at, mask=there, other=0) + tl.where(fired, 0, decay_v * by_v)
        if TSSL:
            rise = v - rest
            sooner = tl.where(rise > 0, tl.minimum(1 / tl.where(rise > 0, rise, 1), clamp), 0)
            carried = tl.where(fired, sooner * (e + v * (1 - decay_v) * carried), decay_v * carried)
            z = 1 / (1 + tl.exp(-tl.minimum(tl.maximum(over / width, -8), 8)))
            silent = tl.load(quiet + at, mask=there, other=0) != 0
            inflow = by_v + tl.where(silent, e * z * (1 - z) / width, carried)
        else:
            smooth = 1 + slope * tl.abs(over)
            passed = e / (smooth * smooth)
            of_limit -= passed
            by_v += passed
            inflow = by_v
        by_u = inflow + decay_u * by_u
        tl.store(of_u + at, by_u, mask=there)
        # u of the step before, which v is told to be made of
        u = before - added - decay_v * tl.where(earlier > limit, 0, earlier)
        of_keep_u += tl.where(_all(t, n) > 0, by_u * u, 0)
        of_keep_v += by_v * rest
        of_bias += inflow
        tl.debug_barrier()
    tl.store(own, of_keep_u, mask=there)
    tl.store(own + row, of_keep_v, mask=there)
    tl.store(own + 2 * row, of_bias, mask=there)
    tl.store(own + 3 * row, of_limit, mask=there)
    tl.store(own + 4 * row, by_u, mask=there)
    tl.store(own + 5 * row, by_v, mask=there)
    tl.store(own + 6 * row, carried, mask=there)


@triton.jit  # type: ignore[untyped-decorator]
def of_links(  # type: ignore[no-untyped-def]
    post, pre, delay, spikes, of_u, parts, rows, samples, neurons, links, LINKS: tl.constexpr, ROWS: tl.constexpr,
):  # fmt: skip
    """The sum over some rows of u's gradient times the spike that arrived, for some links."""
    k = tl.program_id(0) * LINKS + tl.arange(0, LINKS)
    there = k < links
    target = tl.load(post + k, mask=there, other=0).to(tl.int64)
    source = tl.load(pre + k, mask=there, other=0).to(tl.int64)
    late = tl.load(delay + k, mask=there, other=0).to(tl.int64) * samples
    total = tl.zeros([LINKS], parts.dtype.element_ty)
    begin = tl.program_id(1).to(tl.int64) * ROWS
    for row in range(begin, tl.minimum(begin + ROWS, rows)):
        heard = there & (row >= late)
        s = tl.load(spikes + (row - late) * neurons + source, mask=heard, other=0)
        total += s * tl.load(of_u + row * neurons + target, mask=heard, other=0)
    tl.store(parts + tl.program_id(1).to(tl.int64) * links + k, total, mask=there)
