import numpy as np
import torch

from search.motif import Motif
from search.network import Connection, Layer, Network
from search.training.torch_network import TorchNetwork, link_types, tensor
from targets.contracts.ports import Input
from targets.contracts.synapses import BlockDiagonal, Dense

CPU = torch.device("cpu")


def network() -> Network:
    """Two motifs of two neurons, each with an excitatory link 0 -> 0 and an inhibitory link 0 -> 1."""
    motif = Motif(2, np.array([[1, 0], [-1, 0]]), "none", np.zeros((0, 2, 2)))
    blocks = np.array([[[0.5, 0.0], [-0.25, 0.0]], [[1.0, 0.0], [-2.0, 0.0]]])
    return Network(
        (Input("x", 1),),
        (Layer.of("n", 4, tau_s=2, tau_m=4, motif=motif),),
        (
            Connection("input", "x", "n", Dense(np.array([[1.0], [-1.0], [2.0], [0.0]]))),
            Connection("intra", "n", "n", BlockDiagonal(blocks), delay=3),
        ),
    )


def weights(of: Network) -> dict[str, torch.Tensor]:
    return {c.name: tensor(c.synapses.weights, CPU) for c in of.connections}


def test_wires_are_the_matrices_of_the_connections() -> None:
    outside, inside = TorchNetwork.of(network(), CPU).wires(weights(network()))
    assert (outside.source, outside.target, outside.delay) == ("x", "n", 1)
    assert outside.weights.tolist() == [[1.0], [-1.0], [2.0], [0.0]]
    assert (inside.source, inside.target, inside.delay) == ("n", "n", 3)
    assert inside.weights.tolist() == [[0.5, 0, 0, 0], [-0.25, 0, 0, 0], [0, 0, 1, 0], [0, 0, -2, 0]]


def test_weights_of_typed_links_keep_the_sign_of_their_type() -> None:
    model, moved = TorchNetwork.of(network(), CPU), weights(network())
    moved["intra"] = torch.tensor([[[-3.0, 5.0], [4.0, 5.0]], [[0.0, 5.0], [-6.0, 5.0]]])
    after = model.with_weights(moved)
    assert after.connections[1].synapses.weights.tolist() == [[[3, 0], [-4, 0]], [[0, 0], [-6, 0]]]
    assert after.connections[0].synapses.weights.tolist() == network().connections[0].synapses.weights.tolist()


def test_cells_have_the_parameters_of_the_layer() -> None:
    cells = TorchNetwork.of(network(), CPU).cells["n"]
    assert cells.keep_u.tolist() == [0.5] * 4
    assert cells.keep_v.tolist() == [0.75] * 4
    assert cells.gain.tolist() == [0.5] * 4  # R = tau_m where none is given


def test_only_links_inside_a_layer_of_motifs_are_typed() -> None:
    outside, inside = network().connections
    assert link_types(network(), outside) is None
    types = link_types(network(), inside)
    assert types is not None
    assert types.tolist() == [[[1, 0], [-1, 0]]] * 2
