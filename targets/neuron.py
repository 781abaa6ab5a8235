"""The integer CUBA-LIF step in plain numpy: the definition every backend is held to."""

import numpy as np

from targets.arrays import Array, Ints
from targets.grid import ALIGN_BITS, DECAY_BITS, DECAY_ONE, STATE_LIMIT
from targets.semantics import LAVA, Semantics


def step(
    u: Ints, v: Ints, a: Ints, *, du: Ints, dv: Ints, vth: Ints, bias: Ints, semantics: Semantics = LAVA
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

    Source: lava-nc 0.10.0, lava/proc/lif/models.py, PyLifModelBitAcc ("fixed_pt").
    """
    u = _wrap32(
        _decayed(u, DECAY_ONE - du - semantics.du_offset, semantics) + _wrap32(a.astype(np.int64) << ALIGN_BITS)
    )
    u = _overflow(u, semantics)
    v = _wrap32(_decayed(v, DECAY_ONE - dv, semantics) + u + bias)
    v = np.clip(v, 1 - STATE_LIMIT, STATE_LIMIT - 1)
    threshold = vth.astype(np.int64) << ALIGN_BITS
    s = v > threshold if semantics.threshold == ">" else v >= threshold
    after = 0 if semantics.reset == "zero" else v - threshold
    v = np.where(s, after, v)
    return u.astype(np.int32), v.astype(np.int32), s


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
