"""add_row: the sum over the synapses of a neuron for many samples side by side, in vector instructions.

Written in the language of LLVM, since its compiler keeps the sums of 64 samples in registers only where it is told to:
loops over arrays go through memory, and take twice as long.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_LONG, _WHOLE = ir.IntType(64), ir.IntType(32)


def add_row(lanes: int, part: int, total: int, weight: int, chunk: int) -> Callable[..., int]:
    """What adds the row of a neuron to the input of `lanes` samples; for use in compiled functions only.

    `chunk` weights at a time are added in `part` bits, the row in `total` bits; a weight has `weight` bits. It is
    called with whole numbers, the first four of them addresses:
    ```
    a          int32 [lane], to which is added ((sum over k of w[k] & sent[other[k]]) >> floor) << shift, wrapped
    sent       [neuron, lane] of `part` bits: -1 where a neuron has spiked, else 0
    other      uint32 [synapse]: which neuron of `sent`
    w          [synapse]
    begin, end k runs from begin to end - 1
    stride     bytes from one neuron of `sent` to the next
    floor, shift
    ```
    and returns `end`.
    """
    narrow, wide, out = (ir.VectorType(ir.IntType(bits), lanes) for bits in (part, total, 32))

    def splat(builder: Any, value: Any) -> Any:
        """A vector of `value` in every lane."""
        empty = ir.Constant(ir.VectorType(value.type, lanes), ir.Undefined)
        first = builder.insert_element(empty, value, ir.Constant(_WHOLE, 0))
        return builder.shuffle_vector(first, empty, ir.Constant(ir.VectorType(_WHOLE, lanes), [0] * lanes))

    def read(builder: Any, base: Any, offset: Any, kind: Any, bits: int) -> Any:
        """What lies so many bytes after an address."""
        place = builder.inttoptr(builder.add(base, offset), ir.PointerType(kind))
        return builder.load(place, align=bits // 8)

    def times(builder: Any, value: Any, factor: int) -> Any:
        return builder.mul(value, ir.Constant(_LONG, factor))

    def written(_: Any, builder: Any, __: Any, given: Any) -> Any:
        a, sent, other, weights, begin, end, stride, floor, shift = given
        before = builder.block
        names = ("chunk", "synapse", "added", "finished", "done")
        outer, inner, added, finished, done = (builder.append_basic_block(name) for name in names)
        builder.cbranch(builder.icmp_unsigned("<", begin, end), outer, done)

        builder.position_at_end(outer)
        first, summed = builder.phi(_LONG), builder.phi(wide)
        far = builder.add(first, ir.Constant(_LONG, chunk))
        stop = builder.select(builder.icmp_unsigned("<", far, end), far, end)
        builder.branch(inner)

        builder.position_at_end(inner)
        k, sums = builder.phi(_LONG), builder.phi(narrow)
        source = builder.zext(read(builder, other, times(builder, k, 4), _WHOLE, 32), _LONG)
        one = read(builder, weights, times(builder, k, weight // 8), ir.IntType(weight), weight)
        one = builder.sext(one, ir.IntType(part)) if weight < part else one
        spikes = read(builder, sent, builder.mul(source, stride), narrow, part)
        longer = builder.add(sums, builder.and_(splat(builder, one), spikes))
        following = builder.add(k, ir.Constant(_LONG, 1))
        builder.cbranch(builder.icmp_unsigned("<", following, stop), inner, added)

        builder.position_at_end(added)
        further = builder.add(summed, builder.sext(longer, wide) if part < total else longer)
        builder.cbranch(builder.icmp_unsigned("<", following, end), outer, finished)

        builder.position_at_end(finished)
        amounts = [builder.trunc(bits, wide.element) if total < 64 else bits for bits in (floor, shift)]
        down, up = (splat(builder, amount) for amount in amounts)
        moved = builder.shl(builder.ashr(further, down), up)
        moved = builder.trunc(moved, out) if total > 32 else moved
        place = builder.inttoptr(a, ir.PointerType(out))
        builder.store(builder.add(builder.load(place, align=4), moved), place, align=4)
        builder.branch(done)

        builder.position_at_end(done)
        for phi, start, again in ((first, begin, following), (summed, ir.Constant(wide, None), further)):
            phi.add_incoming(start, before)
            phi.add_incoming(again, added)
        for phi, start, again in ((k, first, following), (sums, ir.Constant(narrow, None), longer)):
            phi.add_incoming(start, outer)
            phi.add_incoming(again, inner)
        return end

    def typed(
        _: Any, a: Any, sent: Any, other: Any, w: Any, begin: Any, end: Any, stride: Any, floor: Any, shift: Any
    ) -> Any:
        return types.uint64(*[types.uint64] * 9), written

    return intrinsic(typed)
