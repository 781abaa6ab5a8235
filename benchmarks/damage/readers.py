"""readers: what is read in every format, from which whole files the damage starts, and what must hold of the result."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.damage.archives import rebuilt
from benchmarks.damage.headers import forged
from benchmarks.damage.raw import damaged
from benchmarks.damage.texts import rewritten
from compiler.frontends.network import lower
from compiler.mapping.state import on_one_core
from compiler.passes.coarsen import coarsen
from compiler.passes.quantize import quantize
from compiler.passes.retime import retime
from compiler.pipeline import compile_network
from compiler.stage import Stage
from compiler.text import text
from motifc.proofs import proven
from search.motif import Motif, neighbours
from search.network import Connection, Layer, Network
from search.settings import Settings, as_dict, load_settings
from targets.contracts.chip import chip_named
from targets.contracts.ports import Input, Readout
from targets.contracts.raster import SpikeRaster, load_rasters, save_rasters
from targets.contracts.synapses import Banded, BlockDiagonal, Dense, Sparse
from targets.program.check import legal
from targets.program.program import Program
from targets.runtime.backend import run

if TYPE_CHECKING:
    import torch

Damage = Callable[[bytes, np.random.Generator], bytes]
_RUN_NEURONS = 100_000


@dataclass(frozen=True)
class Reader:
    """A format: whole files, how they are read, and damage that keeps checksums and digests right.

    `read` gives a text that is equal for equal content; it raises InputError for what it refuses. `exact`: what
    damaged bytes leave readable must be what was there before; a text file may say something else by chance.
    """

    originals: tuple[bytes, ...]
    read: Callable[[Path], str]
    clever: Damage
    exact: bool = True

    def damage(self, content: bytes, rng: np.random.Generator) -> tuple[bytes, bool]:
        """(damaged bytes, whether what is read of them must be equal)."""
        if rng.random() < 0.4:
            return damaged(content, rng), self.exact
        return self.clever(content, rng), False


def readers() -> dict[str, Reader]:
    """All formats by their endings."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return {
            "network": Reader(_networks(folder), _read_network, forged),
            "program": Reader(_programs(folder), _read_program, forged),
            "stage": Reader(_stages(folder), _read_stage, forged),
            "checkpoint": Reader(_checkpoints(folder), _read_checkpoint, forged),
            "npz": Reader(_archives(folder), _read_archive, rebuilt),
            "toml": Reader((_settings(),), _read_settings, rewritten, exact=False),
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
    if found.save(again) != Network.load(again).digest:
        raise AssertionError("saved and read again it is another network")
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
    if found.save(again) != Program.load(again).digest:
        raise AssertionError("saved and read again it is another program")
    proven(legal(found))
    if found.neurons + sum(part.neurons for part in found.inputs) < _RUN_NEURONS:
        spikes = {part.name: SpikeRaster.pack(np.ones((1, 2, part.neurons), bool)) for part in found.inputs}
        run(found, spikes)
    return text(found)


def _read_stage(path: Path) -> str:
    found = Stage.load(path)
    again = path.with_suffix(".again")
    if found.save(again) != Stage.load(again).digest:
        raise AssertionError("saved and read again it is another stage")
    return text(found.parts)


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


def _training(steps: int) -> "tuple[dict[str, torch.Tensor], torch.optim.Optimizer]":
    import torch

    tensors = {"w": torch.arange(6.0).reshape(2, 3).requires_grad_(), "b": torch.ones(3, requires_grad=True)}
    optimizer = torch.optim.Adam(tensors.values(), lr=0.1)
    for _ in range(steps):
        _step(tensors, optimizer)
    return tensors, optimizer


def _step(tensors: "dict[str, torch.Tensor]", optimizer: "torch.optim.Optimizer") -> None:
    for value in tensors.values():
        value.grad = 2 * value.detach()
    optimizer.step()


def _read_archive(path: Path) -> str:
    found = load_rasters(path)
    again = path.with_suffix(".again")
    save_rasters(found, again)
    if load_rasters(again).keys() != found.keys():
        raise AssertionError("saved and read again there are other names")
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


def _read_settings(path: Path) -> str:
    return str(as_dict(load_settings(path)))
