"""The header of Prophesee's files: lines `% keyword value` before the events.

Prophesee, "RAW File Format" and "DAT File Format", https://docs.prophesee.ai. Some recorders end it with `% end`.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from targets.contracts.errors import InputError

_LONGEST_LINE = 200
_SIZE = re.compile(r"(\d{1,5})x(\d{1,5})")


@dataclass(frozen=True)
class PercentHeader:
    """The keywords, in small letters, with their values, and where the header ends."""

    values: dict[str, str]
    end: int

    @property
    def version(self) -> str | None:
        """The encoding of a RAW file, as "2.0" or "3.0"; None where none is named."""
        named = re.match(r"EVT(\d)(\d?)", self.values.get("format", ""))
        return self.values.get("evt") or (f"{named[1]}.{named[2] or 0}" if named else None)

    @property
    def sensor(self) -> tuple[int, int] | None:
        """Width and height, where the header says."""
        fields = dict(part.split("=", 1) for part in self.values.get("format", "").split(";") if "=" in part)
        sides = [fields.get(side, self.values.get(side, "")) for side in ("width", "height")]
        if all(side.isdecimal() for side in sides):
            return int(sides[0]), int(sides[1])
        size = _SIZE.fullmatch(self.values.get("geometry", ""))
        return (int(size[1]), int(size[2])) if size else None


def percent_header(content: bytes, path: Path) -> PercentHeader:
    """The header at the start of `content`; InputError where it does not end or is no text."""
    values: dict[str, str] = {}
    start = 0
    while content.startswith(b"% ", start):
        end = content.find(b"\n", start)
        if end < 0:
            raise InputError(f"{path} ends within its header; it is cut off or damaged, so get it again.")
        line = content[start + 2 : end].decode("latin-1").strip()
        if not line.isprintable() or len(line) > _LONGEST_LINE:
            raise InputError(f"{path} has a header that is no plain text; it is damaged, so get it again.")
        keyword, _, value = line.partition(" ")
        start = end + 1
        if keyword == "end":
            break
        values[keyword.lower()] = value.strip()
    return PercentHeader(values, start)


def raw_events(content: bytes, path: Path, version: str) -> PercentHeader:
    """The header of a RAW file of the encoding `version`; InputError for another one, and for big-endian words."""
    header = percent_header(content, path)
    if header.version != version:
        found = f"of EVT {header.version}" if header.version else "no RAW file with a line '% evt '"
        raise InputError(f"{path} is {found}; EVT {version} is needed, so get it again.")
    if header.values.get("endianness", "little") != "little":
        raise InputError(
            f"{path} holds words in the byte order {header.values['endianness']!r}; little is allowed, so convert it."
        )
    return header
