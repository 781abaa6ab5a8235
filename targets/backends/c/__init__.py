"""C99: the program as code that runs without us, and as a backend where there is a compiler."""

from targets.backends.c.export import export
from targets.backends.c.machine import PACKAGES, load, requirement

__all__ = ["PACKAGES", "export", "load", "requirement"]
