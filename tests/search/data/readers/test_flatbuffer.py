import struct

import pytest

from search.data.readers.flatbuffer import Table

BUFFER = struct.pack("<I4H4xiI", 16, 8, 8, 4, 0, 16 - 4, 4) + struct.pack("<I", 3) + b"abc"
"""A table of two fields: a vector of three bytes, and one that is absent."""


def test_a_vector_and_what_is_absent() -> None:
    table = Table.root(BUFFER)
    assert bytes(table.vector(0, 1)) == b"abc"
    assert bytes(table.vector(1, 1)) == b""
    assert table.number(1, "<i", 7) == 7
    assert table.number(5, "<q", -1) == -1


@pytest.mark.parametrize("size", range(len(BUFFER)))
def test_what_lies_outside_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="its buffer"):
        Table.root(BUFFER[:size]).vector(0, 1)
