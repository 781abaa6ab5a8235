"""Targets: from a Program to spikes, and the proof that every backend gives the same."""

__all__: list[str] = []
