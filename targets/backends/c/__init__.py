"""C99: the program as code that runs without us, and as a backend where there is a compiler."""

from targets.backends.c.export import EXPORTS_ALONE, export
from targets.backends.c.machine import PACKAGES, load, requirement

__all__ = ["EXPORTS_ALONE", "PACKAGES", "export", "load", "requirement"]
