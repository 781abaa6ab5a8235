"""FlatBuffers, as far as reading AEDAT 4 needs them: fields of tables, every offset checked.

A buffer starts with the offset of its root table. A table starts with the distance back to its vtable: the vtable's
size, the table's size and then for each field its offset in the table, 0 where it is absent, 2 bytes each. Strings and
vectors lie behind an offset of 4 bytes and start with their length (FlatBuffers, "FlatBuffer Internals",
https://flatbuffers.dev/internals).
"""

import struct
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """The table at `offset` of a buffer; its methods raise ValueError for what does not lie within the buffer."""

    buffer: bytes | memoryview
    offset: int

    @classmethod
    def root(cls, buffer: bytes | memoryview) -> "Table":
        """The root table of a buffer."""
        return cls(buffer, _number(buffer, "<I", 0))

    def number(self, field: int, form: str, default: int) -> int:
        """A number of the `struct` format `form`."""
        place = self._place(field)
        return _number(self.buffer, form, place) if place else default

    def vector(self, field: int, width: int) -> memoryview:
        """The bytes of a vector of elements of `width` bytes, of a string with width 1; empty where it is absent."""
        place = self._place(field)
        if not place:
            return memoryview(b"")
        start = place + _number(self.buffer, "<I", place)
        length = _number(self.buffer, "<I", start) * width
        if start + 4 + length > len(self.buffer):
            raise ValueError("a vector ends behind its buffer")
        return memoryview(self.buffer)[start + 4 : start + 4 + length]

    def _place(self, field: int) -> int:
        """Where a field lies in the buffer, 0 where it is absent."""
        vtable = self.offset - _number(self.buffer, "<i", self.offset)
        entry = 4 + 2 * field
        if entry + 2 > _number(self.buffer, "<H", vtable):
            return 0
        inner = _number(self.buffer, "<H", vtable + entry)
        return self.offset + inner if inner else 0


def _number(buffer: bytes | memoryview, form: str, offset: int) -> int:
    if not 0 <= offset <= len(buffer) - struct.calcsize(form):
        raise ValueError("a field lies outside its buffer")
    return int(struct.unpack_from(form, buffer, offset)[0])
