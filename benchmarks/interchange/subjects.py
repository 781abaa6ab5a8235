"""subjects: the programs whose exports are opened, with spikes for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from compiler.frontends.nir.read import read_nir
from compiler.pipeline import compile_graph, compile_network
from search.network import Connection, Layer, Network
from targets.contracts.ports import Input, Readout
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense
from targets.program.program import Program

_STEPS = 40


@dataclass(frozen=True, eq=False)
class Subject:
    """A program, what it is exported to NIR from, and spikes for its inputs."""

    name: str
    program: Program
    source: Program | Network
    spikes: Mapping[str, SpikeRaster]


def subjects(demo: Path, shared: Path, samples: int) -> list[Subject]:
    """The demo's program; the Braille network of the NIR paper; 10 cores of the chip small; two small networks."""
    given = Program.load(demo)
    found = [Subject("demo", given, given, drawn_spikes(given, samples, _STEPS))]
    folder = shared / "golden" / "braille"
    if folder.is_dir():
        graph = read_nir(folder / "braille_noDelay_bias_zero.nir", dt=1e-4, steps=256, tell=lambda _: None)
        touch = SpikeRaster.pack(np.load(folder / "braille_sample0_from_pdf.npy")[None])
        braille = compile_graph(graph)
        found.append(Subject("Braille", braille, braille, {braille.inputs[0].name: touch}))
    ten = compile_network(ten_cores(), "small")
    found.append(Subject(f"{len(ten.cores)} cores", ten, ten, drawn_spikes(ten, samples, _STEPS)))
    for name, recurrent in (("feed-forward", False), ("recurrent", True)):
        network = uniform(recurrent)
        program = compile_network(network)
        found.append(Subject(f"{name} network", program, network, drawn_spikes(program, samples, _STEPS)))
    return found


def uniform(recurrent: bool) -> Network:
    """Ten neurons that hear twelve inputs, then each other, or six more; time constants are those of a layer."""
    rng = np.random.default_rng(1)
    first = Layer.of("first", 10, tau_s=2.0, tau_m=4.0)
    heard = Connection("in", "x", "first", Dense(rng.normal(0.4, 0.6, (10, 12))))
    if recurrent:
        own = Connection("own", "first", "first", Dense(rng.normal(0, 0.6, (10, 10))))
        return Network((Input("x", 12),), (first,), (heard, own), Readout("first", 5), steps=_STEPS)
    second = Layer.of("second", 6, tau_s=3.0, tau_m=5.0)
    out = Connection("out", "first", "second", Dense(rng.normal(0.4, 0.6, (6, 10))))
    return Network((Input("x", 12),), (first, second), (heard, out), Readout("second", 3), steps=_STEPS)


def ten_cores() -> Network:
    """300 recurrent neurons, 2 % of all pairs joined, behind 16 inputs."""
    rng, neurons = np.random.default_rng(0), 300
    loop = rng.normal(0, 0.8, (neurons, neurons)) * (rng.random((neurons, neurons)) < 0.02)
    layer = Layer.of("pool", neurons, tau_s=2.0, tau_m=8.0)
    heard = Connection("in", "x", "pool", Dense(rng.normal(0.1, 0.5, (neurons, 16))))
    return Network(
        (Input("x", 16),), (layer,), (heard, Connection("loop", "pool", "pool", Dense(loop))), None, steps=_STEPS
    )


def drawn_spikes(program: Program, samples: int, steps: int) -> dict[str, SpikeRaster]:
    """Spikes of every input in 15 % of the steps, drawn with seed 0."""
    rng = np.random.default_rng(0)
    return {each.name: SpikeRaster.pack(rng.random((samples, steps, each.neurons)) < 0.15) for each in program.inputs}
