from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import torch

from search import settings
from search.motif import Wiring, neighbours
from search.nas.relaxation import RELAXATIONS, Draw, Expected, Gumbel, decided
from search.nas.relaxed_layer import Choices, RelaxedLayer
from targets.contracts.arrays import Array
from tests.search.decided import decided_choices

CPU = torch.device("cpu")


def blocks(layer: RelaxedLayer, chosen: int, types: Array, magnitudes: dict[str, Array]) -> Array:
    """The discrete matrix [post, pre], link by link; magnitudes [post, pre] or [1 + direction, motif, post, pre]."""
    size = layer.sizes[chosen]
    motifs = layer.neurons // size
    sources = neighbours(layer.wiring, motifs)
    found = np.zeros((layer.neurons, layer.neurons))
    for motif in range(motifs):
        for direction, source in enumerate([motif, *sources[:, motif]]):
            for post in range(size):
                for pre in range(size if source >= 0 else 0):
                    row, column = motif * size + post, source * size + pre
                    place = (row, column) if magnitudes["excitatory"].ndim == 2 else (direction, motif, post, pre)
                    kind = types[direction, post, pre]
                    if kind:
                        name = "excitatory" if kind > 0 else "inhibitory"
                        found[row, column] += kind * abs(magnitudes[name][place])
    return found


@pytest.mark.parametrize("wiring", ["none", "ring", "grid"])
@pytest.mark.parametrize("chosen", [0, 1, 2])
@pytest.mark.parametrize("name", RELAXATIONS)
def test_decided_choices_give_the_discrete_matrix(name: str, wiring: Wiring, chosen: int) -> None:
    generator = np.random.default_rng(chosen)
    layer = RelaxedLayer.of(16, (2, 4, 8), wiring, CPU)
    size = layer.sizes[chosen]
    types = generator.integers(-1, 2, (1 + len(neighbours(wiring, 16 // size)), size, size))
    if RELAXATIONS[name].apart:  # at most `size` links from each neighbour
        types[1:].reshape(-1, size * size)[:, size:] = 0
    started = RELAXATIONS[name].start(layer, 1.0, generator)
    found = RELAXATIONS[name].weights(
        layer,
        decided_choices(layer, chosen, types),
        {key: torch.from_numpy(values) for key, values in started.items()},
        chosen,
        Draw(),
    )
    suffix = f".{size}" if RELAXATIONS[name].apart else ""
    pair = {key: started["magnitude" if name == "plain" else key + suffix] for key in ("excitatory", "inhibitory")}
    gain = (8 / size) ** 0.5 if name == "mixture" else 1.0
    np.testing.assert_allclose(found.numpy(), gain * blocks(layer, chosen, types, pair), rtol=0, atol=1e-12)


def test_probabilities_mix_sizes_and_types_by_hand() -> None:
    layer = RelaxedLayer.of(4, (1, 2), "none", CPU)
    types = (torch.tensor([[[[0.5, 0.25, 0.25]]]]).log(), torch.tensor([0.2, 0.6, 0.2]).log().expand(1, 2, 2, 3))
    choices = Choices(torch.tensor([0.25, 0.75]).log(), types)
    both = {"excitatory": torch.full((4, 4), -2.0), "inhibitory": torch.ones(4, 4)}
    mixed = RELAXATIONS["mixture"].weights(layer, choices, both, 0, Draw())
    # size 1: 0.25 * sqrt(2) * (0.5 * 2 - 0.25); size 2: 0.75 * (0.2 * 2 - 0.6)
    assert float(mixed[0, 0]) == pytest.approx(0.25 * 2**0.5 * 0.75 - 0.75 * 0.2)
    assert float(mixed[0, 1]) == pytest.approx(-0.75 * 0.2)
    assert float(mixed[1, 2]) == 0.0
    plain = RELAXATIONS["plain"].weights(layer, choices, {"magnitude": torch.full((4, 4), -2.0)}, 0, Draw())
    # size 1: 0.25 * (0.5 - 0.25) * 2; size 2: 0.75 * (0.2 - 0.6) * 2
    assert float(plain[0, 0]) == pytest.approx(0.125 - 0.6)
    assert float(plain[0, 1]) == pytest.approx(-0.6)
    own = {f"{kind}.{v}": torch.full((1, 4 // v, v, v), 2.0) for kind in ("excitatory", "inhibitory") for v in (1, 2)}
    apart = RELAXATIONS["expected"].weights(layer, choices, own, 0, Draw())
    assert torch.allclose(apart, 0.5 * torch.eye(4))  # (0.5 - 0.25) * 2, whatever the sizes
    # Half the temperature squares the odds: 0.04, 0.36, 0.04 of 0.44.
    colder = RELAXATIONS["expected"].weights(layer, choices, own, 1, Draw(0.5))
    assert float(colder[0, 1]) == pytest.approx(2 * (0.04 - 0.36) / 0.44)


def test_plain_is_on_a_saddle_at_indifference_and_the_others_are_not() -> None:
    layer = RelaxedLayer.of(8, (2, 4), "ring", CPU)
    generator = np.random.default_rng(0)
    sensitivity = torch.from_numpy(generator.standard_normal((8, 8)))
    for name, relaxation in RELAXATIONS.items():
        sizes = torch.zeros(2, dtype=torch.float64, requires_grad=True)
        types = tuple(torch.zeros(3, v, v, 3, dtype=torch.float64, requires_grad=True) for v in (2, 4))
        started = {key: torch.from_numpy(values) for key, values in relaxation.start(layer, 1.0, generator).items()}
        loss = sum(
            (relaxation.weights(layer, Choices(sizes, types), started, k, Draw()) * sensitivity).sum() for k in (0, 1)
        )
        assert isinstance(loss, torch.Tensor)
        gradients = torch.autograd.grad(loss, types)
        assert any((gradient[..., 2] != 0).any() for gradient in gradients) == (name != "plain")


@pytest.mark.slow
def test_sampled_types_are_legal_and_follow_their_probabilities() -> None:
    layer = RelaxedLayer.of(4, (4,), "none", CPU)
    types = torch.tensor([0.6, 0.3, 0.1]).log().expand(1, 4, 4, 3)
    relaxation = RELAXATIONS["gumbel"]
    ones = {"excitatory.4": torch.ones(1, 1, 4, 4), "inhibitory.4": torch.ones(1, 1, 4, 4)}
    drawn = [
        relaxation.weights(layer, Choices(torch.zeros(1), (types,)), ones, 0, Draw(0.5, (3,)).at(k)) for k in range(500)
    ]
    values = torch.stack(drawn).round(decimals=6)
    assert set(values.flatten().tolist()) == {-1.0, 0.0, 1.0}
    shares = [float((values == kind).float().mean()) for kind in (1, -1, 0)]
    assert shares == pytest.approx([0.6, 0.3, 0.1], abs=0.02)  # standard error 0.0055
    repeated = relaxation.weights(layer, Choices(torch.zeros(1), (types,)), ones, 0, Draw(0.5, (3, 499)))
    assert torch.equal(repeated, drawn[-1])
    again = relaxation.weights(layer, Choices(torch.zeros(1), (types,)), ones, 0, Draw(0.5))
    assert (again == 1).all()


def test_every_motif_draws_legal_types_of_its_own() -> None:
    layer = RelaxedLayer.of(16, (4,), "ring", CPU)
    ones = {f"{kind}.4": torch.ones(3, 4, 4, 4) for kind in ("excitatory", "inhibitory")}
    choices = Choices(torch.zeros(1), (torch.zeros(3, 4, 4, 3),))
    drawn = RELAXATIONS["gumbel"].weights(layer, choices, ones, 0, Draw(1.0, (0,)))
    grid = drawn.view(4, 4, 4, 4).transpose(1, 2)  # [post motif, pre motif, post, pre]
    inside = [grid[motif, motif].round() for motif in range(4)]
    assert not any(torch.equal(inside[0], other) for other in inside[1:])
    assert all(int(grid[motif, (motif + 1) % 4].round().count_nonzero()) <= 4 for motif in range(4))


def test_gumbel_passes_the_gradient_of_the_softmax() -> None:
    layer = RelaxedLayer.of(2, (2,), "none", CPU)
    types = torch.tensor([0.2, 0.1, 0.0], dtype=torch.float64).expand(1, 2, 2, 3).clone().requires_grad_()
    pair = torch.ones(1, 1, 2, 2, dtype=torch.float64)
    magnitudes = {"excitatory.2": 3 * pair, "inhibitory.2": 2 * pair}
    found = RELAXATIONS["gumbel"].weights(layer, Choices(torch.zeros(1), (types,)), magnitudes, 0, Draw(0.5))
    assert (found == 3).all()
    (gradient,) = torch.autograd.grad(found[0, 1], types)
    q = (types[0, 0, 1] / 0.5).softmax(0)
    mixed = 3 * q[0] - 2 * q[1]
    by_hand = torch.stack([q[0] * (3 - mixed), q[1] * (-2 - mixed), q[2] * (0 - mixed)]) / 0.5
    assert torch.allclose(gradient[0, 0, 1], by_hand)
    assert (gradient[0, 1] == 0).all()


@pytest.mark.parametrize("stream", [(), (3,), (4, 1)])
def test_types_sampled_in_one_function_are_those_of_the_steps_one_by_one(stream: tuple[int, ...]) -> None:
    """What runs on the CPU beside what runs elsewhere: values, and gradients of types and magnitudes."""
    layer = RelaxedLayer.of(12, (4,), "ring", CPU)
    draws = torch.Generator().manual_seed(len(stream))
    types = torch.randn(3, 4, 4, 3, generator=draws, dtype=torch.float64).requires_grad_()
    magnitudes = {
        f"{kind}.4": torch.randn(3, 3, 4, 4, generator=draws, dtype=torch.float64).requires_grad_()
        for kind in ("excitatory", "inhibitory")
    }
    sensitivity = torch.randn(3, 3, 4, 4, generator=draws, dtype=torch.float64)
    gumbel, choices, draw = Gumbel(), Choices(torch.zeros(1), (types,)), Draw(0.5, stream)
    found = gumbel.values(layer, choices, magnitudes, 0, draw)
    steps = Expected.values(gumbel, layer, choices, magnitudes, 0, draw)
    assert torch.allclose(found, steps, atol=1e-12)
    assert 0 < int(found.count_nonzero()) < found.numel()
    leaves = [types, *magnitudes.values()]
    gradients, expected = (torch.autograd.grad((each * sensitivity).sum(), leaves) for each in (found, steps))
    assert all(torch.allclose(mine, plain, atol=1e-12) for mine, plain in zip(gradients, expected, strict=True))


def test_each_neighbour_keeps_its_surest_links_only() -> None:
    scores = torch.zeros(2, 2, 2, 3)
    scores[..., 0] = torch.tensor([[[3.0, 1.0], [2.0, 4.0]], [[3.0, 1.0], [2.0, 4.0]]])
    scores[1, 0, 0, 2] = 5.0
    kept = decided(scores, 2).argmax(-1)
    assert kept.tolist() == [[[0, 0], [0, 0]], [[2, 2], [0, 0]]]
    assert decided(scores, 1).argmax(-1)[1].tolist() == [[2, 2], [2, 0]]


def test_fresh_magnitudes_have_the_deviation_of_discrete_links() -> None:
    layer = RelaxedLayer.of(128, (2, 16), "ring", CPU)
    # The sampled motifs of size 2 and 16 have 2/3 of 2 and of 16 links inside, and from each neighbour one per neuron.
    sampled = {2: 4 / 3 + 2, 16: 32 / 3 + 2}
    for kind, relaxation in RELAXATIONS.items():
        for name, values in relaxation.start(layer, 0.5, np.random.default_rng(1)).items():
            size = int(name.split(".")[1]) if "." in name else 16
            links = sampled[size] if kind == "gumbel" else 3 * size
            assert values.std() == pytest.approx(0.5 / links**0.5, rel=0.08)


def test_a_mixture_lifts_small_motifs_by_the_root_of_how_much_larger_the_largest_is() -> None:
    """Sizes 2 and 3: a link of the small motif counts sqrt(3 / 2) times its share."""
    layer = RelaxedLayer.of(6, (2, 3), "none", CPU)
    types = tuple(torch.tensor([1.0, 0, 0]).log().expand(1, v, v, 3) for v in (2, 3))
    ones = {"excitatory": torch.ones(6, 6), "inhibitory": torch.ones(6, 6)}
    shares = torch.tensor([0.25, 0.75])
    mixed = RELAXATIONS["mixture"].weights(layer, Choices(shares.log(), types), ones, 0, Draw())
    assert float(mixed[0, 1]) == pytest.approx(0.25 * 1.5**0.5 + 0.75)
    assert float(mixed[3, 2]) == pytest.approx(0.25 * 1.5**0.5)  # of two motifs of three, but one of two


def test_draws_of_a_draw_have_streams_of_their_own() -> None:
    drawn = Draw(0.5, (3,)).at(4).at(1)
    assert (drawn.temperature, drawn.seed) == (0.5, (3, 4, 1))
    probable = Draw(0.5)
    assert probable.at(4) is probable


@pytest.mark.parametrize("name", RELAXATIONS)
def test_relaxations_and_draws_are_frozen(name: str) -> None:
    for value in (RELAXATIONS[name], Draw()):
        with pytest.raises(FrozenInstanceError):
            value.temperature = 2.0  # type: ignore[misc,union-attr]


def test_the_settings_name_every_relaxation() -> None:
    assert set(settings.RELAXATION_NAMES) == set(RELAXATIONS)
