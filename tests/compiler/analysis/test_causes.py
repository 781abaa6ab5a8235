"""causes: with every rounding kept the spikes of the oracle, with none those of the float graph."""

from dataclasses import replace

import numpy as np
import pytest

from compiler.analysis.causes import CAUSES, Kept, causes, simulate
from compiler.analysis.reference import Reference, refer
from compiler.frontends.network import lower
from compiler.ir.graph import FloatGraph, IntGraph
from compiler.passes.fold import fold
from compiler.passes.quantize import quantize
from compiler.passes.retime import retime
from compiler.passes.split import split
from targets.backends.numpy import NumpyMachine
from targets.contracts.chip import chip_named
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import with_weights
from targets.program.program import Program
from tests.networks import random_network, random_spikes
from tests.seeds import seeds

LOIHI2 = chip_named("loihi2")


def graph_of(seed: int, loud: float = 1) -> FloatGraph:
    """A graph with delays of 0, biases that ride with projections, and weights `loud` times as large.

    Hidden neurons of odd seeds rest for 0 to 3 steps after a spike.
    """
    graph = lower(random_network(seed))
    if seed % 2:
        hidden, *others = graph.populations
        rests = np.arange(hidden.neurons, dtype=np.int32) % 4
        graph = replace(graph, populations=(replace(hidden, refractory=rests), *others))
    return fold(
        retime(
            replace(
                graph,
                projections=tuple(
                    replace(
                        each,
                        delay=0 if each.name in ("input", "output") else each.delay,
                        bias=np.linspace(-0.01, 0.02, each.synapses.shape[0]) if each.name == "input" else None,
                        synapses=with_weights(each.synapses, loud * each.synapses.weights),
                    )
                    for each in graph.projections
                ),
            )
        )
    )


def oracle(integers: IntGraph, reference: Reference) -> dict[str, SpikeRaster]:
    """Spikes of every population; on which core a neuron is does not matter."""
    program = Program(LOIHI2, integers.inputs, integers.populations, integers.projections, (), (), None, integers.steps)
    given = {name: SpikeRaster.pack(reference.spikes[name]) for name in reference.inputs}
    return dict(NumpyMachine(program).run(given).spikes)


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(12, 4))
@pytest.mark.parametrize("loud", [1, 40])
def test_with_everything_kept_these_are_the_spikes_of_the_oracle(seed: int, loud: float) -> None:
    """Loud weights leave the registers: what wraps and saturates is followed too."""
    graph = graph_of(seed, loud)
    reference = refer(graph, {"touch": random_spikes(seed, 11)})
    for integers in (split(graph, LOIHI2).graph, quantize(graph, LOIHI2)):
        louder = replace(
            integers,
            populations=tuple(replace(each, vth=each.vth * (31 if loud > 1 else 1)) for each in integers.populations),
        )
        exact = oracle(louder, reference)
        for name, spikes in simulate(graph, louder, reference, LOIHI2.arithmetic).items():
            np.testing.assert_array_equal(spikes, exact[name].dense() > 0)


@pytest.mark.parametrize("seed", range(4))
def test_with_nothing_kept_these_are_the_spikes_of_the_float_graph(seed: int) -> None:
    graph = graph_of(seed)
    reference = refer(graph, {"touch": random_spikes(seed, 11)})
    for integers in (split(graph, LOIHI2).graph, quantize(graph, LOIHI2)):
        found = simulate(graph, integers, reference, LOIHI2.arithmetic, Kept(False, False, False, False))
        for name, spikes in found.items():
            np.testing.assert_array_equal(spikes, reference.spikes[name])


def test_counts_are_those_of_the_oracle_and_each_cause_is_left_out_by_itself() -> None:
    graph = graph_of(1)
    reference = refer(graph, {"touch": random_spikes(5, 11, samples=40)})
    integers = quantize(graph, LOIHI2)
    exact = oracle(integers, reference)
    found = causes(graph, integers, reference, LOIHI2.arithmetic)
    assert [each.population for each in found] == ["hidden", "answer"]
    for each in found:
        name = each.population
        counted = reference.counted[name][:, :, None]
        mine, theirs = (exact[name].dense() > 0) & counted, reference.spikes[name] & counted
        assert (each.samples, each.spikes) == (40, theirs.sum())
        assert each.reproduced == (mine & theirs).sum()
        assert each.differing == (mine ^ theirs).sum() > 0
        assert each.equal == (~(mine ^ theirs).any(axis=(1, 2))).sum()
        assert tuple(each.without) == CAUSES
        for cause in CAUSES:
            kept = replace(Kept(), **{cause: False})
            alone = simulate(graph, integers, reference, LOIHI2.arithmetic, kept)[name]
            assert each.without[cause] == ((alone ^ theirs) & counted).sum()
        assert each.without["weights"] < each.differing / 4
    (bare, _) = causes(graph, integers, reference, LOIHI2.arithmetic, each=False)
    assert bare.without == {}
