import numpy as np
import torch

from search.data.task import Split
from search.motif import Motif
from search.nas.derive import derivation, derive, motif_network
from search.nas.relaxed_layer import Choices, RelaxedLayer
from search.settings import ModelSettings
from targets.contracts.ports import Input, Readout
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Banded, BlockDiagonal, Dense

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
    model = ModelSettings(neurons=(8,), sizes=(2,), readout_neurons=3)
    resistance, tau_m = np.linspace(8, 9, 8), np.linspace(16, 17, 8)
    network = motif_network({"hidden": motif}, {"hidden": resistance}, {"hidden": tau_m}, split(), model)
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
    one = {"hidden": np.ones(8)}
    network = motif_network({"hidden": silent}, one, one, split(), ModelSettings(neurons=(8,), sizes=(2,)))
    assert [c.name for c in network.connections] == ["input", "output"]


def test_several_layers_follow_each_other() -> None:
    motif = Motif(2, np.eye(2), "none", np.zeros((0, 2, 2)))
    values = {name: np.full(count, 9.0) for name, count in (("hidden1", 8), ("hidden2", 4))}
    model = ModelSettings(neurons=(8, 4), sizes=(2,), readout_neurons=1)
    network = motif_network({"hidden2": motif}, values, values, split(), model)
    assert [(layer.name, layer.neurons) for layer in network.layers] == [("hidden1", 8), ("hidden2", 4), ("readout", 2)]
    assert [(c.name, c.source, c.target, c.synapses.shape) for c in network.connections] == [
        ("input1", "touch", "hidden1", (8, 3)),
        ("input2", "hidden1", "hidden2", (4, 8)),
        ("intra2", "hidden2", "hidden2", (4, 4)),
        ("output", "hidden2", "readout", (2, 4)),
    ]


def test_the_derivation_counts_links_and_says_why_a_type_is_absent() -> None:
    layer = RelaxedLayer.of(4, (2,), "ring", CPU)
    types = torch.tensor([0.6, 0.3, 0.1]).log().expand(3, 2, 2, 3)
    assert derivation(layer, Choices(torch.zeros(1), (types,))) == {
        "size": 2,
        "dropped": 4,
        "excitatory": 8,
        "inhibitory": 0,
        "reasons": [
            "no inhibitory link: the likeliest one has probability 0.30, and every link has a likelier type",
        ],
    }
    types = types.clone()
    types[0, ..., 1] = types[1, 1, 1, 1] = 3.0  # inhibitory inside; among the lateral links one, and the surest
    assert derivation(layer, Choices(torch.zeros(1), (types,))) == {
        "size": 2,
        "dropped": 4,
        "excitatory": 3,
        "inhibitory": 5,
    }
    types[..., 1], types[0, ..., 0], types[1:, ..., 0] = -3.0, -9.0, 0.1
    types[0, ..., 1] = 0.0
    types[1, 0, 0], types[1, 0, 1] = torch.tensor([0.0, 9.0, 0.0]), torch.tensor([0.0, 9.0, 0.0])
    types[2, ..., 2] = 9.0
    told = derivation(layer, Choices(torch.zeros(1), (types,)))
    assert told["reasons"] == [
        "no excitatory link: those preferred were lateral ones over the limit of 2 per neighbour"
    ]
