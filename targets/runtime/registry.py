"""BACKENDS: where backends are found; imports none of them, nor anything else that takes time."""

from targets.contracts.plugins import Plugins

BACKENDS = Plugins("backend", "targets.backends", "motifc.backends")
"""All backends: modules of targets/backends, and what other packages add."""

ORACLE = "numpy"
"""The backend that all others are held to."""
