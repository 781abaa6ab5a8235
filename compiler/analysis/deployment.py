"""deployment: a program on its chip as a graph of cores and routes, in plain values that any tool can read."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from compiler.analysis.core_loads import core_loads
from compiler.analysis.estimate import operations_of, rates_in
from compiler.ir.rates import ASSUMED_RATE
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.numbering import offsets, ranges
from targets.contracts.raster import SpikeRaster
from targets.program.program import IntPopulation, IntProjection, Program
from targets.program.usage import chips_used, core_limits, usage

SCHEMA = "motifc-deployment"
VERSION = 1


def deployment(program: Program, spikes: Mapping[str, SpikeRaster] | None = None) -> dict[str, Any]:
    """The graph as JSON values in networkx's node-link form; docs/interchange.md has the table of its fields.

    Nodes are inputs, cores and the readout; edges are routes: axons, messages per step and tiles travelled. `spikes`
    are rasters of every input and population, as in `estimate`; without them every neuron is taken to spike in 3 % of
    the steps, and the graph says so. Raises InputError for a program of which a neuron is on no core.
    """
    homeless = int((program.listeners.core_of < 0).sum()) - sum(each.neurons for each in program.inputs)
    if homeless:
        raise InputError(
            f"{homeless:,} of {program.neurons:,} neurons are on no core; a deployment has a core for each, so compile "
            "the network again."
        )
    rates = rates_in(program, spikes)
    nodes = [*_inputs(program, rates), *_cores(program, spikes), *_readout(program, rates)]
    edges = [*_routes(program, rates), *_to_readout(program, rates)]
    routes = [edge for edge in edges if edge["kind"] == "route"]
    cores = [node for node in nodes if node["kind"] == "core"]
    totals = {
        "cores": len(cores),
        "chips": chips_used(program),
        "neurons": program.neurons,
        "synapses": sum(core["synapses"] for core in cores),
        "routes": len(routes),
        "messages_per_step": _sum(edge["messages_per_step"] for edge in edges if edge["kind"] != "readout"),
        "hops_per_step": _sum(edge["messages_per_step"] * edge["hops"] for edge in routes),
        "operations_per_step": _sum(core["operations_per_step"] for core in cores),
    }
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "directed": True,
        "multigraph": False,
        "graph": {
            "program": program.digest,
            "origin": program.origin,
            "chip": program.chip.name,
            "limits": {key: limit.value for key, limit in core_limits(program.chip).items()},
            "steps": program.steps,
            "rates": f"assumed, {ASSUMED_RATE} spikes per step and neuron" if spikes is None else "measured",
            "totals": totals,
            "populations": [_population(each) for each in program.populations],
            "projections": [_projection(each) for each in program.projections],
        },
        "nodes": nodes,
        "edges": edges,
    }


def _sum(values: Any) -> float:
    return float(sum(values))


def _population(each: IntPopulation) -> dict[str, Any]:
    arrays = [each.du, each.dv, each.vth, each.bias, each.refractory_steps]
    return {
        "name": each.name,
        "neurons": each.neurons,
        "motif_size": each.motif_size,
        "latency": each.latency,
        "invented": each.invented,
        "answers_in": "spikes" if each.unit is None else "voltage",
        "parameters": _digest(*arrays),
    }


def _projection(each: IntProjection) -> dict[str, Any]:
    post, pre, weight = each.synapses.coordinates()
    return {
        "name": each.name,
        "source": each.source,
        "target": each.target,
        "form": each.synapses.kind,
        "synapses": int(weight.size),
        "exponent": each.exponent,
        "delay": each.delay,
        "weights": _digest(post.astype(np.int64), pre.astype(np.int64), weight),
    }


def _digest(*arrays: Array) -> str:
    """First 16 digits of the SHA-256 of arrays, numbers with the lowest byte first."""
    sha = hashlib.sha256()
    for values in arrays:
        sha.update(np.ascontiguousarray(values, dtype="<i8").tobytes())
    return sha.hexdigest()[:16]


def _inputs(program: Program, rates: Array) -> list[dict[str, Any]]:
    starts = offsets(program.inputs, program.populations)
    return [
        {
            "id": f"input {number}",
            "kind": "input",
            "label": each.name,
            "neurons": each.neurons,
            "spikes_per_step": float(rates[starts[each.name] : starts[each.name] + each.neurons].sum()),
        }
        for number, each in enumerate(program.inputs)
    ]


def _cores(program: Program, spikes: Mapping[str, SpikeRaster] | None) -> list[dict[str, Any]]:
    loads = core_loads(program, spikes)
    return [
        {
            "id": f"core {number}",
            "kind": "core",
            "label": f"core {number}",
            "number": number,
            "chip": program.chip.chip_at(core.x, core.y),
            "tile_x": core.x,
            "tile_y": core.y,
            "populations": [
                {"name": name, "neurons": int(indices.size), "ranges": ranges(indices)}
                for name, indices in core.members.items()
            ],
            **asdict(held),
            "operations_per_step": float(loads.operations[number]),
        }
        for number, (core, held) in enumerate(zip(program.cores, usage(program), strict=True))
    ]


def _readout(program: Program, rates: Array) -> list[dict[str, Any]]:
    """Where output neuron n is: runs of neurons of the output populations that lie on one core in order."""
    outputs = [
        {"population": name, "first": first, "last": last, "core": number, "index": index}
        for name in program.outputs
        for number, core in enumerate(program.cores)
        for first, last, index in _places(core.members, name)
    ]
    readout = program.readout
    told = {} if readout is None else {"population": readout.population, "classes": readout.classes, "by": readout.by}
    return [{"id": "readout", "kind": "readout", "label": "readout", **told, "outputs": outputs}]


def _places(members: Mapping[str, Array], name: str) -> list[tuple[int, int, int]]:
    """(first, last, index on the core of the first) of every run of neurons of a population on one core."""
    before = 0
    for held, indices in members.items():
        if held == name:
            break
        before += indices.size
    found = []
    for first, last in ranges(members[name]) if name in members else ():
        found.append((first, last, before))
        before += last - first + 1
    return found


def _routes(program: Program, rates: Array) -> list[dict[str, Any]]:
    """Edges from core to core, and from inputs to cores."""
    core_of = program.listeners.core_of
    _, (sources, goals) = operations_of(program, rates)
    starts = offsets(program.inputs, program.populations)
    found = []
    for number, each in enumerate(program.inputs):
        own = (sources >= starts[each.name]) & (sources < starts[each.name] + each.neurons)
        for goal in np.unique(goals[own]).tolist():
            heard = sources[own & (goals == goal)]
            found.append(
                {
                    "source": f"input {number}",
                    "target": f"core {goal}",
                    "kind": "input",
                    "axons": int(heard.size),
                    "messages_per_step": float(rates[heard].sum()),
                }
            )
    home = core_of[sources]
    crossing = np.flatnonzero((home >= 0) & (home != goals))
    keys = home[crossing] * len(program.cores) + goals[crossing]
    routes, which = np.unique(keys, return_inverse=True)
    axons, messages = np.bincount(which), np.bincount(which, rates[sources[crossing]])
    for key, count, sent in zip(routes.tolist(), axons.tolist(), messages.tolist(), strict=False):
        source, goal = divmod(key, len(program.cores))
        here, there = program.cores[source], program.cores[goal]
        found.append(
            {
                "source": f"core {source}",
                "target": f"core {goal}",
                "kind": "route",
                "axons": count,
                "messages_per_step": sent,
                "hops": abs(here.x - there.x) + abs(here.y - there.y),
                "hops_east_west": abs(here.x - there.x),
                "hops_north_south": abs(here.y - there.y),
            }
        )
    return found


def _to_readout(program: Program, rates: Array) -> list[dict[str, Any]]:
    """Edges from the cores that hold output neurons."""
    starts = offsets(program.inputs, program.populations)
    found = []
    for number, core in enumerate(program.cores):
        held = [starts[name] + core.members[name] for name in program.outputs if name in core.members]
        if held:
            neurons = np.concatenate(held)
            found.append(
                {
                    "source": f"core {number}",
                    "target": "readout",
                    "kind": "readout",
                    "neurons": int(neurons.size),
                    "messages_per_step": float(rates[neurons].sum()),
                }
            )
    return found
