"""Lava's Loihi simulator, driven in a child process of its own."""

from targets.backends.lava.driver import requirement, run
from targets.backends.lava.export import export

__all__ = ["export", "requirement", "run"]
