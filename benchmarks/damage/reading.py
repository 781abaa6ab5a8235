"""Reader: a format, whole files of it, how they are read, and what must hold of whatever is accepted."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.damage.raw import damaged

Damage = Callable[[bytes, np.random.Generator], bytes]

BOMBS = 0.0005
"""Of inputs that can be packed, the share that unpacks to very much more."""


class FalseAcceptanceError(Exception):
    """A reader has accepted what it must not accept, or has read it as something else."""


@dataclass(frozen=True)
class Reader:
    """A format.

    originals  whole files
    read       a text that is equal for equal content; InputError for what is refused, FalseAcceptanceError where what
               was accepted is not legal or does not survive being saved and read again
    clever     damage that keeps checksums, digests and sizes right, so that it gets past them
    exact      whether the files carry a checksum of everything: what is read of bytes damaged blindly must then be
               what was there before. Of other formats no reader can know; what is read must be legal.
    suffix     the ending of the file's name, for readers that look at it
    inside     what surrounds all reading in the process that reads
    blind      whether bytes are damaged blindly too
    rare       whether reading takes a process of its own, so that a tenth of the inputs has to do
    """

    originals: tuple[bytes, ...]
    read: Callable[[Path], str]
    clever: Damage
    exact: bool = False
    suffix: str = ""
    inside: Callable[[], AbstractContextManager[object]] = nullcontext
    blind: bool = True
    rare: bool = False

    def damage(self, content: bytes, rng: np.random.Generator) -> tuple[bytes, bool]:
        """(damaged bytes, whether what is read of them must be equal)."""
        if self.blind and rng.random() < 0.4:
            return damaged(content, rng), self.exact
        return self.clever(content, rng), False


def hold(condition: object, what: str) -> None:
    """FalseAcceptanceError, saying what, unless the condition holds."""
    if not condition:
        raise FalseAcceptanceError(what)
