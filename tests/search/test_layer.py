import numpy as np
import pytest
import torch

from search.layer import OPTIONS, Choices, RelaxedLayer, addresses, dense
from search.motif import Wiring, neighbours
from targets.arrays import Array
from targets.synapses import Banded, BlockDiagonal, Dense, Sparse, Synapses

CPU = torch.device("cpu")
SURE = 200.0  # a logit whose softmax is one-hot in float64


def one_hot(layer: RelaxedLayer, chosen: int, types: Array) -> Choices:
    """All probability on size number `chosen`, whose links have `types`; other sizes are left undecided."""
    sizes = torch.zeros(len(layer.sizes), dtype=torch.float64)
    sizes[chosen] = SURE
    all_types = [torch.zeros(len(types), v, v, len(OPTIONS), dtype=torch.float64) for v in layer.sizes]
    for option, link in enumerate(OPTIONS):
        all_types[chosen][..., option] = SURE * torch.from_numpy(types == link)
    return Choices(sizes, tuple(all_types))


def matrix(synapses: Synapses) -> Array:
    """[post, pre] by the synapses' own account."""
    whole = np.zeros(synapses.shape)
    np.add.at(whole, synapses.coordinates()[:2], synapses.coordinates()[2])
    return whole


@pytest.mark.parametrize("kind", ["dense", "block", "band", "sparse"])
def test_dense_puts_every_stored_weight_in_its_place(kind: str) -> None:
    generator = np.random.default_rng(4)
    synapses: dict[str, Synapses] = {
        "dense": Dense(generator.standard_normal((3, 5))),
        "block": BlockDiagonal(generator.standard_normal((4, 2, 3))),
        "band": Banded(generator.standard_normal((4, 6, 2, 2)), neighbours("grid", 6), 6),
        "sparse": Sparse(generator.standard_normal(4), np.array([1, 3, 0, 2]), np.array([0, 2, 2, 4]), 5),
    }
    one = synapses[kind]
    found = dense(torch.from_numpy(one.weights.copy()), torch.from_numpy(addresses(one)), one.shape)
    assert np.array_equal(found.numpy(), matrix(one))


def test_two_links_with_the_same_ends_add_up() -> None:
    ring_of_two = Banded(np.ones((2, 2, 1, 1)), neighbours("ring", 2), 2)
    found = dense(torch.ones(2, 2, 1, 1), torch.from_numpy(addresses(ring_of_two)), (2, 2))
    assert found.tolist() == [[0.0, 2.0], [2.0, 0.0]]


@pytest.mark.parametrize("wiring", ["none", "ring", "grid"])
@pytest.mark.parametrize("chosen", [0, 1, 2])
def test_decided_choices_give_the_discrete_matrix(wiring: Wiring, chosen: int) -> None:
    generator = np.random.default_rng(chosen)
    layer = RelaxedLayer.of(16, (2, 4, 8), wiring, CPU)
    size = layer.sizes[chosen]
    motifs = 16 // size
    sources = neighbours(wiring, motifs)
    types = generator.integers(-1, 2, (1 + len(sources), size, size))
    excitatory, inhibitory = generator.standard_normal((2, 16, 16))
    found = layer.weights(one_hot(layer, chosen, types), torch.from_numpy(excitatory), torch.from_numpy(inhibitory))

    gain = (8 / size) ** 0.5
    expected = np.zeros((16, 16))
    for motif in range(motifs):
        for link, source in zip(types, [motif, *sources[:, motif]], strict=True):
            if source < 0:
                continue
            rows, columns = np.arange(size) + motif * size, np.arange(size) + source * size
            pair = np.ix_(rows, columns)
            expected[pair] += gain * np.where(link == 1, np.abs(excitatory[pair]), 0)
            expected[pair] -= gain * np.where(link == -1, np.abs(inhibitory[pair]), 0)
    np.testing.assert_allclose(found.numpy(), expected, rtol=0, atol=1e-12)


def test_probabilities_mix_sizes_and_types_by_hand() -> None:
    layer = RelaxedLayer.of(4, (1, 2), "none", CPU)
    types = (torch.tensor([[[[0.5, 0.25, 0.25]]]]).log(), torch.tensor([0.2, 0.6, 0.2]).log().expand(1, 2, 2, 3))
    choices = Choices(torch.tensor([0.25, 0.75]).log(), types)
    found = layer.weights(choices, torch.full((4, 4), -2.0), torch.ones(4, 4))
    # size 1: 0.25 * sqrt(2) * (0.5 * 2 - 0.25); size 2: 0.75 * (0.2 * 2 - 0.6)
    assert float(found[0, 0]) == pytest.approx(0.25 * 2**0.5 * 0.75 - 0.75 * 0.2)
    assert float(found[0, 1]) == pytest.approx(-0.75 * 0.2)
    assert float(found[1, 2]) == 0.0


def test_the_report_by_hand() -> None:
    layer = RelaxedLayer.of(4, (1, 2), "ring", CPU)
    flat = tuple(torch.zeros(3, size, size, 3) for size in (1, 2))
    report = layer.report(Choices(torch.tensor([0.25, 0.75]).log(), flat))
    assert report["p_1"] == pytest.approx(0.25)
    assert report["p_2"] == pytest.approx(0.75)
    assert report["q_max"] == pytest.approx(1 / 3)
    assert report["entropy"] == pytest.approx(np.log(3))
    assert report["links"] == pytest.approx(2 / 3 * (0.25 * 3 * 1 + 0.75 * 3 * 2))


def test_a_decided_layer_reports_no_doubt() -> None:
    layer = RelaxedLayer.of(4, (1, 2), "none", CPU)
    report = layer.report(one_hot(layer, 1, np.array([[[1, 0], [0, -1]]])))
    assert report["q_max"] == pytest.approx(1.0)
    assert report["entropy"] == pytest.approx(0.0)
    assert report["links"] == pytest.approx(1.0)


def test_every_choice_gets_a_gradient_at_the_start() -> None:
    layer = RelaxedLayer.of(8, (2, 4), "ring", CPU)
    generator = np.random.default_rng(0)
    sizes, *types = (torch.from_numpy(values).requires_grad_() for values in layer.start(1e-3, generator))
    excitatory, inhibitory = torch.from_numpy(generator.standard_normal((2, 8, 8)).astype(np.float32))
    torch.manual_seed(0)
    found = layer.weights(Choices(sizes, tuple(types)), excitatory, inhibitory) * torch.randn(8, 8)
    for gradient in torch.autograd.grad(found.sum(), [sizes, *types]):
        assert (gradient != 0).all()
