"""refuse: what no mapping fits is told at once, what a mapping fits never."""

from dataclasses import replace

import numpy as np
import pytest

from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection
from compiler.mapping.refusal import refuse, sure
from compiler.passes.quantize import quantize
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.synapses import Banded, BlockDiagonal, Dense, Sparse, Synapses
from targets.program.check import check
from targets.program.program import IntProjection
from targets.program.usage import usage
from tests.compiler.layers import layers
from tests.compiler.mapped import assembled, partitioned, small


def refused(*sizes: int, **limits: int) -> str:
    with pytest.raises(InputError) as error:
        refuse(layers(*sizes), small(**limits))
    return str(error.value)


def test_every_kind_is_told_with_what_to_do() -> None:
    sources = np.count_nonzero(layers(50, 40).projections[0].synapses.weights, axis=1)
    most, chip = int(sources.max()), small()
    assert refused(50, 40, axons_in_per_core=most - 3) == (
        f"population 'layer 1' has {(sources > most - 3).sum()} neurons with up to {most} sources; a core of loihi1 "
        f"takes {most - 3} (axons in), so let each listen to 3 fewer."
    )
    size = int(chip.synapse_bytes(most, most))
    assert refused(50, 40, synapse_bytes_per_core=40) == (
        f"population 'layer 1' has 40 neurons with up to {size} bytes of synapses; a core of loihi1 holds 40 (synapse "
        f"bytes), so remove up to {-(-8 * (size - 40) // chip.synapse_bits.value)} synapses of each."
    )
    few = {"chips": 2, "chips_x": 1, "cores": 4}
    assert refused(5, 40, neurons_per_core=4, **few) == (
        "the network has 40 neurons; the largest system of loihi1 has 2 chips of 4 cores, each for 4 (cores), so "
        "remove 8 neurons, or use a system of 3 chips."
    )
    room, total = 8 * 400 // chip.synapse_bits.value, int(sources.sum())
    assert refused(50, 40, synapse_bytes_per_core=400, **few) == (
        f"the network has {total:,} synapses; the largest system of loihi1 has 2 chips of 4 cores, each for {room} "
        f"(cores), so remove {total - 8 * room:,} synapses, or use a system of {-(-total // (4 * room))} chips."
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_what_a_mapping_fits_is_never_refused(seed: int) -> None:
    """Limits at the very edge of a legal mapping: those that its cores use."""
    rng = np.random.default_rng(seed)
    graph = layers(*rng.integers(2, 12, 4).tolist(), seed=seed)
    chip = small(neurons_per_core=int(rng.integers(1, 5)))
    program = assembled(graph, partitioned(graph, chip), chip)
    used = usage(program, chip)
    tight = small(
        neurons_per_core=max(core.neurons for core in used),
        axons_in_per_core=max(core.axons_in for core in used),
        synapse_bytes_per_core=max(core.synapse_bytes for core in used),
        cores=len(used),
        chips=1,
        chips_x=1,
        cores_per_tile=1,
        tiles_x=len(used),
    )
    assert check(program, chip) == ()
    refuse(graph, tight)


def test_sources_of_parallel_projections_count_once_in_every_form() -> None:
    one, chip = np.ones((2, 3), np.int32), small(axons_in_per_core=3)
    forms: tuple[Synapses, ...] = (
        Dense(one),
        Sparse(np.ones(6, np.int32), np.tile(np.arange(3), 2), np.array([0, 3, 6]), 3),
        BlockDiagonal(one[None]),
        Banded(one[None, None], np.zeros((1, 1), np.int32), 1),
    )
    graph = layers(3, 2)
    first = graph.projections[0]
    parts = tuple(
        IntProjection(f"w{number}", first.source, first.target, form, 0, 1) for number, form in enumerate(forms)
    )
    refuse(replace(graph, projections=parts), chip)
    with pytest.raises(InputError, match="with up to 3 sources; a core of loihi1 takes 2 "):
        refuse(replace(graph, projections=parts), small(axons_in_per_core=2))


@pytest.mark.slow
@pytest.mark.parametrize("chip", ["loihi1", "loihi2", "small"])
@pytest.mark.parametrize("seed", range(6))
def test_no_weight_beyond_the_sure_one_is_rounded_to_zero(seed: int, chip: str) -> None:
    """Weights of many magnitudes, in two projections of different size, with and without few very large ones."""
    rng, spec = np.random.default_rng(seed), chip_named(chip)
    made = [10 ** rng.uniform(-5, 2) * rng.standard_t(rng.uniform(1, 30), (40, 30)) for _ in range(2)]
    heard = [np.clip(weights, -2000, 2000) for weights in made]
    ones = np.ones(40)
    graph = FloatGraph(
        inputs=(Input("x", 30), Input("y", 30)),
        populations=(FloatPopulation("n", 1, ones, 9 * ones, ones, 0 * ones),),
        projections=tuple(
            FloatProjection(name, name, "n", Dense(weights), 1) for name, weights in zip("xy", heard, strict=True)
        ),
        readout=None,
        steps=9,
        origin="",
    )
    least = sure(graph.populations[0], graph.projections, spec)
    rounded = quantize(graph, spec).projections
    for exact, integers in zip(heard, rounded, strict=True):
        assert integers.synapses.weights[np.abs(exact) > least].all()


def test_a_float_graph_is_told_with_all_its_sources() -> None:
    weights = np.random.default_rng(0).normal(0, 1, (3, 60))
    ones = np.ones(3)
    population = FloatPopulation("n", 1, ones, 9 * ones, ones, 0 * ones)
    graph = FloatGraph(
        (Input("x", 60),), (population,), (FloatProjection("w", "x", "n", Dense(weights), 1),), None, 9, ""
    )
    with pytest.raises(
        InputError, match=r"^population 'n' has 3 neurons with up to 60 sources; .* listen to 40 fewer\.$"
    ):
        refuse(graph, small(axons_in_per_core=20))
    refuse(graph, small(axons_in_per_core=59))
