"""Files of motifc itself, spikes and settings: whole ones to be damaged, and what must hold of what is accepted."""

import contextlib
import io
import math
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.damage.archives import bomb, rebuilt
from benchmarks.damage.headers import forged
from benchmarks.damage.reading import BOMBS, Reader, hold
from benchmarks.damage.schema import faults
from benchmarks.damage.texts import rewritten
from compiler.frontends.network import lower
from compiler.ir.graph import FloatGraph, IntGraph
from compiler.mapping.state import hops, mapped, on_one_core
from compiler.passes.coarsen import coarsen
from compiler.passes.quantize import quantize
from compiler.passes.retime import retime
from compiler.pipeline import compile_network
from compiler.stage import Stage, run_pass
from compiler.text import text
from motifc.proofs import proven
from search.motif import Motif, neighbours
from search.network import Connection, Layer, Network
from search.settings import Settings, as_dict, load_settings
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input, Readout
from targets.contracts.raster import SpikeRaster, load_rasters, save_rasters
from targets.contracts.synapses import Banded, BlockDiagonal, Dense, Sparse
from targets.program.check import legal
from targets.program.program import Program
from targets.runtime.backend import run

if TYPE_CHECKING:
    import torch

    from search.training.adam import Adam

_RUN_NEURONS = 100_000


def ours(folder: Path) -> dict[str, Reader]:
    """Readers of what motifc writes, of spikes and of settings; whole files are made in `folder`."""
    return {
        "network": Reader(_networks(folder), _read_network, forged, exact=True),
        "program": Reader(_programs(folder), _read_program, forged, exact=True),
        "stage": Reader(_stages(folder), _read_stage, forged, exact=True),
        "checkpoint": Reader(_checkpoints(folder), _read_checkpoint, forged, exact=True),
        "spikes": Reader(_archives(folder), _read_archive, _rebuilt, exact=True, suffix=".npz"),
        "settings": Reader((_settings(),), _read_settings, rewritten, suffix=".toml"),
    }


def network(motifs: int = 3, size: int = 2) -> Network:
    """A small network with every form of weights."""
    rng = np.random.default_rng(0)
    neurons = motifs * size
    motif = Motif(size, np.array([[0, -1], [1, 0]]), "ring", np.array([[[1, 0], [0, 0]], [[0, 0], [0, -1]]]))
    inside = np.abs(rng.normal(0, 1, (motifs, size, size))) * motif.intra
    between = np.abs(rng.normal(0, 1, (2, motifs, size, size))) * motif.lateral[:, None]
    sparse = Sparse(rng.normal(0, 1, 4), np.array([0, 3, 1, 5]), np.array([0, 2, 4]), neurons)
    return Network(
        inputs=(Input("touch", 5),),
        layers=(
            Layer.of(
                "hidden", neurons, tau_m=rng.uniform(4, 20, neurons), bias=rng.normal(0, 0.02, neurons), motif=motif
            ),
            Layer.of("answer", 2, tau_s=3, tau_m=10),
        ),
        connections=(
            Connection("input", "touch", "hidden", Dense(rng.normal(0.1, 0.5, (neurons, 5)))),
            Connection("intra", "hidden", "hidden", BlockDiagonal(inside)),
            Connection("lateral", "hidden", "hidden", Banded(between, neighbours("ring", motifs), motifs), delay=3),
            Connection("output", "hidden", "answer", sparse),
        ),
        readout=Readout("answer", 2),
        steps=12,
        settings={"seed": 1, "method": "by hand", "epochs": [{"loss": 0.5}]},
    )


def _networks(folder: Path) -> tuple[bytes, ...]:
    network().save(folder / "a.network")
    return ((folder / "a.network").read_bytes(),)


def _programs(folder: Path) -> tuple[bytes, ...]:
    for chip in ("loihi2", "small"):
        compile_network(network(), chip).save(folder / f"{chip}.program")
    return tuple((folder / f"{chip}.program").read_bytes() for chip in ("loihi2", "small"))


def _stages(folder: Path) -> tuple[bytes, ...]:
    floats = retime(lower(network()))
    Stage(floats=floats).save(folder / "floats.stage")
    chip = chip_named("loihi2")
    integers = quantize(floats, chip)
    Stage(integers=integers).save(folder / "integers.stage")
    hypergraph = coarsen(integers, chip)
    mapping = on_one_core(hypergraph, chip)
    Stage(integers=integers, hypergraph=hypergraph, mapping=mapping).save(folder / "mapping.stage")
    return tuple((folder / f"{name}.stage").read_bytes() for name in ("floats", "integers", "mapping"))


def _checkpoints(folder: Path) -> tuple[bytes, ...]:
    from search.training.checkpoint import Stage as Phase, save_checkpoint, stored_tensors

    tensors, optimizer = _training(steps=2)
    history = ({"loss": 0.5, "accuracy": 0.25}, {"loss": 0.25, "accuracy": 1.0})
    phases = {"search": Phase(stored_tensors(tensors, {"weights": optimizer}), history)}
    save_checkpoint(folder / "a.checkpoint", {"seed": 3, "method": "hrmas"}, phases)
    return ((folder / "a.checkpoint").read_bytes(),)


def _archives(folder: Path) -> tuple[bytes, ...]:
    dense = np.random.default_rng(0).random((4, 6, 11)) < 0.3
    raster = SpikeRaster.pack(dense, lengths=[6, 5, 6, 1], labels=[0, 1, 1, 0])
    save_rasters({"spikes": raster}, folder / "packed.npz")
    save_rasters({"hidden": raster, "a.b": raster}, folder / "several.npz", {("hidden", "u"): np.zeros((4, 6, 1), int)})
    np.savez(folder / "plain.npz", spikes=dense.astype(np.uint8), labels=np.array([0, 1, 1, 0]))
    return tuple((folder / f"{name}.npz").read_bytes() for name in ("packed", "several", "plain"))


def _settings() -> bytes:
    def shown(value: object) -> str:
        return (
            f"[{', '.join(map(shown, value))}]"
            if isinstance(value, list)
            else f'"{value}"'
            if isinstance(value, str)
            else str(value)
        )

    tables = as_dict(Settings())
    lines = [
        f"[{table}]\n" + "\n".join(f"{key} = {shown(value)}" for key, value in entries.items())
        for table, entries in tables.items()
    ]
    return "\n".join(lines).encode()


def _read_network(path: Path) -> str:
    """What it holds; whatever is accepted can be saved, shown and compiled."""
    found = Network.load(path)
    again = path.with_suffix(".again")
    hold(found.save(again) == Network.load(again).digest, "saved and read again it is another network")
    hold(text(Network.load(again)) == text(found), "saved and read again it is told otherwise")
    _legal(path, again)
    compiled = (
        compile_network(found, "loihi2")
        if found.neurons + sum(part.neurons for part in found.inputs) < _RUN_NEURONS
        else None
    )
    return text(found) + ("" if compiled is None else compiled.digest)


def _read_program(path: Path) -> str:
    """What it holds; whatever is accepted and legal can be saved, shown and run."""
    found = Program.load(path)
    again = path.with_suffix(".again")
    hold(found.save(again) == Program.load(again).digest, "saved and read again it is another program")
    proven(legal(found))
    _legal(path, again)
    if found.neurons + sum(part.neurons for part in found.inputs) < _RUN_NEURONS:
        spikes = {part.name: SpikeRaster.pack(np.ones((1, 2, part.neurons), bool)) for part in found.inputs}
        run(found, spikes)
    return text(found)


def _read_stage(path: Path) -> str:
    """What it holds; whatever is accepted can be saved, and goes through the next passes or is refused by them."""
    found = Stage.load(path)
    again = path.with_suffix(".again")
    hold(found.save(again) == Stage.load(again).digest, "saved and read again it is another stage")
    _legal(path, again)
    if found.floats is not None and _neurons(found.floats) < _RUN_NEURONS:
        _next("quantize", found)
    if found.integers is not None and _neurons(found.integers) < _RUN_NEURONS:
        _next("prune", found)
        _next("coarsen", found)
    if found.hypergraph is not None and found.mapping is not None:
        hops(found.hypergraph, found.mapping)
        mapped(found.hypergraph, found.mapping.core_of, found.mapping.tiles, chip_named("loihi2"))
    return text(found.parts)


def _neurons(graph: FloatGraph | IntGraph) -> int:
    return sum(each.neurons for each in (*graph.inputs, *graph.populations))


def _next(name: str, stage: Stage) -> None:
    """Run a pass, which may refuse what is legal in itself, such as a delay of 0."""
    with contextlib.suppress(InputError):
        run_pass(name, stage, chip_named("loihi2"))


def _read_checkpoint(path: Path) -> str:
    """Its figures and tensors, put into a training that goes on."""
    from search.training.checkpoint import load_checkpoint, restore_tensors, stored_tensors

    phases = load_checkpoint(path, {"seed": 3})
    tensors, optimizer = _training(steps=0)
    told = ""
    for name, phase in phases.items():
        restore_tensors(phase.arrays, tensors, {"weights": optimizer})
        arrays = stored_tensors(tensors, {"weights": optimizer})
        told += f"{name} {phase.history} {[(key, array.tobytes()) for key, array in arrays.items()]}"
        _step(tensors, optimizer)
    return told


def _training(steps: int) -> "tuple[dict[str, torch.Tensor], Adam]":
    import torch

    from search.training.adam import Adam

    tensors = {"w": torch.arange(6.0).reshape(2, 3).requires_grad_(), "b": torch.ones(3, requires_grad=True)}
    optimizer = Adam(list(tensors.values()))
    for _ in range(steps):
        _step(tensors, optimizer)
    return tensors, optimizer


def _step(tensors: "dict[str, torch.Tensor]", optimizer: "Adam") -> None:
    optimizer.step([2 * value.detach() for value in tensors.values()], 0.1)


def _read_archive(path: Path) -> str:
    found = load_rasters(path)
    again = path.with_suffix(".again")
    save_rasters(found, again)
    told = _told(found)
    hold(_told(load_rasters(again)) == told, "saved and read again there are other spikes")
    for name, raster in found.items():
        dense = raster.dense()
        hold(dense.shape == (raster.samples, raster.steps, raster.neurons), f"spikes of another shape in {name!r}")
        hold(((raster.lengths >= 0) & (raster.lengths <= raster.steps)).all(), f"lengths beyond the steps in {name!r}")
        hold(raster.labels is None or raster.labels.shape == (raster.samples,), f"labels that do not fit {name!r}")
        _as_numpy_reads(path, name, dense)
    return told


def _told(found: dict[str, SpikeRaster]) -> str:
    return str(
        {
            name: (
                raster.dense().tobytes(),
                raster.counts().tolist(),
                raster.lengths.tolist(),
                raster.neurons,
                None if raster.labels is None else raster.labels.tolist(),
            )
            for name, raster in sorted(found.items())
        }
    )


def _as_numpy_reads(path: Path, name: str, dense: "np.ndarray[Any, Any]") -> None:
    """FalseAcceptanceError where numpy reads other spikes from an archive whose array of that name is no packed one."""
    with zipfile.ZipFile(path) as archive:
        hold(archive.testzip() is None, "a member with a wrong checksum was read")
        if f"{name}.npy" not in archive.namelist() or f"{name}.shape.npy" in archive.namelist():
            return
        plain = np.load(io.BytesIO(archive.read(f"{name}.npy")), allow_pickle=False)
    if name != "spikes" or "shape" not in np.load(path, allow_pickle=False).files:
        hold(plain.shape == dense.shape and ((plain != 0) == dense).all(), f"other spikes than numpy reads in {name!r}")


def _legal(damaged: Path, again: Path) -> None:
    """FalseAcceptanceError for faults by a plain reading of a file that was accepted, or of what was saved of it."""
    for path in (damaged, again):
        content = path.read_bytes()
        if b'\\"version\\":2' in content:  # older layouts are judged by what becomes of them
            hold(not (found := faults(content)), f"illegal: {'; '.join(found[:3])}")


def _rebuilt(content: bytes, rng: np.random.Generator) -> bytes:
    """`rebuilt`, and one in 2,000 a small archive of very many zeros."""
    return _bomb() if rng.random() < BOMBS else rebuilt(content, rng)


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    return bomb(600)


def _read_settings(path: Path) -> str:
    """All settings; each must have the type of its default, and every number must be finite."""
    found, usual = as_dict(load_settings(path)), as_dict(Settings())
    hold(found.keys() == usual.keys(), "other tables than there are")
    for table, entries in found.items():
        hold(entries.keys() == usual[table].keys(), f"other settings than there are in {table}")
        for key, value in entries.items():
            default = usual[table][key]
            fits = default is None or isinstance(value, type(default)) or (type(default), type(value)) == (float, int)
            hold(fits and isinstance(value, bool) == isinstance(default, bool), f"{table}.{key} is {value!r}")
            hold(not isinstance(value, float) or math.isfinite(value), f"{table}.{key} is {value!r}")
    return str(found)
