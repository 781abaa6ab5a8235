"""partition: which partitionings are tried, and which of them is taken. Who makes them is replaced here."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from benchmarks.mapping.microcircuit import microcircuit
from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.loads import Loads
from compiler.mapping.partitioning import improve as improve_module
from compiler.mapping.partitioning.improve import BEARABLE, IMBALANCE
from compiler.mapping.state import ChipMapping, on_one_core, unplaced
from compiler.passes import partition as partition_module
from compiler.passes.coarsen import coarsen
from compiler.passes.partition import partition
from targets.contracts.arrays import Array
from targets.contracts.chip import ChipSpec
from tests.compiler.mapped import chain, on_cores, small

QUICK, LONG = partition_module._QUICK, partition_module._LONG


@dataclass
class Asked:
    """Who was asked for what: METIS and Mt-KaHyPar for so many cores, moves for (trials, imbalance), stripes."""

    metis: list[int] = field(default_factory=list)
    kahypar: list[int] = field(default_factory=list)
    moves: list[tuple[int, float]] = field(default_factory=list)
    stripes: list[int] = field(default_factory=list)


def in_order(hypergraph: Hypergraph, cores: int) -> Array:
    """As many units on every core, in the order of numbers."""
    return np.arange(hypergraph.units) * cores // hypergraph.units


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """METIS, Mt-KaHyPar and stripes give units in order, moves change nothing, nobody partitions by size."""
    told = Asked()

    def partitioner(name: str) -> Callable[..., Array]:
        def run(hypergraph: Hypergraph, weights: Array, cores: int, slack: float, seed: int) -> Array:
            getattr(told, name).append(cores)
            return in_order(hypergraph, cores)

        return run

    def moves(
        hypergraph: Hypergraph, core_of: Array, price: Array, chip: ChipSpec, trials: int, *_: int, **kept: float
    ) -> Array:
        told.moves.append((trials, kept["imbalance"]))
        return core_of

    def stripes(hypergraph: Hypergraph, cores: int) -> Array:
        told.stripes.append(cores)
        return in_order(hypergraph, cores)

    changed: dict[str, Any] = {
        "metis": partitioner("metis"),
        "kahypar": partitioner("kahypar"),
        "improve": moves,
        "striped": stripes,
        "by_size": lambda *_: None,
    }
    for name, function in changed.items():
        monkeypatch.setattr(partition_module, name, function)
    return told


def run(hypergraph: Hypergraph, chip: ChipSpec, seed: int = 0) -> ChipMapping:
    return partition(hypergraph, on_one_core(hypergraph, chip), chip, seed)


# Which of several is taken. Units are six motifs on cores of the order given; what cores hold is told, not counted.

CHIP = small(neurons_per_core=6, cores=4, chips=2)
SIX = coarsen(chain(np.arange(6)), CHIP)
INDEX = (0, 0, 0, 1, 1, 1)


def held(*core_of: int, overuse: float = 1.0, imbalance: float = 1.0, messages: float = 10.0) -> ChipMapping:
    """A mapping of which that is told."""
    cores = max(core_of) + 1
    events = np.full(cores, (cores - imbalance) / (cores - 1))
    events[0] = imbalance
    mapping = unplaced(SIX, np.array(core_of), CHIP)
    return replace(mapping, loads=Loads(np.full((6, cores), overuse), events, messages))


def taken(
    monkeypatch: pytest.MonkeyPatch,
    *candidates: ChipMapping,
    index: ChipMapping | None = None,
    plain: ChipMapping | None = None,
    given: ChipMapping | None = None,
    even: tuple[ChipMapping, ...] = (),
    done: bool = False,
    lumpy: bool = False,
) -> tuple[int, ...]:
    """Cores of the units of the candidate that is taken; `even` are those that are tried for even work."""
    index = held(*INDEX) if index is None else index
    start = on_one_core(SIX, CHIP) if given is None else given
    known = {tuple(each.core_of.tolist()): each for each in (index, *candidates, *even, start)}
    changed: dict[str, Any] = {
        "unplaced": lambda hypergraph, core_of, chip: known[tuple(core_of.tolist())],
        "_candidates": lambda *_: iter(candidates),
        "_evened": lambda *_: iter(even),
        "by_size": lambda *_: plain,
        "settled": lambda hypergraph, mapping, chip: done,
        "improve": lambda hypergraph, core_of, *_, **__: core_of,
        "lumpy": lambda *_: lumpy,
    }
    for name, function in changed.items():
        monkeypatch.setattr(partition_module, name, function)
    return tuple(partition(SIX, start, CHIP).core_of.tolist())


A, B, C = (0, 0, 1, 1, 1, 1), (0, 1, 1, 1, 1, 1), (0, 0, 0, 0, 1, 1)
THREE, FOUR, FIVE = (0, 0, 1, 1, 2, 2), (0, 1, 2, 2, 3, 3), (0, 1, 2, 3, 4, 4)


def test_the_cheapest_is_taken_and_the_first_of_equals(monkeypatch: pytest.MonkeyPatch) -> None:
    assert taken(monkeypatch, held(*A, messages=9), held(*B, messages=8), held(*C, messages=8)) == B
    assert taken(monkeypatch, held(*A, messages=11)) == INDEX


def test_limits_go_before_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    assert taken(monkeypatch, held(*A, messages=1, overuse=1.01), held(*B, messages=9, overuse=0.5)) == B
    worst = held(*INDEX, overuse=2.0)
    assert taken(monkeypatch, held(*A, overuse=1.9, messages=1), held(*B, overuse=1.8), index=worst) == B


def test_fewer_chips_go_before_fewer_messages_and_fewer_cores_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert taken(monkeypatch, held(*FIVE, messages=1), held(*THREE, messages=9)) == THREE
    assert taken(monkeypatch, held(*THREE, messages=9), held(*FOUR, messages=9.5)) == THREE
    assert taken(monkeypatch, held(*THREE, messages=9), held(*FOUR, messages=8.5)) == FOUR


def test_even_work_goes_before_messages_where_the_simplest_send_no_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    uneven = held(*A, imbalance=IMBALANCE + 0.1, messages=5)
    assert taken(monkeypatch, uneven, held(*B, imbalance=IMBALANCE, messages=9)) == B
    index = held(*INDEX, imbalance=IMBALANCE + 0.1)
    assert taken(monkeypatch, uneven, held(*B, messages=10.0 * (1 + 1e-10)), index=index) == B
    for messages in (10.5, 15):
        assert taken(monkeypatch, uneven, held(*B, messages=messages), index=index) == A


def test_simple_mappings_that_break_a_limit_set_no_measure_of_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    index, plain = held(*INDEX, imbalance=1.3), held(*C, overuse=1.5, messages=1)
    assert taken(monkeypatch, held(*A, imbalance=1.3, messages=4), held(*B, messages=5), index=index, plain=plain) == B


def test_bearable_work_goes_before_messages_unless_one_motif_has_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    index = held(*INDEX, imbalance=1.3)
    bad, bearable = held(*A, imbalance=BEARABLE + 0.1, messages=1), held(*B, imbalance=BEARABLE, messages=9)
    assert taken(monkeypatch, bad, bearable, index=index) == B
    assert taken(monkeypatch, bad, bearable, index=index, lumpy=True) == A


def test_the_given_mapping_is_one_of_them_where_it_keeps_every_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert taken(monkeypatch, held(*A, messages=9), given=held(*B, messages=8)) == B
    worst = held(*INDEX, overuse=2.0)
    assert taken(monkeypatch, held(*A, overuse=1.9), index=worst, given=held(*B, overuse=1.5)) == A


def test_even_work_is_tried_where_it_costs_messages_but_not_where_all_is_settled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    uneven = held(*INDEX, imbalance=1.6)
    even = (held(*A, imbalance=1.4, messages=12),)
    assert taken(monkeypatch, index=uneven, even=even) == A
    assert taken(monkeypatch, index=uneven, even=even, done=True) == INDEX
    assert taken(monkeypatch, index=held(*INDEX), even=(held(*A, messages=9),)) == INDEX


# How many cores are asked for.


@pytest.mark.parametrize(
    ("motifs", "room", "cores"),
    [
        (196, 20, 20),  # 19.6 cores' worth: the rest is room enough
        (200, 20, 21),  # 20 cores would be full to the last neuron
        (200, 5, 100),  # two motifs of two neurons on each core of five
    ],
)
def test_partitioners_are_asked_for_cores_with_some_room(motifs: int, room: int, cores: int, asked: Asked) -> None:
    chip = small(neurons_per_core=room)
    run(coarsen(chain(np.arange(motifs)), chip), chip)
    assert asked.metis[0] == cores
    assert asked.kahypar[0] == cores
    assert asked.moves[0] == (QUICK, IMBALANCE)
    assert asked.moves[-1][0] == LONG


def test_a_network_that_fills_the_system_is_searched(asked: Asked) -> None:
    """Sixteen neurons on four cores of four; with one core fewer there is no hope."""
    for cores, searched in ((4, True), (3, False)):
        chip = small(neurons_per_core=4, cores=cores, chips=1)
        asked.moves.clear()
        run(coarsen(chain(np.arange(8)), chip), chip)
        assert bool(asked.moves) == searched


def test_kahypar_is_asked_where_it_takes_no_longer_than_the_rest(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    chip = small(neurons_per_core=20)
    hypergraph = coarsen(chain(np.arange(98)), chip)
    for least, most in ((hypergraph.pins.size * 10, 1), (hypergraph.pins.size * 10 - 1, 0)):
        asked.kahypar.clear()
        monkeypatch.setattr(partition_module, "_KAHYPAR", least)
        run(hypergraph, chip)
        assert len(asked.kahypar) == most


def test_metis_is_not_asked_for_cores_of_less_than_two_units(asked: Asked) -> None:
    chip = small(neurons_per_core=2)
    run(coarsen(chain(np.arange(6)), chip), chip)
    assert asked.metis == []
    assert asked.kahypar == [6]


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ([0, 0, 1, 1], [0, 1, 1, 1], [0, 0, 1, 1]),  # moves break a limit
        ([0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]),  # or keep it
        ([0, 1, 0, 1], [0, 0, 1, 1], [0, 0, 1, 1]),  # or save messages
    ],
)
def test_what_moves_break_is_taken_without_them(
    before: list[int], after: list[int], kept: list[int], asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four motifs on cores of two; index order, here on three cores, sends more than two halves of the chain."""
    chip = small(neurons_per_core=4)
    hypergraph = coarsen(chain(np.arange(4)), chip)

    def moves(_: Hypergraph, core_of: Array, *__: object, **___: object) -> Array:
        return np.array(after) if core_of.tolist() == before else core_of

    monkeypatch.setattr(partition_module, "_partitioners", lambda *_: iter([lambda *_: np.array(before)]))
    monkeypatch.setattr(partition_module, "improve", moves)
    monkeypatch.setattr(partition_module, "first_fit", lambda *_: np.array([0, 1, 2, 2]))
    assert run(hypergraph, chip).core_of.tolist() == kept


def test_where_there_is_no_hope_a_mapping_within_every_other_limit_stays() -> None:
    chip, graph = small(neurons_per_core=4, cores=3, chips=1), chain(np.arange(8))
    given, too_full = on_cores(graph, chip, 0, 0, 1, 1, 2, 2, 3, 3), on_cores(graph, chip, 0, 0, 0, 1, 1, 2, 2, 3)
    hypergraph = coarsen(graph, chip)
    assert partition(hypergraph, given, chip) is given
    assert partition(hypergraph, too_full, chip).core_of.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_one_core_that_holds_too_much_is_divided(asked: Asked) -> None:
    chip = small(neurons_per_core=8)
    assert run(coarsen(chain(np.arange(6)), chip), chip).cores == 2


def test_stripes_are_tried_on_more_and_more_cores_up_to_twice_as_many(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each core sends over two axons, one too many, wherever 40 motifs on ten cores are divided."""
    chip = small(neurons_per_core=8, axons_out_per_core=1)
    run(coarsen(chain(np.arange(40)), chip), chip)
    assert asked.stripes == [10, 15, 20]


def test_the_first_stripes_that_keep_every_limit_are_taken(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Index order, scattered here, sends too much; 40 motifs need nine cores, of which some would hold five of them."""
    chip = small(neurons_per_core=9, axons_out_per_core=4)
    monkeypatch.setattr(partition_module, "first_fit", lambda hypergraph, _: np.arange(hypergraph.units) % 10)
    assert run(coarsen(chain(np.arange(40)), chip), chip).core_of.tolist() == (np.arange(40) // 4).tolist()
    assert asked.stripes == [9, 10]


def busy(motifs: int, chip: ChipSpec) -> Hypergraph:
    """A chain of which the first half spikes four times as often: 1.6 times the mean."""
    rates = np.repeat([4.0, 1.0], motifs)
    return coarsen(chain(np.arange(motifs)), chip, {"outside": np.zeros(1), "motifs": rates})


@pytest.mark.parametrize(
    ("motifs", "room", "cores", "first", "even"),
    [
        (400, 20, 128, 41, [40, 42, 44, 46]),  # up to 15 % more
        (40, 20, 128, 4, [4, 5]),  # at least one more
        (40, 20, 4, 4, [4]),  # but on no more chips
        (40, 20, 3, 4, [4, 5]),
        (40, 40, 128, 2, [2, 3]),
    ],
)
def test_uneven_work_is_spread_over_some_more_cores(
    motifs: int, room: int, cores: int, first: int, even: list[int], asked: Asked
) -> None:
    chip = small(neurons_per_core=room, cores=cores)
    run(busy(motifs, chip), chip)
    assert asked.metis == [first, *even]
    assert asked.moves.count((QUICK, BEARABLE)) == 1 + len(even)


def test_uneven_work_of_one_motif_is_not_spread_but_gets_no_worse(asked: Asked) -> None:
    chip = small(neurons_per_core=20)
    rates = np.repeat([1.0, 40.0, 1.0], [20, 2, 58])
    hypergraph = coarsen(chain(np.arange(40)), chip, {"outside": np.zeros(1), "motifs": rates})
    found = run(hypergraph, chip)
    assert asked.metis == [4]
    assert found.loads.imbalance > BEARABLE
    assert asked.moves[-2] == (QUICK, found.loads.imbalance)


def test_what_is_too_large_for_tables_is_not_spread_and_its_regions_differ(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = []

    def by_regions(hypergraph: Hypergraph, core_of: Array, chip: ChipSpec, trials: int, seed: int, hot: float) -> Array:
        seeds.append((trials, seed))
        return core_of

    monkeypatch.setattr(improve_module, "_TABLE", 0)
    monkeypatch.setattr(partition_module, "improve_by_regions", by_regions)
    chip = small(neurons_per_core=20)
    run(busy(40, chip), chip, 7)
    assert asked.metis == asked.kahypar == [4]
    assert seeds == [(QUICK, 7 + QUICK)] * 2 + [(QUICK, 7 + LONG)]
    assert asked.moves == []


@pytest.mark.parametrize(
    "limit", [{"axons_in_per_core": 220}, *({"axons_out_per_core": limit} for limit in range(160, 190, 5))]
)
def test_cores_too_full_on_average_are_followed_by_as_many_as_would_do(asked: Asked, limit: dict[str, int]) -> None:
    """Of a net with n listeners at random a core hears with the chance 1 - (1 - 1 / cores)^n, once for all of them."""
    chip = small(neurons_per_core=30, **limit)
    made = microcircuit(0.005, 0)
    hypergraph = coarsen(made.graph, chip, made.rates)
    partition(hypergraph, on_one_core(hypergraph, chip), chip)
    first, second = asked.metis[:2]
    inner = hypergraph.home >= 0 if "axons_out_per_core" in limit else np.ones(hypergraph.nets, dtype=bool)

    def heard(cores: int) -> float:
        return sum(1 - (1 - 1 / cores) ** n for n in np.diff(hypergraph.indptr)[inner].tolist())

    full = unplaced(hypergraph, in_order(hypergraph, first), chip).loads.use.mean(axis=1)
    assert full.max() == full[3 if "axons_out_per_core" in limit else 2] > 1.1
    assert heard(second) * full.max() <= heard(first) < heard(second - 1) * full.max()
