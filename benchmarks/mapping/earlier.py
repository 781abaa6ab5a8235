"""EARLIER: what another implementation of METIS mapping reached on networks of the same generator settings."""

from dataclasses import dataclass

from benchmarks.mapping.plan import Task


@dataclass(frozen=True)
class Earlier:
    """Messages per step of METIS on neurons and on motifs; None where the study has no feasible or no clear figure.

    One network of its own random numbers each. `inputs` tells whether messages from inputs are in the figures.
    """

    task: Task
    neurons: float | None
    motifs: float | None
    inputs: bool = True
    remark: str = ""


def _of(topology: str, neurons: int, k: int = 8, bits: int = 18) -> Task:
    return Task("map", topology, neurons, k, 0, bits)


_DENSE = "the study stores dense rows with one byte per synapse"

EARLIER = (
    Earlier(_of("grid", 32_000), 1021 + 130, 937 + 122),
    Earlier(_of("small-world", 32_000), 1184 + 154, 1077 + 126),
    Earlier(_of("ring", 32_000), 74 + 35, 69 + 36),
    Earlier(_of("modular", 32_000), 1650 + 461, 1429 + 460),
    Earlier(_of("random", 32_000), None, 5582, False),
    Earlier(_of("grid", 20_000, 2), 154 + 99, 156 + 99),
    Earlier(_of("grid", 32_000, 16), 1830 + 153, 1669 + 143),
    Earlier(
        _of("dense input", 32_000),
        2799 + 2982,
        2478 + 2982,
        remark=f"{_DENSE} and needs 211 to 213 cores; 18 bits need more than twice as many, and each hears all inputs",
    ),
    Earlier(
        _of("dense input", 32_000, bits=8),
        2799 + 2982,
        2478 + 2982,
        remark=f"the same network with 8 bits for every synapse; {_DENSE}, others with 18 bits",
    ),
    Earlier(
        _of("two layers", 32_000),
        None,
        3498 + 61,
        remark="how the study joined its layers is not recorded; here a motif hears four of the other: no comparison",
    ),
)
"""Messages of METIS in a study of November 2026 with this generator's settings (32 inputs per neuron, 6 links)."""
