"""Random programs are legal, equal for equal choices, and shrink to the least of everything."""

import numpy as np
import pytest

from targets.conformance.random_program import Extent, case, random_program, random_synapses
from targets.contracts.chip import chip_named
from targets.program.check import check
from tests.seeds import seeds

LOIHI2 = chip_named("loihi2")


@pytest.mark.parametrize("seed", seeds(40, 8))
def test_a_random_program_is_legal_and_its_spikes_fit(seed: int) -> None:
    program, spikes = random_program(np.random.default_rng(seed))
    assert check(program) == ()
    assert {name: raster.neurons for name, raster in spikes.items()} == {i.name: i.neurons for i in program.inputs}
    assert {raster.steps for raster in spikes.values()} == {program.steps}
    assert len({raster.samples for raster in spikes.values()}) == 1


def test_the_generator_alone_decides() -> None:
    digests = [random_program(np.random.default_rng(seed))[0].digest for seed in (0, 0, 1)]
    assert digests[0] == digests[1] != digests[2]


def test_the_least_choices_make_the_least_program() -> None:
    program, spikes = case(lambda low, high: low, np.random.default_rng(0), LOIHI2)
    assert (len(program.inputs), len(program.populations), len(program.projections)) == (1, 1, 1)
    assert (program.neurons, program.steps, len(program.cores)) == (2, 1, 1)
    assert {raster.samples for raster in spikes.values()} == {1}


def test_the_greatest_choices_join_all_populations() -> None:
    program, _ = case(lambda low, high: high, np.random.default_rng(0), LOIHI2)
    assert (len(program.inputs), len(program.populations), len(program.projections)) == (2, 3, 7)
    assert program.steps == 20 + max(projection.delay for projection in program.projections)


@pytest.mark.parametrize(("kind", "name"), list(enumerate(["dense", "block", "band", "sparse"])))
def test_synapses_of_every_kind_have_even_weights_in_range(kind: int, name: str) -> None:
    synapses = random_synapses(6, 4, kind, np.random.default_rng(0), LOIHI2)
    assert (synapses.kind, synapses.shape) == (name, (6, 4))
    assert not (synapses.weights % 2).any()
    assert synapses.weights.size == 0 or -256 <= synapses.weights.min() <= synapses.weights.max() <= 254


def test_a_program_is_as_large_as_was_asked() -> None:
    extent = Extent(sources=(5, 5), motif=(7, 7), samples=(9, 9), steps=(11, 11))
    rng = np.random.default_rng(0)
    program, spikes = case(lambda low, high: low, rng, LOIHI2, extent)
    assert [(each.motif_size, each.neurons) for each in program.populations] == [(7, 14)]
    assert {(raster.samples, raster.steps, raster.neurons) for raster in spikes.values()} == {(9, 11, 10)}
