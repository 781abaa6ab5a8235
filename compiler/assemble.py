"""assemble: graph, partition and placement become a Program."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from compiler.ir.graph import IntGraph
from compiler.mapping.state import Partition, Placement
from targets.contracts.chip import ChipSpec
from targets.program.program import Core, Program, Proof


def assemble(
    graph: IntGraph,
    partition: Partition,
    placement: Placement,
    chip: ChipSpec,
    settings: Mapping[str, Any],
    proofs: tuple[Proof, ...] = (),
) -> Program:
    """The program that runs `graph` on `chip` with its neurons cut and placed as told."""
    members: list[dict[str, Any]] = [{} for _ in range(partition.cores)]
    for name, core_of in partition.core_of.items():
        order = np.argsort(core_of, kind="stable")
        cores, first = np.unique(core_of[order], return_index=True)
        for core, neurons in zip(cores, np.split(order, first[1:]), strict=True):
            members[core][name] = neurons
    return Program(
        chip=chip,
        inputs=graph.inputs,
        populations=graph.populations,
        projections=graph.projections,
        cores=tuple(Core(int(x), int(y), held) for (x, y), held in zip(placement.tiles, members, strict=True)),
        outputs=tuple(population.name for population in graph.populations),
        readout=graph.readout,
        steps=graph.steps,
        origin=graph.origin,
        settings=settings,
        proofs=proofs,
    )
