"""HDF5 files with other data sets, groups and links, written anew by libhdf5, so that every checksum fits."""

import contextlib
import io
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest import mock

import h5py
import numpy as np

from benchmarks.damage.reading import Reader, hold
from benchmarks.damage.schema import faults
from compiler.frontends.nir.read import read_nir
from compiler.stage import Stage
from search.data.readers import hdf5, hdf5_walk
from search.data.readers.heidelberg import heidelberg_events, heidelberg_labels, heidelberg_speakers
from search.data.tasks.n_tidigits import n_tidigits_events
from tests.search.data.tasks.spike_files import random_recording, write_heidelberg, write_n_tidigits

_MEMORY = 1 << 28
_MOST = 1 << 16
"""Values that are looked at while a file is damaged."""
_DTYPES = ("<f2", "<f4", ">f8", "<i1", "<i8", "<u8", "?", "<c8", "S3", "<u2", "V2")
_NAMES = ("spikes", "labels", "a\nb", "\x1b[31m", "type", "nodes", "edges", "[/b]", "é" * 90, "..", "man-aa-a-1", "1")
_TEXTS = ("", "NIRGraph", "LIF", "read", "__init__", "Affine", "a-b-c-1", "x" * 5000, "man-../../labels-a-1", "\x1b[2J")


def hierarchies(folder: Path) -> dict[str, Reader]:
    """Readers of HDF5: in this process, looked through by `hdf5_walk` as ever, and with a process of its own for it."""
    recordings = [random_recording(seed, 64) for seed in range(4)]
    shd = write_heidelberg(folder / "shd.h5", recordings, [0, 1, 2, 3], [0, 0, 1, 1]).read_bytes()
    names = ["man-aa-a-1", "man-ab-a-2", "man-ac-a-o", "man-ad-a-z"]
    parts = {"test": dict(zip(names, recordings, strict=True))}
    digits = write_n_tidigits(folder / "n.hdf5", parts).read_bytes()
    known = {
        "shd": (shd, lambda path: _heidelberg(path, 20)),
        "ssc": (shd, lambda path: _heidelberg(path, 35)),
        "n-tidigits": (digits, _n_tidigits),
        "nir": (_graph(folder), _nir),
        "nir images": (_images(folder), _nir),
        "nir lines": (_lines(folder), _nir),
    }
    # Bytes damaged blindly may make libhdf5 run for ever: only the end of a process ends that.
    near = {
        name: Reader((whole,), read, regrown, inside=_in_process, blind=False) for name, (whole, read) in known.items()
    }
    far = {f"{name}, process": Reader((whole,), read, regrown, rare=True) for name, (whole, read) in known.items()}
    return near | far


def regrown(content: bytes, rng: np.random.Generator) -> bytes:
    """One to three members of the file replaced, moved, linked, lost or added."""
    written = io.BytesIO(content)
    with h5py.File(written, "r+") as file:
        for _ in range(int(rng.choice([1, 1, 2, 3]))):
            found: list[str] = []
            file.visit(found.append)
            if not found:
                break
            _changed(file, found[int(rng.integers(len(found)))], found, rng)
    return written.getvalue()


def _changed(file: h5py.File, name: str, names: list[str], rng: np.random.Generator) -> None:
    kind = int(rng.integers(11))
    old = file[name]
    held = isinstance(old, h5py.Dataset) and (old.size or 0) < _MOST and not (old.external or old.is_virtual)
    values = old[()] if held else None
    parent = name.rpartition("/")[0]
    if kind == 8:
        name = f"{parent}/{_NAMES[int(rng.integers(len(_NAMES)))]}".lstrip("/")
    if kind == 9:  # a name of this file in another place
        name = f"{parent}/{names[int(rng.integers(len(names)))].rpartition('/')[2]}".lstrip("/")
    if name in file and kind != 10:
        del file[name]
    try:
        if kind < 4 and values is not None:
            file[name] = _hostile(np.asarray(values), rng)
        elif kind == 4:
            file[name] = _TEXTS[int(rng.integers(len(_TEXTS)))]
        elif kind == 5:
            size = int(rng.choice([0, 1, 1000, 1 << 20, 1 << 28, 1 << 33, 1 << 40]))
            file.create_dataset(name, (size,), rng.choice(["u1", "f8"]), chunks=(max(1, min(size, 1 << 16)),))
        elif kind == 6:
            _LINKS[int(rng.integers(len(_LINKS)))](file, name)
        elif kind == 7:
            file.create_group(name)
        elif kind in (8, 9):
            file[name] = rng.integers(-2, 3, int(rng.integers(4)))
        elif held and old.size and old.dtype.kind in "iuf":
            flat = np.asarray(values).reshape(-1)
            flat[int(rng.integers(flat.size))] = _number(flat.dtype, rng)
            old[...] = flat.reshape(old.shape)
    except (ValueError, TypeError, OSError, RuntimeError, KeyError):
        pass  # no file can hold that


def _soft(file: h5py.File, name: str) -> None:
    file[name] = h5py.SoftLink("/" + name)


def _hard(file: h5py.File, name: str) -> None:
    file[name] = file["/"]


def _external(file: h5py.File, name: str) -> None:
    file[name] = h5py.ExternalLink("/proc/self/environ", "/")


def _raw(file: h5py.File, name: str) -> None:
    file.create_dataset(name, 100, "u1", external=[("/proc/self/environ", 0, 100)])


def _virtual(file: h5py.File, name: str) -> None:
    layout = h5py.VirtualLayout(4, "f4")
    layout[:] = h5py.VirtualSource("/proc/self/environ", "x", 4)
    file.create_virtual_dataset(name, layout)


_LINKS: tuple[Callable[[h5py.File, str], None], ...] = (_soft, _hard, _external, _raw, _virtual)


def _hostile(values: "np.ndarray[Any, Any]", rng: np.random.Generator) -> Any:
    kind = int(rng.integers(7))
    if values.dtype.kind not in "biuf":
        texts = [_TEXTS[int(each)] for each in rng.integers(len(_TEXTS), size=max(1, values.size))]
        return np.array(texts, h5py.string_dtype()).reshape(values.shape) if kind < 4 else rng.integers(0, 9, 4)
    with np.errstate(all="ignore"):
        if kind == 0:
            return values.astype(_DTYPES[int(rng.integers(len(_DTYPES)))])
        if kind == 1:
            return values[..., None]
        if kind == 2:
            return values.reshape(-1)[: int(rng.integers(values.size + 1))]
        if kind == 3:
            return np.full_like(values, _number(values.dtype, rng))
        if kind == 4:
            return values.astype(np.float64) * float(rng.choice([-1, 0, 0.5, 1e6, 1e300, np.nan]))
        if kind == 5:
            return h5py.Empty("f4")
        return np.zeros(tuple(int(rng.integers(3)) for _ in values.shape), values.dtype)


def _number(dtype: "np.dtype[Any]", rng: np.random.Generator) -> Any:
    if dtype.kind == "f":
        return rng.choice([np.nan, np.inf, -1.0, 0.0, 6e4, -0.0, 1e-7, 21.0]).astype(dtype)
    limits = np.iinfo(dtype if dtype.kind != "b" else np.int8)
    return rng.choice(np.array([limits.min, limits.max, 0, 1, limits.max // 2], dtype))


class _Endless(BaseException):
    """The second is over that a process of its own would have had."""


def _end(number: int, frame: object) -> None:
    raise _Endless


@contextmanager
def _in_process() -> Iterator[None]:
    """The file is looked through here; the limits of time and memory are those of this process."""

    def looked_through(file: Any) -> str:
        signal.signal(signal.SIGVTALRM, _end)
        signal.setitimer(signal.ITIMER_VIRTUAL, 1)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                status = hdf5_walk.main(str(file.path), 1, _MEMORY + 16 * file.size)
        except _Endless:
            return "reading it does not end"
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        return f"status {status}" if status else ""

    with mock.patch.object(hdf5_walk, "_limit"), mock.patch.object(hdf5, "_why_unread", looked_through):
        yield


def _heidelberg(path: Path, classes: int) -> str:
    events = list(heidelberg_events(path))
    labels, speakers = heidelberg_labels(path, classes), heidelberg_speakers(path)
    hold(labels.shape == speakers.shape == (len(events),), "labels that do not fit")
    hold(((labels >= 0) & (labels < classes)).all() and (speakers >= 0).all(), "labels out of range")
    with h5py.File(path, "r") as file:
        plain = [(np.asarray(file["spikes/times"][n]), np.asarray(file["spikes/units"][n])) for n in range(len(events))]
    return _events(events, plain, 700) + str((labels.tolist(), speakers.tolist()))


def _n_tidigits(path: Path) -> str:
    events = list(n_tidigits_events(path, "test"))
    with h5py.File(path, "r") as file:
        names = [each.decode() if isinstance(each, bytes) else each for each in file["test_labels"][()]]
        kept = [name for name in names if len(name.rsplit("-", 1)[-1]) == 1]
        plain = [(file[f"test_timestamps/{name}"][()], file[f"test_addresses/{name}"][()]) for name in kept]
    return _events(events, plain, 64)


def _events(found: list[Any], plain: list[tuple[Any, Any]], width: int) -> str:
    """All events as a text; they must be legal, and those that h5py reads."""
    hold(len(found) == len(plain), "another number of recordings than h5py reads")
    for events, (times, channels) in zip(found, plain, strict=True):
        hold(((events["x"] >= 0) & (events["x"] < width)).all(), "channels out of range")
        hold(((events["t"] >= 0) & (events["t"] <= 20_000_000)).all(), "times out of range")
        hold(events["x"].tolist() == channels.tolist(), "other channels than h5py reads")
        hold((np.abs(events["t"] - times.astype(np.float64) * 1e6) <= 1).all(), "other times than h5py reads")
    return str([events.tobytes() for events in found])


def _graph(folder: Path) -> bytes:
    import nir

    def two(**values: float) -> dict[str, Any]:
        return {name: np.full(2, value) for name, value in values.items()}

    nodes = {
        "input": nir.Input({"input": np.array([2])}),
        "fc": nir.Linear(np.array([[1.0, 0.5], [-2.0, 4.0]])),
        "cuba": nir.CubaLIF(
            **two(tau_syn=2e-3, tau_mem=4e-3, r=3.0, w_in=2.0, v_leak=0.0, v_threshold=1.0, v_reset=0.0)
        ),
        "back": nir.Affine(np.array([[0.0, 1.0], [-1.0, 0.0]]), np.array([0.4, -0.8])),
        "scale": nir.Scale(np.array([1.0, 0.5])),
        "lif": nir.LIF(**two(tau=5e-3, r=1.0, v_leak=0.0, v_threshold=1.0, v_reset=0.0)),
        "output": nir.Output({"output": np.array([2])}),
    }
    edges = [("input", "fc"), ("fc", "cuba"), ("cuba", "back"), ("back", "cuba"), ("cuba", "scale"), ("scale", "lif")]
    return _written(folder, nodes, [*edges, ("lif", "output")])


def _images(folder: Path) -> bytes:
    """Convolution, pools and what else answers to images, before a readout in voltage."""
    import nir

    def full(*shape: int, **values: float) -> dict[str, Any]:
        return {name: np.full(shape, value) for name, value in values.items()}

    nodes = {
        "input": nir.Input({"input": np.array([1, 4, 4])}),
        "conv": nir.Conv2d((4, 4), np.full((2, 1, 3, 3), 0.5), (1, 1), (1, 1), (1, 1), 1, np.array([0.1, 0.0])),
        "if": nir.IF(**full(2, 4, 4, r=1e3, v_threshold=1.0, v_reset=0.0)),
        "sum": nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])),
        "threshold": nir.Threshold(np.full((2, 2, 2), 1.5)),
        "mean": nir.AvgPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])),
        "flatten": nir.Flatten({"input": np.array([2, 1, 1])}, 0, -1),
        "affine": nir.Affine(np.array([[1.0, -0.5], [0.25, 2.0]]), np.array([0.1, 0.0])),
        "li": nir.CubaLI(**full(2, tau_syn=2e-3, tau_mem=4e-3, r=3.0, w_in=2.0, v_leak=0.0)),
        "output": nir.Output({"output": np.array([2])}),
    }
    return _written(folder, nodes, pairwise(nodes))


def _lines(folder: Path) -> bytes:
    """A convolution over lines, delays, a graph within the graph and a reset to the leak."""
    import nir

    def two(**values: float) -> dict[str, Any]:
        return {name: np.full(2, value) for name, value in values.items()}

    within = {
        "input": nir.Input({"input": np.array([2])}),
        "lif": nir.LIF(**two(tau=np.inf, r=np.inf, v_leak=0.0, v_threshold=1.0, v_reset=0.0)),
        "w_rec": nir.Linear(np.array([[0.0, 0.5], [-0.5, 0.0]])),
        "output": nir.Output({"output": np.array([2])}),
    }
    loop = [("input", "lif"), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "output")]
    nodes = {
        "input": nir.Input({"input": np.array([2, 4])}),
        "conv": nir.Conv1d(4, np.full((1, 2, 3), 0.5), 1, 0, 1, 1, np.array([0.1])),
        "lif": nir.LIF(np.full(1, 5e-3), np.ones(1), np.full(1, 0.2), np.ones(1), np.full(1, 0.2)),
        "delay": nir.Delay(np.array([1e-3, 2e-3])),
        "linear": nir.Linear(np.array([[1.0, 2.0], [0.5, 1.0]])),
        "loop": nir.NIRGraph(within, loop, type_check=False),
        "scale": nir.Scale(np.array([1.0, 0.5])),
        "i": nir.I(np.full(2, 0.5)),
        "output": nir.Output({"output": np.array([2])}),
    }
    return _written(folder, nodes, pairwise(nodes))


def _written(folder: Path, nodes: dict[str, Any], edges: Iterable[tuple[str, str]]) -> bytes:
    import nir

    nir.write(folder / "a.nir", nir.NIRGraph(nodes, list(edges), type_check=False))
    return (folder / "a.nir").read_bytes()


def _nir(path: Path) -> str:
    stage, again = Stage(floats=read_nir(path, dt=1e-3, tell=lambda told: None)), path.with_suffix(".again")
    hold(stage.save(again) == Stage.load(again).digest, "saved and read again it is another graph")
    hold(not (found := faults(again.read_bytes())), f"illegal: {'; '.join(found[:3])}")
    return str(stage.digest)
