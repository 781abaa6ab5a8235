"""assemble: a graph, the cores of its neurons and the tiles of its cores become a Program."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from compiler.ir.graph import IntGraph
from targets.contracts.arrays import Array
from targets.contracts.chip import ChipSpec
from targets.contracts.numbering import ordered
from targets.program.program import Core, Program, Proof


def assemble(
    graph: IntGraph,
    core_of: Mapping[str, Array],
    tiles: Array,
    chip: ChipSpec,
    settings: Mapping[str, Any],
    proofs: tuple[Proof, ...] = (),
) -> Program:
    """The program that runs `graph` on `chip`.

    Its samples are longer than those of the graph by the largest latency. `core_of` is the core of every neuron,
    population -> int [neuron]; `tiles` int [core, 2] where the cores are.
    """
    members: list[dict[str, Any]] = [{} for _ in tiles]
    for name, cores_of in core_of.items():
        order = ordered(cores_of)
        cores, first = np.unique(cores_of[order], return_index=True)
        for core, neurons in zip(cores, np.split(order, first[1:]), strict=True):
            members[core][name] = neurons
    return Program(
        chip=chip,
        inputs=graph.inputs,
        populations=graph.populations,
        projections=graph.projections,
        cores=tuple(Core(int(x), int(y), held) for (x, y), held in zip(tiles, members, strict=True)),
        outputs=tuple(population.name for population in graph.populations if not population.invented),
        readout=graph.readout,
        steps=graph.steps + max(population.latency for population in graph.populations),
        origin=graph.origin,
        settings=settings,
        proofs=proofs,
        provenance=graph.provenance,
    )
