"""faults: what is illegal in a .network, .program or .stage file, by a plain reading of the file that shares nothing
with the readers.

It is written from the docstrings of the dataclasses alone: types, ranges, sizes that have to agree, indices that have
to be there. It needs no class of the project, so that it fails where a reader forgets to ask.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

import numpy as np

from benchmarks.damage.headers import parts
from targets.contracts.fields import LONGEST_NAME, MOST_DELAY, MOST_EXPONENT, MOST_NEURONS, MOST_STEPS

Value = Any
Arrays = dict[str, np.ndarray[Any, Any]]
Faults = Generator[str, None, Any]
"""Faults are yielded on the way to what is returned."""
_INT32 = 1 << 31
_LATEST = (1 << 16) - 1


def faults(content: bytes) -> list[str]:
    """All that is illegal in a file of today's version, told by place; empty for a legal one."""
    metadata, arrays = parts(content)
    checked: dict[str, Callable[[Value, Arrays], Iterator[str]]] = {
        "network": _network,
        "program": _program,
        "stage": _stage,
    }
    found = []
    try:
        for fault in checked[metadata["format"]](metadata["header"], arrays):
            found.append(fault)  # noqa: PERF402  # what was found before something is missing is kept
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        found.append(f"{type(error).__name__}: {error}")
    return found


def _network(header: Value, arrays: Arrays) -> Iterator[str]:
    widths = yield from _inputs(header["inputs"])
    targets = {}
    for place, layer in enumerate(header["layers"]):
        motif = layer.get("motif")
        size = 1 if motif is None else motif["size"]
        neurons = yield from _neurons(layer, arrays, ("tau_s", "tau_m", "resistance", "threshold", "bias"), True)
        yield from _if(size < 1 or neurons % size != 0, f"layers/{place}: motifs of {size}")
        for key, least, itself in (("tau_s", 1, True), ("tau_m", 1, True), ("resistance", 0, False)):
            values = arrays[layer[key]]
            yield from _if((values < least).any() or (not itself and (values <= least).any()), f"layers/{place}/{key}")
        yield from _if((arrays[layer["threshold"]] <= 0).any(), f"layers/{place}/threshold")
        if motif is not None:
            yield from _motif(motif, arrays, f"layers/{place}/motif")
        targets[layer["name"]] = neurons
    yield from _wired(header, widths, targets, header["connections"], arrays, 1)
    yield from _whole(header.get("steps", 1), 1, MOST_STEPS, "steps")


def _motif(motif: Value, arrays: Arrays, place: str) -> Iterator[str]:
    directions = {"none": 0, "ring": 2, "grid": 4}[motif["wiring"]]
    size, intra, lateral = motif["size"], arrays[motif["intra"]], arrays[motif["lateral"]]
    yield from _whole(size, 1, MOST_NEURONS, f"{place}/size")
    yield from _if(intra.shape != (size, size) or lateral.shape != (directions, size, size), f"{place}: shapes")
    for types in (intra, lateral):
        yield from _if(not np.isin(types, (-1, 0, 1)).all(), f"{place}: link types")
    yield from _if(any(np.count_nonzero(types) > size for types in lateral), f"{place}: links from a neighbour")


def _program(header: Value, arrays: Arrays) -> Iterator[str]:
    limits = {name: entry["value"] for name, entry in header["chip"].items() if isinstance(entry, dict)}
    for name, value in limits.items():
        yield from _whole(value, -(1 << 40), 1 << 40, f"chip/{name}")
    widths = yield from _inputs(header["inputs"])
    targets = yield from _integers(header["populations"], arrays)
    for place, population in enumerate(header["populations"]):
        for key, most in (("du", limits["decay_max"]), ("dv", limits["decay_max"]), ("vth", limits["threshold_max"])):
            values = arrays[population[key]]
            yield from _if(values.min() < 0 or values.max() > most, f"populations/{place}/{key}")
    yield from _wired(header, widths, targets, header["projections"], arrays, 1, header["outputs"])
    for place, each in enumerate(header["projections"]):
        yield from _whole(each["delay"], 1, min(MOST_DELAY, limits["delay_max"]), f"projections/{place}/delay")
        low, high = limits["exponent_min"], limits["exponent_max"]
        yield from _whole(each["exponent"], max(-MOST_EXPONENT, low), min(MOST_EXPONENT, high), f"{place}/exponent")
        weights = arrays[each["synapses"]["weights"]]
        yield from _if(weights.dtype.kind not in "iu", f"projections/{place}: weights of {weights.dtype}")
        out = weights.size and (weights.min() < limits["weight_min"] or weights.max() > limits["weight_max"])
        yield from _if(out, f"projections/{place}: weights")
    held: dict[str, list[int]] = {name: [] for name in targets}
    for place, core in enumerate(header["cores"]):
        yield from _whole(core["x"], 0, MOST_NEURONS, f"cores/{place}/x")
        yield from _whole(core["y"], 0, MOST_NEURONS, f"cores/{place}/y")
        members = dict(core["members"])
        yield from _if(sum(arrays[key].size for key in members.values()) > limits["neurons_per_core"], f"cores/{place}")
        for name, key in members.items():
            held[name] += arrays[key].tolist()
    for name, indices in held.items():
        yield from _if(sorted(indices) != list(range(targets[name])), f"cores hold not every neuron of {name!r} once")
    yield from _whole(header["steps"], 1, MOST_STEPS, "steps")
    for place, proof in enumerate(header.get("proofs", ())):
        yield from _if(proof["population"] not in targets, f"proofs/{place}: of no population")
        for key in ("a", "u", "v"):
            least, most = proof[key]
            yield from _whole(least, -(1 << 100), most, f"proofs/{place}/{key}")
            yield from _whole(most, least, 1 << 100, f"proofs/{place}/{key}")
        for key in ("wraps", "saturates"):
            yield from _indices(arrays[proof[key]], targets.get(proof["population"], 0), f"proofs/{place}/{key}")


def _stage(header: Value, arrays: Arrays) -> Iterator[str]:
    if (graph := header.get("floats")) is not None:
        widths = yield from _inputs(graph["inputs"])
        targets = {}
        for place, each in enumerate(graph["populations"]):
            keys = ("tau_s", "tau_m", "threshold", "bias")
            targets[each["name"]] = yield from _population(each, arrays, keys, f"populations/{place}")
            yield from _if(any((arrays[each[key]] < 1).any() for key in keys[:2]), f"populations/{place}: tau below 1")
            yield from _if((arrays[each["threshold"]] <= 0).any(), f"populations/{place}/threshold")
        yield from _wired(graph, widths, targets, graph["projections"], arrays, 0)
        yield from _whole(graph.get("steps", 1), 1, MOST_STEPS, "steps")
    if (graph := header.get("integers")) is not None:
        widths = yield from _inputs(graph["inputs"])
        targets = yield from _integers(graph["populations"], arrays)
        yield from _wired(graph, widths, targets, graph["projections"], arrays, 1)
        yield from _whole(graph.get("steps", 1), 1, MOST_STEPS, "steps")
    if (units := header.get("hypergraph")) is not None:
        yield from _hypergraph(units, arrays)
    if (mapping := header.get("mapping")) is not None:
        core_of, tiles = arrays[mapping["core_of"]], arrays[mapping["tiles"]]
        cores = arrays[mapping["loads"]["events"]].size
        yield from _if(tiles.shape != (cores, 2), "mapping/tiles")
        yield from _indices(core_of, cores, "mapping/core_of")
        wanted = core_of.size if units is None else arrays[units["neurons"]].size
        yield from _if(core_of.size != wanted, "mapping: another number of units")
        loads = mapping["loads"]
        numbers = (arrays[loads["use"]], arrays[loads["events"]], np.asarray(loads["messages"]))
        yield from _if(any((each < 0).any() for each in numbers), "mapping/loads: below 0")
        yield from _if(arrays[loads["use"]].shape[1] != cores, "mapping/loads/use")
    if units is not None and graph is not None:
        sizes = {name: arrays[key].size for name, key in units["unit_of"]}
        yield from _if(sizes != targets, "hypergraph/unit_of: not the populations of the integer graph")


def _hypergraph(units: Value, arrays: Arrays) -> Iterator[str]:
    count, nets = arrays[units["neurons"]].size, arrays[units["home"]].size
    for key, size in (("synapses", count), ("events", count), ("width", nets), ("rate", nets)):
        yield from _if(arrays[units[key]].shape != (size,), f"hypergraph/{key}")
    pins, ends = arrays[units["pins"]], arrays[units["indptr"]]
    yield from _rising(ends, nets, pins.size, "hypergraph/indptr")
    yield from _indices(pins, count, "hypergraph/pins")
    yield from _if((arrays[units["home"]] < -1).any() or (arrays[units["home"]] >= count).any(), "hypergraph/home")
    for key in ("decays", "thresholds"):
        pairs = arrays[units[key]]
        yield from _if(pairs.ndim != 2 or pairs.shape[0] != 2 or (pairs < 0).any(), f"hypergraph/{key}")
        yield from _indices(pairs[0], count, f"hypergraph/{key}")
    for name, key in units["unit_of"]:
        yield from _indices(arrays[key], count, f"hypergraph/unit_of of {name!r}")
    for key in ("events", "rate"):
        yield from _if(not np.isfinite(arrays[units[key]]).all(), f"hypergraph/{key}: not finite")
    for key in ("neurons", "synapses", "events", "width", "rate"):
        yield from _if((arrays[units[key]] < 0).any(), f"hypergraph/{key}: below 0")
        yield from _if((arrays[units[key]] > 1 << 40).any(), f"hypergraph/{key}: beyond 2^40")


def _inputs(entries: Value) -> Faults:
    """Name -> width."""
    for place, entry in enumerate(entries):
        yield from _name(entry["name"], f"inputs/{place}")
        yield from _whole(entry["neurons"], 1, MOST_NEURONS, f"inputs/{place}/neurons")
    return {entry["name"]: entry["neurons"] for entry in entries}


def _integers(entries: Value, arrays: Arrays) -> Faults:
    targets = {}
    for place, entry in enumerate(entries):
        targets[entry["name"]] = yield from _population(entry, arrays, ("du", "dv", "vth", "bias"), f"{place}")
        for key in ("du", "dv", "vth", "bias"):
            values = arrays[entry[key]]
            outside = values.dtype.kind not in "iu" or values.min() < -_INT32 or values.max() >= _INT32
            yield from _if(outside, f"populations/{place}/{key}")
    return targets


def _population(entry: Value, arrays: Arrays, keys: Sequence[str], place: str) -> Faults:
    neurons = yield from _neurons(entry, arrays, keys, False)
    yield from _whole(entry["motif_size"], 1, neurons, f"{place}/motif_size")
    yield from _if(neurons % entry["motif_size"] != 0, f"{place}: motifs do not fill it")
    yield from _whole(entry.get("latency", 0), 0, _LATEST, f"{place}/latency")
    yield from _if(entry.get("invented", "") not in ("", "every step", "first step"), f"{place}/invented")
    return neurons


def _neurons(entry: Value, arrays: Arrays, keys: Sequence[str], floats: bool) -> Faults:
    yield from _name(entry["name"], "a population")
    sizes = {arrays[entry[key]].shape for key in keys}
    yield from _if(len(sizes) != 1 or len(min(sizes)) != 1 or min(sizes)[0] < 1, f"{entry['name']!r}: {sizes}")
    for key in keys:
        values = arrays[entry[key]]
        yield from _if(values.dtype.kind not in ("f" if floats else "fiu"), f"{key} of {values.dtype}")
        yield from _if(values.dtype.kind == "f" and not np.isfinite(values).all(), f"{key} is not finite")
    return int(arrays[entry[keys[0]]].size)


def _wired(
    whole: Value, inputs: Value, targets: Value, edges: Value, arrays: Arrays, least: int, outputs: Value = ()
) -> Iterator[str]:
    widths = {**inputs, **targets}
    yield from _if(not inputs or not targets, "no input or no population")
    count = len(whole["inputs"]) + len(whole.get("layers", whole.get("populations", ())))
    yield from _if(len(widths) != count, "two of one name")
    yield from _if(len({edge["name"] for edge in edges}) != len(edges), "two projections of one name")
    for edge in edges:
        yield from _name(edge["name"], "a projection")
        yield from _whole(edge.get("delay", 1), least, MOST_DELAY, f"delay of {edge['name']!r}")
        shape = yield from _synapses(edge["synapses"], arrays, f"synapses of {edge['name']!r}")
        wanted = targets[edge["target"]], widths[edge["source"]]
        yield from _if(shape != wanted, f"{edge['name']!r}: shape {shape} between {wanted}")
    yield from _if(any(name not in targets for name in outputs), "an output of no population")
    if (readout := whole.get("readout")) is not None:
        yield from _whole(readout["classes"], 1, targets[readout["population"]], "readout/classes")
        yield from _if(targets[readout["population"]] % readout["classes"] != 0, "readout: classes of unequal size")


def _synapses(entry: Value, arrays: Arrays, place: str) -> Faults:
    weights = arrays[entry["weights"]]
    yield from _if(weights.dtype.kind == "f" and not np.isfinite(weights).all(), f"{place}: not finite")
    yield from _if(weights.dtype.kind not in "fiu", f"{place}: {weights.dtype}")
    if entry["kind"] == "dense":
        return weights.shape
    if entry["kind"] == "block":
        motifs, post, pre = weights.shape
        return motifs * post, motifs * pre
    if entry["kind"] == "band":
        sources = arrays[entry["sources"]]
        _, motifs, post, pre = weights.shape
        yield from _whole(entry["pre_motifs"], 0, MOST_NEURONS, f"{place}/pre_motifs")
        yield from _if(sources.shape != weights.shape[:2], f"{place}/sources")
        yield from _if((sources < -1).any() or (sources >= entry["pre_motifs"]).any(), f"{place}/sources")
        return motifs * post, entry["pre_motifs"] * pre
    ends = arrays[entry["indptr"]]
    yield from _whole(entry["pre"], 0, MOST_NEURONS, f"{place}/pre")
    yield from _rising(ends, ends.size - 1, weights.size, f"{place}/indptr")
    yield from _if(arrays[entry["indices"]].shape != weights.shape or weights.ndim != 1, f"{place}/indices")
    yield from _indices(arrays[entry["indices"]], entry["pre"], f"{place}/indices")
    return ends.size - 1, entry["pre"]


def _rising(ends: np.ndarray[Any, Any], rows: int, held: int, place: str) -> Iterator[str]:
    values = [int(each) for each in ends.reshape(-1)]
    well = len(values) == rows + 1 and values[0] == 0 and values[-1] == held and values == sorted(values)
    yield from _if(not well, place)


def _indices(indices: np.ndarray[Any, Any], below: int, place: str) -> Iterator[str]:
    outside = indices.ndim != 1 or (indices.size and (indices.min() < 0 or indices.max() >= below))
    yield from _if(bool(outside) or indices.dtype.kind not in "iuf", place)


def _name(name: Value, place: str) -> Iterator[str]:
    well = (
        isinstance(name, str) and len(name) <= LONGEST_NAME and not any("\ud800" <= each <= "\udfff" for each in name)
    )
    yield from _if(not well, f"{place}: name")


def _whole(value: Value, least: int, most: int, place: str) -> Iterator[str]:
    yield from _if(type(value) is not int or not least <= value <= most, f"{place}: {value!r}"[:90])


def _if(wrong: Any, place: str) -> Iterator[str]:
    if bool(wrong):
        yield place
