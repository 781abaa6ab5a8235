"""Semantics: the dialects of time, reset and rounding, as data."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Semantics:
    """How a spiking neuron's equations are read; the default is Lava's fixed-point LIF, which is motifc's own.

    threshold   spike where v is above (">") or at least (">=") the threshold
    reset       v becomes zero, or loses one threshold, at a spike
    decay       products with a decay are rounded toward zero, or down
    du_offset   added to du: 1 in Lava (du = 4095 forgets at once), 0 in simulators without the offset bit
    overflow    u beyond its 24 bits wraps around once, or stays at the limit
    shift       a negative exponent shifts the sum over synapses, or each synapse by itself
    """

    threshold: Literal[">", ">="] = ">"
    reset: Literal["zero", "subtract"] = "zero"
    decay: Literal["toward zero", "down"] = "toward zero"
    du_offset: Literal[0, 1] = 1
    overflow: Literal["wrap", "saturate"] = "wrap"
    shift: Literal["sum", "synapse"] = "sum"


LAVA = Semantics()
