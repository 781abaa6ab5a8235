"""A program with other thresholds."""

from dataclasses import replace

import numpy as np

from targets.program.program import Program


def changed(program: Program) -> Program:
    """The same with all thresholds of a population as high as its highest."""
    first, *others = program.populations
    return replace(program, populations=(replace(first, vth=np.full_like(first.vth, first.vth.max())), *others))
