"""The generated program is legal, has the wiring it promises, and spikes without saturating."""

import numpy as np
import pytest

from motifc.bench.motif_program import motif_program, random_spikes
from targets.contracts.errors import InputError
from targets.program.check import check
from targets.runtime.backend import run


@pytest.mark.parametrize("neurons", [8, 1_000, 10_000])
def test_program_is_legal_and_has_32_synapses_a_neuron(neurons: int) -> None:
    program = motif_program(neurons)
    assert program.neurons == neurons
    assert check(program) == ()
    assert len(program.cores) == -(-neurons // 1024)
    assert sum(p.synapses.weights.size for p in program.projections) == 32 * neurons


def test_links_reach_the_two_neighbours_of_a_ring_and_the_nearest_inputs() -> None:
    program = motif_program(1_000)
    given, inside, lateral = (projection.synapses for projection in program.projections)
    post, pre, _ = inside.coordinates()
    assert set(post // 8 - pre // 8) == {0}
    post, pre, _ = lateral.coordinates()
    assert set((post // 8 - pre // 8) % 125) == {1, 124}
    post, pre, _ = given.coordinates()
    assert ((pre - post // 4) % 250).max() < 64


def test_seed_decides() -> None:
    digests = [motif_program(80, seed).digest for seed in (0, 0, 1)]
    assert digests[0] == digests[1] != digests[2]


def test_program_is_neither_silent_nor_saturated() -> None:
    program = motif_program(1_000)
    spikes = random_spikes(program, 2, 50, 0.05)
    assert spikes.dense().mean() == pytest.approx(0.05, abs=0.005)
    rate = run(program, spikes).spikes["motifs"].dense().mean(axis=(0, 1))
    assert 0.02 < rate.mean() < 0.5
    assert np.mean(rate > 0) > 0.5


def test_motifs_must_fill_the_program() -> None:
    with pytest.raises(InputError) as error:
        motif_program(1_001)
    assert str(error.value) == "1001 neurons were asked for; motifs have 8, so give a multiple of 8."
