"""partition and refine where work comes in lumps: a few motifs with most of it, none with any, all alike."""

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.mapping.networks import generated
from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.mapping.partitioning.improve import BEARABLE
from compiler.mapping.partitioning.weights import lumpy
from compiler.mapping.state import hops, on_one_core, unplaced
from compiler.passes.coarsen import coarsen
from compiler.passes.partition import partition
from compiler.passes.place import place
from compiler.passes.refine import refine
from targets.contracts.arrays import Floats
from tests.compiler.mapped import small

CHIP = small(neurons_per_core=80)
MOTIFS, K = 100, 4


def rates(busy: int, rate: float, rest: float) -> Floats:
    """Of all neurons, of which those of the first `busy` motifs spike at `rate`."""
    return np.where(np.arange(MOTIFS * K) < busy * K, rate, rest)


def hypergraph_of(own: Floats, outside: float = 0.0, topology: str = "random") -> Hypergraph:
    made = generated(topology, MOTIFS * K, K, 1)
    return coarsen(made.graph, CHIP, {"motifs": own, "outside": np.full(made.rates["outside"].size, outside)})


LUMPS: dict[str, tuple[Callable[[], Hypergraph], bool]] = {
    "nobody spikes": (lambda: hypergraph_of(rates(0, 0, 0)), False),
    "all alike": (lambda: hypergraph_of(rates(0, 0, 0.03), 0.02), False),
    "one motif spikes": (lambda: hypergraph_of(rates(1, 0.5, 0)), True),
    "one motif spikes, and all a little": (lambda: hypergraph_of(rates(1, 1.0, 1e-4), 1e-4), True),
    "as many as cores": (lambda: hypergraph_of(rates(5, 1.0, 1e-4), 1e-4), True),
    "more than cores": (lambda: hypergraph_of(rates(7, 1.0, 1e-6), 0.0, "ring"), True),
}


@pytest.mark.parametrize(
    "case", [case if case == "one motif spikes" else pytest.param(case, marks=pytest.mark.slow) for case in LUMPS]
)
def test_every_limit_is_kept_and_nothing_costs_more_than_index_order(case: str) -> None:
    made, lumps = LUMPS[case]
    hypergraph = made()
    index = unplaced(hypergraph, first_fit(hypergraph, CHIP), CHIP)
    found = partition(hypergraph, on_one_core(hypergraph, CHIP), CHIP, 0)
    refined = refine(hypergraph, place(hypergraph, found, CHIP, 0), CHIP, 0)
    assert index.loads.overuse <= 1
    assert lumpy(hypergraph, index.cores) == lumps
    for mapping in (found, refined):
        assert mapping.loads.overuse <= 1
        assert mapping.loads.messages <= index.loads.messages * (1 + 1e-9)
        assert lumps or mapping.loads.imbalance <= BEARABLE + 1e-5
    assert refined.loads.imbalance <= max(found.loads.imbalance, BEARABLE) + 1e-5
    assert hops(hypergraph, refined) <= hops(hypergraph, place(hypergraph, found, CHIP, 0)) * (1 + 1e-9)


def test_exactly_a_quarter_of_a_core_s_mean_is_no_lump() -> None:
    """Of 32 units with the same work each is a quarter of the mean of eight cores, and more of that of nine."""
    made = generated("ring", 16 * K * 2, K, 0)
    hypergraph = coarsen(made.graph, CHIP)
    same = Hypergraph(**{**vars(hypergraph), "events": np.full(hypergraph.units, 1.0)})
    assert hypergraph.units == 32
    assert not lumpy(same, 8)
    assert lumpy(same, 9)
    assert not lumpy(Hypergraph(**{**vars(hypergraph), "events": np.zeros(hypergraph.units)}), 9)
