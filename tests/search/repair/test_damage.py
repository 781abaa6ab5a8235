"""Damage of networks, kind by kind."""

import numpy as np
import pytest

from search.repair.damage import damaged
from targets.contracts.damage import STRENGTHS, Damage
from targets.contracts.errors import InputError
from tests.networks import random_network, tiny_network


@pytest.mark.parametrize("kind", sorted(set(STRENGTHS) - {"cores"}))
def test_a_seed_gives_one_damage_and_the_readout_is_spared(kind: str) -> None:
    network = random_network(0)
    before, damage = network.digest, Damage(kind, STRENGTHS[kind], 3)
    found = damaged(network, damage)
    assert found.digest == damaged(network, damage).digest != before == network.digest
    assert np.array_equal(found.connection("output").dense(), network.connection("output").dense())
    assert found.layer("answer").threshold.tolist() == network.layer("answer").threshold.tolist()
    assert found.settings["damage"] == [{"kind": kind, "strength": STRENGTHS[kind], "seed": 3, "layers": ["hidden"]}]


def test_dead_neurons_hear_nothing() -> None:
    network = random_network(0)
    found = damaged(network, Damage("dead", 0.25, 0))
    lost = Damage("dead", 0.25, 0).chosen(24, "hidden")
    into = [found.connection(name).dense()[lost] for name in ("input", "intra", "lateral")]
    assert not any(each.any() for each in into)
    assert not found.layer("hidden").bias[lost].any()
    others = np.setdiff1d(np.arange(24), lost)
    assert np.array_equal(found.connection("input").dense()[others], network.connection("input").dense()[others])


def test_pruned_and_flipped_links_are_the_share_asked_for() -> None:
    network = random_network(0)
    links = np.count_nonzero(network.connection("intra").dense())
    pruned = damaged(network, Damage("prune", 0.5, 0))
    assert np.count_nonzero(pruned.connection("intra").dense()) == links - round(links / 2)
    assert pruned.layer("hidden").motif is not None
    flipped = damaged(network, Damage("signs", 0.2, 0))
    changed = flipped.connection("intra").dense() != network.connection("intra").dense()
    assert np.count_nonzero(changed) == round(0.2 * links)
    assert np.array_equal(np.abs(flipped.connection("intra").dense()), np.abs(network.connection("intra").dense()))
    assert flipped.layer("hidden").motif is None  # its types would contradict the links


def test_thresholds_gains_and_bits() -> None:
    network = random_network(0)
    ratio = damaged(network, Damage("thresholds", 0.3, 0)).layer("hidden").threshold / network.layer("hidden").threshold
    assert ratio.tolist() == pytest.approx(Damage("thresholds", 0.3, 0).factors(24, "hidden").tolist())
    gains = damaged(network, Damage("gains", 0.6, 0)).layer("hidden").resistance
    assert gains.tolist() == pytest.approx((0.6 * network.layer("hidden").resistance).tolist())
    coarse = damaged(network, Damage("bits", 3, 0)).connection("input").dense()
    assert len(np.unique(np.abs(coarse))) <= 4


def test_damage_adds_up_and_can_be_aimed() -> None:
    found = damaged(damaged(tiny_network(), Damage("gains", 0.5, 0)), Damage("gains", 0.5, 1), ["answer"])
    assert [each["layers"] for each in found.settings["damage"]] == [["hidden"], ["answer"]]
    assert found.layer("answer").resistance.tolist() == [2.0, 2.0]


def test_what_cannot_be_damaged_is_told() -> None:
    with pytest.raises(InputError, match=r"there is no layer 'hiden' to damage; there are .*, so name one\."):
        damaged(tiny_network(), Damage("dead", 0.5, 0), ["hiden"])
    with pytest.raises(InputError, match="a network has no cores; damage its program, or choose 'dead'"):
        damaged(tiny_network(), Damage("cores", 0.5, 0))
