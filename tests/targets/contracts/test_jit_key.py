"""The key of compiled code changes with all that it is made of, and with nothing else."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from targets.contracts.jit_key import key

SOURCE = """
import math
import numpy as np
TABLE = {table}
LIMIT = {limit}
def inner(x, k={default}):
    return x + {added} * k
def outer(x):
    y = math.floor(x) + np.int32(LIMIT)
    return inner(y) + TABLE[0]
def unread(x):
    return {unread}
"""
USUAL = {"table": "np.array([1, 2])", "limit": "3", "default": "4", "added": "5", "unread": "6"}


def made(changed: dict[str, str], lines: str = "") -> Callable[..., Any]:
    space: dict[str, Any] = {"__name__": "made"}
    exec(lines + SOURCE.format(**(USUAL | changed)), space)
    function: Callable[..., Any] = space["outer"]
    return function


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("table", "np.array([1, 3])"),
        ("table", "np.array([1, 2], np.int16)"),
        ("table", "(1, 2)"),
        ("limit", "4"),
        ("limit", "3.0"),
        ("limit", "True"),
        ("default", "5"),
        ("added", "6"),
        ("added", "-5"),
    ],
)
def test_all_that_is_reached_counts(name: str, other: str) -> None:
    assert key(made({}), {}, (), "") != key(made({name: other}), {}, (), "")


def test_what_is_not_reached_does_not_count_nor_where_it_stands() -> None:
    usual = key(made({}), {}, (), "")
    assert usual == key(made({"unread": "7"}), {}, (), "")
    assert usual == key(made({}, "\n# a line\n\n"), {}, (), "")


def test_options_tools_and_types_count() -> None:
    class One(NamedTuple):
        x: int

    class Type:
        def __init__(self, kind: type) -> None:
            self.instance_class = kind

        def __repr__(self) -> str:
            return "a tuple"

    fewer = One

    class One(NamedTuple):  # type: ignore[no-redef]
        x: int
        y: int

    function = made({})
    keys = [
        key(function, {}, (), ""),
        key(function, {"fastmath": True}, (), ""),
        key(function, {"fastmath": {"nnan", "nsz"}}, (), ""),
        key(function, {}, (), "1"),
        key(function, {}, ("int64",), ""),
        key(function, {}, (Type(fewer),), ""),
        key(function, {}, (Type(One),), ""),
    ]
    assert len(set(keys)) == len(keys)
    assert key(function, {"fastmath": {"nsz", "nnan"}}, (), "") == keys[2]


def test_functions_may_call_each_other() -> None:
    def even(x: int) -> bool:
        return x == 0 or odd(x - 1)

    def odd(x: int) -> bool:
        return x != 0 and even(x - 1)

    assert key(even, {}, (), "") != key(odd, {}, (), "")


def test_a_value_of_another_kind_is_refused() -> None:
    space: dict[str, Any] = {"__name__": "made", "thing": iter(())}
    exec("def f(x):\n    return thing", space)
    with pytest.raises(TypeError, match=r"made\.f reads thing, a tuple_iterator; a key can be made of numbers, arrays"):
        key(space["f"], {}, (), "")
