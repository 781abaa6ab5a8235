"""compiled: the one place that says how this room's kernels are compiled."""

from collections.abc import Callable
from typing import Any

import numba


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as machine code, compiled at its first call and kept; it lets other threads run meanwhile."""
    made: Callable[..., Any] = numba.njit(cache=True, nogil=True)(function)
    return made
