"""stepped, rested: `targets.runtime.neuron.step` and `rest` for one neuron in one sample, as both loops take them."""

import numpy as np

from targets.contracts.jit import compiled


@compiled(inline="always")
def stepped(
    u: np.int32,
    v: np.int32,
    a: np.int32,
    keep_u: np.float32,
    keep_v: np.float32,
    bias: np.int32,
    threshold: np.int32,
    limit: np.int32,
) -> tuple[np.int32, np.int32, np.bool_]:
    """(u, v, spike) after one step.

    `a` and `threshold` are aligned, `limit` is one more than the largest v. Sums wrap as int32 does. A product with a
    decay is float64, exact because |u| 2^16 < 2^53, and the conversion to int32 cuts it toward zero.
    """
    x = np.int32(np.int32(u * np.float64(keep_u)) + a)
    if x > limit:
        x = np.int32(x - 2 * limit)
    elif x <= -limit:
        x = np.int32(x + 2 * limit)
    y = np.int32(np.int32(v * np.float64(keep_v)) + x + bias)
    y = min(max(y, np.int32(1 - limit)), np.int32(limit - 1))
    spike = y > threshold
    return x, np.int32(0) if spike else y, spike


@compiled(inline="always")
def rested(
    v: np.int32, spike: np.bool_, resting: np.int32, refractory: np.int32
) -> tuple[np.int32, np.bool_, np.int32]:
    """(v, spike, resting) of a neuron that may have a refractory period."""
    if resting > 0:
        return np.int32(0), np.bool_(False), np.int32(resting - 1)
    return v, spike, refractory if spike else np.int32(0)
