"""quoted and unquoted: any name as the key of an array in a .npz, and back; meant: the key somebody may have meant."""

import difflib
import re
from collections.abc import Iterable
from urllib.parse import unquote

_SPECIAL = re.compile(r"[%./\\\[\]\x00-\x1f\x7f]")
_RESERVED = ("shape", "lengths", "labels", "targets")
_OTHER_WORDS = {
    "spikes": ("x", "data", "inputs", "input", "events", "raster", "spike_trains"),
    "labels": ("y", "target", "class", "classes"),
    "lengths": ("lens", "durations"),
    "groups": ("subjects", "speakers", "persons"),
}


def quoted(name: str) -> str:
    """`name` as a key: dots, slashes, brackets, percent signs and control characters as %XX, all else as it is.

    So a dot in a key always stands between a name and what is told of it ("hidden.lengths"). Names that are keys of
    their own in a file of spikes ("shape", "lengths", "labels", "targets") have their first letter quoted.
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


def meant(wanted: str, keys: Iterable[str]) -> str | None:
    """The first of `keys` that is written almost as `wanted`, or is another word for it; None where there is none."""
    for key in keys:
        word = key.casefold()
        near = difflib.SequenceMatcher(None, word, wanted).ratio() >= 0.8
        if key != wanted and (near or {word, f"{word}s"} & set(_OTHER_WORDS.get(wanted, ()))):
            return key
    return None
