"""What a chip needs of an undecided network: by hand, by finite differences, and against the compiler."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from compiler.analysis.traffic import traffic
from compiler.frontends.network import lower
from compiler.ir.graph import IntGraph
from compiler.passes.fold import fold
from compiler.passes.quantize import quantize
from search.data.task import Split
from search.motif import DIRECTIONS, Wiring
from search.nas.derive import READOUT, derive, hidden_names, motif_network
from search.nas.hardware_cost import HardwareCost, ResourceEstimate, kept
from search.nas.hrmas import search
from search.nas.relaxed_layer import Choices, RelaxedLayer
from search.network import Network
from search.settings import ModelSettings, Settings, on_chip
from targets.contracts.arrays import Array
from targets.contracts.chip import ChipSpec, Limit, chip_named
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import with_weights
from tests.compiler.mapped import neurons as neurons_on, partitioned
from tests.search.tiny import TINY, tiny_split

CPU = torch.device("cpu")
RATE = 0.25
SHORT = dataclasses.replace(TINY.training, epochs=1)


def chip(**limits: int) -> ChipSpec:
    """loihi1 with some limits changed."""
    changed = {name: Limit(value, "", "", assumed=True) for name, value in limits.items()}
    return dataclasses.replace(chip_named("loihi1"), **changed)  # type: ignore[arg-type]


def layers_of(model: ModelSettings) -> dict[str, RelaxedLayer]:
    names = hidden_names(len(model.neurons))
    layers = (RelaxedLayer.of(neurons, model.sizes, model.wiring, CPU) for neurons in model.neurons)
    return dict(zip(names, layers, strict=True))


def undecided(layer: RelaxedLayer, seed: int, scale: float = 1.0) -> Choices:
    fresh = layer.start(scale, np.random.default_rng(seed))
    return fresh.with_tensors(each.double() for each in fresh.tensors())


def decided(layer: RelaxedLayer, generator: np.random.Generator) -> Choices:
    """One size and one type each, inside and across with densities of their own, some beyond the limit."""
    sizes = np.zeros(len(layer.sizes))
    sizes[generator.integers(len(layer.sizes))] = 1e4
    types = []
    for size, indices in zip(layer.sizes, layer.indices, strict=True):
        density = np.full(len(indices), generator.choice([0, 0.3 / size, 1 / size, 0.8]))
        density[0] = generator.random()
        exists = generator.random((len(indices), size, size)) < density[:, None, None]
        chosen = np.where(exists, generator.integers(0, 2, exists.shape), 2)
        types.append(torch.from_numpy(1e4 * np.eye(3)[chosen]))
    return Choices(torch.from_numpy(sizes), tuple(types))


def single(size: int, wiring: Wiring, links: dict[tuple[int, int, int], float]) -> Choices:
    """One candidate size; (direction, post, pre) -> probability of that link, 0 where not told."""
    likely = np.full((1 + len(DIRECTIONS[wiring]), size, size, 3), 1e-30)
    likely[..., 2] = 1
    for place, probability in links.items():
        likely[place] = (probability, 1e-30, 1 - probability + 1e-30)
    return Choices(torch.zeros(1, dtype=torch.float64), (torch.from_numpy(likely).log(),))


def derived(layers: dict[str, RelaxedLayer], alpha: dict[str, Choices], model: ModelSettings, seed: int) -> Network:
    """The derived network, every link of every motif with a random weight."""
    ones = {name: np.full(layer.neurons, 20.0) for name, layer in layers.items()}
    motifs = {name: derive(layer, alpha[name]) for name, layer in layers.items()}
    network = motif_network(motifs, ones, ones, tiny_split(), model)
    generator = np.random.default_rng(seed)
    connections = []
    for connection in network.connections:
        weights: Array = generator.uniform(0.5, 1, connection.synapses.weights.shape)
        if connection.name.startswith(("intra", "lateral")):
            motif = motifs[connection.target]
            weights = weights * (motif.intra if connection.name.startswith("intra") else motif.lateral[:, None])
        connections.append(dataclasses.replace(connection, synapses=with_weights(connection.synapses, weights)))
    return dataclasses.replace(network, connections=tuple(connections))


@pytest.mark.parametrize("wiring", ["none", "ring", "grid"])
@pytest.mark.parametrize("scale", [0.1, 3.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_links_that_count_are_those_derivation_keeps(wiring: Wiring, scale: float, seed: int) -> None:
    layer = RelaxedLayer.of(24, (4,), wiring, CPU)
    choices = undecided(layer, seed, scale)
    motif = derive(layer, choices)
    likely = choices.types[0].softmax(-1)
    counted = (kept(choices.types[0], 4) > 0) & (likely.argmax(-1) < 2)
    assert np.array_equal(counted.numpy(), np.concatenate([motif.intra[None], motif.lateral]) != 0)


def test_synapses_of_one_motif_by_hand() -> None:
    layer = RelaxedLayer.of(8, (2,), "ring", CPU)
    links = {(0, 0, 1): 0.5, (1, 0, 0): 0.25, (1, 1, 0): 0.125, (1, 1, 1): 0.0625}
    hardware = HardwareCost(chip(), inputs=3, input_rate=0.5, readout=2)
    estimate = hardware.estimate({"hidden": layer}, {"hidden": single(2, "ring", links)}, {"hidden": RATE})
    # Of the three from the previous motif only the two likeliest could be kept; 8 x 3 and 2 x 8 are dense.
    assert float(estimate.synapses) == pytest.approx(4 * (0.5 + 0.25 + 0.125) + 24 + 16)


def test_messages_by_hand() -> None:
    layer = RelaxedLayer.of(8, (2,), "ring", CPU)
    hardware = HardwareCost(chip(neurons_per_core=4), inputs=3, input_rate=0.5, readout=2)
    one = {(1, 0, 1): 1.0}  # neuron 1 of the previous motif is heard
    estimate = hardware.estimate({"hidden": layer}, {"hidden": single(2, "ring", one)}, {"hidden": RATE})
    assert float(estimate.cores) == pytest.approx(2.5)
    # Motifs 0, 1 | 2, 3: the inputs go to both cores, neurons of motifs 1 and 3 across, all eight to the readout.
    assert float(estimate.messages) == pytest.approx(0.5 * 2 + RATE * 2 + RATE * 8)
    two = {(1, 0, 1): 0.5, (1, 1, 1): 0.5}  # by at least one with probability 3/4
    estimate = hardware.estimate({"hidden": layer}, {"hidden": single(2, "ring", two)}, {"hidden": RATE})
    assert float(estimate.messages) == pytest.approx(0.5 * 2 + RATE * 2 * 0.75 + RATE * 8)


def test_a_motif_that_fits_no_core_is_cut() -> None:
    layer = RelaxedLayer.of(4, (4,), "none", CPU)
    hardware = HardwareCost(chip(neurons_per_core=2), inputs=1, input_rate=0.0, readout=2)
    estimate = hardware.estimate({"hidden": layer}, {"hidden": single(4, "none", {(0, 0, 3): 1.0})}, {"hidden": RATE})
    assert float(estimate.cores) == pytest.approx(3)
    assert float(estimate.messages) == pytest.approx(RATE * 1 + RATE * 4)


@pytest.mark.parametrize(
    ("limits", "cores"),
    [
        ({"neurons_per_core": 2}, 4 / 2 + 2 / 2),
        # Of 24 bytes 3 axons leave 12, of which a motif takes 7 synapses and an axon; of 32 bytes 4 axons leave 16.
        ({"synapse_bytes_per_core": 24, "synapse_bits": 8}, 2 * (7 + 4) / 12 + 2 * 4 / 8),
        ({"axons_in_per_core": 5}, 2 * 1 / 2 + 2 / 1024),
    ],
)
def test_the_tightest_limit_tells_the_cores(limits: dict[str, int], cores: float) -> None:
    layer = RelaxedLayer.of(4, (2,), "none", CPU)
    hardware = HardwareCost(chip(**limits), inputs=3, input_rate=0.5, readout=2)
    estimate = hardware.estimate({"hidden": layer}, {"hidden": single(2, "none", {(0, 0, 1): 1.0})}, {"hidden": RATE})
    assert float(estimate.cores) == pytest.approx(cores)


def test_on_one_core_only_inputs_send_messages() -> None:
    layer = RelaxedLayer.of(8, (2, 4), "ring", CPU)
    hardware = HardwareCost(chip_named("loihi2"), inputs=3, input_rate=0.5, readout=2)
    estimate = hardware.estimate({"hidden": layer}, {"hidden": undecided(layer, 0)}, {"hidden": RATE})
    assert float(estimate.messages) == 0.5
    assert 0 < float(estimate.cores) < 1


@pytest.mark.parametrize("wiring", ["none", "ring", "grid"])
@pytest.mark.parametrize("seed", range(2))
def test_gradients_are_those_of_finite_differences(wiring: Wiring, seed: int) -> None:
    model = ModelSettings(neurons=(16, 8), sizes=(2, 4), wiring=wiring)
    layers = layers_of(model)
    # Memory is what limits cores here, so that they depend on alpha.
    tight = chip(neurons_per_core=64, synapse_bytes_per_core=230)
    hardware = HardwareCost(tight, inputs=8, input_rate=0.5, readout=4)
    alpha = [
        value for number, layer in enumerate(layers.values()) for value in undecided(layer, 2 * seed + number).tensors()
    ]

    def figures(values: list[torch.Tensor]) -> torch.Tensor:
        choices = {"hidden1": Choices(values[0], tuple(values[1:3])), "hidden2": Choices(values[3], tuple(values[4:]))}
        return torch.stack(list(vars(hardware.estimate(layers, choices, {"hidden1": 0.2, "hidden2": 0.1})).values()))

    points = [value.clone().requires_grad_() for value in alpha]
    slopes = [torch.autograd.grad(figure, points, retain_graph=True) for figure in figures(points)]
    assert all(gradient.abs().max() > 0 for slope in slopes for gradient in slope)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(5):
        along = [torch.randn(value.shape, generator=generator, dtype=value.dtype) for value in alpha]
        ahead, behind = (
            figures([value + step * way for value, way in zip(alpha, along, strict=True)]) for step in (1e-6, -1e-6)
        )
        slope = torch.stack([sum_of_products(gradient, along) for gradient in slopes])
        assert torch.allclose((ahead - behind) / 2e-6, slope, rtol=1e-5, atol=1e-7)


def sum_of_products(ones: Sequence[torch.Tensor], others: Sequence[torch.Tensor]) -> torch.Tensor:
    return torch.stack([(one * other).sum() for one, other in zip(ones, others, strict=True)]).sum()


@pytest.mark.parametrize("neurons", [(32,), (32, 16)])
@pytest.mark.parametrize("wiring", ["none", "ring", "grid"])
def test_synapses_agree_with_the_derived_network(wiring: Wiring, neurons: tuple[int, ...]) -> None:
    model = ModelSettings(neurons=neurons, sizes=(2, 4, 8), wiring=wiring, readout_neurons=2)
    layers = layers_of(model)
    hardware = HardwareCost(chip(), tiny_split().neurons, 1.0, 4)
    for seed in range(10):
        generator = np.random.default_rng(seed)
        alpha = {name: decided(layer, generator) for name, layer in layers.items()}
        network = derived(layers, alpha, model, seed)
        counted = sum(len(connection.synapses.coordinates()[0]) for connection in network.connections)
        assert float(hardware.estimate(layers, alpha, dict.fromkeys(layers, RATE)).synapses) == counted, seed


def compiled(network: Network, spec: ChipSpec, rates: dict[str, Array]) -> tuple[int, float]:
    """Cores and messages per step of the compiler's partitioning."""
    graph: IntGraph = quantize(fold(lower(network)), spec)
    mapping = partitioned(graph, spec, 0, rates)
    return mapping.cores, traffic(graph, neurons_on(graph, mapping, spec), rates).messages


@pytest.mark.slow
@pytest.mark.parametrize("wiring", ["ring", "grid"])
def test_cores_and_messages_rank_architectures_as_the_compiler_does(wiring: Wiring) -> None:
    model = ModelSettings(neurons=(64,), sizes=(2, 4, 8), wiring=wiring, readout_neurons=4)
    layers = layers_of(model)
    spec = chip(neurons_per_core=16, synapse_bytes_per_core=560, axons_in_per_core=96)
    hardware = HardwareCost(spec, tiny_split().neurons, 8 * 0.1, 8)
    expected, found = [], []
    for seed in range(20):
        alpha = {"hidden": decided(layers["hidden"], np.random.default_rng(seed))}
        rates = {"touch": np.full(8, 0.1), "hidden": np.full(64, RATE), READOUT: np.full(8, RATE)}
        expected.append(hardware.estimate(layers, alpha, {"hidden": RATE}).figures())
        found.append(compiled(derived(layers, alpha, model, seed), spec, rates))
    for number, name in enumerate(("cores", "messages")):
        agreement = spearmanr([figures[name] for figures in expected], [each[number] for each in found]).statistic
        assert agreement > 0.5, (name, agreement)


def test_the_largest_architecture_costs_one_and_all_others_less() -> None:
    layers = layers_of(ModelSettings(neurons=(32,), sizes=(2, 4, 8)))
    hardware = HardwareCost(chip(neurons_per_core=8), 8, 1.0, 4)
    largest = hardware.largest(layers, {"hidden": RATE})
    assert float(largest.relative(largest, (1, 2, 3))) == pytest.approx(1)
    for seed in range(10):
        alpha = {"hidden": undecided(layers["hidden"], seed)}
        estimate = hardware.estimate(layers, alpha, {"hidden": RATE})
        assert 0 < float(estimate.relative(largest, (1, 1, 1))) < 1


def test_shares_weigh_the_three_figures() -> None:
    one, other = (
        ResourceEstimate(*(torch.tensor(float(value)) for value in values)) for values in ((1, 2, 3), (2, 8, 24))
    )
    assert float(one.relative(other, (1, 2, 5))) == pytest.approx((1 * 0.5 + 2 * 0.25 + 5 * 0.125) / 8)


def searched(**changes: Any) -> Network:
    settings = dataclasses.replace(TINY, search=dataclasses.replace(TINY.search, **changes))
    return search(tiny_split(), dataclasses.replace(settings, training=SHORT), 0, "cpu")


@pytest.mark.slow
def test_a_cost_makes_the_network_smaller_and_a_chip_alone_does_nothing() -> None:
    plain, watched, priced = searched(), searched(chip="small"), searched(chip="small", cost=10.0)
    for before, after in zip(plain.connections, watched.connections, strict=True):
        assert np.array_equal(before.synapses.weights, after.synapses.weights)
    assert "synapses" not in plain.settings["search"][-1]
    assert all(entry[name] > 0 for entry in watched.settings["search"] for name in ("synapses", "cores", "messages"))
    assert priced.settings["search"][-1]["synapses"] < watched.settings["search"][-1]["synapses"]
    assert priced.settings["hyperparameters"]["search"]["chip"] == "small"


@pytest.mark.slow
def test_second_order_and_several_layers_can_be_priced() -> None:
    model = dataclasses.replace(TINY.model, neurons=(16, 8))
    first = dataclasses.replace(TINY.search, chip="small", cost=1.0, order=2, epochs=1)
    network = search(tiny_split(), dataclasses.replace(TINY, model=model, search=first, training=SHORT), 0, "cpu")
    assert network.settings["search"][-1]["synapses"] > 16 * 8 + 8 * 16


def test_chip_and_cost_of_the_command_line_win() -> None:
    settings = on_chip(Settings(), "loihi1", 0.5)
    assert (settings.search.chip, settings.search.cost) == ("loihi1", 0.5)
    assert on_chip(settings, None, None) == settings


@pytest.mark.parametrize(
    ("chip", "cost", "sentence"),
    [
        (
            None,
            0.5,
            "setting search.cost (--cost) is 0.5 without a chip; the cost is that of a chip, so name one in "
            "search.chip (--chip).",
        ),
        (
            "brain",
            None,
            "setting search.chip is 'brain'; allowed are none, loihi1, loihi2, small, so choose one of them.",
        ),
        ("small", -1.0, "setting search.cost is -1.0; at least 0 is allowed, so change it."),
    ],
)
def test_bad_settings_are_told_in_one_sentence(chip: str | None, cost: float | None, sentence: str) -> None:
    with pytest.raises(InputError) as raised:
        on_chip(Settings(), chip, cost)
    assert str(raised.value) == sentence


@pytest.mark.parametrize("shares", [(1.0, 1.0), (0.0, 0.0, 0.0)])
def test_three_shares_are_needed(shares: tuple[float, ...]) -> None:
    with pytest.raises(InputError) as raised:
        dataclasses.replace(Settings(), search=dataclasses.replace(Settings().search, cost_shares=shares))
    assert str(raised.value) == (
        f"setting search.cost_shares is {shares}; three numbers are needed, not all of them 0, so give three."
    )


def test_a_layer_too_wide_for_any_core_is_told_in_one_sentence() -> None:
    part = SpikeRaster.pack(np.zeros((1, 2, 600)), labels=[0])
    with pytest.raises(InputError) as raised:
        HardwareCost.of(Split(part, part, part, 2), on_chip(TINY, "small", None))
    assert str(raised.value) == (
        "a neuron that listens to 600 others and itself fits no core of small, which allows 512 input axons and 8,192 "
        "bytes of synapses; choose another chip or a narrower layer."
    )
