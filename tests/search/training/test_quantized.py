"""Training on the grid of a chip: what runs is what the compiler emits."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from compiler.frontends.network import lower
from compiler.passes.fold import fold
from compiler.passes.quantize import quantize
from search.network import Connection, Layer, Network
from search.training.kernels.loop import run
from search.training.neuron import Surrogate
from search.training.quantized import Quantized, with_legal_decays
from search.training.torch_network import TorchNetwork, tensor
from targets.contracts.chip import ChipSpec, Limit, chip_named
from targets.contracts.grid import decay_u, decay_v
from targets.contracts.ports import Input
from targets.contracts.synapses import Dense
from tests.networks import random_network

CPU = torch.device("cpu")
LOIHI2 = chip_named("loihi2")
FOUR_BITS = replace(LOIHI2, weight_step=Limit(32, "units", "test"), weight_max=Limit(224, "units", "test"))
CHIPS = pytest.mark.parametrize("chip", [LOIHI2, FOUR_BITS], ids=["8 bits", "4 bits"])


def uneven(seed: int) -> Network:
    """A random motif network with thresholds, resistances, biases and time constants of every size."""
    network = random_network(seed)
    generator = np.random.default_rng(seed)
    layers = []
    for layer in network.layers:
        factor = generator.uniform(0.5, 2, (2, layer.neurons))
        layers.append(
            replace(
                layer,
                threshold=factor[0] * layer.threshold,
                resistance=factor[1] * layer.resistance,
                tau_s=generator.uniform(2, 6, layer.neurons),
                tau_m=generator.uniform(5, 30, layer.neurons),
                bias=generator.normal(0, 0.02, layer.neurons),
            )
        )
    return replace(network, layers=tuple(layers))


def weights_of(network: Network) -> dict[str, Tensor]:
    return {c.name: tensor(c.synapses.weights, CPU).requires_grad_() for c in network.connections}


def hand_made(chip: ChipSpec) -> tuple[Quantized, dict[str, Tensor]]:
    """One neuron of gain 1/4 and threshold 2, whose scale is set to vth 100 and exponent 1: a unit is worth 0.16."""
    layer = Layer.of("n", 1, tau_s=4, tau_m=8, threshold=2.0, bias=0.1234)
    link = Connection("w", "x", "n", Dense(np.array([[3.3, -50.0, 0.1]])))
    network = Network((Input("x", 3),), (layer,), (link,))
    weights = weights_of(network)
    quantized = Quantized.of(network, weights, chip, CPU)
    quantized.scales["vth.n"].fill_(100)
    quantized.scales["exponent.w"].fill_(1)
    return quantized, weights


def test_weights_and_biases_run_in_whole_units() -> None:
    quantized, weights = hand_made(LOIHI2)
    (wire,) = quantized.wires(weights)
    # 3.3 / 0.16 = 20.6 -> 20;  -50 / 0.16 = -312 -> -256, the least;  0.1 / 0.16 = 0.6 -> 0
    np.testing.assert_allclose(wire.weights.detach().numpy(), [[20 * 0.16, -256 * 0.16, 0]], rtol=1e-6)
    # 0.1234 * 64 * 100 / 2 = 394.88 -> 395
    assert quantized.cells["n"].bias.item() == pytest.approx(395 / 3200)
    coarse, weights = hand_made(FOUR_BITS)
    (wire,) = coarse.wires(weights)
    np.testing.assert_allclose(wire.weights.detach().numpy(), [[32 * 0.16, -256 * 0.16, 0]], rtol=1e-6)


def test_gradients_pass_the_rounding_as_they_are() -> None:
    quantized, weights = hand_made(FOUR_BITS)
    (wire,) = quantized.wires(weights)
    (gradient,) = torch.autograd.grad((wire.weights * torch.tensor([[1.0, 2.0, 3.0]])).sum(), [weights["w"]])
    assert gradient.tolist() == [[1.0, 2.0, 3.0]]


@CHIPS
@pytest.mark.parametrize("seed", range(4))
def test_the_compiler_finds_the_same_integers(seed: int, chip: ChipSpec) -> None:
    network = uneven(seed)
    weights = weights_of(network)
    quantized = Quantized.of(network, weights, chip, CPU)
    trained = quantized.with_weights(weights)
    assert trained.settings["grid"] == "loihi2"
    graph = quantize(fold(lower(trained)), chip)
    for layer in trained.layers:
        population = graph.population(layer.name)
        factor = population.vth / float(quantized.scales[f"vth.{layer.name}"])
        assert len(set(factor.tolist())) == 1
        assert np.array_equal(population.du, decay_u(layer.tau_s, LOIHI2.arithmetic))
        assert np.array_equal(population.dv, decay_v(layer.tau_m, LOIHI2.arithmetic))
        np.testing.assert_allclose(population.bias * layer.threshold / (64 * population.vth), layer.bias, rtol=1e-12)
    for connection, projection in zip(trained.connections, graph.projections, strict=True):
        layer, population = trained.layer(connection.target), graph.population(connection.target)
        rows = connection.synapses.row_of()
        realised = projection.synapses.weights * 2.0**projection.exponent / population.vth[rows]
        wanted = connection.synapses.weights * (layer.gain / layer.threshold)[rows]
        np.testing.assert_allclose(realised, wanted, rtol=1e-12, atol=1e-15)


@CHIPS
@pytest.mark.parametrize("seed", range(3))
def test_the_network_returned_is_the_one_that_ran(seed: int, chip: ChipSpec) -> None:
    network = uneven(seed)
    weights = weights_of(network)
    quantized = Quantized.of(network, weights, chip, CPU)
    trained = quantized.with_weights(weights)
    generator = torch.Generator().manual_seed(seed)
    spikes = (torch.rand((20, 4, network.inputs[0].neurons), generator=generator) < 0.3).float()
    plain = TorchNetwork.of(trained, CPU)
    ran, stored = (
        run({network.inputs[0].name: spikes}, model.cells, model.wires(weights), Surrogate(5.0))
        for model, weights in ((quantized, weights), (plain, weights_of(trained)))
    )
    for name, trace in ran.items():
        assert trace.spikes.sum() > 0
        assert torch.equal(trace.spikes, stored[name].spikes)


def test_scales_follow_the_weights_only_when_told() -> None:
    network = uneven(1)
    weights = weights_of(network)
    quantized = Quantized.of(network, weights, LOIHI2, CPU)
    before = {name: float(scale) for name, scale in quantized.scales.items()}
    larger = {name: 64 * weight.detach() for name, weight in weights.items()}
    quantized.wires(larger)
    assert {name: float(scale) for name, scale in quantized.scales.items()} == before
    quantized.follow(larger)
    unit = {
        name: quantized.scales[f"exponent.{c.name}"].exp2() / quantized.scales[f"vth.{c.target}"]
        for name, c in ((c.name, c) for c in network.connections)
    }
    for c in network.connections:
        assert unit[c.name] > 20 * 2 ** before[f"exponent.{c.name}"] / before[f"vth.{c.target}"]


def test_decays_become_those_the_chip_holds_and_gains_stay() -> None:
    few = replace(LOIHI2, decay_profiles_per_core=Limit(5, "pairs", "test"))
    network = uneven(2)
    legal = with_legal_decays(network, few)
    pairs = set()
    for before, after in zip(network.layers, legal.layers, strict=True):
        np.testing.assert_allclose(after.gain, before.gain, rtol=1e-12)
        pairs |= set(
            zip(
                decay_u(after.tau_s, LOIHI2.arithmetic).tolist(),
                decay_v(after.tau_m, LOIHI2.arithmetic).tolist(),
                strict=True,
            )
        )
    assert 2 <= len(pairs) <= 5
    again = with_legal_decays(legal, few)
    for once, twice in zip(legal.layers, again.layers, strict=True):
        np.testing.assert_allclose(twice.tau_m, once.tau_m, rtol=1e-12)


def test_a_neuron_without_leak_keeps_its_time_constant() -> None:
    network = Network(
        (Input("x", 1),), (Layer.of("n", 1, tau_m=1e9),), (Connection("w", "x", "n", Dense(np.ones((1, 1)))),)
    )
    assert with_legal_decays(network, LOIHI2).layers[0].tau_m.tolist() == [1e9]
