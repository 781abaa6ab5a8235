"""quoted and unquoted: any name as the key of an array in a .npz, and back; the standard library only."""

import re
from urllib.parse import unquote

_SPECIAL = re.compile(r"[%./\\\[\]\x00-\x1f\x7f]")
_RESERVED = ("shape", "lengths", "labels")


def quoted(name: str) -> str:
    """`name` as a key: dots, slashes, brackets, percent signs and control characters as %XX, all else as it is.

    So a dot in a key always stands between a name and what is told of it ("hidden.lengths"). Names that are keys of
    their own in a file of spikes ("shape", "lengths", "labels") have their first letter quoted.
    """
    if name in _RESERVED or not name:
        return f"%{ord(name[0]):02X}{name[1:]}" if name else "%00empty"
    return _SPECIAL.sub(lambda found: f"%{ord(found.group()):02X}", name)


def unquoted(key: str) -> str:
    """The name whose key is `key`; a key that `quoted` never makes, such as one written by hand, is a name itself."""
    name = "" if key == "%00empty" else unquote(key, errors="strict") if _is_ascii_quote(key) else key
    return name if quoted(name) == key else key


def _is_ascii_quote(key: str) -> bool:
    """Whether every percent sign begins a code of an ASCII character."""
    return all(re.match(r"[0-7][0-9A-Fa-f]", rest) for rest in key.split("%")[1:])
