"""forged: a safetensors file of motifc with a wrong header or wrong arrays, and a digest that fits them."""

import hashlib
import json
import struct
from typing import Any

import numpy as np

Value = Any
_DTYPES = {"bool": "BOOL", "uint8": "U8", "int8": "I8", "int16": "I16", "uint16": "U16", "float16": "F16"}
_DTYPES |= {"int32": "I32", "uint32": "U32", "float32": "F32", "int64": "I64", "uint64": "U64", "float64": "F64"}
_FROM_CODE = {code: np.dtype(name) for name, code in _DTYPES.items()}
_OTHER_CODES = ("BF16", "F8_E4M3", "F8_E5M2", "F4", "C64", "I128", "", "i32")
_DEEP = {"@60@": 60, "@5000@": 5000}
"""Texts that stand for so many lists in one another; json.dumps would refuse them."""
_HOSTILE: tuple[Value, ...] = (
    *(None, True, False, -1, 0, 1, 2, 3, 7, 31, 32, 100, 1 << 20, 1 << 31, 1 << 32),
    *(10**12, 10**18, 10**30, 10**400, -(10**30), 0.5, -1.5, 1e300, 1e-300, float("nan"), float("inf"), -0.0),
    *("", "abc", "dense", "sparse", "a\nb", "\x1b[31m", "\ud800", "[/b]", "x" * 9999, *_DEEP),
    *("populations/0/du", "layers/0/tau_s", "projections/0/synapses/weights"),
    *([], {}, [1, "a", None], {"kind": ["dense"]}, [["a", "b"], ["a", "b"]]),
)


def forged(content: bytes, rng: np.random.Generator) -> bytes:
    """One to three changes of header and arrays."""
    metadata, arrays = parts(content)
    options: dict[str, bool] = {}
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
        if rng.random() < 0.6:
            metadata["header"] = _changed(metadata["header"], rng, options)
        else:
            _change_array(arrays, rng, options)
    if rng.random() < 0.03:
        metadata[str(rng.choice(sorted(metadata)))] = _hostile(rng)
    return _whole(metadata, arrays, rng, options)


def parts(content: bytes) -> tuple[dict[str, Value], dict[str, np.ndarray[Any, Any]]]:
    """(metadata, arrays) of a whole file, read plainly."""
    (size,) = struct.unpack("<Q", content[:8])
    layout = json.loads(content[8 : 8 + size])
    metadata = json.loads(layout.pop("__metadata__")["motifc"])
    arrays = {}
    for name, entry in layout.items():
        start, stop = entry["data_offsets"]
        data = content[8 + size + start : 8 + size + stop]
        arrays[name] = np.frombuffer(data, _FROM_CODE[entry["dtype"]]).reshape(entry["shape"])
    return metadata, arrays


def _changed(header: Value, rng: np.random.Generator, options: dict[str, bool]) -> Value:
    """The header with something else in one place."""
    places: list[tuple[Any, Any]] = []
    _collect(header, places)
    if not places:
        return _hostile(rng)
    holder, key = places[int(rng.integers(len(places)))]
    kind = int(rng.integers(10))
    if kind < 5:
        holder[key] = _hostile(rng)
    elif kind == 5:
        del holder[key]
    elif kind == 6:
        other, there = places[int(rng.integers(len(places)))]
        if there in other if isinstance(other, dict) else there < len(other):
            holder[key] = _copy(other[there])
    elif kind == 7 and isinstance(holder, dict):
        holder[str(rng.choice(["kind", "name", "extra", "", "a\x1b[2J"]))] = _hostile(rng)
    elif kind == 8 and isinstance(holder, list):
        holder.append(_copy(holder[key]))
    elif isinstance(holder[key], int | float):
        holder[key] = holder[key] + int(rng.integers(-3, 4))
    else:
        options["twice"] = True
    return header


def _collect(value: Value, places: list[tuple[Any, Any]]) -> None:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        places.append((value, key))
        _collect(each, places)


def _change_array(arrays: dict[str, np.ndarray[Any, Any]], rng: np.random.Generator, options: dict[str, bool]) -> None:
    if not arrays:
        return
    name = str(rng.choice(sorted(arrays)))
    array = arrays[name].copy()
    kind = int(rng.integers(10))
    with np.errstate(all="ignore"):
        if kind == 0:
            arrays[name] = array.astype(rng.choice(sorted(_DTYPES)))
        elif kind == 1 and array.size:
            array.flat[int(rng.integers(array.size))] = _number(array.dtype, rng)
            arrays[name] = array
        elif kind == 2:
            arrays[name] = array[..., None] if rng.random() < 0.5 else array.reshape(-1)
        elif kind == 3:
            arrays[name] = array[: int(rng.integers(array.shape[0] + 1))] if array.ndim else array
        elif kind == 4:
            shape = [int(rng.choice([0, 0, 1, 1 << 20, 1 << 40, 1 << 62])) for _ in array.shape] or [0]
            shape[int(rng.integers(len(shape)))] = 0
            options["empty"] = True
            arrays[name] = np.empty(0, array.dtype)
            options[f"shape {name} {','.join(map(str, shape))}"] = True
        elif kind == 5:
            del arrays[name]
        elif kind == 6:
            arrays[str(rng.choice(["extra", "", "a/b", name + "/x"]))] = array
        elif kind == 7:
            arrays[name] = arrays[str(rng.choice(sorted(arrays)))]
        elif kind == 8:
            arrays[name] = np.full_like(array, _number(array.dtype, rng))
        else:
            options[f"dtype {name}"] = True


def _number(dtype: np.dtype[Any], rng: np.random.Generator) -> Value:
    if dtype.kind == "f":
        return rng.choice([np.nan, np.inf, -1.0, 0.0, 1e300, -1e300, 1e-300, 0.5])
    if dtype.kind == "b":
        return True
    limits = np.iinfo(dtype)
    return rng.choice([limits.min, limits.max, 0, 1, 100, limits.max // 2])


def _whole(
    metadata: dict[str, Value],
    arrays: dict[str, np.ndarray[Any, Any]],
    rng: np.random.Generator,
    options: dict[str, bool],
) -> bytes:
    """The file, written without asking whether it is well."""
    shapes = {name: list(array.shape) for name, array in arrays.items()}
    codes = {name: _DTYPES[array.dtype.name] for name, array in arrays.items()}
    for option in options:
        word, _, rest = option.partition(" ")
        name, _, given = rest.rpartition(" ")
        if word == "shape" and name in shapes and not arrays[name].size:
            shapes[name] = [int(size) for size in given.split(",")]
        if word == "dtype" and rest in codes:
            codes[rest] = str(rng.choice(_OTHER_CODES))
    metadata = {**metadata, "digest": _digest(metadata, arrays, shapes)}
    text = _text(metadata)
    if "twice" in options:
        text = text.replace('"name":', '"name":"x","name":', 1)
    layout: dict[str, Value] = {"__metadata__": {"motifc": text}}
    data = b""
    for name, array in arrays.items():
        layout[name] = {
            "dtype": codes[name],
            "shape": shapes[name],
            "data_offsets": [len(data), len(data) + array.nbytes],
        }
        data += array.tobytes()
    header = json.dumps(layout).encode()
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + data


def _digest(metadata: dict[str, Value], arrays: dict[str, np.ndarray[Any, Any]], shapes: dict[str, list[int]]) -> Value:
    """The digest of such content, by what docs/api.md tells of it."""
    sha = hashlib.sha256()

    def feed(part: bytes) -> None:
        sha.update(struct.pack("<Q", len(part)) + part)

    feed(str(metadata["format"]).encode("utf-8", "replace"))
    feed(_text(metadata["header"]).encode())
    for name in sorted(arrays):
        feed(f"{name} {arrays[name].dtype.str} {tuple(shapes[name])}".encode("utf-8", "replace"))
        feed(arrays[name].tobytes())
    return sha.hexdigest()


def _hostile(rng: np.random.Generator) -> Value:
    return _copy(_HOSTILE[int(rng.integers(len(_HOSTILE)))])


def _copy(value: Value) -> Value:
    return json.loads(json.dumps(value))


def _text(value: Value) -> str:
    """Canonical JSON, with what is nested deep."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    for word, depth in _DEEP.items():
        text = text.replace(f'"{word}"', "[" * depth + "]" * depth)
    return text
