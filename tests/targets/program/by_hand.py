"""A program small enough to be counted by hand."""

import numpy as np

from targets.contracts.chip import chip_named
from targets.contracts.ports import Input
from targets.contracts.synapses import Dense
from targets.program.program import Core, IntPopulation, IntProjection, Program

SMALL = chip_named("small")


def by_hand() -> Program:
    """Four neurons on two cores, a zero among the weights of each projection; x, y number the inputs.

    Core 0 holds p0, p2; core 1 holds p1, q0. p0 hears both inputs, p1 the second; q0 hears p0 and p2, p2 hears p1.
    """
    zeros = np.zeros(3, np.int32)
    p = IntPopulation("p", 1, zeros + 10, np.array([5, 5, 6], np.int32), zeros + 64, zeros)
    q = IntPopulation("q", 1, zeros[:1], zeros[:1], zeros[:1] + 64, zeros[:1])
    return Program(
        chip=SMALL,
        inputs=(Input("touch", 2),),
        populations=(p, q),
        projections=(
            IntProjection("in", "touch", "p", Dense(np.array([[2, 2], [0, 4], [0, 0]], np.int32)), 0, 1),
            IntProjection("inside", "p", "p", Dense(np.array([[0, 0, 0], [0, 0, 0], [0, -2, 0]], np.int32)), 0, 1),
            IntProjection("out", "p", "q", Dense(np.array([[2, 0, 2]], np.int32)), 0, 2),
        ),
        cores=(
            Core(0, 0, {"p": np.array([0, 2])}),
            Core(1, 0, {"p": np.array([1]), "q": np.array([0])}),
        ),
        outputs=("q",),
        readout=None,
        steps=5,
        origin="",
        settings={},
    )
