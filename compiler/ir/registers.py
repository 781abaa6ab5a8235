"""Bounds: what the registers of a population can reach."""

from dataclasses import dataclass

import numpy as np

from targets.contracts.arrays import Array, Ints, readonly
from targets.program.program import Proof

ENDLESS = 1 << 62
"""What a voltage without leak may reach."""


@dataclass(frozen=True, eq=False)
class Bounds:
    """What a, u and v of a population can reach for any input: int64 [neuron] each, both ends included.

    They are those of registers without end; v is the voltage before it is clipped, compared with the threshold and
    reset. `wraps`, int32, are the neurons of which a or u may leave its register and come back with the other sign;
    `saturates` those of which v may be clipped, which is mostly harmless. No other neuron ever does.
    """

    population: str
    a_low: Array
    a_high: Array
    u_low: Array
    u_high: Array
    v_low: Array
    v_high: Array
    wraps: Ints
    saturates: Ints

    def __post_init__(self) -> None:
        for key in ("a_low", "a_high", "u_low", "u_high", "v_low", "v_high"):
            object.__setattr__(self, key, readonly(getattr(self, key), np.int64, f"{key} of {self.population!r}"))

    @property
    def proof(self) -> Proof:
        """The summary that a program carries."""
        return Proof(
            self.population,
            (int(self.a_low.min()), int(self.a_high.max())),
            (int(self.u_low.min()), int(self.u_high.max())),
            (int(self.v_low.min()), int(self.v_high.max())),
            self.wraps,
            self.saturates,
        )
