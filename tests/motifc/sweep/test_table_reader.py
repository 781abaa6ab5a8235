"""Entries of a table, each of its type, each read once."""

import pytest

from motifc.sweep.table_reader import TableReader
from targets.contracts.errors import InputError

TOLD = {"a": "text", "b": ["x", "y"], "c": 3, "d": [1, 2], "e": 2.5, "f": {"g": 1}, "h": [{"i": "j"}]}


def test_every_kind_of_entry_is_read() -> None:
    given = TableReader(TOLD, "file")
    assert (given.text("a"), given.texts("b"), given.texts("a")) == ("text", ("x", "y"), ("text",))
    assert (given.whole("c"), given.wholes("d"), given.number("e")) == (3, (1, 2), 2.5)
    assert given.inner("f").whole("g") == 1
    assert [each.text("i") for each in given.inners("h")] == ["j"]
    assert given.text("z", "default") == "default"
    given.end()


def test_what_nobody_reads_or_nobody_gave_is_refused() -> None:
    given = TableReader({"a": "x", "b": 1}, "file", "outer")
    given.text("a")
    with pytest.raises(InputError, match=r"file has an unknown entry outer\.b; known are a, so rename it"):
        given.end()
    with pytest.raises(InputError, match=r"file does not say outer\.c; it is needed, so add it\."):
        given.text("c")


WRONG: dict[str, list[object]] = {
    "text": ["", 1, "a\nb", "x" * 201, None],
    "whole": [1.0, True, -1, "1", 1 << 40],
    "number": [True, "1", -1.0, float("nan")],
    "wholes": [[], 1, [1, 1], [1.5]],
    "texts": [[], [1], ["a", "a"], {}],
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in WRONG.items() for value in values])
def test_another_type_or_range_is_refused(kind: str, value: object) -> None:
    with pytest.raises(InputError, match=r"^file: k is .* is needed, so change it\.$"):
        getattr(TableReader({"k": value}, "file"), kind)("k")
