"""What a call of the command line gives."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """Exit status and all that was printed."""

    status: int
    out: str
    err: str


Motifc = Callable[..., Outcome]
"""Runs `motifc` with the arguments given."""
