"""Random legal programs with spikes for them, as a hypothesis strategy that shrinks."""

import numpy as np
from hypothesis import strategies as st

from targets.conformance.random_program import Case, case, random_program, random_synapses

__all__ = ["Case", "programs", "random_program", "random_synapses"]


@st.composite
def programs(draw: st.DrawFn) -> Case:
    """As `random_program`; sizes, wiring, delays and exponents shrink, the numbers follow from a seed."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return case(lambda low, high: draw(st.integers(low, high)), rng)
