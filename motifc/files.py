"""kind_of and expected: what a file is, by its content; its name tells nothing."""

from __future__ import annotations

import codecs
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from targets.contracts.artefact import check_readable
from targets.contracts.errors import InputError

if TYPE_CHECKING:
    from motifc import Network, Program

_OURS = ("network", "program", "stage", "checkpoint", "evidence")
_SAID = {
    "network": "a network",
    "program": "a program",
    "stage": "a stage between two passes",
    "checkpoint": "a checkpoint of a search",
    "evidence": "evidence of a run",
    "nir": "an HDF5 file, as NIR graphs are",
    "safetensors": "a safetensors file that motifc did not write",
    "npz": "a zip archive, as .npz files are",
    "npy": "a single array (.npy)",
    "wav": "a sound (WAVE)",
    "toml": "a TOML file",
    "text": "a text",
    "empty": "an empty file",
    "unknown": "of no kind known here, or damaged",
}
_WANTED = {
    "network": "a network",
    "program": "a program",
    "stage": "a stage",
    "nir": "a NIR graph",
    "npz": "spikes",
    "evidence": "evidence",
}
_HDF5 = b"\x89HDF\r\n\x1a\n"
_STARTS = {_HDF5: "nir", b"PK\x03\x04": "npz", b"PK\x05\x06": "npz", b"\x93NUMPY": "npy"}
_TEXT = 1 << 16
_FORMAT = re.compile(rb'"motifc":"\{\\"digest\\":\\"[^"]*\\",\\"format\\":\\"([a-z]+)\\"')
_TOML = re.compile(r"\[|[\w\"'.-]+\s*=")
"""How the first line of a TOML file begins that is no remark."""


def kind_of(path: str | os.PathLike[str], needed: str = "a file") -> str:
    """What the file at `path` is.

    Of ours "network", "program", "stage", "checkpoint" or "evidence"; "nir" is any HDF5 file; else one of "npz", "npy",
    "wav", "toml", "text", "safetensors", "empty" and "unknown". Only the beginning is read: whether the rest is well,
    its reader says. Raises InputError where there is no such file, in which `needed` says what is wanted.
    """
    check_readable(path, needed)
    try:
        with Path(path).open("rb") as file:
            start = file.read(_TEXT)
            found = _by_start(start) or _of_safetensors(start)
            if found is None and _has_user_block(file.fileno()):
                found = "nir"
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check its permissions.") from None
    return found or _of_text(start)


def expected(path: str | os.PathLike[str], *kinds: str) -> str:
    """The kind of the file at `path`; InputError that says what it is unless it is one of `kinds`.

    A NIR graph that was written of a program or network counts as that where a graph is not asked for. What is of no
    kind that is known passes where one kind alone is asked for: its reader says what is wrong with it.
    """
    endings = f"a {' or '.join(f'.{kind}' for kind in kinds)} file"
    found = kind_of(path, endings)
    if found == "nir" and "nir" not in kinds and {"program", "network"} & set(kinds):
        found = _source_kind(path) or found
    if found in kinds:
        return found
    if found == "unknown" and len(kinds) == 1:
        return kinds[0]
    wanted = " or ".join(_WANTED[kind] for kind in kinds)
    raise InputError(f"{path} is {_SAID[found]}; {wanted} is needed here, so give {endings}.")


def program_in(path: str | os.PathLike[str]) -> Program:
    """The program in the file at `path`, inside all limits of its chip; InputError for any other file."""
    from motifc import Program, legal

    expected(path, "program")
    found = _source(path) if kind_of(path) == "nir" else Program.load(path)
    if not isinstance(found, Program):  # a network was asked for its program
        raise InputError(f"{path} is {_SAID['network']}; {_WANTED['program']} is needed here, so compile it.")
    return legal(found)


def network_in(path: str | os.PathLike[str]) -> Network:
    """The network in the file at `path`; InputError for any other file."""
    from motifc import Network

    expected(path, "network")
    found = _source(path) if kind_of(path) == "nir" else Network.load(path)
    if not isinstance(found, Network):
        raise InputError(f"{path} is {_SAID['program']}; {_WANTED['network']} is needed here, so give that.")
    return found


def _source_kind(path: str | os.PathLike[str]) -> str | None:
    """Which of "program" and "network" a NIR graph was written of."""
    from compiler.exports.nir.source import source_kind

    return source_kind(path)


def _source(path: str | os.PathLike[str]) -> Program | Network | None:
    """What a NIR graph was written of."""
    from motifc import source_in_nir

    return source_in_nir(path)


def _by_start(start: bytes) -> str | None:
    """The kind that the first bytes tell."""
    if not start:
        return "empty"
    if start[:4] in (b"RIFF", b"RIFX", b"RF64") and start[8:12] == b"WAVE":
        return "wav"
    return next((kind for sign, kind in _STARTS.items() if start.startswith(sign)), None)


def _of_safetensors(start: bytes) -> str | None:
    """The format that our header names, which stands near its beginning; "safetensors" for a header of others."""
    if start[8:9] != b"{":
        return None
    found = _FORMAT.search(start)
    if found is not None and found[1].decode() in _OURS:
        return found[1].decode()
    return "safetensors" if b'"data_offsets"' in start or b'"__metadata__"' in start else None


def _has_user_block(file: int) -> bool:
    """Whether an HDF5 file begins behind a block of its user's own, at 512 bytes or a power of two beyond."""
    return any(os.pread(file, len(_HDF5), 1 << power) == _HDF5 for power in range(9, 20))


def _of_text(start: bytes) -> str:
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(start)  # the last character may be cut
    except UnicodeDecodeError:
        return "unknown"
    if not all(each.isprintable() or each.isspace() for each in text):
        return "unknown"
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), "")
    return "toml" if _TOML.match(first) else "text"
