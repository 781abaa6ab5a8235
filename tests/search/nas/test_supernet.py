from dataclasses import replace

import numpy as np
import pytest
import torch

from search.data.loader import Batch, DataLoader
from search.nas.relaxation import Draw
from search.nas.supernet import Supernet
from search.settings import Settings
from search.training.rules import gradient_rule
from tests.search.tiny import TINY, tiny_split

CPU = torch.device("cpu")
SAMPLES = DataLoader.of(CPU, tiny_split().train)


def settings_of(relaxation: str, neurons: tuple[int, ...] = (16,)) -> Settings:
    return replace(
        TINY,
        model=replace(TINY.model, neurons=neurons),
        search=replace(TINY.search, relaxation=relaxation),
    )


def supernet_of(settings: Settings) -> Supernet:
    return Supernet.of(tiny_split(), first(), settings, (0, 0, 5))


def first() -> Batch:
    return SAMPLES.batch(np.arange(16))


def test_layers_follow_each_other_and_each_has_its_own_choices() -> None:
    supernet = supernet_of(settings_of("gumbel", (16, 8)))
    assert list(supernet.layers) == ["hidden1", "hidden2"]
    shapes = {name: tuple(value.shape) for name, value in supernet.weights.items() if "." not in name}
    assert shapes == {"input1": (16, 8), "input2": (8, 16), "output": (4, 8)}
    assert {name.split(".", 1)[0] for name in supernet.weights if "." in name} == {"hidden1", "hidden2"}
    assert [tuple(value.shape) for value in supernet.alpha["hidden2"].tensors()] == [(2,), (3, 2, 2, 3), (3, 4, 4, 3)]
    told = supernet.run(first(), gradient_rule(TINY.training), supernet.leaders, Draw())
    assert {name: tuple(each.counts.shape) for name, each in told.items()} == {
        "hidden1": (16, 16),
        "hidden2": (16, 8),
        "readout": (16, 4),
    }
    assert told["hidden2"].counts.sum() > 0


@pytest.mark.parametrize("relaxation", ["expected", "gumbel"])
def test_the_expected_loss_weighs_the_loss_of_every_size_with_its_share(relaxation: str) -> None:
    settings = settings_of(relaxation, (16, 8))
    supernet = supernet_of(settings)
    draw, others = Draw(0.5, (1,)), {"hidden1": 1, "hidden2": 0}
    with torch.no_grad():
        supernet.alpha["hidden1"].sizes.copy_(torch.tensor([0.25, 0.75]).log())
        supernet.alpha["hidden2"].sizes.copy_(torch.tensor([0.5, 0.5]).log())
        loss = [
            [float(supernet.loss(first(), settings, {"hidden1": i, "hidden2": j}, draw)) for j in (0, 1)]
            for i in (0, 1)
        ]
        expected = 0.5 * (0.25 * loss[0][0] + 0.75 * loss[1][0]) + 0.5 * (0.5 * loss[1][0] + 0.5 * loss[1][1])
        assert float(supernet.expected_loss(first(), settings, others, draw)) == pytest.approx(expected, rel=1e-5)
        assert len({value for row in loss for value in row}) == 4


def test_a_size_gains_by_its_own_loss_alone() -> None:
    settings = settings_of("gumbel")
    supernet = supernet_of(settings)
    draw = Draw(1.0, (2,))
    loss = supernet.expected_loss(first(), settings, {"hidden": 0}, draw)
    (gradient,) = torch.autograd.grad(loss, supernet.alpha["hidden"].sizes)
    with torch.no_grad():
        losses = torch.stack([supernet.loss(first(), settings, {"hidden": k}, draw) for k in (0, 1)])
        shares = supernet.alpha["hidden"].shares
        assert torch.allclose(gradient, shares * (losses - shares @ losses), atol=1e-6)


def test_types_follow_the_loss_of_their_size_however_improbable_it_is() -> None:
    settings = settings_of("expected")
    supernet = supernet_of(settings)
    choices = supernet.alpha["hidden"]
    with torch.no_grad():
        choices.sizes.copy_(torch.linspace(2, -2, len(choices.sizes)))
    expected = torch.autograd.grad(
        supernet.expected_loss(first(), settings, {"hidden": 0}, Draw()), supernet.alpha_parameters
    )
    paced = supernet.at_equal_pace(expected)
    assert torch.equal(paced[0], expected[0])
    for number, types in enumerate(choices.types):
        (alone,) = torch.autograd.grad(supernet.loss(first(), settings, {"hidden": number}, Draw()), types)
        assert torch.allclose(paced[1 + number], alone, rtol=1e-4, atol=1e-7)


def test_one_network_mixes_all_sizes_in_a_mixture() -> None:
    settings = settings_of("mixture")
    supernet = supernet_of(settings)
    with torch.no_grad():
        losses = {float(supernet.loss(first(), settings, {"hidden": k}, Draw())) for k in (0, 1)}
        losses.add(float(supernet.expected_loss(first(), settings, {"hidden": 0}, Draw())))
    assert len(losses) == 1


def test_expected_links_are_the_mean_over_neurons() -> None:
    supernet = supernet_of(settings_of("gumbel", (16, 8)))
    with torch.no_grad():
        for choices, sure in zip(supernet.alpha.values(), (0, 1), strict=True):
            choices.sizes.copy_(torch.tensor([50.0, 0.0]))
            choices.types[0].zero_()[..., 2] = 50.0 * sure  # the second layer has no links
    # Size 2 on a ring: 2 of 3 types are links, so 4/3 inside into each neuron; from each neighbour one is kept.
    assert float(supernet.expected_links().detach()) == pytest.approx((16 * (4 / 3 + 2) + 0) / 24, rel=1e-5)


def test_a_price_on_spikes_is_added_for_every_hidden_neuron_alike() -> None:
    settings = settings_of("expected", (16, 8))
    priced = replace(settings, training=replace(settings.training, spike_price=3.0))
    supernet, others = supernet_of(settings), {"hidden1": 0, "hidden2": 1}
    told = supernet.run(first(), gradient_rule(settings.training), others, Draw())
    rates = torch.cat([told[name].counts / first().steps for name in ("hidden1", "hidden2")], dim=1).detach()
    more = supernet.loss(first(), priced, others, Draw()) - supernet.loss(first(), settings, others, Draw())
    assert float(more.detach()) == pytest.approx(3 * float(rates.mean(0).square().mean()), rel=1e-4)
    slopes = [
        torch.autograd.grad(supernet.loss(first(), each, others, Draw()), supernet.learned["input1"])[0]
        for each in (priced, settings)
    ]
    assert float(slopes[0].mean() - slopes[1].mean()) > 0  # heavier weights spike more
