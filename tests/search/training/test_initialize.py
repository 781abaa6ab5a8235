import dataclasses

import numpy as np
import pytest
import torch

from search.data.loader import Batch, DataLoader
from search.motif import Motif
from search.nas.derive import motif_network
from search.network import Network
from search.settings import ModelSettings, StartSettings
from search.training.initialize import reinitialize
from search.training.kernels.loop import run
from search.training.neuron import Surrogate
from search.training.torch_network import TorchNetwork, tensor
from targets.contracts.arrays import Array
from tests.search.tiny import tiny_split

CPU = torch.device("cpu")
MOTIF = Motif(
    4, np.eye(4) - np.eye(4, k=1), "ring", np.array([np.eye(4), np.zeros((4, 4))]) * np.array([1, -1, 1, 0])[:, None]
)


def blank() -> Network:
    one = {"hidden": np.full(64, 12.0)}
    return motif_network(
        {"hidden": MOTIF}, one, one, tiny_split(), ModelSettings(neurons=(64,), sizes=(4,), readout_neurons=8)
    )


def batch() -> Batch:
    return DataLoader.of(CPU, tiny_split().train).batch(np.arange(48))


def spread(network: Network, name: str) -> float:
    """Standard deviation of a layer's voltage when only it never spikes."""
    model = TorchNetwork.of(network, CPU)
    cells = dict(model.cells)
    cells[name] = dataclasses.replace(cells[name], threshold=cells[name].threshold + torch.inf)
    weights = {c.name: tensor(c.synapses.weights, CPU) for c in network.connections}
    return float(run({"touch": batch().spikes}, cells, model.wires(weights), Surrogate(5.0))[name].voltages.std())


@pytest.mark.parametrize("voltage", [0.5, 2.0])
def test_every_layer_starts_with_the_voltage_asked_for(voltage: float) -> None:
    network = reinitialize(blank(), batch(), StartSettings(voltage=voltage), 0)
    assert spread(network, "hidden") == pytest.approx(voltage, rel=1e-3)
    assert spread(network, "readout") == pytest.approx(voltage, rel=1e-3)


def test_recurrent_weights_have_the_gain_asked_for_and_the_signs_of_their_links() -> None:
    network = reinitialize(blank(), batch(), StartSettings(recurrence=0.8), 0)
    weights: dict[str, Array] = {c.name: c.synapses.weights for c in network.connections}
    intra = weights["intra"][:, MOTIF.intra != 0]
    # 7 links in 4 neurons: the mean square of N(0, 1) times 0.8^2 / (7 / 4)
    assert float((intra**2).mean()) == pytest.approx(0.64 / 1.75, rel=0.3)
    assert (np.sign(weights["intra"]) == MOTIF.intra).all()
    assert (np.sign(weights["lateral"]) == MOTIF.lateral[:, None]).all()


def test_the_seed_decides_and_old_weights_do_not() -> None:
    first = reinitialize(blank(), batch(), StartSettings(), 0)
    assert reinitialize(first, batch(), StartSettings(), 0).digest == first.digest
    assert reinitialize(first, batch(), StartSettings(), 1).digest != first.digest


def test_without_spikes_the_weights_stay_as_drawn() -> None:
    silent = dataclasses.replace(batch(), packed=torch.zeros_like(batch().packed))
    network = reinitialize(blank(), silent, StartSettings(), 0)
    weights = network.connections[0].synapses.weights
    assert float(weights.std()) == pytest.approx(8**-0.5, rel=0.1)
