"""ChipMapping: one state of cores, tiles and loads."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.mapping.networks import generated
from compiler.analysis.traffic import traffic
from compiler.mapping.loads import loads
from compiler.mapping.state import hops, mapped, on_one_core, unplaced
from compiler.passes.coarsen import coarsen
from targets.contracts.errors import InputError
from tests.compiler.mapped import chain, random_cores, small


@pytest.mark.parametrize("seed", range(3))
def test_loads_and_hops_are_those_of_the_mapping(seed: int) -> None:
    made = generated("modular", 400, 4, seed)
    chip = small(cores=12, cores_per_tile=1, tiles_x=4)
    hypergraph = coarsen(made.graph, chip, made.rates)
    rng = np.random.default_rng(seed)
    core_of, tiles = random_cores(hypergraph.units, 6, rng), rng.permutation(12)[:6, None] // [4, 1] % [3, 4]
    mapping = mapped(hypergraph, core_of, tiles, chip)
    assert mapping.cores == 6
    assert mapping.loads.use.tolist() == loads(hypergraph, core_of, chip).use.tolist()
    sent = traffic(made.graph, hypergraph.of_neurons(core_of), made.rates)
    assert hops(hypergraph, mapping) == pytest.approx(sent.hops(mapping.tiles))


def test_the_first_state_is_one_core_and_others_lie_in_the_order_of_numbers() -> None:
    chip = small(cores=4, cores_per_tile=1, tiles_x=2)
    hypergraph = coarsen(chain(np.arange(5)), chip)
    start = on_one_core(hypergraph, chip)
    assert start.core_of.tolist() == [0] * 5
    assert start.tiles.tolist() == [list(chip.position(0))]
    spread = unplaced(hypergraph, np.array([0, 2, 1, 2, 0]), chip)
    assert spread.tiles.tolist() == [list(chip.position(core)) for core in range(3)]


def test_nothing_of_it_can_be_written() -> None:
    chip = small()
    mapping = on_one_core(coarsen(chain(np.arange(3)), chip), chip)
    for array in (mapping.core_of, mapping.tiles, mapping.loads.use, mapping.loads.events):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_every_core_needs_a_tile() -> None:
    chip = small()
    mapping = on_one_core(coarsen(chain(np.arange(3)), chip), chip)
    with pytest.raises(InputError) as error:
        replace(mapping, tiles=np.zeros((2, 2), np.int32))
    assert str(error.value) == "tiles of cores have shape (2, 2) for 1 cores; give one (x, y) each."


@pytest.mark.parametrize("core_of", [[0, 0, 0, 0, 1], [-1, 0, 0, 0, 0]])
def test_units_are_on_cores_that_are_there(core_of: list[int]) -> None:
    chip = small(cores=4, cores_per_tile=1, tiles_x=2)
    start = on_one_core(coarsen(chain(np.arange(5)), chip), chip)
    with pytest.raises(InputError, match=r"there are 1, so run the pass partition again\.$"):
        replace(start, core_of=np.array(core_of))
