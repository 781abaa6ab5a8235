"""Compiler: from a Network to a Program that fits a chip."""

__all__: list[str] = []
