"""Small networks that several tests build."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from search.motif import Motif, neighbours
from search.network import Connection, Layer, Network
from targets.contracts.ports import Input, Readout
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Banded, BlockDiagonal, Dense


def tiny_network() -> Network:
    """Two motifs of two neurons behind two inputs, one readout neuron per class; every number readable."""
    motif = Motif(2, np.array([[0, -1], [1, 0]]), "ring", np.array([[[1, 0], [0, 0]], [[0, 0], [0, -1]]]))
    return Network(
        inputs=(Input("touch", 2),),
        layers=(
            Layer.of(
                "hidden", 4, tau_s=2, tau_m=[4, 8, 4, 8], threshold=[1, 1, 2, 1], bias=[0, 0, 0, 0.125], motif=motif
            ),
            Layer.of("answer", 2, tau_s=2, tau_m=4),
        ),
        connections=(
            Connection("input", "touch", "hidden", Dense(np.array([[1.0, 0], [0.5, 0.5], [0, 2.0], [-0.5, 1.0]]))),
            Connection(
                "intra", "hidden", "hidden", BlockDiagonal(np.array([[[0, -0.5], [0.75, 0]], [[0, -1.0], [0.25, 0]]]))
            ),
            Connection(
                "lateral",
                "hidden",
                "hidden",
                Banded(
                    np.array([[[[0.5, 0], [0, 0]], [[1.0, 0], [0, 0]]], [[[0, 0], [0, -0.5]], [[0, 0], [0, -0.25]]]]),
                    neighbours("ring", 2),
                    2,
                ),
                delay=2,
            ),
            Connection("output", "hidden", "answer", Dense(np.array([[1.0, 0, 0.5, 0], [0, 1.0, 0, 0.5]]))),
        ),
        readout=Readout("answer", 2),
        steps=12,
    )


def random_network(seed: int, motifs: int = 6, size: int = 4, inputs: int = 11, classes: int = 3) -> Network:
    """A motif layer with heterogeneous neurons between an input and a readout."""
    rng = np.random.default_rng(seed)
    neurons = motifs * size
    lateral = np.zeros((2, size, size), dtype=int)
    lateral[:, range(size), rng.permutation(size)] = rng.choice([-1, 1], (2, size))
    motif = Motif(size, rng.choice([-1, 0, 1], (size, size)), "ring", lateral)
    inside = np.abs(rng.normal(0, 0.6, (motifs, size, size))) * motif.intra
    between = np.abs(rng.normal(0, 0.6, (2, motifs, size, size))) * lateral[:, None]
    return Network(
        inputs=(Input("touch", inputs),),
        layers=(
            Layer.of(
                "hidden",
                neurons,
                tau_s=rng.uniform(2, 6, neurons),
                tau_m=rng.uniform(4, 20, neurons),
                resistance=rng.uniform(4, 20, neurons),
                threshold=rng.uniform(0.5, 2, neurons),
                bias=rng.normal(0, 0.02, neurons),
                motif=motif,
            ),
            Layer.of("answer", classes, tau_s=3, tau_m=10),
        ),
        connections=(
            Connection("input", "touch", "hidden", Dense(rng.normal(0.1, 0.5, (neurons, inputs)))),
            Connection("intra", "hidden", "hidden", BlockDiagonal(inside)),
            Connection("lateral", "hidden", "hidden", Banded(between, neighbours("ring", motifs), motifs), delay=3),
            Connection("output", "hidden", "answer", Dense(rng.normal(0.1, 0.5, (classes, neurons)))),
        ),
        readout=Readout("answer", classes),
        steps=30,
    )


def random_spikes(seed: int, neurons: int, samples: int = 4, steps: int = 30, rate: float = 0.2) -> SpikeRaster:
    """Independent spikes at one rate."""
    return SpikeRaster.pack(np.random.default_rng(seed).random((samples, steps, neurons)) < rate)


def labelled_spikes(seed: int, neurons: int, samples: int, steps: int = 30) -> SpikeRaster:
    """Random spikes with the labels 0, 1, 2, 0, 1, ..."""
    return replace(random_spikes(seed, neurons, samples, steps), labels=np.arange(samples, dtype=np.int32) % 3)


def renamed(network: Network, names: Mapping[str, str]) -> Network:
    """The same network with other names of inputs, layers and connections where `names` has them."""

    def name(old: str) -> str:
        return names.get(old, old)

    readout = None if network.readout is None else replace(network.readout, population=name(network.readout.population))
    return replace(
        network,
        inputs=tuple(replace(each, name=name(each.name)) for each in network.inputs),
        layers=tuple(replace(each, name=name(each.name)) for each in network.layers),
        connections=tuple(
            replace(each, name=name(each.name), source=name(each.source), target=name(each.target))
            for each in network.connections
        ),
        readout=readout,
    )
