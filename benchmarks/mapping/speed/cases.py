"""Case: one network that the compiler as it is and an earlier one map, and what is asked of the two."""

from dataclasses import dataclass

MICROCIRCUIT, MESH = "microcircuit", "mesh"
CHAIN = ("chain",)
_MAPPING = ("coarsen", "partition", "place", "refine")
_MOVES = ("partition", "refine")
_SAME = 1.02


@dataclass(frozen=True)
class Case:
    """A network, what is timed of it, and what is asked.

    topology    of `benchmarks.mapping.networks`, or "microcircuit"
    size        neurons, about; of the microcircuit its share
    stages      those whose CPU seconds count together, or the whole chain
    chip        its name; "mesh" is Loihi 1 with one core per tile, and some more cores than index order needs
    ratio       CPU seconds over those of the earlier compiler, at most
    seeds       of the networks and of the mapper
    traffic     messages, and hops, over those of the earlier compiler, at most; None where they are only shown
    """

    name: str
    topology: str
    size: float
    stages: tuple[str, ...]
    chip: str
    ratio: float
    seeds: tuple[int, ...] = (0,)
    traffic: float | None = None


TINY = (
    Case("tiny microcircuit", MICROCIRCUIT, 0.005, _MOVES, "small", 0.25, traffic=_SAME),
    Case("tiny grid", "grid", 400, CHAIN, "small", 0.6, traffic=_SAME),
)
"""They load what is compiled, and show that the command runs; their seconds say nothing."""
CASES = (
    Case("microcircuit 5 %", MICROCIRCUIT, 0.05, _MOVES, "loihi1", 0.25, (0, 1, 2), _SAME),
    Case("microcircuit 10 %", MICROCIRCUIT, 0.1, _MOVES, "loihi1", 0.25),
    Case("grid 32,000", "grid", 32_000, _MAPPING, MESH, 0.5),
    Case("chain 1,000,000", "grid", 1_000_000, CHAIN, MESH, 0.6),
)


def case_named(name: str) -> Case:
    """The case of that name; ValueError where there is none."""
    (found,) = (case for case in (*CASES, *TINY) if case.name == name)
    return found
