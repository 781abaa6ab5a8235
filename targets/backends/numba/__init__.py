"""The program in compiled loops on the CPU: event by event for few samples, samples side by side for many."""

from targets.backends.numba.machine import PACKAGES, VARIANTS, load, requirement

__all__ = ["PACKAGES", "VARIANTS", "load", "requirement"]
