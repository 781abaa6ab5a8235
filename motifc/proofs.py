"""proven: a program whose proofs follow from its integers, worked out anew."""

import numpy as np

from compiler.ir.graph import Graph
from compiler.passes.bounds import bounds
from targets.contracts.errors import InputError
from targets.contracts.shown import brief
from targets.program.program import Program, Proof


def proven(program: Program) -> Program:
    """The program itself; InputError where a proof that it carries claims more than can be proven of its integers.

    A digest tells that a file is as it was written, not that what it says is true. The program is legal.
    """
    if program.proofs:
        graph = Graph(
            program.inputs,
            program.populations,
            program.projections,
            program.readout,
            program.steps,
            program.origin,
        )
        found = {each.population: each.proof for each in bounds(graph, program.chip.arithmetic)}
        for proof in program.proofs:
            if not _follows(proof, found[proof.population]):
                raise InputError(
                    f"the proof of population {brief(proof.population)} claims more than its integers allow; the "
                    "program was not made by motifc as it is, so compile the network again."
                )
    return program


def _follows(claimed: Proof, found: Proof) -> bool:
    """Whether every range found lies within the one that is claimed, and every neuron at risk is named."""
    ranges = all(
        wide[0] <= own[0] and own[1] <= wide[1]
        for wide, own in ((claimed.a, found.a), (claimed.u, found.u), (claimed.v, found.v))
    )
    risks = ((found.wraps, claimed.wraps), (found.saturates, claimed.saturates))
    return ranges and all(bool(np.isin(own, named).all()) for own, named in risks)
