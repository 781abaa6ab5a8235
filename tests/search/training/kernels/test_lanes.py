"""Every operation on lanes against numpy, in both widths and both floating types."""

from typing import Any

import numpy as np
import pytest
from numba.core.errors import TypingError

from search.training.kernels.lanes import (
    NARROW,
    WIDE,
    _known_by,
    above,
    added_dot,
    bell,
    fma,
    from_bits,
    load,
    magnitude,
    reciprocal,
    splat,
    store,
    to_bits,
    transpose,
    where,
)
from targets.contracts.arrays import Array
from targets.contracts.jit import compiled
from targets.contracts.jit_key import key

CASES = [(like, dtype) for like in (NARROW, WIDE) for dtype in (np.float32, np.float64)]


@compiled(nogil=True)
def calculated(given: Array, bits: Array, told: Array, dot: Array, like: tuple[int, ...]) -> None:
    """One row per operation, of the three rows given."""
    a, b, c = load(given, 0, like), load(given, 1, like), load(given, 2, like)
    zero = c - c
    store(told, 0, a + b)
    store(told, 1, a - b)
    store(told, 2, a * b)
    store(told, 3, a / b)
    store(told, 4, fma(a, b, c))
    store(told, 5, above(a, b))
    store(told, 6, where(above(a, b), a, c))
    store(told, 7, magnitude(a))
    store(told, 8, splat(given[2, 1], like))
    store(told, 9, reciprocal(magnitude(a) + splat(given.dtype.type(1), like)))
    store(told, 10, bell(a))
    bits[0] = to_bits(above(a, b))
    store(told, 11, from_bits(bits[0], zero))
    store(dot, 0, added_dot(load(dot, 0, NARROW), a, b))


@compiled(nogil=True)
def turned(source: Array, target: Array) -> None:
    """The block of 16 x 16 from row 2 and column 3 on, to row 1 and column 5."""
    transpose(source, 2, 3, target, 1, 5)


@pytest.mark.parametrize(("like", "dtype"), CASES)
def test_operations_are_those_of_numpy(like: tuple[int, ...], dtype: Any) -> None:
    lanes = 16 * len(like)
    given = (3 * np.random.default_rng(0).standard_normal((3, lanes))).astype(dtype)
    given[0, :4] = 0, 20, -20, given[1, 3]  # also where a bell is flat, and at a tie
    told, bits, summed = np.zeros((12, lanes), dtype), np.zeros(1, np.uint64), given[2:, :16].copy()
    calculated(given, bits, told, summed, like)
    a, b, c = given.astype(np.float64)
    z = 1 / (1 + np.exp(-a.clip(-8, 8)))
    over = (a > b).astype(float)
    expected = [a + b, a - b, a * b, a / b, a * b + c, over, np.where(a > b, a, c), abs(a), np.full(lanes, c[1])]
    expected += [1 / (abs(a) + 1), z * (1 - z), over]
    tolerance = {np.float32: 4e-6, np.float64: 1e-13}[dtype]
    for number, row in enumerate(expected):
        np.testing.assert_allclose(told[number], row, rtol=tolerance, atol=tolerance, err_msg=str(number))
    dot = c[:16] + (a * b).reshape(-1, 16).sum(0)
    np.testing.assert_allclose(summed[0], dot, rtol=tolerance, atol=10 * tolerance)
    assert [int(bits[0]) >> k & 1 for k in range(lanes)] == over.astype(int).tolist()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_block_is_turned_and_nothing_else_is_touched(dtype: Any) -> None:
    source, target = np.random.default_rng(0).random((20, 21)).astype(dtype), np.zeros((18, 24), dtype)
    turned(source, target)
    assert np.array_equal(target[1:17, 5:21], source[2:18, 3:19].T)
    assert np.count_nonzero(target) == 256


def test_lanes_are_read_from_contiguous_rows_only() -> None:
    strided = np.asfortranarray(np.zeros((20, 21), np.float32))
    with pytest.raises(TypingError, match="lanes are read from contiguous arrays"):
        turned(strided, np.zeros((18, 24), np.float32))


def test_what_is_kept_of_compiled_code_is_known_by_the_operations_it_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    written: Any = getattr(turned, "py_func", turned)
    before = key(written, {}, (), "")
    assert key(written, {}, (), "") == before
    monkeypatch.setattr(_known_by, "__defaults__", ("another text",))
    assert key(written, {}, (), "") != before
