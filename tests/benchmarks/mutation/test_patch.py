"""Functions of a loaded module get the code of another version of its source, and nothing else may differ."""

from types import ModuleType

import pytest

from benchmarks.mutation.patch import patched

SOURCE = '''
from dataclasses import dataclass
from functools import cache, cached_property

LIMIT = 3


def twice(x: int, by: int = 2) -> int:
    """Twice."""
    return x * by


@cache
def once() -> int:
    return 1


@dataclass(frozen=True)
class Pair:
    first: int

    @property
    def second(self) -> int:
        return self.first + 1

    @cached_property
    def third(self) -> int:
        return self.first + 2

    @classmethod
    def of(cls, first: int) -> "Pair":
        return cls(first)

    @staticmethod
    def zero() -> int:
        def inner() -> int:
            return 0

        return inner()


double = twice
'''


def loaded() -> ModuleType:
    module = ModuleType("loaded")
    exec(SOURCE, vars(module))
    return module


@pytest.mark.parametrize(
    ("was", "becomes", "expression", "value"),
    [
        ("x * by", "x + by", "double(5)", 7),
        ("return 1", "return 4", "once()", 4),
        ("self.first + 1", "self.first - 1", "Pair(5).second", 4),
        ("self.first + 2", "self.first - 2", "Pair(5).third", 3),
        ("cls(first)", "cls(first + 1)", "Pair.of(5).first", 6),
        ("return 0", "return 9", "Pair.zero()", 9),
    ],
)
def test_a_changed_body_is_taken_over(was: str, becomes: str, expression: str, value: int) -> None:
    """By every name that the function has, below properties, caches and class methods."""
    module = loaded()
    assert patched(module, SOURCE, SOURCE.replace(was, becomes))
    assert eval(expression, vars(module)) == value


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("by: int = 2", "by: int = 3"),
        ("@cache\n", ""),
        ("frozen=True", "frozen=False"),
        ("    first: int\n", "    first: int = 1\n"),
        ("double = twice", "double = once"),
    ],
)
def test_what_is_done_at_import_is_not(was: str, becomes: str) -> None:
    module = loaded()
    assert not patched(module, SOURCE, SOURCE.replace(was, becomes))
    assert module.double(5) == 10
