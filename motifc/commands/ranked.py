"""What a command does that torchrun has started as several processes: the first one shows and writes, one fails."""

import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from search.ranks import Claim

_COMMANDS = ("search", "train")
"""Those that share their work; others run in every process as if it were alone."""
_LINGER = 2.0
"""Seconds that a process without a word stays, so that torchrun does not end the one that has it."""


def silent(arguments: Sequence[str]) -> bool:
    """Whether this process is one that shows nothing: any but the first of a command that shares its work."""
    return bool(arguments) and arguments[0] in _COMMANDS and not first()


def first() -> bool:
    """Whether this process writes files: the only one, or the first of several."""
    return "MASTER_ADDR" not in os.environ or os.environ.get("RANK", "0") == "0"


def tells() -> bool:
    """Whether this process is the one to tell what has ended it: the first that failed; before they met, the first."""
    claim = _claim()
    return first() if claim is None else claim.first


def told(status: int) -> None:
    """Let the others end with that status."""
    claim = _claim()
    if claim is not None:
        claim.told(status)


def status_told(otherwise: int) -> int:
    """The status that the one that tells ends with, waited for a moment."""
    claim = _claim()
    if claim is not None:
        return claim.status_told(otherwise)
    time.sleep(_LINGER)
    return otherwise


def _claim() -> "Claim | None":
    module = sys.modules.get("search.ranks")  # without it nothing has been shared
    return None if module is None else module.claim()
