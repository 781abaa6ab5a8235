"""Hypergraph: units, nets, and the core of every neuron."""

import numpy as np

from benchmarks.mapping.networks import generated
from compiler.passes.coarsen import coarsen
from tests.compiler.mapped import small


def test_every_neuron_is_on_the_core_of_its_unit() -> None:
    hypergraph = coarsen(generated("two layers", 400, 4, 0).graph, small())
    core_of = np.random.default_rng(0).integers(0, 5, hypergraph.units)
    found = hypergraph.of_neurons(core_of)
    assert [cores.dtype for cores in found.values()] == [np.int32] * 2
    assert np.concatenate(list(found.values())).tolist() == np.repeat(core_of, 4).tolist()


def test_nets_are_numbered_pin_by_pin() -> None:
    hypergraph = coarsen(generated("ring", 200, 4, 0).graph, small())
    assert hypergraph.units == 50
    for net in range(hypergraph.nets):
        pins = hypergraph.pins[hypergraph.net_of == net]
        assert pins.tolist() == hypergraph.pins[hypergraph.indptr[net] : hypergraph.indptr[net + 1]].tolist()
