"""Lava's Loihi simulator, driven in a child process of its own."""

from targets.backends.lava.driver import PACE, PACKAGES, VARIANTS, load, requirement
from targets.backends.lava.export import EXPORT_VARIANTS, EXPORTS_ALONE, export

__all__ = ["EXPORTS_ALONE", "EXPORT_VARIANTS", "PACE", "PACKAGES", "VARIANTS", "export", "load", "requirement"]
