"""The integer CUBA-LIF step in plain numpy: the definition every backend is held to."""

import numpy as np

from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array, Ints
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
    arithmetic: Arithmetic,
    fired: Array | None = None,
    semantics: Semantics = LAVA,
) -> tuple[Ints, Ints, Array]:
    """One time step of CUBA-LIF neurons in integers; returns new (u, v, s) and writes to none of its inputs.

    ```
    u = wrap(sm(u, 2^D - (du + 1)) + (a << A))      # u > L: - 2 L;  u <= -L: + 2 L;  once
    v = clip(sm(v, 2^D - dv) + u + bias, +-(L - 1))
    s = v > (vth << A)                              # strictly
    v = 0 where s;  u is kept
    with sm(x, k) = sign(x) * ((|x| * k) >> D)      # toward zero
    ```
    D, A: decay_bits and align_bits of `arithmetic`, L = 2^(state_bits - 1) its state_limit; in the source 12, 6 and
    2^23. u, v, a: int32 [batch, neuron], a being the input accumulated over synapses; du, dv (D bits), vth, bias:
    int32 [neuron]; s: bool [batch, neuron]. Sums are int32 and wrap as int32 does, as in the source. `fired`, bool
    [batch, neuron], are the spikes of the step before; only a reset in the next step needs them.

    Source: lava-nc 0.10.0, lava/proc/lif/models.py, PyLifModelBitAcc ("fixed_pt").
    """
    one, limit = arithmetic.decay_one, arithmetic.state_limit
    u = inject(_decayed(u, one - du - semantics.du_offset, arithmetic, semantics), a, arithmetic, semantics)
    threshold = vth.astype(np.int64) << arithmetic.align_bits
    v = _wrap32(_decayed(v, one - dv, arithmetic, semantics) + u + bias)
    if semantics.reset_time == "next step" and fired is not None:
        v = _reset(v, fired, threshold, semantics)
    v = np.clip(v, 1 - limit, limit - 1)
    s = v > threshold if semantics.threshold == ">" else v >= threshold
    if semantics.reset_time == "same step":
        v = _reset(v, s, threshold, semantics)
    return u, v.astype(np.int32), s


def rest(v: Array, s: Array, resting: Ints, refractory: Ints) -> tuple[Array, Array, Ints]:
    """What a refractory period makes of a step; returns new (v, s, resting) and writes to none of its inputs.

    ```
    v = 0, s = 0               where resting > 0
    resting = refractory       where s
    resting = resting - 1      elsewhere, down to 0
    ```
    resting     steps that are left, int32 [batch, neuron]; 0 where a sample begins
    refractory  steps that follow a spike, int32 [neuron]: Loihi's register less one (nengo-loihi 1.1.0, emulator)

    v may be float, and keeps its type; u goes on meanwhile.
    """
    asleep = resting > 0
    s = s & ~asleep
    return np.where(asleep, v.dtype.type(0), v), s, np.where(s, refractory, np.maximum(resting - 1, 0))


def inject(u: Array, a: Ints, arithmetic: Arithmetic, semantics: Semantics = LAVA) -> Ints:
    """wrap(u + (a << A)): accumulated input int32 [batch, neuron] enters the current and its register."""
    raised = _wrap32(u + _wrap32(a.astype(np.int64) << arithmetic.align_bits))
    return _overflow(raised, arithmetic.state_limit, semantics).astype(np.int32)


def _reset(v: Array, s: Array, threshold: Array, semantics: Semantics) -> Array:
    """The voltage after the reset of those that spiked."""
    return np.where(s, 0 if semantics.reset == "zero" else v - threshold, v)


def _decayed(x: Ints, keep: Array, arithmetic: Arithmetic, semantics: Semantics) -> Array:
    """X * keep / 2^D in int64, rounded as the semantics says."""
    product = x.astype(np.int64) * keep
    if semantics.decay == "down":
        return product >> arithmetic.decay_bits
    return np.sign(product) * (np.abs(product) >> arithmetic.decay_bits)


def _overflow(u: Array, limit: int, semantics: Semantics) -> Array:
    """A current beyond +-limit brought back into its register."""
    if semantics.overflow == "saturate":
        return np.clip(u, 1 - limit, limit)
    return u - 2 * limit * (u > limit) + 2 * limit * (u <= -limit)


def _wrap32(x: Array) -> Array:
    """X in int64 arithmetic as an int32 register would hold it."""
    return x.astype(np.int32).astype(np.int64)
