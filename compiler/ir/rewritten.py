"""Retimed and Pruned: a rewritten graph, and what was done to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from compiler.ir.graph import FloatGraph, IntGraph


@dataclass(frozen=True, eq=False)
class Retimed:
    """A graph whose delays are all >= 1, and by how many steps each population of the old one is late in it."""

    graph: FloatGraph
    latency: Mapping[str, int]

    def __post_init__(self) -> None:
        object.__setattr__(self, "latency", MappingProxyType(dict(self.latency)))


@dataclass(frozen=True, eq=False)
class Pruned:
    """The smaller graph, and what is gone: stored weights that are zero, projections, populations."""

    graph: IntGraph
    weights: int
    projections: tuple[str, ...]
    populations: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What was removed, by name."""
        parts = [f"{self.weights:,} stored zeros"]
        parts += [f"projection {name!r}" for name in self.projections]
        parts += [f"population {name!r}" for name in self.populations]
        return f"removed {', '.join(parts)}."
