"""Arithmetic: how wide the registers of a chip's neurons are."""

from dataclasses import dataclass

from targets.contracts.errors import InputError

_DECAY = (2, 16)
_ALIGN = (0, 12)
_STATE = (8, 28)
"""Beyond, sums of int32 would wrap before a register of that width does, or float64 products lose their last bit."""


@dataclass(frozen=True)
class Arithmetic:
    """Widths in bits of the registers in the integer CUBA-LIF step (targets/runtime/neuron.py).

    state_bits  current u and voltage v, sign included
    decay_bits  decays du and dv; a product with one is shifted down by so many bits
    align_bits  inputs and thresholds are shifted up by so many bits against u and v

    Raises InputError for widths that no backend runs exactly.
    """

    state_bits: int
    decay_bits: int
    align_bits: int

    def __post_init__(self) -> None:
        for name, (least, most) in (("state", _STATE), ("decay", _DECAY), ("align", _ALIGN)):
            bits = getattr(self, f"{name}_bits")
            if not least <= bits <= most:
                raise InputError(
                    f"a chip has {name}_bits {bits}; the backends run {least} to {most} exactly, so choose one."
                )

    @property
    def decay_one(self) -> int:
        """The decay that would forget everything: 2^decay_bits."""
        return 1 << self.decay_bits

    @property
    def state_limit(self) -> int:
        """One more than the largest u or v: 2^(state_bits - 1)."""
        return 1 << (self.state_bits - 1)
