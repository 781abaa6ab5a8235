"""Loads: what every core of a partitioning holds, and what cores send each other."""

from typing import Any

import numpy as np
import pytest

from benchmarks.mapping.networks import generated
from compiler.analysis.traffic import traffic
from compiler.mapping import loads as module
from compiler.mapping.loads import Loads, between, loads
from compiler.mapping.state import unplaced
from compiler.passes.coarsen import coarsen
from targets.contracts.errors import InputError
from targets.program.usage import usage
from tests.compiler.mapped import assembled, chain, random_cores, small


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("topology", ["small-world", "two layers"])
def test_loads_are_those_of_the_assembled_program(topology: str, seed: int) -> None:
    made = generated(topology, 400, 4, seed)
    limits = {"neurons_per_core": 150, "axons_in_per_core": 300}
    chip = small(**limits)
    hypergraph = coarsen(made.graph, chip, made.rates)
    core_of = random_cores(hypergraph.units, 5, np.random.default_rng(seed))
    counted = loads(hypergraph, core_of, chip)
    cores = usage(assembled(made.graph, unplaced(hypergraph, core_of, chip), chip), chip)
    for row, (field, limit) in enumerate(
        [
            ("neurons", 150),
            ("synapse_bytes", chip.synapse_bytes_per_core.value),
            ("axons_in", 300),
            ("axons_out", chip.axons_out_per_core.value),
            ("decay_profiles", chip.decay_profiles_per_core.value),
            ("threshold_profiles", chip.threshold_profiles_per_core.value),
        ]
    ):
        assert (counted.use[row] * limit).round().tolist() == [getattr(core, field) for core in cores]
    sent = traffic(made.graph, hypergraph.of_neurons(core_of), made.rates)
    assert counted.messages == pytest.approx(sent.messages)
    np.testing.assert_allclose(between(hypergraph, core_of, 5), sent.between)


def test_the_largest_use_and_the_uneven_work_are_found() -> None:
    """Six motifs of two neurons, four of them on one core of three neurons."""
    chip = small(neurons_per_core=3)
    counted = loads(coarsen(chain(np.arange(6)), chip), np.array([0, 0, 0, 0, 1, 1]), chip)
    assert counted.cores == 2
    assert counted.overuse == pytest.approx(8 / 3)
    assert counted.events.tolist() == pytest.approx([0.06 + 3 * 0.18, 2 * 0.18])
    assert counted.imbalance == pytest.approx(0.6 / 0.48)
    assert counted.messages == pytest.approx(2 * 0.03 + 0.06)  # the input to both, motif 3 to motif 4


def test_silent_networks_are_even() -> None:
    made, chip = chain(np.arange(4)), small()
    silent = {"outside": np.zeros(1), "motifs": np.zeros(8)}
    counted = loads(coarsen(made, chip, silent), np.array([0, 0, 0, 1]), chip)
    assert counted.imbalance == 1
    assert counted.messages == 0


@pytest.mark.parametrize(
    "changes",
    [{"use": np.ones((6, 3))}, {"use": -np.ones((6, 2))}, {"events": np.array([1.0, -1])}, {"messages": -1.0}],
)
def test_loads_below_zero_or_of_other_cores_are_refused(changes: dict[str, Any]) -> None:
    given: dict[str, Any] = {"use": np.ones((6, 2)), "events": np.ones(2), "messages": 0.0}
    Loads(**given)
    with pytest.raises(InputError, match=r"^loads of 2 cores have use of shape \(6, .\) and numbers down to .*\.$"):
        Loads(**given | changes)


@pytest.mark.parametrize("topology", ["random", "dense input"])
def test_compiled_code_finds_the_cores_that_numpy_finds(topology: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made, chip = generated(topology, 400, 4, 0), small(neurons_per_core=80)
    hypergraph = coarsen(made.graph, chip, made.rates)
    core_of = random_cores(hypergraph.units, 7, np.random.default_rng(0))
    plain, sent = loads(hypergraph, core_of, chip), between(hypergraph, core_of, 7)
    monkeypatch.setattr(module, "_MANY", 0)
    fast = loads(hypergraph, core_of, chip)
    np.testing.assert_array_equal(fast.use, plain.use)
    assert fast.messages == plain.messages
    np.testing.assert_array_equal(between(hypergraph, core_of, 7), sent)
