"""A population with links to itself over all steps, forward and backward, as Triton kernels for a GPU."""

from typing import Any

import torch
import triton
import triton.language as tl
from torch import Tensor
from torch.autograd.function import once_differentiable

_LINKS = 128
_ROWS = 256
"""Steps x samples of which one program adds up the gradient of `_LINKS` links."""


@triton.jit  # type: ignore[untyped-decorator]
def _forward(  # type: ignore[no-untyped-def]
    drive, keep_u, keep_v, bias, threshold, first, other, delay, weight, spikes, voltages,
    steps, samples, neurons, BLOCK: tl.constexpr,
):  # fmt: skip
    """The equations of `search.training.kernels.loop.run` for one sample; rows are [time, sample]."""
    sample = tl.program_id(0).to(tl.int64)
    n = tl.arange(0, BLOCK)
    there = n < neurons
    decay_u, decay_v = tl.load(keep_u + n, mask=there, other=0), tl.load(keep_v + n, mask=there, other=0)
    added, limit = tl.load(bias + n, mask=there, other=0), tl.load(threshold + n, mask=there, other=0)
    begin, end = tl.load(first + n, mask=there, other=0), tl.load(first + 1 + n, mask=there, other=0)
    longest = tl.max(end - begin, axis=0)
    u = tl.zeros([BLOCK], weight.dtype.element_ty)
    v = tl.zeros([BLOCK], weight.dtype.element_ty)
    for t in range(0, steps):
        at = (t * samples + sample) * neurons + n
        a = tl.load(drive + at, mask=there, other=0)
        for k in range(0, longest):
            left = begin + k < end
            source = tl.load(other + begin + k, mask=left, other=0).to(tl.int64)
            sent = t - tl.load(delay + begin + k, mask=left, other=0).to(tl.int64)
            heard = left & (sent >= 0)
            s = tl.load(spikes + (sent * samples + sample) * neurons + source, mask=heard, other=0)
            a += s * tl.load(weight + begin + k, mask=left, other=0)
        u = decay_u * u + a
        v = decay_v * v + u + added
        fired = v > limit
        tl.store(voltages + at, v, mask=there)
        tl.store(spikes + at, fired.to(weight.dtype.element_ty), mask=there)
        v = tl.where(fired, 0, v)
        tl.debug_barrier()


@triton.jit  # type: ignore[untyped-decorator]
def _backward(  # type: ignore[no-untyped-def]
    keep_u, keep_v, threshold, first, other, delay, weight, voltages, of_spikes, of_voltages, of_v, of_u,
    slope, steps, samples, neurons, BLOCK: tl.constexpr,
):  # fmt: skip
    """Gradients of v and u in every step, from the last to the first; links by the neuron they come from."""
    sample = tl.program_id(0).to(tl.int64)
    n = tl.arange(0, BLOCK)
    there = n < neurons
    decay_u, decay_v = tl.load(keep_u + n, mask=there, other=0), tl.load(keep_v + n, mask=there, other=0)
    limit = tl.load(threshold + n, mask=there, other=0)
    begin, end = tl.load(first + n, mask=there, other=0), tl.load(first + 1 + n, mask=there, other=0)
    longest = tl.max(end - begin, axis=0)
    by_u = tl.zeros([BLOCK], weight.dtype.element_ty)
    by_v = tl.zeros([BLOCK], weight.dtype.element_ty)
    for back in range(0, steps):
        t = steps - 1 - back
        at = (t * samples + sample) * neurons + n
        e = tl.load(of_spikes + at, mask=there, other=0)
        for k in range(0, longest):
            left = begin + k < end
            target = tl.load(other + begin + k, mask=left, other=0).to(tl.int64)
            arrived = t + tl.load(delay + begin + k, mask=left, other=0).to(tl.int64)
            heard = left & (arrived < steps)
            d = tl.load(of_u + (arrived * samples + sample) * neurons + target, mask=heard, other=0)
            e += d * tl.load(weight + begin + k, mask=left, other=0)
        over = tl.load(voltages + at, mask=there, other=0) - limit
        smooth = 1 + slope * tl.abs(over)
        by_v = (
            tl.load(of_voltages + at, mask=there, other=0)
            + e / (smooth * smooth)
            + tl.where(over > 0, 0, decay_v * by_v)
        )
        by_u = by_v + decay_u * by_u
        tl.store(of_v + at, by_v, mask=there)
        tl.store(of_u + at, by_u, mask=there)
        tl.debug_barrier()


@triton.jit  # type: ignore[untyped-decorator]
def _of_links(  # type: ignore[no-untyped-def]
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


def layer(drive: Tensor, cells: tuple[Tensor, ...], ends: tuple[Tensor, ...], links: Tensor, slope: float) -> Any:
    """Spikes, and voltages before the reset: two tensors [time, sample, neuron].

    drive   what arrives from elsewhere, times the gain, [time, sample, neuron]
    cells   keep_u, keep_v, bias, threshold [neuron]
    ends    post, pre, delay of every link, int64 [link]; delays are at least 1
    links   weights times the gain, [link]
    slope   of `search.training.neuron.Surrogate`

    Differentiable once in drive, cells and links. One launch forward; backward one, and one for the links.
    """
    return _Layer.apply(drive, *cells, links, *ends, slope)  # type: ignore[no-untyped-call]


class _Layer(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, *given: Any) -> tuple[Tensor, Tensor]:
        drive, keep_u, keep_v, bias, threshold, links, post, pre, delay, slope = given
        drive = drive.contiguous()
        cells = tuple(each.contiguous() for each in (keep_u, keep_v, bias, threshold))
        steps, samples, neurons = drive.shape
        spikes, voltages = torch.empty_like(drive), torch.empty_like(drive)
        shape = {"steps": steps, "samples": samples, "neurons": neurons}
        kernel = _forward[(samples,)]
        kernel(drive, *cells, *_by(post, pre, delay, links, neurons), spikes, voltages, **shape, **_width(neurons))
        ctx.save_for_backward(*cells, links, post, pre, delay, spikes, voltages)
        ctx.shape, ctx.slope = shape, slope
        return spikes, voltages

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        keep_u, keep_v, bias, threshold, links, post, pre, delay, spikes, voltages = ctx.saved_tensors
        of_spikes, of_voltages = (each.contiguous() for each in gradients)
        steps, samples, neurons = spikes.shape
        of_v, of_u = torch.empty_like(spikes), torch.empty_like(spikes)
        away = _by(pre, post, delay, links, neurons)
        kernel = _backward[(samples,)]
        told = (voltages, of_spikes, of_voltages, of_v, of_u)
        kernel(keep_u, keep_v, threshold, *away, *told, slope=ctx.slope, **ctx.shape, **_width(neurons))
        of_links = torch.zeros_like(links)
        if len(links) and ctx.needs_input_grad[5]:
            rows = steps * samples
            parts = links.new_empty(triton.cdiv(rows, _ROWS), len(links))
            several = _of_links[(triton.cdiv(len(links), _LINKS), len(parts))]
            several(post, pre, delay, spikes, of_u, parts, rows, samples, neurons, len(links), LINKS=_LINKS, ROWS=_ROWS)
            of_links = parts.sum(0)
        rest = torch.zeros_like(voltages)
        rest[1:] = voltages[:-1] * (1 - spikes[:-1])
        later = torch.zeros_like(of_v)
        later[:-1] = of_v[1:]
        passed = of_v - of_voltages - keep_v * later * (1 - spikes)
        u = voltages - bias - keep_v * rest
        sums = ((of_u[1:] * u[:-1]), of_v * rest, of_v, -passed)
        return of_u, *(each.sum((0, 1)) for each in sums), of_links, None, None, None, None


def _by(ends: Tensor, others: Tensor, delay: Tensor, links: Tensor, neurons: int) -> tuple[Tensor, ...]:
    """Links in the order of one of their ends: where those of a neuron begin, the other end, delay, weight."""
    order = torch.argsort(ends, stable=True)
    first = torch.zeros(neurons + 1, dtype=torch.int64, device=ends.device)
    first[1:] = torch.bincount(ends, minlength=neurons).cumsum(0)
    return first, *(each[order].contiguous() for each in (others, delay, links.detach()))


def _width(neurons: int) -> dict[str, int]:
    block = triton.next_power_of_2(max(neurons, 16))
    return {"BLOCK": block, "num_warps": min(max(block // 128, 1), 16)}
