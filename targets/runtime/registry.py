"""BACKENDS: where backends are found; imports none of them, nor anything else that takes time."""

from collections.abc import Iterable

from targets.contracts.plugins import Plugins

BACKENDS = Plugins("backend", "targets.backends", "motifc.backends")
"""All backends: modules of targets/backends, and what other packages add."""

ORACLE = "numpy"
"""The backend that all others are held to."""

DEFAULT = "numba"
"""The backend that runs programs for a command where none was asked for, and the first that others come after."""


def in_order(names: Iterable[str]) -> list[str]:
    """Names of backends: the oracle's first, then that of the default, then the rest by name."""
    return sorted(names, key=lambda name: (name != ORACLE, name != DEFAULT, name))
