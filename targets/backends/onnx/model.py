"""model: the program as an executable ONNX graph, one Scan over time that calls a function for every part."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from targets.backends.onnx.functions import DOMAIN, OPSET, onnx_type, population_function, projection_function
from targets.contracts.numbering import ranges
from targets.contracts.ports import Input
from targets.contracts.shown import shown
from targets.contracts.writing import Destination, check_writable, replacing
from targets.program.program import IntPopulation, Program

with suppress(ImportError):  # `requirement` then tells what to install
    import onnx
    from onnx import helper, numpy_helper

_IR_VERSION = 8

Shapes = Mapping[str, tuple[Any, ...]]


def export(program: Program, path: str | os.PathLike[str]) -> None:
    """Write `model(program)` to `path` in one step, without spikes of what stands for biases among its outputs.

    Beside it goes a README, `path` with .md behind, of the lines that feed it. Raises InputError when one of the two
    cannot be written.
    """
    beside = _beside(path)
    check_writable(path)
    check_writable(beside)
    built = model(program)
    for population in program.populations:
        if population.invented:  # it stands for biases, and nobody reads its spikes
            built.graph.output.remove(next(o for o in built.graph.output if o.name == f"spikes/{population.name}"))
    content = built.SerializeToString(deterministic=True)
    name = Path(os.fspath(path)).name
    lines = _readme(program, name).splitlines()
    text = "\n".join([f"# {shown(name)}: spiking network {program.digest[:12]} for {program.chip.name}", "", *lines])
    with replacing(path) as temporary, replacing(beside) as readme:
        temporary.write_bytes(content)
        readme.write_text(text.replace("\n", "\n    ").replace("\n    \n", "\n\n") + "\n", encoding="utf-8")


def _beside(path: str | os.PathLike[str]) -> str | os.PathLike[str]:
    """Where the README of a model goes."""
    place = Path(f"{os.fspath(path)}.md")
    return Destination(place, path.replace, path.inputs) if isinstance(path, Destination) else place


def model(program: Program) -> onnx.ModelProto:
    """The program as a checked model (opset 17, IR version 8) that onnxruntime and any other runtime can execute.

    Batch and time are free axes. Inputs: `spikes/X` uint8 [time, batch, neuron] for every program input X; `u/P`,
    `v/P` int32 [batch, neuron] for every population P; `past/N` uint8 [delay, batch, neuron], the latest spikes of
    input or population N, oldest first; `resting/P` int32 [batch, neuron], steps that are left of its refractory
    period, where it has one. Outputs: `spikes/P`, and `final/u/P`, `final/v/P`, `final/past/N`, which fed
    back as inputs resume the run; all states are zero where a sample begins.

    Every population and projection is a local function of the domain "motifc", called by the node "population P" or
    "projection J" of the one Scan; weights are stored in the narrowest integers that hold them. Sums over synapses are
    float32 products where these are exact and float64 elsewhere (targets/runtime/exact.py). State is int32, and a decay
    x k / 2^D is taken in two parts that fit: q = x / 2^D, r = x - 2^D q, q k + r k / 2^D, with the division toward zero
    that ONNX defines for integers. The model's doc_string holds lines of Python that feed it. Metadata: digest, chip,
    cores (neurons as runs [first, last]), readout, latency (JSON): what the network does in step t, a population P does
    in step t + latency[P].
    """
    states = states_of(program)
    scanned = [f"spikes/{source.name}" for source in program.inputs]
    emitted = [f"spikes/{population.name}" for population in program.populations]
    body, functions = _body(program)
    scan = helper.make_node(
        "Scan",
        [*states, *scanned],
        [*(f"final/{name}" for name in states), *emitted],
        name="time",
        body=body,
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
        graph,
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(DOMAIN, 1)],
        ir_version=_IR_VERSION,
        producer_name="motifc",
        doc_string=_readme(program),
        functions=functions,
    )
    helper.set_model_props(built, _metadata(program))
    onnx.checker.check_model(built, full_check=True)
    return built


def _body(program: Program) -> tuple[onnx.GraphProto, list[onnx.FunctionProto]]:
    """One step, from `now/STATE` and `now/spikes/X` to `next/STATE` and `next/spikes/P`, and the functions it calls."""
    nodes: list[onnx.NodeProto] = []
    constants: list[onnx.TensorProto] = []
    functions: list[onnx.FunctionProto] = []
    states, depths, widths = states_of(program), _depths(program), program.chip.arithmetic
    for number, population in enumerate(program.populations):
        arrivals = []
        for at, projection in enumerate(program.projections):
            if projection.target == population.name and projection.synapses.weights.size:
                made = projection_function(f"projection_{at}", projection, widths.align_bits, depths[projection.source])
                node = f"projection {projection.name}"
                arrivals.append(f"arrives/{projection.name}")
                functions.append(made.proto(["arrives"]))
                constants += made.initializers(node)
                nodes.append(made.call(node, [f"now/past/{projection.source}"], arrivals[-1:]))
        stepping = population_function(f"population_{number}", population, widths, len(arrivals))
        name, node = population.name, f"population {population.name}"
        given, made_of = [f"now/u/{name}", f"now/v/{name}", *arrivals], ["next_u", "next_v", "spikes"]
        outputs = [f"next/u/{name}", f"next/v/{name}", f"next/spikes/{name}"]
        if population.refractory is not None:
            given, made_of = [*given, f"now/resting/{name}"], [*made_of, "next_resting"]
            outputs.append(f"next/resting/{name}")
        functions.append(stepping.proto(made_of))
        constants += stepping.initializers(node)
        nodes.append(stepping.call(node, given, outputs))
        nodes += _remember(name, f"next/spikes/{name}", depths[name])
    for source in program.inputs:
        nodes += _remember(source.name, f"now/spikes/{source.name}", depths[source.name])
    lengths = {"number 0": 0, "number 1": 1} | {f"depth {depth}": depth for depth in sorted({*depths.values()})}
    used = {name for node in nodes for name in node.input}
    constants += [
        numpy_helper.from_array(np.array([value], np.int64), name) for name, value in lengths.items() if name in used
    ]
    graph = helper.make_graph(
        nodes,
        "step",
        [*_infos(states, "now/"), *_infos(_trains(program.inputs, ("batch",)), "now/")],
        [*_infos(states, "next/"), *_infos(_trains(program.populations, ("batch",)), "next/")],
        constants,
    )
    return graph, functions


def _remember(name: str, spikes: str, depth: int) -> list[onnx.NodeProto]:
    """Drop the oldest spikes of input or population `name` and append the new ones."""
    output, node = f"next/past/{name}", f"past {name}"
    if depth == 1:
        return [helper.make_node("Unsqueeze", [spikes, "number 0"], [output], name=node)]
    kept, latest = f"kept/{name}", f"latest/{name}"
    bounds = [f"now/past/{name}", "number 1", f"depth {depth}", "number 0"]
    return [
        helper.make_node("Slice", bounds, [kept], name=f"{node}, kept"),
        helper.make_node("Unsqueeze", [spikes, "number 0"], [latest], name=f"{node}, latest"),
        helper.make_node("Concat", [kept, latest], [output], name=node, axis=0),
    ]


def _depths(program: Program) -> dict[str, int]:
    """Steps that every input and population is remembered; at least one, so that no state is empty."""
    depths = {node.name: 1 for node in _nodes(program)}
    for projection in program.projections:
        depths[projection.source] = max(depths[projection.source], projection.delay)
    return depths


def states_of(program: Program) -> Shapes:
    """Shape of every state of the graph by name."""
    depths = _depths(program)
    registers = {f"{key}/{p.name}": ("batch", p.neurons) for p in program.populations for key in ("u", "v")}
    registers |= {f"resting/{p.name}": ("batch", p.neurons) for p in program.populations if p.refractory is not None}
    return registers | {f"past/{node.name}": (depths[node.name], "batch", node.neurons) for node in _nodes(program)}


def _nodes(program: Program) -> tuple[Input | IntPopulation, ...]:
    return (*program.inputs, *program.populations)


def dtype_of(name: str) -> type[np.generic]:
    """Type of the state or spikes of that name."""
    return np.int32 if name.startswith(("u/", "v/", "resting/")) else np.uint8


def _trains(nodes: Iterable[Input | IntPopulation], axes: tuple[str, ...]) -> Shapes:
    """Shapes of the spikes of inputs or populations; `axes` come before the neurons."""
    return {f"spikes/{node.name}": (*axes, node.neurons) for node in nodes}


def _infos(shapes: Shapes, prefix: str) -> list[onnx.ValueInfoProto]:
    """Typed graph inputs or outputs."""
    return [
        helper.make_tensor_value_info(prefix + name, onnx_type(dtype_of(name)), shape) for name, shape in shapes.items()
    ]


def _metadata(program: Program) -> dict[str, str]:
    cores = [
        {"x": core.x, "y": core.y, "members": {name: ranges(indices) for name, indices in core.members.items()}}
        for core in program.cores
    ]
    readout = program.readout and {"population": program.readout.population, "classes": program.readout.classes}
    return {
        "digest": program.digest,
        "chip": program.chip.name,
        "cores": json.dumps(cores, separators=(",", ":")),
        "readout": json.dumps(readout),
        "latency": json.dumps(dict(program.latency)),
    }


def _readme(program: Program, file: str = "net.onnx") -> str:
    """Lines of Python that feed the file."""
    name = program.inputs[0].name
    output = f"spikes/{(program.own or program.populations)[-1].name}"
    more = "" if len(program.inputs) == 1 else "  # and so on for every input"
    return f"""\
import numpy as np, onnxruntime
session = onnxruntime.InferenceSession({file!r})
spikes = np.load("spikes.npz")["spikes"]  # uint8 0 and 1 [sample, time, neuron]
sizes = {{"batch": spikes.shape[0], "time": spikes.shape[1]}}
zeros = {{i.name: np.zeros([sizes.get(n, n) for n in i.shape], i.type[7:-1]) for i in session.get_inputs()}}
feed = zeros | {{{f"spikes/{name}"!r}: spikes.transpose(1, 0, 2)}}{more}
names = [output.name for output in session.get_outputs()]
results = dict(zip(names, session.run(None, feed)))  # final/... fed back as inputs resumes the run
print(results[{output!r}].sum(axis=0))  # spikes [time, batch, neuron], summed over time
"""
