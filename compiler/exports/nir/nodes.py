"""graph_in_nir: a FloatGraph as a graph of nir: CubaLIF or CubaLI, Linear or Affine, Delay."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from compiler.exports.nir.floats import FOR_EVER
from compiler.frontends.nir.timestep import USUAL
from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection
from targets.contracts.arrays import Floats
from targets.contracts.errors import InputError
from targets.contracts.synapses import dense

if TYPE_CHECKING:
    import nir

DT = USUAL
"""Seconds of a step, those of the NIR paper and of most importers."""
_MOST = 50_000_000
"""Numbers of one matrix; NIR has no sparse one."""
_LONGEST = 60

Notes = Mapping[str, Mapping[str, Any]]
"""What is written beside the nodes of populations, by their names."""


def graph_in_nir(graph: FloatGraph, heard: Sequence[str], notes: Notes) -> "nir.NIRGraph":
    """The graph in seconds, `DT` a step, with an Output for each population of `heard`.

    A population is a CubaLIF (CubaLI where it answers in voltage) whose threshold is 1 and whose gains are 1: r =
    tau_mem / dt, w_in = tau_syn / dt, so that importers that know no gains agree; its bias is v_leak = bias tau_mem /
    dt. All projections from one population to another with the same delay are one Linear, or Affine where a bias rides
    with them, behind a Delay where that is above 0; one of a population to itself has no Delay where it takes 1 step,
    as a loop without Delays is read. Nodes are called as what they are of, by letters, digits and _; a single input is
    "input", a single Output "output". Raises InputError for a matrix that would be too large.
    """
    import nir

    taken: set[str] = set()
    only = graph.inputs[0].name if len(graph.inputs) == 1 else None
    names = {each.name: _fresh("input" if each.name == only else each.name, taken) for each in graph.inputs}
    single = _fresh("output", taken) if len(heard) == 1 else ""
    nodes: dict[str, Any] = {}
    for source in graph.inputs:
        told = {"name": _printable(source.name)}
        nodes[names[source.name]] = nir.Input({"input": np.array([source.neurons])}, metadata=told)
    for population in graph.populations:
        name = names[population.name] = _fresh(population.name, taken)
        told = {"name": _printable(population.name), **notes.get(population.name, {})}
        nodes[name] = _neurons(population, told)
    edges: list[tuple[str, str]] = []
    gain = {each.name: 1 / each.threshold if each.unit is None else each.unit for each in graph.populations}
    for (start, end, delay), members in _grouped(graph.projections).items():
        name = _fresh(f"{names[start]}_to_{names[end]}{f'_after_{delay}' if delay else ''}", taken)
        nodes[name] = _matrix(members, gain[end])
        before = names[start]
        if delay and not (start == end and delay == 1):
            late = _fresh(f"{name}_delay", taken)
            nodes[late] = nir.Delay(np.full(members[0].synapses.shape[1], delay * DT))
            edges.append((before, late))
            before = late
        edges += [(before, name), (name, names[end])]
    for each in heard:
        out = single or _fresh(f"output_{names[each]}", taken)
        nodes[out] = nir.Output({"output": np.array([graph.population(each).neurons])})
        edges.append((names[each], out))
    return nir.NIRGraph(nodes=nodes, edges=edges)


def _neurons(each: FloatPopulation, told: Mapping[str, Any]) -> Any:
    import nir

    unit = 1 / each.threshold if each.unit is None else each.unit
    tau_m, tau_s = np.minimum(each.tau_m, FOR_EVER), np.minimum(each.tau_s, FOR_EVER)
    given: dict[str, Any] = {
        "tau_syn": tau_s * DT,
        "tau_mem": tau_m * DT,
        "r": tau_m,
        "w_in": tau_s,
        "v_leak": each.bias * unit * tau_m,
        "metadata": dict(told),
    }
    if each.unit is not None:
        return nir.CubaLI(**given)
    one = np.ones(each.neurons)
    return nir.CubaLIF(**given, v_threshold=one, v_reset=0 * one)


def _grouped(projections: Sequence[FloatProjection]) -> dict[tuple[str, str, int], list[FloatProjection]]:
    """Projections by source, target and delay."""
    found: defaultdict[tuple[str, str, int], list[FloatProjection]] = defaultdict(list)
    for each in projections:
        found[each.source, each.target, each.delay].append(each)
    return found


def _matrix(members: Sequence[FloatProjection], gain: Floats) -> Any:
    """What several projections with the same ends and the same delay do to spikes, in units of the threshold."""
    import nir

    post, pre = members[0].synapses.shape
    if post * pre > _MOST:
        raise InputError(
            f"projection {members[0].name!r} joins {pre:,} to {post:,} neurons, a matrix of {post * pre:,} numbers; "
            f"NIR has no sparse one and {_MOST:,} are written, so export json, or cut the population into several."
        )
    weight = sum((dense(each.synapses) for each in members), np.zeros((post, pre))) * gain[:, None]
    told = {"projections": json.dumps([each.name for each in members])}
    biases = [each.bias * gain for each in members if each.bias is not None]
    if biases:
        return nir.Affine(weight=weight, bias=np.sum(biases, axis=0), metadata=told)
    return nir.Linear(weight=weight, metadata=told)


def _printable(name: str) -> str:
    """The name as HDF5 holds texts, which end at a zero."""
    return name.replace("\0", "\\x00")


def _fresh(name: str, taken: set[str]) -> str:
    """The name in letters, digits and _, with a number where it is taken; it is taken from now on."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)[:_LONGEST]
    plain = plain if plain[:1].isalpha() else f"n_{plain}"
    number, free = 2, plain
    while free in taken:
        number, free = number + 1, f"{plain}_{number}"
    taken.add(free)
    return free
