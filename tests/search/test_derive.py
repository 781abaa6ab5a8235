import numpy as np
import torch

from search.derive import derive, motif_network
from search.layer import Choices, RelaxedLayer
from search.motif import Motif
from search.settings import Model
from search.task import Split
from targets.ports import Input, Readout
from targets.raster import SpikeRaster
from targets.synapses import Banded, BlockDiagonal, Dense

CPU = torch.device("cpu")


def split() -> Split:
    raster = SpikeRaster.pack(np.zeros((2, 5, 3)), labels=[0, 1])
    return Split(raster, raster, raster, 2, "touch")


def test_the_most_probable_option_wins_everywhere() -> None:
    layer = RelaxedLayer.of(4, (1, 2), "ring", CPU)
    types = torch.zeros(3, 2, 2, 3)
    types[0, 0, 0, 0] = types[0, 0, 1, 1] = types[0, 1, 0, 2] = types[0, 1, 1, 1] = 1.0
    types[1, ..., 2] = 1.0
    types[1, 1, 0] = torch.tensor([0.0, 2.0, 1.0])
    types[2, ..., 2] = 1.0
    motif = derive(layer, Choices(torch.tensor([0.0, 0.1]), (torch.zeros(3, 1, 1, 3), types)))
    assert motif.size == 2
    assert motif.wiring == "ring"
    assert motif.intra.tolist() == [[1, -1], [0, -1]]
    assert motif.lateral.tolist() == [[[0, 0], [-1, 0]], [[0, 0], [0, 0]]]


def test_each_neighbour_keeps_its_surest_links_only() -> None:
    layer = RelaxedLayer.of(4, (2,), "ring", CPU)
    types = torch.zeros(3, 2, 2, 3)
    types[1, ..., 0] = torch.tensor([[1.0, 3.0], [0.5, 2.0]])  # all excitatory; the surest are [0, 1] and [1, 1]
    types[2, ..., 1] = 1.0  # all equally sure: the first two stay
    motif = derive(layer, Choices(torch.zeros(1), (types,)))
    assert motif.lateral.tolist() == [[[0, 1], [0, 1]], [[-1, -1], [0, 0]]]


def test_the_network_has_the_promised_parts() -> None:
    motif = Motif(2, np.ones((2, 2)), "ring", np.array([[[1, 0], [0, 0]], [[0, 0], [0, -1]]]))
    model = Model(neurons=8, sizes=(2,), readout_neurons=3)
    resistance, tau_m = np.linspace(8, 9, 8), np.linspace(16, 17, 8)
    network = motif_network(motif, resistance, tau_m, split(), model)
    assert network.inputs == (Input("touch", 3),)
    assert [(layer.name, layer.neurons) for layer in network.layers] == [("hidden", 8), ("readout", 6)]
    assert [(c.name, c.source, c.target, c.delay, type(c.synapses)) for c in network.connections] == [
        ("input", "touch", "hidden", 1, Dense),
        ("intra", "hidden", "hidden", 1, BlockDiagonal),
        ("lateral", "hidden", "hidden", 1, Banded),
        ("output", "hidden", "readout", 1, Dense),
    ]
    assert np.array_equal(network.layer("hidden").resistance, resistance)
    assert np.array_equal(network.layer("hidden").tau_m, tau_m)
    assert (network.readout, network.steps, network.origin) == (Readout("readout", 2), 5, split().digest)


def test_connections_without_links_are_left_out() -> None:
    silent = Motif(2, np.zeros((2, 2)), "none", np.zeros((0, 2, 2)))
    network = motif_network(silent, np.ones(8), np.ones(8), split(), Model(neurons=8, sizes=(2,)))
    assert [c.name for c in network.connections] == ["input", "output"]
