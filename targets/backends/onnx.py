"""The program as an executable ONNX graph: one Scan over time, standard operators only, integers throughout."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array, Ints
from targets.contracts.ports import Input
from targets.contracts.synapses import Dense, Sparse, Synapses
from targets.contracts.writing import check_writable, replacing
from targets.program.program import IntPopulation, IntProjection, Program
from targets.runtime.exact import ExactProjection, exact
from targets.runtime.machine import StepMachine

with suppress(ImportError):  # `requirement` then tells what to install
    import onnx
    import onnxruntime
    from onnx import helper, numpy_helper

PACKAGES = ("onnx", "onnxruntime")
_OPSET = 17
_IR_VERSION = 8
_PADDING = 4
"""Synapses of a sparse projection that may be stored for each one that is there."""

_Shapes = Mapping[str, tuple[Any, ...]]


def requirement() -> str | None:
    """None where onnx and onnxruntime can be imported, else the sentence that tells how to install them."""
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
    except ImportError as error:
        return f'the onnx backend needs onnx and onnxruntime ({error}); install them with: pip install "motifc[onnx]"'
    return None


def export(program: Program, path: str | os.PathLike[str]) -> None:
    """Write `model(program)` to `path` in one step, without spikes of what stands for biases among its outputs.

    Raises InputError when it cannot be written.
    """
    check_writable(path)
    built = model(program)
    for population in program.populations:
        if population.invented:  # it stands for biases, and nobody reads its spikes
            built.graph.output.remove(next(o for o in built.graph.output if o.name == f"spikes/{population.name}"))
    content = built.SerializeToString(deterministic=True)
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def load(program: Program, device: str = "auto") -> OnnxMachine:
    """The program in an onnxruntime session on one thread of the CPU; `device` is ignored."""
    return OnnxMachine.of(program)


def model(program: Program) -> onnx.ModelProto:
    """The program as a checked model (opset 17, IR version 8) that onnxruntime and any other runtime can execute.

    Batch and time are free axes. Inputs: `spikes/X` uint8 [time, batch, neuron] for every program input X; `u/P`,
    `v/P` int32 [batch, neuron] for every population P; `past/N` uint8 [delay, batch, neuron], the latest spikes of
    input or population N, oldest first; `resting/P` int32 [batch, neuron], steps that are left of its refractory
    period, where it has one. Outputs: `spikes/P`, and `final/u/P`, `final/v/P`, `final/past/N`, which fed
    back as inputs resume the run; all states are zero where a sample begins.

    Sums over synapses are float32 products where these are exact and float64 elsewhere (targets/runtime/exact.py).
    State is int32, and a decay x k / 2^D is taken in two parts that fit: q = x / 2^D, r = x - 2^D q, q k + r k / 2^D,
    with the division toward zero that ONNX defines for integers. Metadata: digest, chip, cores, readout, latency
    (JSON): what the network does in step t, a population P does in step t + latency[P].
    """
    states = _states(program)
    scanned = [f"spikes/{source.name}" for source in program.inputs]
    emitted = [f"spikes/{population.name}" for population in program.populations]
    scan = helper.make_node(
        "Scan",
        [*states, *scanned],
        [*(f"final/{name}" for name in states), *emitted],
        name="time",
        body=_body(program),
        num_scan_inputs=len(scanned),
    )
    axes = ("time", "batch")
    graph = helper.make_graph(
        [scan],
        "motifc program",
        [*_infos(states, ""), *_infos(_trains(program.inputs, axes), "")],
        [*_infos(states, "final/"), *_infos(_trains(program.populations, axes), "")],
    )
    built = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION, producer_name="motifc"
    )
    helper.set_model_props(built, _metadata(program))
    onnx.checker.check_model(built, full_check=True)
    return built


@dataclass(frozen=True, eq=False)
class OnnxMachine(StepMachine[Mapping[str, Array]]):
    """A program loaded into onnxruntime; spikes, u and v are those of targets/backends/numpy.py, bit for bit.

    Its state is the graph's own, by name.
    """

    program: Program
    session: Any
    states: _Shapes
    populations: tuple[str, ...]

    @classmethod
    def of(cls, program: Program) -> OnnxMachine:
        """The program in a session of its own."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            model(program).SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        return cls(program, session, _states(program), tuple(p.name for p in program.populations))

    def start(self, samples: int) -> dict[str, Array]:
        """Zero u and v, and no spike on its way."""
        return {
            name: np.zeros([samples if size == "batch" else size for size in shape], _dtype(name))
            for name, shape in self.states.items()
        }

    def advance(
        self, state: Mapping[str, Array], spikes: Mapping[str, Array]
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """The state after all steps of `spikes`, uint8 [sample, time, neuron], and spikes of all populations."""
        given = {f"spikes/{name}": dense.transpose(1, 0, 2) for name, dense in spikes.items()}
        results = self.session.run(None, {**state, **given})
        ends = dict(zip(self.states, results, strict=False))
        trains = zip(self.populations, results[len(ends) :], strict=True)
        return ends, {name: train.transpose(1, 0, 2) for name, train in trains}

    def registers(self, state: Mapping[str, Array]) -> tuple[dict[str, Ints], dict[str, Ints]]:
        """(u, v) of every population: int32 [sample, neuron]."""
        u, v = ({name: state[f"{key}/{name}"] for name in self.populations} for key in ("u", "v"))
        return u, v


@dataclass(frozen=True)
class _Body:
    """Nodes and constants of the graph of one step, in the making."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def node(self, operator: str, *inputs: str | Array, output: str = "", **attributes: Any) -> str:
        """Append a node and return the name of its output; arrays among its inputs become constants."""
        names = [given if isinstance(given, str) else self._constant(given) for given in inputs]
        output = output or f"value/{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, names, [output], **attributes))
        return output

    def _constant(self, values: Array) -> str:
        name = f"constant/{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name


def _body(program: Program) -> onnx.GraphProto:
    """One step: from `now/STATE` and `now/spikes/X` to `next/STATE` and `next/spikes/P`."""
    body, states, depths = _Body(), _states(program), _depths(program)
    for population in program.populations:
        arrivals = [
            _arriving(body, projection, program.chip.arithmetic.align_bits, depths[projection.source])
            for projection in program.projections
            if projection.target == population.name and projection.synapses.weights.size
        ]
        _step(body, population, program.chip.arithmetic, arrivals)
        _remember(body, population.name, f"next/spikes/{population.name}", depths[population.name])
    for source in program.inputs:
        _remember(body, source.name, f"now/spikes/{source.name}", depths[source.name])
    return helper.make_graph(
        body.nodes,
        "step",
        [*_infos(states, "now/"), *_infos(_trains(program.inputs, ("batch",)), "now/")],
        [*_infos(states, "next/"), *_infos(_trains(program.populations, ("batch",)), "next/")],
        body.constants,
    )


def _arriving(body: _Body, projection: IntProjection, align_bits: int, depth: int) -> str:
    """The projection's aligned input: int32 [batch, post]."""
    form = exact(projection, align_bits)
    spikes = body.node("Gather", f"now/past/{projection.source}", _int64(depth - projection.delay), axis=0)
    if isinstance(projection.synapses, Sparse) and _is_ragged(projection.synapses):
        summed, integer = _row_sums(body, projection.synapses, form, spikes), np.dtype(np.int64)
    else:
        product = _product(body, projection.synapses, form, _cast(body, spikes, form.weights.dtype))
        summed, integer = _cast(body, product, form.integer), np.dtype(form.integer)
    if form.floor:
        divisor = np.array(1 << form.floor, integer)
        whole = body.node("Sub", summed, body.node("Mod", summed, divisor))
        summed = body.node("Mul", body.node("Div", whole, divisor), np.array(1 << align_bits, integer))
    if integer == np.int32:
        return summed
    if form.integer == "int64":
        # Brought into range first: runtimes merge two casts into one, which then saturates.
        raised = body.node("Mod", body.node("Add", summed, _int64(1 << 31)), _int64(1 << 32))
        summed = body.node("Sub", raised, _int64(1 << 31))
    return _cast(body, summed, np.int32)


def _product(body: _Body, synapses: Synapses, form: ExactProjection, spikes: str) -> str:
    """Spikes [batch, pre] -> sums [batch, post], both in the type of the weights."""
    if isinstance(synapses, Dense):
        return body.node("MatMul", spikes, form.weights)
    if isinstance(synapses, Sparse):
        return _padded_sums(body, synapses, form, spikes)
    pre, (motifs, reach, post) = synapses.weights.shape[-1], form.weights.shape
    blocks = body.node("Reshape", spikes, _int64([-1, synapses.shape[1] // pre, pre]))
    incoming = body.node("Gather", blocks, _int64(form.sources), axis=1)
    by_motif = body.node("Reshape", body.node("Transpose", incoming, perm=[1, 0, 2, 3]), _int64([motifs, -1, reach]))
    summed = body.node("Transpose", body.node("MatMul", by_motif, form.weights), perm=[1, 0, 2])
    return body.node("Reshape", summed, _int64([-1, motifs * post]))


def _is_ragged(synapses: Sparse) -> bool:
    """Whether rows are so unequal that filling all up to the longest would store more than it saves."""
    return bool(synapses.shape[0] * np.diff(synapses.indptr).max() > _PADDING * synapses.weights.size)


def _padded_sums(body: _Body, synapses: Sparse, form: ExactProjection, spikes: str) -> str:
    """Spikes [batch, pre] -> sums [batch, post], every row filled up to the longest with weights of 0."""
    longest = int(np.diff(synapses.indptr).max())
    rows, positions = synapses.row_of(), np.arange(synapses.weights.size)
    positions = positions - synapses.indptr[rows]
    indices = np.zeros((longest, synapses.shape[0]), dtype=np.int64)
    weights = np.zeros((longest, synapses.shape[0], 1), dtype=form.weights.dtype)
    indices[positions, rows], weights[positions, rows, 0] = synapses.indices, form.weights
    # The batch comes last and the sum runs over the first axis: onnxruntime is several times slower otherwise.
    incoming = body.node("Gather", body.node("Transpose", spikes, perm=[1, 0]), indices, axis=0)
    summed = body.node("ReduceSum", body.node("Mul", incoming, weights), _int64([0]), keepdims=0)
    return body.node("Transpose", summed, perm=[1, 0])


def _row_sums(body: _Body, synapses: Sparse, form: ExactProjection, spikes: str) -> str:
    """Spikes uint8 [batch, pre] -> sums int64 [batch, post], as differences of a running sum over all synapses."""
    # A leading synapse of weight 0 makes the running sum start at 0.
    by_neuron = body.node("Transpose", _cast(body, spikes, np.int64), perm=[1, 0])
    incoming = body.node("Gather", by_neuron, _int64([0, *synapses.indices]), axis=0)
    weights = _int64([0, *form.weights])[:, None]
    running = body.node("CumSum", body.node("Mul", incoming, weights), _int64(0))
    above = body.node("Gather", running, _int64(synapses.indptr[1:]), axis=0)
    below = body.node("Gather", running, _int64(synapses.indptr[:-1]), axis=0)
    return body.node("Transpose", body.node("Sub", above, below), perm=[1, 0])


def _step(body: _Body, population: IntPopulation, arithmetic: Arithmetic, arrivals: list[str]) -> None:
    """`targets.runtime.neuron.step` in nodes; `arrivals` are aligned already."""
    name, one, limit = population.name, arithmetic.decay_one, arithmetic.state_limit
    u = _decayed(body, f"now/u/{name}", one - 1 - population.du, one)
    for arrival in arrivals:
        u = body.node("Add", u, arrival)
    over = body.node("Greater", u, _int32(limit))
    under = body.node("LessOrEqual", u, _int32(-limit))
    lower = body.node("Sub", u, _int32(2 * limit))
    higher = body.node("Add", u, _int32(2 * limit))
    u = body.node("Where", over, lower, body.node("Where", under, higher, u), output=f"next/u/{name}")
    v = _decayed(body, f"now/v/{name}", one - population.dv, one)
    v = body.node("Add", body.node("Add", v, u), population.bias)
    v = body.node("Clip", v, _int32(1 - limit), _int32(limit - 1))
    int32 = np.iinfo(np.int32)
    threshold = np.clip(population.vth.astype(np.int64) << arithmetic.align_bits, int32.min, int32.max)
    s = body.node("Greater", v, _int32(threshold))
    silent = s
    if population.refractory is not None:
        asleep = body.node("Greater", f"now/resting/{name}", _int32(0))
        silent = body.node("Or", s, asleep)
        s = body.node("And", s, body.node("Not", asleep))
        left = body.node("Max", body.node("Sub", f"now/resting/{name}", _int32(1)), _int32(0))
        body.node("Where", s, population.refractory, left, output=f"next/resting/{name}")
    body.node("Where", silent, _int32(0), v, output=f"next/v/{name}")
    body.node("Cast", s, to=_onnx_type(np.uint8), output=f"next/spikes/{name}")


def _decayed(body: _Body, x: str, keep: Ints, one: int) -> str:
    """X * keep / one toward zero: in int32 by parts that fit, or in int64 where they would not."""
    if one * one > np.iinfo(np.int32).max:
        product = body.node("Mul", _cast(body, x, np.int64), _int64(keep))
        return _cast(body, body.node("Div", product, _int64(one)), np.int32)
    quotient = body.node("Div", x, _int32(one))
    rest = body.node("Sub", x, body.node("Mul", quotient, _int32(one)))
    coarse = body.node("Mul", quotient, _int32(keep))
    return body.node("Add", coarse, body.node("Div", body.node("Mul", rest, _int32(keep)), _int32(one)))


def _remember(body: _Body, name: str, spikes: str, depth: int) -> None:
    """Drop the oldest spikes of input or population `name` and append the new ones."""
    output = f"next/past/{name}"
    if depth == 1:
        body.node("Unsqueeze", spikes, _int64([0]), output=output)
    else:
        kept = body.node("Slice", f"now/past/{name}", _int64([1]), _int64([depth]), _int64([0]))
        body.node("Concat", kept, body.node("Unsqueeze", spikes, _int64([0])), axis=0, output=output)


def _depths(program: Program) -> dict[str, int]:
    """Steps that every input and population is remembered; at least one, so that no state is empty."""
    depths = {node.name: 1 for node in _nodes(program)}
    for projection in program.projections:
        depths[projection.source] = max(depths[projection.source], projection.delay)
    return depths


def _states(program: Program) -> _Shapes:
    """Shape of every state of the graph by name."""
    depths = _depths(program)
    registers = {f"{key}/{p.name}": ("batch", p.neurons) for p in program.populations for key in ("u", "v")}
    registers |= {f"resting/{p.name}": ("batch", p.neurons) for p in program.populations if p.refractory is not None}
    return registers | {f"past/{node.name}": (depths[node.name], "batch", node.neurons) for node in _nodes(program)}


def _nodes(program: Program) -> tuple[Input | IntPopulation, ...]:
    return (*program.inputs, *program.populations)


def _dtype(name: str) -> type[np.generic]:
    return np.int32 if name.startswith(("u/", "v/", "resting/")) else np.uint8


def _trains(nodes: Iterable[Input | IntPopulation], axes: tuple[str, ...]) -> _Shapes:
    """Shapes of the spikes of inputs or populations; `axes` come before the neurons."""
    return {f"spikes/{node.name}": (*axes, node.neurons) for node in nodes}


def _infos(shapes: _Shapes, prefix: str) -> list[onnx.ValueInfoProto]:
    """Typed graph inputs or outputs."""
    return [
        helper.make_tensor_value_info(prefix + name, _onnx_type(_dtype(name)), shape) for name, shape in shapes.items()
    ]


def _metadata(program: Program) -> dict[str, str]:
    cores = [
        {"x": core.x, "y": core.y, "members": {name: indices.tolist() for name, indices in core.members.items()}}
        for core in program.cores
    ]
    readout = program.readout and {"population": program.readout.population, "classes": program.readout.classes}
    return {
        "digest": program.digest,
        "chip": program.chip.name,
        "cores": json.dumps(cores),
        "readout": json.dumps(readout),
        "latency": json.dumps(dict(program.latency)),
    }


def _cast(body: _Body, name: str, dtype: npt.DTypeLike) -> str:
    return body.node("Cast", name, to=_onnx_type(dtype))


def _onnx_type(dtype: npt.DTypeLike) -> int:
    return int(helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))


def _int32(values: npt.ArrayLike) -> Ints:
    return np.asarray(values, dtype=np.int32)


def _int64(values: npt.ArrayLike) -> Array:
    return np.asarray(values, dtype=np.int64)
