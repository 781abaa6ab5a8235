"""Maps: what a node between two neurons computes, and what several of them compute one after the other."""

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from scipy.sparse import csr_array, diags_array, issparse

from compiler.frontends.nir.convolution import convolution_of
from compiler.frontends.nir.nodes import CONVOLUTIONS, Node
from targets.contracts.arrays import Array, Floats
from targets.contracts.errors import InputError
from targets.contracts.fields import MOST_DELAY
from targets.contracts.synapses import BlockDiagonal, Dense, Sparse, Synapses

Weights = Any
"""float64: [neuron] of a diagonal, [post, pre], or [post, pre] in compressed rows (scipy)."""
_WHOLE = 1e-6
"""Share of itself, or of a step, by which a delay may differ from whole steps: files round numbers to float32."""


@dataclass(frozen=True, eq=False)
class Map:
    """y[t] = (weights x + bias)[t - delay]; bias [post] or None, delay in steps [post] or None."""

    weights: Weights
    bias: Floats | None = None
    delay: Array | None = None

    @classmethod
    def of(cls, name: str, node: Node, width: int, shape: tuple[int, ...], dt: float) -> "Map":
        """What the map `name`, which gives `width` signals and takes some of that shape, computes in steps of `dt`.

        Raises InputError where its numbers do not fit.
        """
        if node.kind == "Scale":
            return cls(np.broadcast_to(node.numbers(name, "scale").ravel(), width))
        if node.kind == "Delay":
            return cls(np.ones(width), delay=_steps(name, node, width, dt))
        if node.kind in CONVOLUTIONS:
            image = convolution_of(name, node, shape)
            return cls(image.weights(), image.biases())
        weight = node.numbers(name, "weight")
        weight = weight.reshape(weight.shape[-2:])
        if node.kind == "Linear":
            return cls(weight)
        bias = node.numbers(name, "bias").ravel()
        if bias.size not in (1, len(weight)):
            raise InputError(
                f"node {name!r} has weights {weight.shape} [post, pre] but {bias.size} biases; "
                "one per post neuron is needed, so match them."
            )
        return cls(weight, np.broadcast_to(bias, len(weight)))


@dataclass(frozen=True, eq=False)
class Heard:
    """What arrives at a node from one start: sum over d of weights[d] s[t - d], and the bias; d in steps."""

    weights: dict[int, Weights]
    bias: Floats | None = None

    def through(self, name: str, own: Map) -> "Heard":
        """What the map `own`, of the node `name`, makes of it; InputError where that would delay a bias."""
        weights = {steps: _after(own.weights, each) for steps, each in self.weights.items()}
        bias = None if self.bias is None else _of_vector(own.weights, self.bias)
        if own.bias is not None:
            bias = own.bias if bias is None else bias + own.bias
        if own.delay is None or not own.delay.any():
            return Heard(weights, bias)
        if bias is not None and bias[own.delay > 0].any():
            raise InputError(
                f"node {name!r} delays a bias that a node before it adds; a bias is there from the first step on, so "
                "put the Delay before that node."
            )
        late: dict[int, Weights] = {}
        for more in np.unique(own.delay).tolist():
            for steps, each in weights.items():
                part = _after((own.delay == more).astype(np.float64), each)
                late[steps + more] = _plus(late[steps + more], part) if steps + more in late else part
        return Heard(late, bias)

    def plus(self, other: "Heard") -> "Heard":
        """The sum of both."""
        weights = dict(self.weights)
        for steps, each in other.weights.items():
            weights[steps] = _plus(weights[steps], each) if steps in weights else each
        biases = [each.bias for each in (self, other) if each.bias is not None]
        return Heard(weights, reduce(np.add, biases) if biases else None)

    def delays(self) -> list[int]:
        """Delays with which anything arrives, at least one, ascending."""
        found = sorted(self.weights)
        return [steps for steps in found if _any(self.weights[steps])] or found[:1]


def synapses(name: str, weights: Weights) -> Synapses:
    """Weights as the projection `name` stores them; InputError where their product has overflowed."""
    check_finite(name, weights.data if _sparse(weights) else weights)
    if _sparse(weights):
        rows: Weights = csr_array(weights)
        rows.sum_duplicates()
        rows.sort_indices()
        return Sparse(rows.data, rows.indices, rows.indptr, rows.shape[1])
    return Dense(weights) if weights.ndim == 2 else BlockDiagonal(weights[:, None, None])


def check_finite(name: str, weights: Floats) -> None:
    """Raise InputError where products of weights and gains have overflowed."""
    if not np.isfinite(weights).all():
        raise InputError(
            f"the weights of projection {name!r}, with the gains of the neurons behind it, are beyond the range of "
            "float64; correct the parameters of the nodes on it."
        )


def _steps(name: str, node: Node, width: int, dt: float) -> Array:
    """The delay of every signal in whole steps."""
    seconds = np.broadcast_to(node.numbers(name, "delay").ravel(), width)
    steps = np.round(seconds / dt)
    wrong = (np.abs(seconds / dt - steps) > _WHOLE * np.maximum(steps, 1)) | (steps < 0) | (steps > MOST_DELAY)
    if wrong.any():
        first = float(seconds[wrong][0])
        raise InputError(
            f"node {name!r} has a delay of {first:g} s, which is {first / dt:g} steps at dt = {dt:g} s; whole steps "
            f"from 0 to {MOST_DELAY:,} are needed, so round it."
        )
    return np.asarray(steps, dtype=np.int64)


def _after(second: Weights, first: Weights) -> Weights:
    """The weights of `first` followed by `second`; each may be a diagonal."""
    if first.ndim == second.ndim == 2:
        return second @ first
    if _sparse(second) or _sparse(first):
        return csr_array(second @ diags_array(first) if first.ndim == 1 else diags_array(second) @ first)
    return (second[:, None] if second.ndim < first.ndim else second) * first


def _of_vector(weights: Weights, values: Floats) -> Floats:
    """What weights make of one value [neuron] each."""
    return weights @ values if weights.ndim == 2 else weights * values


def _plus(first: Weights, second: Weights) -> Weights:
    """The sum of two weights."""
    if _sparse(first) or _sparse(second):
        return csr_array(_as_rows(first) + _as_rows(second))
    wide = max(first.ndim, second.ndim)
    one, two = (each if each.ndim == wide else np.diag(each) for each in (first, second))
    return one + two


def _sparse(weights: Weights) -> bool:
    return bool(issparse(weights))


def _any(weights: Weights) -> bool:
    return bool((weights.data if _sparse(weights) else weights).any())


def _as_rows(weights: Weights) -> Weights:
    return weights if _sparse(weights) else csr_array(diags_array(weights) if weights.ndim == 1 else weights)
