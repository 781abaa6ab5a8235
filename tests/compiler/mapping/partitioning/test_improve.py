"""improve: units move until limits are kept, work is even and messages cost little."""

import numpy as np
import pytest

from benchmarks.mapping.networks import generated
from compiler.mapping.loads import loads
from compiler.mapping.partitioning import improve as improve_module
from compiler.mapping.partitioning.improve import fits_tables, improve, uniform_price
from compiler.passes.coarsen import coarsen
from tests.compiler.mapped import chain, small


def test_a_message_costs_one_and_nothing_within_a_core() -> None:
    assert uniform_price(3).tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0], [1, 1, 1]]


@pytest.mark.parametrize("seed", range(3))
def test_limits_are_kept_and_messages_fall(seed: int) -> None:
    made, chip = generated("small-world", 400, 4, seed), small(neurons_per_core=110)
    hypergraph = coarsen(made.graph, chip, made.rates)
    start = np.random.default_rng(seed).integers(0, 4, hypergraph.units)
    found = loads(hypergraph, improve(hypergraph, start, uniform_price(4), chip, 100, seed), chip)
    assert found.overuse <= 1
    assert found.imbalance <= 1.16
    assert found.cores == 4
    assert found.messages < loads(hypergraph, start, chip).messages


def test_what_is_too_large_for_tables_or_on_one_core_is_returned_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    chip = small()
    hypergraph = coarsen(chain(np.arange(6)), chip)
    one, two = np.zeros(6, dtype=np.int64), np.arange(6) % 2
    assert improve(hypergraph, one, uniform_price(1), chip, 10, 0) is one
    assert fits_tables(hypergraph, 2)
    monkeypatch.setattr(improve_module, "_TABLE", 11)
    assert not fits_tables(hypergraph, 2)
    assert improve(hypergraph, two, uniform_price(2), chip, 10, 0) is two
