"""The integer CUBA-LIF step in plain numpy: the definition every backend is held to."""

import numpy as np

from targets.contracts.arrays import Array, Ints
from targets.contracts.grid import ALIGN_BITS, DECAY_BITS, DECAY_ONE, STATE_LIMIT
from targets.contracts.semantics import LAVA, Semantics


def step(
    u: Ints,
    v: Ints,
    a: Ints,
    *,
    du: Ints,
    dv: Ints,
    vth: Ints,
    bias: Ints,
    fired: Array | None = None,
    semantics: Semantics = LAVA,
) -> tuple[Ints, Ints, Array]:
    """One time step of CUBA-LIF neurons in integers; returns new (u, v, s) and writes to none of its inputs.

    ```
    u = wrap(sm(u, 4096 - (du + 1)) + (a << 6))     # u > 2^23: - 2^24;  u <= -2^23: + 2^24;  once
    v = clip(sm(v, 4096 - dv) + u + bias, +-(2^23 - 1))
    s = v > (vth << 6)                              # strictly
    v = 0 where s;  u is kept
    with sm(x, k) = sign(x) * ((|x| * k) >> 12)     # toward zero
    ```
    u, v, a: int32 [batch, neuron], a being the input accumulated over synapses; du, dv (12 bits), vth (17 bits),
    bias: int32 [neuron]; s: bool [batch, neuron]. Sums are int32 and wrap as int32 does, as in the source.
    `fired`, bool [batch, neuron], are the spikes of the step before; only a reset in the next step needs them.

    Source: lava-nc 0.10.0, lava/proc/lif/models.py, PyLifModelBitAcc ("fixed_pt").
    """
    u = inject(_decayed(u, DECAY_ONE - du - semantics.du_offset, semantics), a, semantics)
    threshold = vth.astype(np.int64) << ALIGN_BITS
    v = _wrap32(_decayed(v, DECAY_ONE - dv, semantics) + u + bias)
    if semantics.reset_time == "next step" and fired is not None:
        v = _reset(v, fired, threshold, semantics)
    v = np.clip(v, 1 - STATE_LIMIT, STATE_LIMIT - 1)
    s = v > threshold if semantics.threshold == ">" else v >= threshold
    if semantics.reset_time == "same step":
        v = _reset(v, s, threshold, semantics)
    return u, v.astype(np.int32), s


def inject(u: Array, a: Ints, semantics: Semantics = LAVA) -> Ints:
    """wrap(u + (a << 6)): accumulated input int32 [batch, neuron] enters the current and its 24-bit register."""
    raised = _wrap32(u + _wrap32(a.astype(np.int64) << ALIGN_BITS))
    return _overflow(raised, semantics).astype(np.int32)


def _reset(v: Array, s: Array, threshold: Array, semantics: Semantics) -> Array:
    """The voltage after the reset of those that spiked."""
    return np.where(s, 0 if semantics.reset == "zero" else v - threshold, v)


def _decayed(x: Ints, keep: Array, semantics: Semantics) -> Array:
    """X * keep / 4096 in int64, rounded as the semantics says."""
    product = x.astype(np.int64) * keep
    if semantics.decay == "down":
        return product >> DECAY_BITS
    return np.sign(product) * (np.abs(product) >> DECAY_BITS)


def _overflow(u: Array, semantics: Semantics) -> Array:
    """A current beyond 24 bits brought back into its register."""
    if semantics.overflow == "saturate":
        return np.clip(u, 1 - STATE_LIMIT, STATE_LIMIT)
    return u - 2 * STATE_LIMIT * (u > STATE_LIMIT) + 2 * STATE_LIMIT * (u <= -STATE_LIMIT)


def _wrap32(x: Array) -> Array:
    """X in int64 arithmetic as an int32 register would hold it."""
    return x.astype(np.int32).astype(np.int64)
