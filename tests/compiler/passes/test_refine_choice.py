"""refine: where moves begin, at what price, and which of their results is taken. Who moves is replaced here."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest

from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.loads import loads
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.mapping.partitioning.improve import HOT
from compiler.mapping.partitioning.weights import even_weights, weights_for
from compiler.mapping.state import ChipMapping, unplaced
from compiler.passes import refine as refine_module
from compiler.passes.coarsen import coarsen
from compiler.passes.refine import refine
from targets.contracts.arrays import Array, Floats
from targets.contracts.chip import ChipSpec
from tests.compiler.mapped import chain, small

Cores = tuple[int, ...]

(SHORT, _), (LONGER, _) = refine_module._ROUNDS
LAST = refine_module._LONG
CHIP = small(neurons_per_core=4, cores=3, cores_per_tile=1, tiles_x=3)
TILES = np.array([[0, 0], [1, 0], [5, 0]])
"""Where the three cores lie: the third is far from the others."""
GIVEN, NEAR, MIXED = (0, 0, 2, 2, 1, 1), (0, 0, 1, 1, 2, 2), (0, 1, 0, 1, 2, 2)
"""Two motifs on a core; spikes of the chain travel 5 + 4 tiles, 1 + 4, and 1 + 1 + 1 + 4 as more of them."""


@dataclass(frozen=True)
class Moves:
    """A call of moves."""

    start: Cores
    price: Array
    trials: int
    imbalance: float
    hot: float


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> Callable[[Mapping[Cores, Cores]], list[Moves]]:
    """Told what moves make of what, it has METIS find nothing new and returns the list of moves that will be made."""

    def told(made: Mapping[Cores, Cores]) -> list[Moves]:
        calls: list[Moves] = []

        def improve(
            hypergraph: Hypergraph,
            core_of: Array,
            price: Array,
            chip: ChipSpec,
            trials: int,
            seed: int,
            imbalance: float,
            hot: float,
        ) -> Array:
            start = tuple(core_of.tolist())
            calls.append(Moves(start, price, trials, imbalance, hot))
            return np.array(made.get(start, start))

        monkeypatch.setattr(refine_module, "improve", improve)
        monkeypatch.setattr(refine_module, "by_size", lambda *_: None)
        monkeypatch.setattr(refine_module, "different", lambda *_: iter([]))
        monkeypatch.setattr(refine_module, "on_one_chip", lambda traffic, *_: TILES[: len(traffic)])
        return calls

    return told


def network(*rates: float) -> Hypergraph:
    """A chain of six motifs that spike so often."""
    spikes = np.repeat(rates or [0.03] * 6, 2)
    return coarsen(chain(np.arange(6)), CHIP, {"outside": np.full(1, 0.03), "motifs": spikes})


def given(hypergraph: Hypergraph, core_of: Cores = GIVEN) -> ChipMapping:
    return replace(unplaced(hypergraph, np.array(core_of), CHIP), tiles=TILES)


def test_a_message_costs_a_sixth_of_a_hop_or_as_much_as_one(moved: Callable[..., list[Moves]]) -> None:
    calls, hypergraph = moved({}), network()
    refine(hypergraph, given(hypergraph), CHIP)
    apart = np.array([[0, 1, 5], [1, 0, 4], [5, 4, 0]])
    for call, message, hot, trials in zip(
        (calls[0], calls[1], calls[-1]), (6, 1, 1), (0.5, HOT, HOT), (LONGER, SHORT, LAST), strict=True
    ):
        assert call.price.tolist() == [*(message * (apart > 0) + 6 * apart).tolist(), [message] * 3]
        assert (call.hot, call.trials, call.start) == (hot, trials, GIVEN)


def test_what_metis_finds_is_tried_and_the_best_goes_on(
    moved: Callable[..., list[Moves]], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, hypergraph, seeds = moved({}), network(), list[int]()

    def different(_: Hypergraph, weights: Floats, cores: int, slack: float, wanted: Iterable[int]) -> Iterator[Array]:
        seeds.extend(wanted)
        return iter([np.array(MIXED), np.array(NEAR)])

    monkeypatch.setattr(refine_module, "different", different)
    found = refine(hypergraph, given(hypergraph), CHIP, 40, more=1.0)
    assert seeds == list(range(40, 72))
    assert [call.start for call in calls if call.trials == SHORT] == [GIVEN, MIXED, NEAR]
    assert [call.start for call in calls if call.trials == LONGER][:3] == [GIVEN, NEAR, MIXED]
    assert [call.start for call in calls if call.trials == LAST] == [NEAR]
    assert tuple(found.core_of.tolist()) == NEAR


@pytest.mark.parametrize(("busy", "even"), [(1.0, False), (1.8, True)])
def test_metis_spreads_work_where_it_is_bearable_but_not_even(
    busy: float, even: bool, moved: Callable[..., list[Moves]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty motifs of which a quarter, on one core of four, is busier."""
    moved({})
    chip = small(neurons_per_core=20, cores=4, cores_per_tile=1, tiles_x=4)
    rates = {"outside": np.zeros(1), "motifs": np.repeat([busy, 1.0], [20, 60])}
    hypergraph = coarsen(chain(np.arange(40)), chip, rates)
    start = unplaced(hypergraph, np.arange(40) // 10, chip)
    asked = []

    def different(_: Hypergraph, weights: Floats, cores: int, slack: float, wanted: Iterable[int]) -> Iterator[Array]:
        asked.append((weights.tolist(), slack))
        return iter([])

    monkeypatch.setattr(refine_module, "different", different)
    monkeypatch.setattr(refine_module, "on_one_chip", lambda traffic, *_: start.tiles)
    refine(hypergraph, start, chip)
    index = loads(hypergraph, first_fit(hypergraph, chip), chip)
    weights, slack = even_weights(hypergraph, index, 4, chip, 1.49) if even else weights_for(hypergraph, index, 4, chip)
    assert asked[0] == (weights.tolist(), slack)


@pytest.mark.parametrize(("more", "taken"), [(0.6, MIXED), (0.5, GIVEN), (0.0, GIVEN)])
def test_messages_grow_by_what_was_allowed(more: float, taken: Cores, moved: Callable[..., list[Moves]]) -> None:
    """Four links instead of two are 57 % more messages, beside those of the input."""
    moved({GIVEN: MIXED})
    hypergraph = network()
    start = given(hypergraph)
    found = refine(hypergraph, start, CHIP, more=more)
    assert tuple(found.core_of.tolist()) == taken
    assert (found is start) == (taken == GIVEN)


@pytest.mark.parametrize(("room", "taken"), [(4, GIVEN), (5, GIVEN), (3, MIXED)])
def test_messages_do_not_grow_above_those_of_index_order_where_that_is_legal(
    room: int, taken: Cores, moved: Callable[..., list[Moves]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two links more that hardly spike: under 5 % more messages. Index order sends as many as the given mapping."""
    moved({GIVEN: MIXED})
    hypergraph = network(0.001, 0.06, 0.001, 0.06, 0.001, 0.001)
    start = given(hypergraph)
    index = loads(hypergraph, np.array(NEAR), small(neurons_per_core=room))
    monkeypatch.setattr(refine_module, "loads", lambda *_: index)
    assert index.messages == pytest.approx(start.loads.messages)
    assert tuple(refine(hypergraph, start, CHIP).core_of.tolist()) == taken
