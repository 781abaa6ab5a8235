"""coarsen: motifs become units and equivalent sources nets."""

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest

from benchmarks.mapping.networks import generated
from compiler.ir.graph import IntGraph
from compiler.ir.rates import rates_of
from compiler.passes.coarsen import coarsen
from compiler.text import text
from targets.contracts.errors import InputError
from targets.contracts.numbering import numbered, offsets
from targets.contracts.ports import Input
from targets.contracts.synapses import Dense
from targets.program.program import IntPopulation, IntProjection
from tests.compiler.mapped import chain, small


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("topology", ["two layers", "random"])
def test_every_synapse_is_in_a_net_and_every_neuron_in_a_unit(topology: str, seed: int) -> None:
    """Who hears whom, how often: counted neuron by neuron, and from the hypergraph."""
    made = generated(topology, 200, 4, seed)
    hypergraph = coarsen(made.graph, small(), made.rates)
    starts, rate = offsets(made.graph.inputs, made.graph.populations), rates_of(made.graph, made.rates)
    outside = sum(part.neurons for part in made.graph.inputs)
    unit_of = np.concatenate([np.full(outside, -1), *hypergraph.unit_of.values()])
    assert hypergraph.neurons.tolist() == np.bincount(unit_of[outside:]).tolist()
    listeners: dict[int, set[int]] = {}
    synapses, events = np.zeros(hypergraph.units), np.zeros(hypergraph.units)
    for pre, post in numbered(made.graph.projections, starts):
        for source, target in zip(pre.tolist(), unit_of[post].tolist(), strict=True):
            listeners.setdefault(source, set()).add(target)
            synapses[target] += 1
            events[target] += rate[source]
    assert hypergraph.synapses.tolist() == synapses.tolist()
    np.testing.assert_allclose(hypergraph.events, events)
    groups: dict[tuple[int, tuple[int, ...]], tuple[int, float]] = {}
    for source, targets in listeners.items():
        key = (int(unit_of[source]), tuple(sorted(targets)))
        count, total = groups.get(key, (0, 0.0))
        groups[key] = count + 1, total + rate[source]
    pins = np.split(hypergraph.pins, hypergraph.indptr[1:-1])
    found = {
        (int(home), tuple(pin.tolist())): (int(width), float(total))
        for home, pin, width, total in zip(hypergraph.home, pins, hypergraph.width, hypergraph.rate, strict=True)
    }
    assert len(found) == hypergraph.nets
    assert found.keys() == groups.keys()
    for key, (count, total) in groups.items():
        assert found[key][0] == count
        assert found[key][1] == pytest.approx(total)


def test_equivalent_sources_are_one_net() -> None:
    """Both neurons of a motif are sources of the next motif alone; the input is one of all."""
    hypergraph = coarsen(chain(np.arange(4)), small())
    assert hypergraph.units == 4
    assert hypergraph.home.tolist() == [-1, 0, 1, 2]
    assert hypergraph.width.tolist() == [1, 2, 2, 2]
    assert hypergraph.pins.tolist() == [0, 1, 2, 3, 1, 2, 3]
    assert hypergraph.rate.tolist() == pytest.approx([0.03, 0.06, 0.06, 0.06])
    assert hypergraph.synapses.tolist() == [2, 6, 6, 6]


@pytest.mark.parametrize(
    ("between", "outside", "delayed", "longest"),
    [
        (1, 1, None, 1),
        (2, 1, [0, 4, 4, 4], 2),
        (1, 3, [2, 2, 2, 2], 3),
        (5, 2, [2, 6, 6, 6], 5),
        (2, 5, [2, 6, 6, 6], 5),
    ],
)
def test_synapses_of_more_than_a_step_are_counted_and_the_longest_known(
    between: int, outside: int, delayed: list[int] | None, longest: int
) -> None:
    """Each motif hears the four synapses of the one before it, if there is one, and two from outside."""
    graph = chain(np.arange(4))
    delays = {"chain": between, "outside": outside}
    projections = tuple(replace(each, delay=delays[each.name]) for each in graph.projections)
    found = coarsen(replace(graph, projections=projections), small())
    assert (None if found.delayed is None else found.delayed.tolist()) == delayed
    assert found.longest == longest


def populations(*motifs: int) -> IntGraph:
    """Populations "0", "1", ... of twelve neurons in motifs of these sizes; the first hears twelve inputs."""
    same = np.ones(12, np.int32)
    return IntGraph(
        (Input("outside", 12),),
        tuple(IntPopulation(str(n), size, same, same, same, 0 * same) for n, size in enumerate(motifs)),
        (IntProjection("in", "outside", "0", Dense(np.eye(12, dtype=np.int32)), 0, 1),),
        None,
        5,
        "",
    )


def test_units_are_numbered_on_from_population_to_population() -> None:
    hypergraph = coarsen(populations(3, 6, 1, 4), small())
    starts = (0, 4, 6, 18)
    for (name, unit_of), start, size in zip(hypergraph.unit_of.items(), starts, (3, 6, 1, 4), strict=True):
        assert unit_of.tolist() == (start + np.arange(12) // size).tolist(), name
    assert (hypergraph.units, dict(hypergraph.split)) == (21, {})


def test_a_motif_too_large_for_a_core_becomes_units_of_one_neuron() -> None:
    """Of motifs of 3, 6 and 1 neurons on cores of 4, those of 6 are cut."""
    hypergraph = coarsen(populations(3, 6, 1), small(neurons_per_core=4))
    for (name, unit_of), start, size in zip(hypergraph.unit_of.items(), (0, 4, 16), (3, 1, 1), strict=True):
        assert unit_of.tolist() == (start + np.arange(12) // size).tolist(), name
    assert {name: cut.tolist() for name, cut in hypergraph.split.items()} == {"1": [0, 1]}
    assert hypergraph.neurons.tolist() == [3] * 4 + [1] * 24


def test_a_motif_of_two_may_be_too_large_for_a_core() -> None:
    hypergraph = coarsen(populations(2, 3), small(neurons_per_core=1))
    assert {name: cut.tolist() for name, cut in hypergraph.split.items()} == {"0": [*range(6)], "1": [*range(4)]}
    assert hypergraph.neurons.tolist() == [1] * 24


def test_of_motifs_of_one_size_only_those_too_large_are_cut() -> None:
    """Axons: each neuron hears an input of its own, and those of the first motif three more."""
    graph = populations(4, 2)
    weights = np.eye(12, dtype=np.int32)
    weights[0, 4:7] = 2
    heard = replace(graph.projections[0], synapses=Dense(weights))
    hypergraph = coarsen(replace(graph, projections=(heard,)), small(axons_in_per_core=4))
    assert {name: cut.tolist() for name, cut in hypergraph.split.items()} == {"0": [0]}
    assert hypergraph.unit_of["0"].tolist() == [0, 1, 2, 3, 4, 4, 4, 4, 5, 5, 5, 5]
    assert hypergraph.unit_of["1"].tolist() == (6 + np.arange(12) // 2).tolist()


def test_one_neuron_that_is_too_large_is_no_reason_to_cut() -> None:
    hypergraph = coarsen(populations(1), small(axons_in_per_core=0))
    assert (hypergraph.units, dict(hypergraph.split)) == (12, {})


def test_without_synapses_there_is_no_net() -> None:
    hypergraph = coarsen(replace(populations(3), projections=()), small())
    assert (hypergraph.nets, hypergraph.units) == (0, 4)
    assert [hypergraph.indptr.tolist(), hypergraph.pins.tolist(), hypergraph.rate.tolist()] == [[0], [], []]


def test_nothing_of_it_can_be_written() -> None:
    hypergraph = coarsen(chain(np.arange(3)), small())
    for field in fields(hypergraph):
        value = getattr(hypergraph, field.name)
        if isinstance(value, np.ndarray):
            assert not value.flags.writeable, field.name
        else:
            with pytest.raises(TypeError):
                value["motifs"] = None


def test_rates_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="rates of 'motifs' have shape"):
        coarsen(chain(np.arange(3)), small(), {"outside": np.zeros(1), "motifs": np.zeros(5)})


def test_coarsen_golden(golden: Callable[[str, str], None]) -> None:
    golden("coarsen.txt", text(coarsen(chain(np.arange(6)), small())))
