"""functions: what one population and one projection do in a step, each as a local function of an ONNX model."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array, Ints
from targets.contracts.synapses import Dense, Sparse, Synapses
from targets.program.program import IntPopulation, IntProjection
from targets.runtime.exact import ExactProjection, exact

with suppress(ImportError):  # `requirement` then tells what to install
    import onnx
    from onnx import helper, numpy_helper

OPSET = 17
DOMAIN = "motifc"
_PADDING = 2
"""Synapses of a sparse projection that may be stored for each one that is there."""
_NARROW = (np.int8, np.int16, np.int32)


@dataclass(frozen=True)
class Function:
    """A local function in the making: its nodes, and the large constants that whoever calls it hands over.

    name     of the function, and what stands before the names of its values
    given    names of the values it works on;  parameters  names -> constants, handed over after these
    """

    name: str
    given: tuple[str, ...]
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    parameters: dict[str, Array] = field(default_factory=dict)

    def node(self, operator: str, *inputs: str | Array, output: str = "", **attributes: Any) -> str:
        """Append a node and return the name of its output; arrays of one number among its inputs become constants."""
        names = [given if isinstance(given, str) else self._constant(given) for given in inputs]
        output = output or f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, names, [output], name=f"{self.name}/{output}", **attributes))
        return output

    def parameter(self, name: str, values: Array) -> str:
        """The name of a constant that the caller hands over."""
        self.parameters[name] = values
        return name

    def proto(self, outputs: Sequence[str]) -> onnx.FunctionProto:
        """The function as it stands in a model."""
        opset = helper.make_opsetid("", OPSET)
        return helper.make_function(
            DOMAIN, self.name, [*self.given, *self.parameters], list(outputs), self.nodes, [opset]
        )

    def call(self, name: str, given: Sequence[str], outputs: Sequence[str]) -> onnx.NodeProto:
        """A node `name` that calls it, with parameters named after the node."""
        handed = [*given, *(f"{name}/{parameter}" for parameter in self.parameters)]
        return helper.make_node(self.name, handed, list(outputs), name=name, domain=DOMAIN)

    def initializers(self, name: str) -> list[onnx.TensorProto]:
        """The parameters of the node `name`."""
        return [numpy_helper.from_array(values, f"{name}/{key}") for key, values in self.parameters.items()]

    def _constant(self, values: Array) -> str:
        output = f"constant_{len(self.nodes)}"
        value = numpy_helper.from_array(np.asarray(values), output)
        self.nodes.append(helper.make_node("Constant", [], [output], name=f"{self.name}/{output}", value=value))
        return output


def projection_function(name: str, projection: IntProjection, align_bits: int, depth: int) -> Function:
    """Past uint8 [delay, batch, pre] -> `arrives` int32 [batch, post], the projection's aligned input."""
    body = Function(name, ("past",))
    form = exact(projection, align_bits)
    spikes = body.node("Gather", "past", _int64(depth - projection.delay), axis=0)
    if isinstance(projection.synapses, Sparse) and _is_ragged(projection.synapses):
        summed, integer = _row_sums(body, projection.synapses, form, spikes), np.dtype(np.int64)
    else:
        product = _product(body, projection.synapses, form, _cast(body, spikes, form.weights.dtype))
        summed, integer = _cast(body, product, form.integer), np.dtype(form.integer)
    if form.floor:
        divisor = np.array(1 << form.floor, integer)
        whole = body.node("Sub", summed, body.node("Mod", summed, divisor))
        summed = body.node("Mul", body.node("Div", whole, divisor), np.array(1 << align_bits, integer))
    if form.integer == "int64":
        # Brought into range first: runtimes merge two casts into one, which then saturates.
        raised = body.node("Mod", body.node("Add", summed, _int64(1 << 31)), _int64(1 << 32))
        summed = body.node("Sub", raised, _int64(1 << 31))
    body.node("Cast", summed, to=onnx_type(np.int32), output="arrives")
    return body


def population_function(name: str, population: IntPopulation, arithmetic: Arithmetic, arrivals: int) -> Function:
    """`targets.runtime.neuron.step`, and `rest` where neurons rest, in nodes.

    u, v, arrives_0, ..., and resting where neurons rest -> next_u, next_v, spikes, and next_resting likewise.
    """
    arriving = [f"arrives_{number}" for number in range(arrivals)]
    rests = population.refractory is not None
    body = Function(name, ("u", "v", *arriving, *(["resting"] if rests else [])))
    one, limit = arithmetic.decay_one, arithmetic.state_limit
    u = _decayed(body, "u", body.parameter("keep_u", _int32(one - 1 - population.du)), one)
    for arrival in arriving:
        u = body.node("Add", u, arrival)
    over = body.node("Greater", u, _int32(limit))
    under = body.node("LessOrEqual", u, _int32(-limit))
    lower = body.node("Sub", u, _int32(2 * limit))
    higher = body.node("Add", u, _int32(2 * limit))
    u = body.node("Where", over, lower, body.node("Where", under, higher, u), output="next_u")
    v = _decayed(body, "v", body.parameter("keep_v", _int32(one - population.dv)), one)
    v = body.node("Add", v, u)
    if population.bias.any():
        v = body.node("Add", v, body.parameter("bias", population.bias))
    v = body.node("Clip", v, _int32(1 - limit), _int32(limit - 1))
    int32 = np.iinfo(np.int32)
    threshold = np.clip(population.vth.astype(np.int64) << arithmetic.align_bits, int32.min, int32.max)
    s = body.node("Greater", v, body.parameter("threshold", _int32(threshold)))
    silent = s
    if population.refractory is not None:
        asleep = body.node("Greater", "resting", _int32(0))
        silent = body.node("Or", s, asleep)
        s = body.node("And", s, body.node("Not", asleep))
        left = body.node("Max", body.node("Sub", "resting", _int32(1)), _int32(0))
        refractory = body.parameter("refractory", population.refractory)
        body.node("Where", s, refractory, left, output="next_resting")
    body.node("Where", silent, _int32(0), v, output="next_v")
    body.node("Cast", s, to=onnx_type(np.uint8), output="spikes")
    return body


def onnx_type(dtype: npt.DTypeLike) -> int:
    """ONNX's number for a type."""
    return int(helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))


def _product(body: Function, synapses: Synapses, form: ExactProjection, spikes: str) -> str:
    """Spikes [batch, pre] -> sums [batch, post], both in the type of the weights."""
    if isinstance(synapses, Dense):
        return body.node("MatMul", spikes, _weights(body, form.weights, form.weights.dtype))
    if isinstance(synapses, Sparse):
        return _padded_sums(body, synapses, form, spikes)
    pre, (motifs, reach, post) = synapses.weights.shape[-1], form.weights.shape
    blocks = body.node("Reshape", spikes, _int64([-1, synapses.shape[1] // pre, pre]))
    incoming = body.node("Gather", blocks, body.parameter("sources", form.sources), axis=1)
    by_motif = body.node("Reshape", body.node("Transpose", incoming, perm=[1, 0, 2, 3]), _int64([motifs, -1, reach]))
    weights = _weights(body, form.weights, form.weights.dtype)
    summed = body.node("Transpose", body.node("MatMul", by_motif, weights), perm=[1, 0, 2])
    return body.node("Reshape", summed, _int64([-1, motifs * post]))


def _weights(body: Function, weights: Array, dtype: npt.DTypeLike) -> str:
    """Whole numbers as a parameter in the narrowest integers, without the bits that are 0 in all, and made `dtype`.

    What comes out is the same numbers: a power of two times an integer that the type holds exactly.
    """
    whole = weights.astype(np.int64)
    common = int(np.bitwise_or.reduce(whole, axis=None)) if whole.size else 0
    scale = max(common & -common, 1)
    stored = whole // scale
    least, most = int(stored.min(initial=0)), int(stored.max(initial=0))
    kinds = [kind for kind in _NARROW if np.iinfo(kind).min <= least and most <= np.iinfo(kind).max]
    given = body.parameter("weights", stored.astype(kinds[0] if kinds else np.int64))
    return body.node("Mul", _cast(body, given, dtype), np.array(scale, dtype))


def _is_ragged(synapses: Sparse) -> bool:
    """Whether rows are so unequal that filling all up to the longest would store more than it saves."""
    return bool(synapses.shape[0] * np.diff(synapses.indptr).max() > _PADDING * synapses.weights.size)


def _padded_sums(body: Function, synapses: Sparse, form: ExactProjection, spikes: str) -> str:
    """Spikes [batch, pre] -> sums [batch, post], every row filled up to the longest with weights of 0."""
    longest = int(np.diff(synapses.indptr).max())
    rows, positions = synapses.row_of(), np.arange(synapses.weights.size)
    positions = positions - synapses.indptr[rows]
    indices = np.zeros((longest, synapses.shape[0]), dtype=np.int32)
    weights = np.zeros((longest, synapses.shape[0], 1), dtype=form.weights.dtype)
    indices[positions, rows], weights[positions, rows, 0] = synapses.indices, form.weights
    # The batch comes last and the sum runs over the first axis: onnxruntime is several times slower otherwise.
    by_neuron = body.node("Transpose", spikes, perm=[1, 0])
    incoming = body.node("Gather", by_neuron, body.parameter("sources", indices), axis=0)
    weighted = body.node("Mul", incoming, _weights(body, weights, form.weights.dtype))
    return body.node("Transpose", body.node("ReduceSum", weighted, _int64([0]), keepdims=0), perm=[1, 0])


def _row_sums(body: Function, synapses: Sparse, form: ExactProjection, spikes: str) -> str:
    """Spikes uint8 [batch, pre] -> sums int64 [batch, post], as differences of a running sum over all synapses."""
    # A leading synapse of weight 0 makes the running sum start at 0.
    by_neuron = body.node("Transpose", _cast(body, spikes, np.int64), perm=[1, 0])
    sources = body.parameter("sources", _int32([0, *synapses.indices]))
    weights = _weights(body, np.concatenate([[0], form.weights])[:, None], np.int64)
    incoming = body.node("Gather", by_neuron, sources, axis=0)
    running = body.node("CumSum", body.node("Mul", incoming, weights), _int64(0))
    above = body.node("Gather", running, body.parameter("ends", _int32(synapses.indptr[1:])), axis=0)
    below = body.node("Gather", running, body.parameter("begins", _int32(synapses.indptr[:-1])), axis=0)
    return body.node("Transpose", body.node("Sub", above, below), perm=[1, 0])


def _decayed(body: Function, x: str, keep: str, one: int) -> str:
    """X * keep / one toward zero: in int32 by parts that fit, or in int64 where they would not."""
    if one * one > np.iinfo(np.int32).max:
        product = body.node("Mul", _cast(body, x, np.int64), _cast(body, keep, np.int64))
        return _cast(body, body.node("Div", product, _int64(one)), np.int32)
    quotient = body.node("Div", x, _int32(one))
    rest = body.node("Sub", x, body.node("Mul", quotient, _int32(one)))
    coarse = body.node("Mul", quotient, keep)
    return body.node("Add", coarse, body.node("Div", body.node("Mul", rest, keep), _int32(one)))


def _cast(body: Function, name: str, dtype: npt.DTypeLike) -> str:
    return body.node("Cast", name, to=onnx_type(dtype))


def _int32(values: npt.ArrayLike) -> Ints:
    return np.asarray(values, dtype=np.int32)


def _int64(values: npt.ArrayLike) -> Array:
    return np.asarray(values, dtype=np.int64)
