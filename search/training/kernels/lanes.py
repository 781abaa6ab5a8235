"""Lanes: 16 or 64 numbers side by side, one per sample, as one value inside compiled functions.

A kernel written with them says by itself what is to happen to all samples at once; nothing is left to what a compiler
finds out about loops. `like` is a tuple of zeros, `NARROW` or `WIDE`; its length tells the number of lanes, 16 each.
Arrays are C-contiguous [row, column] and hold float32 or float64. Machines with shorter registers take several.
"""

import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any

from llvmlite import binding, ir
from numba.core import cgutils, types
from numba.core.errors import TypingError
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

REGISTER = 16
"""Lanes per entry of `like`."""
NARROW, WIDE = (0,), (0, 0, 0, 0)
_LONG = bool(binding.get_host_cpu_features().get("avx512f"))
_HALVINGS, _TERMS = 6, 10  # of the exponential within `bell`


class Lanes(types.Type):
    """The type of `count` numbers of type `dtype`."""

    def __init__(self, count: int, dtype: Any) -> None:
        self.count, self.dtype = count, dtype
        super().__init__(name=f"Lanes({count} x {dtype})")


def piece_of(like: tuple[int, ...]) -> tuple[int, ...]:
    """As many of these lanes as a few numbers of each, and what is made of them, fit into the processor's registers.

    32 registers of 512 bits hold eight numbers of 64 lanes; 16 of 256 bits hold as many of 16 lanes.
    """
    return like if _LONG else NARROW


@register_model(Lanes)
class _Model(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Lanes) -> None:
        super().__init__(dmm, fe_type, _vector(fe_type))


def _vector(of: Lanes) -> Any:
    """The type of LLVM: <count x float>."""
    return ir.VectorType(ir.FloatType() if of.dtype == types.float32 else ir.DoubleType(), of.count)


def _width(like: Any) -> int:
    return REGISTER * len(like)


def _pointer(context: Any, builder: Any, of: Any, array: Any, row: Any, column: Any) -> Any:
    """Where the number in that row and column of a contiguous array [row, column] is."""
    view = context.make_array(_contiguous(of, 2))(context, builder, array)
    columns = builder.extract_value(view.shape, 1)
    place = builder.add(builder.mul(row, columns), column)
    return builder.gep(view.data, [place])


def _contiguous(of: Any, axes: int) -> Any:
    """The type of an array; TypingError where it is not contiguous or has other axes."""
    if of.layout != "C" or of.ndim != axes:
        raise TypingError(f"lanes are read from contiguous arrays of {axes} axes; this one is {of}.")
    return of


def _row(context: Any, builder: Any, of: Any, array: Any, row: Any, lanes: Lanes) -> Any:
    """Where a row begins; that it is as long as the lanes makes its place a shift."""
    view = context.make_array(_contiguous(of, 2))(context, builder, array)
    place = builder.mul(row, ir.Constant(row.type, lanes.count))
    return builder.bitcast(builder.gep(view.data, [place]), _vector(lanes).as_pointer())


def _at(context: Any, builder: Any, of: Any, array: Any, row: Any, column: Any, lanes: Lanes) -> Any:
    pointer = _pointer(context, builder, of, array, row, column)
    return builder.bitcast(pointer, _vector(lanes).as_pointer())


def _size(number: Any) -> Any:
    """Rows and columns enter as whole numbers of 64 bits."""
    return types.intp if isinstance(number, types.Integer) else None


def _inside(written: Callable[..., Any]) -> Any:
    """A function for use inside compiled ones, whose code is written in LLVM's terms; its first argument is numba's.

    What is compiled with it is known by this whole file (see `targets.contracts.jit_key`).
    """
    made: Any = intrinsic(written)
    made.py_func = _known_by
    return made


def _known_by(text: str = Path(__file__).read_text(encoding="utf-8")) -> None:
    """Stands for every operation here where it is asked what compiled code is made of."""


@_inside
def load(typing: Any, array: Any, row: Any, like: Any) -> Any:
    """A row of an array that has as many columns as there are lanes."""
    lanes = Lanes(_width(like), array.dtype)

    def made(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointer = _row(context, builder, sig.args[0], args[0], args[1], lanes)
        return builder.load(pointer, align=array.dtype.bitwidth // 8)

    return lanes(array, _size(row), like), made


@_inside
def store(typing: Any, array: Any, row: Any, values: Any) -> Any:
    """Write a row of an array that has as many columns as there are lanes."""

    def made(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointer = _row(context, builder, sig.args[0], args[0], args[1], values)
        builder.store(args[2], pointer, align=array.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(array, _size(row), values), made


@_inside
def entry(typing: Any, array: Any, place: Any) -> Any:
    """An entry of an array of one axis; it must not count from the end, which would take as long as the sum itself."""
    whole = isinstance(array.dtype, types.Integer)
    given = types.intp if whole else array.dtype

    def made(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        view = context.make_array(_contiguous(sig.args[0], 1))(context, builder, args[0])
        value = builder.load(builder.gep(view.data, [args[1]]))
        if not whole or array.dtype.bitwidth == 64:
            return value
        return (builder.sext if array.dtype.signed else builder.zext)(value, ir.IntType(64))

    return given(array, _size(place)), made


def _of_word(name: str, *flags: bool) -> Any:
    """A function of LLVM from a word of 64 bits to a number."""

    def written(typing: Any, word: Any) -> Any:
        def made(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            of = ir.IntType(64)
            known = ir.FunctionType(of, [of, *(ir.IntType(1) for _ in flags)])
            constants = [ir.Constant(ir.IntType(1), flag) for flag in flags]
            return builder.call(cgutils.get_or_insert_function(builder.module, known, name), [args[0], *constants])

        return types.intp(types.uint64), made

    return _inside(written)


zeros_above = _of_word("llvm.ctlz.i64", True)
"""Bits of a word, which is not 0, that are 0 above its highest 1."""
zeros_below = _of_word("llvm.cttz.i64", True)
"""Bits of a word, which is not 0, that are 0 below its lowest 1."""
ones = _of_word("llvm.ctpop.i64")
"""Bits of a word that are 1."""


@_inside
def splat(typing: Any, number: Any, like: Any) -> Any:
    """The same number in all lanes."""
    lanes = Lanes(_width(like), number)

    def made(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _splat(builder, args[0], lanes)

    return lanes(number, like), made


def _splat(builder: Any, number: Any, lanes: Lanes) -> Any:
    vector = _vector(lanes)
    one = builder.insert_element(ir.Constant(vector, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), lanes.count), [0] * lanes.count)
    return builder.shuffle_vector(one, ir.Constant(vector, ir.Undefined), zeros)


@_inside
def fma(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """A * b + c, rounded once where the machine can."""

    def made(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _fma(builder, *args)

    return c(a, b, c), made


def _fma(builder: Any, a: Any, b: Any, c: Any) -> Any:
    return _called(builder, "llvm.fmuladd", a, b, c)


def _called(builder: Any, name: str, *vectors: Any) -> Any:
    """What a function of LLVM makes of vectors of one type."""
    of = vectors[0].type
    kind = "f32" if isinstance(of.element, ir.FloatType) else "f64"
    known = ir.FunctionType(of, [of] * len(vectors))
    return builder.call(cgutils.get_or_insert_function(builder.module, known, f"{name}.v{of.count}{kind}"), vectors)


@_inside
def added_dot(typing: Any, total: Any, a: Any, b: Any) -> Any:
    """`total` of 16 lanes plus the products of a and b, every 16th of them in the same lane."""

    def made(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        result, one, other = args
        for first in range(0, a.count, REGISTER):
            result = _fma(builder, _part(builder, one, first), _part(builder, other, first), result)
        return result

    return total(total, a, b), made


def _part(builder: Any, vector: Any, first: int) -> Any:
    chosen = ir.Constant(ir.VectorType(ir.IntType(32), REGISTER), list(range(first, first + REGISTER)))
    return builder.shuffle_vector(vector, ir.Constant(vector.type, ir.Undefined), chosen)


@_inside
def total(typing: Any, a: Any) -> Any:
    """The sum of all lanes: halves are added to each other until one is left."""

    def made(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        vector, count = args[0], a.count
        while count > 1:
            count //= 2
            halves = (
                ir.Constant(ir.VectorType(ir.IntType(32), count), list(range(first, first + count)))
                for first in (0, count)
            )
            empty = ir.Constant(vector.type, ir.Undefined)
            one, other = (builder.shuffle_vector(vector, empty, half) for half in halves)
            vector = builder.fadd(one, other)
        return builder.extract_element(vector, ir.Constant(ir.IntType(32), 0))

    return a.dtype(a), made


@_inside
def above(typing: Any, a: Any, b: Any) -> Any:
    """1 in the lanes where a > b, else 0."""

    def made(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        vector = _vector(a)
        one, zero = (ir.Constant(vector, [value] * a.count) for value in (1.0, 0.0))
        return builder.select(builder.fcmp_ordered(">", args[0], args[1]), one, zero)

    return a(a, b), made


@_inside
def where(typing: Any, truth: Any, a: Any, b: Any) -> Any:
    """`a` in the lanes where `truth` is not 0, else b."""

    def made(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        zero = ir.Constant(_vector(truth), [0.0] * truth.count)
        return builder.select(builder.fcmp_unordered("!=", args[0], zero), args[1], args[2])

    return a(truth, a, b), made


@_inside
def to_bits(typing: Any, truth: Any) -> Any:
    """A bit per lane, set where `truth` is not 0, the first lane the lowest."""

    def made(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        zero = ir.Constant(_vector(truth), [0.0] * truth.count)
        bits = builder.bitcast(builder.fcmp_unordered("!=", args[0], zero), ir.IntType(truth.count))
        return bits if truth.count == 64 else builder.zext(bits, ir.IntType(64))

    return types.uint64(truth), made


@_inside
def from_bits(typing: Any, bits: Any, zeros: Any) -> Any:
    """1 in the lanes whose bit is set, else 0; as many lanes as `zeros`, which are all 0."""

    def made(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        own = args[0] if zeros.count == 64 else builder.trunc(args[0], ir.IntType(zeros.count))
        truth = builder.bitcast(own, ir.VectorType(ir.IntType(1), zeros.count))
        return builder.select(truth, ir.Constant(_vector(zeros), [1.0] * zeros.count), args[1])

    return zeros(types.uint64, zeros), made


@_inside
def magnitude(typing: Any, a: Any) -> Any:
    """The absolute values."""

    def made(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _called(builder, "llvm.fabs", args[0])

    return a(a), made


@_inside
def reciprocal(typing: Any, a: Any) -> Any:
    """1 / a for a >= 1; in float32 by three steps of Newton from a guess, which takes a third of a division's time."""

    def made(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        def full(value: float) -> Any:
            return ir.Constant(_vector(a), [value] * a.count)

        if a.dtype != types.float32:
            return builder.fdiv(full(1.0), args[0])
        whole = ir.VectorType(ir.IntType(32), a.count)
        magic = ir.Constant(whole, [0x7EF311C7] * a.count)  # minus the bits of a: its logarithm with the sign turned
        guess = builder.bitcast(builder.sub(magic, builder.bitcast(args[0], whole)), _vector(a))
        for _ in range(3):
            error = _fma(builder, builder.fmul(full(-1.0), args[0]), guess, full(1.0))
            guess = _fma(builder, guess, error, guess)
        return guess

    return a(a), made


@_inside
def bell(typing: Any, a: Any) -> Any:
    """Z (1 - z) with z = 1 / (1 + exp(-a)), a cut at +-8; 1e-6 of it may be wrong, as far as float32 tells."""

    def made(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        def full(value: float) -> Any:
            return ir.Constant(_vector(a), [value] * a.count)

        size = _called(builder, "llvm.fabs", args[0])
        size = builder.select(builder.fcmp_ordered(">", size, full(8.0)), full(8.0), size)
        part = builder.fmul(size, full(-1.0 / (1 << _HALVINGS)))
        falling = full(1.0)  # exp(-|a|): the series of its 64th root, squared six times
        for term in range(_TERMS, 0, -1):
            falling = _fma(builder, builder.fmul(part, full(1.0 / term)), falling, full(1.0))
        for _ in range(_HALVINGS):
            falling = builder.fmul(falling, falling)
        above_one = builder.fadd(falling, full(1.0))
        return builder.fdiv(falling, builder.fmul(above_one, above_one))

    return a(a), made


@_inside
def transpose(typing: Any, source: Any, row: Any, column: Any, target: Any, to_row: Any, to_column: Any) -> Any:
    """Write the 16 x 16 numbers from that row and column of `source` on, turned, into `target`."""
    lanes = Lanes(REGISTER, source.dtype)

    def made(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        def moved(number: Any, by: int) -> Any:
            return builder.add(number, ir.Constant(number.type, by))

        align = source.dtype.bitwidth // 8
        rows = []
        for k in range(REGISTER):
            place = _at(context, builder, sig.args[0], args[0], moved(args[1], k), args[2], lanes)
            rows.append(builder.load(place, align=align))
        for distance in (1, 2, 4, 8):
            low = [k if not k & distance else REGISTER + k - distance for k in range(REGISTER)]
            high = [k + distance if not k & distance else REGISTER + k for k in range(REGISTER)]
            turned = list(rows)
            for k in (k for k in range(REGISTER) if not k & distance):
                for to, order in ((k, low), (k + distance, high)):
                    chosen = ir.Constant(ir.VectorType(ir.IntType(32), REGISTER), order)
                    turned[to] = builder.shuffle_vector(rows[k], rows[k + distance], chosen)
            rows = turned
        for k in range(REGISTER):
            place = _at(context, builder, sig.args[3], args[3], moved(args[4], k), args[5], lanes)
            builder.store(rows[k], place, align=align)
        return context.get_dummy_value()

    places = _size(row), _size(column)
    return types.void(source, *places, target, *places), made


class _Arithmetic(AbstractTemplate):
    """Both sides are lanes of one type."""

    def generic(self, args: Any, kws: Any) -> Any:
        if len(args) == 2 and isinstance(args[0], Lanes) and args[0] == args[1]:
            return signature(args[0], *args)
        return None


def _operator(function: Any, instruction: str) -> None:
    infer_global(function)(type(f"_{function.__name__}", (_Arithmetic,), {"key": function}))

    @lower_builtin(function, Lanes, Lanes)
    def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return getattr(builder, instruction)(*args)


for _function, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _operator(_function, _instruction)
