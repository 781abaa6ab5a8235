"""Architectures of the wide space: what is drawn, how it is changed, and the networks that carry it."""

import dataclasses

import numpy as np
import pytest
import torch

from search.motif import Motif
from search.nas.space import mutated, random_architecture, sets
from search.network import Connection, Network
from search.settings import ModelSettings
from search.training.initialize import reinitialize
from search.training.torch_network import TorchNetwork, tensor
from targets.contracts.errors import InputError
from targets.contracts.synapses import Banded, BlockDiagonal, Sparse, dense
from tests.search.tiny import TINY, tiny_split

WIDE = ModelSettings(
    neurons=(16, 8), sizes=(2, 4), readout_neurons=2, delays=(1, 2, 4), input_delays=(0, 3), fan_in=(1.0, 0.5, 0.25)
)


def networks() -> list[Network]:
    split = tiny_split()
    return [random_architecture(WIDE, 8, seed, 1).network(split, WIDE) for seed in range(12)]


def test_networks_carry_delays_as_ordinary_connections() -> None:
    delays = set()
    for network in networks():
        for layer in network.layers[:2]:
            motif = layer.motif
            assert motif is not None
            assert motif.delays is not None
            assert motif.late is not None
            for c in network.connections:
                if c.target != layer.name:
                    continue
                if c.source == c.target:
                    groups = [0] if isinstance(c.synapses, BlockDiagonal) else 1 + motif.directions_at(c.delay)
                    assert (motif.delays[groups] == c.delay).all()
                    delays.add(c.delay)
                elif isinstance(c.synapses, Sparse):
                    rows = np.flatnonzero(np.diff(c.synapses.indptr))
                    assert (1 + motif.late[rows % motif.size] == c.delay).all()
            fed = [c for c in network.connections if c.target == layer.name and c.source != layer.name]
            heard = sum(np.diff(c.synapses.indptr) for c in fed if isinstance(c.synapses, Sparse))
            if all(isinstance(c.synapses, Sparse) for c in fed):
                assert len(set(heard.tolist())) == 1  # type: ignore[union-attr]
    assert delays == {1, 2, 4}


def test_every_lateral_direction_is_in_one_connection() -> None:
    for network in networks():
        for layer in network.layers[:2]:
            motif = layer.motif
            assert motif is not None
            bands = [c for c in network.connections if c.source == layer.name and isinstance(c.synapses, Banded)]
            there = [d for c in bands for d in motif.directions_at(c.delay)]
            linked = [d for d in range(2) if motif.lateral[d].any()]
            assert set(linked) <= set(there)
            assert len(there) == len(set(there))


def test_weights_in_torch_have_the_types_of_the_motif() -> None:
    split = tiny_split()
    batch_of = torch.device("cpu")
    from search.data.loader import DataLoader

    first = DataLoader.of(batch_of, split.train).batch(np.arange(8))
    for network in networks():
        drawn = reinitialize(network, first, TINY.start, 0)
        model = TorchNetwork.of(drawn, batch_of)
        weights = {c.name: tensor(c.synapses.weights, batch_of) for c in drawn.connections}
        for wire, c in zip(model.wires(weights), drawn.connections, strict=True):
            assert wire.delay == c.delay
            np.testing.assert_allclose(wire.weights.numpy(), dense(c.synapses), rtol=1e-6)


def test_the_present_space_has_no_delays() -> None:
    plain = dataclasses.replace(WIDE, delays=(1,), input_delays=(0,), fan_in=(1.0,))
    wide, found = (random_architecture(model, 8, 3, 2) for model in (WIDE, plain))
    assert not found.heard
    for name, motif in found.motifs.items():
        assert motif.delays is None
        assert motif.late is None
        assert np.array_equal(motif.intra, wide.motifs[name].intra)
        assert np.array_equal(motif.lateral, wide.motifs[name].lateral)


@pytest.mark.parametrize("share", [1 / 2, 1 / 3, 1 / 16])
def test_sets_share_the_sources_out(share: float) -> None:
    found = sets(12, 30, share, 0)
    assert found.shape == (12, max(1, round(30 * share)))
    assert all(len(set(row)) == len(row) for row in found.tolist())
    heard = np.bincount(found.ravel(), minlength=30)
    assert heard.max() - heard.min() <= 1
    assert not np.array_equal(found, sets(12, 30, share, 1))


def test_a_change_is_small_and_legal_and_reaches_every_kind() -> None:
    generator = np.random.default_rng(0)
    one = random_architecture(WIDE, 8, 0, 1)
    changed = set()
    for _ in range(150):
        other = mutated(one, WIDE, 8, 0, generator)
        other.network(tiny_split(), WIDE)
        names = [n for n in one.motifs if other.motifs[n] is not one.motifs[n]]
        assert len(names) <= 1
        for name in names:
            old, new = one.motifs[name], other.motifs[name]
            same = old.size == new.size and np.array_equal(old.intra, new.intra)
            same = same and np.array_equal(old.lateral, new.lateral)
            changed.add(
                "size" if old.size != new.size else "types" if not same
                else "delays" if not np.array_equal(old.delays, new.delays)  # type: ignore[arg-type]
                else "late"
            )  # fmt: skip
        if {n: s.shape for n, s in one.heard.items()} != {n: s.shape for n, s in other.heard.items()} and not names:
            changed.add("fan-in")
        one = other
    assert changed == {"size", "types", "delays", "late", "fan-in"}


def test_delays_that_contradict_the_motif_are_refused() -> None:
    network = networks()[0]
    motif = network.layer("hidden1").motif
    assert motif is not None
    inside = next(c for c in network.connections if c.source == c.target and isinstance(c.synapses, BlockDiagonal))
    wrong = tuple(
        Connection(c.name, c.source, c.target, c.synapses, 9) if c is inside else c for c in network.connections
    )
    with pytest.raises(InputError, match="links inside the motifs of its layer take"):
        dataclasses.replace(network, connections=wrong)
    fed = next(c for c in network.connections if c.target == "hidden1" and c.source != c.target)
    filled = dataclasses.replace(fed.synapses, weights=np.ones_like(fed.synapses.weights))
    wrong = tuple(Connection(c.name, c.source, c.target, filled, 9) if c is fed else c for c in network.connections)
    with pytest.raises(InputError, match="hears what is before its layer after"):
        dataclasses.replace(network, connections=wrong)
    with pytest.raises(InputError) as raised:
        Motif(2, np.zeros((2, 2)), "none", np.zeros((0, 2, 2)), delays=np.array([0], np.int32))
    assert str(raised.value) == (
        "a none motif of size 2 has delays [0]; 1 whole numbers from 1 on are needed, so give one each."
    )


@pytest.mark.parametrize("links", [0, 1, 2])
def test_links_inside_a_drawn_motif_are_limited(links: int) -> None:
    limited = dataclasses.replace(WIDE, sizes=(8,), links=links)
    generator = np.random.default_rng(0)
    counts = set()
    for seed in range(10):
        whole = random_architecture(dataclasses.replace(limited, links=0), 8, seed, 1).motifs["hidden1"]
        drawn = random_architecture(limited, 8, seed, 1)
        kept = drawn.motifs["hidden1"].intra
        assert np.array_equal(kept[kept != 0], whole.intra[kept != 0])
        changed = mutated(drawn, limited, 8, 0, generator)
        found = [*drawn.motifs.values(), *changed.motifs.values()]
        counts |= {np.count_nonzero(motif.intra) <= 8 * links for motif in found}
    assert counts == {bool(links)}
