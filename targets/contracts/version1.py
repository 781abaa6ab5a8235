"""Files of version 1: ports as pairs, and arrays under keys that carry the names of their owners."""

from collections.abc import Mapping
from typing import Any

from targets.contracts.arrays import Array

_ARRAYS = {"dense": (), "block": (), "band": ("sources",), "sparse": ("indices", "indptr")}


def ports(header: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs, readout, steps, origin and settings as version 2 stores them."""
    readout = header["readout"]
    return {
        "inputs": [{"name": name, "neurons": neurons} for name, neurons in header["inputs"]],
        "readout": None if readout is None else dict(zip(("population", "classes"), readout, strict=True)),
        "steps": header["steps"],
        "origin": header["origin"],
        "settings": header["settings"],
    }


def edge(
    entry: Mapping[str, Any], arrays: Mapping[str, Array], key: str, path: str
) -> tuple[dict[str, Any], dict[str, Array]]:
    """(header, arrays) of a projection whose arrays stood under `key` and now stand under `path`."""
    header = {name: value for name, value in entry["synapses"].items() if name != "kind"}
    moved = {name: arrays[f"{key}.{name}"] for name in ("weights", *_ARRAYS.get(entry["synapses"]["kind"], ()))}
    header |= {"kind": entry["synapses"]["kind"]} | {name: f"{path}/synapses/{name}" for name in moved}
    return {**entry, "synapses": header}, {f"{path}/synapses/{name}": array for name, array in moved.items()}


def owned(
    names: tuple[str, ...], arrays: Mapping[str, Array], key: str, path: str
) -> tuple[dict[str, Any], dict[str, Array]]:
    """(header, arrays) of the arrays `names` that stood under `key` and now stand under `path`."""
    return {name: f"{path}/{name}" for name in names}, {f"{path}/{name}": arrays[f"{key}.{name}"] for name in names}
