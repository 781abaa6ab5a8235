"""Lava processes and their models, and nothing else: Lava imports every file beside a process."""

__all__: list[str] = []
