"""Random legal programs with spikes for them, as a hypothesis strategy that shrinks."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from targets.conformance.random_program import Case, case, random_program, random_synapses
from targets.contracts.chip import ChipSpec, Limit, chip_named

__all__ = ["Case", "chip_of", "programs", "random_program", "random_synapses"]


def chip_of(state_bits: int, decay_bits: int, align_bits: int) -> ChipSpec:
    """loihi2 with registers of other widths."""
    state, decay, align, most = (
        Limit(value, "of a test", "a test") for value in (state_bits, decay_bits, align_bits, (1 << decay_bits) - 1)
    )
    return replace(chip_named("loihi2"), state_bits=state, decay_bits=decay, align_bits=align, decay_max=most)


@st.composite
def programs(draw: st.DrawFn) -> Case:
    """As `random_program`; sizes, wiring, delays and exponents shrink, the numbers follow from a seed."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return case(lambda low, high: draw(st.integers(low, high)), rng, chip_named("loihi2"))
