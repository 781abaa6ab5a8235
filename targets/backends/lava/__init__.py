"""Lava's Loihi simulator, driven in a child process of its own."""

from targets.backends.lava.driver import PACE, PACKAGES, VARIANTS, load, requirement
from targets.backends.lava.export import export

__all__ = ["PACE", "PACKAGES", "VARIANTS", "export", "load", "requirement"]
