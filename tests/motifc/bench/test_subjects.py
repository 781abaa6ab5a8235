"""What backends are measured on: motif programs when their turn comes, or the user's program and samples."""

import numpy as np
import pytest

from motifc.bench.motif_program import motif_program, random_spikes
from motifc.bench.subjects import motif_subjects, own_subject, own_told
from targets.contracts.errors import InputError


def test_motif_programs_have_the_samples_and_steps_that_are_asked_for() -> None:
    small, large = motif_subjects((8, 16), 3, 12, seed=1)
    assert (small.name, large.name) == ("8 neurons", "16 neurons")
    assert large.program.digest == motif_program(16, 1).digest
    assert (large.inputs["spikes"].samples, large.inputs["spikes"].steps) == (3, 12)
    assert np.array_equal(large.inputs["spikes"].packed, random_spikes(large.program, 3, 12, 0.05, 1).packed)


def test_a_size_that_motifs_do_not_fill_is_told_before_any_program_is_made() -> None:
    with pytest.raises(InputError, match="12 neurons were asked for; motifs have 8"):
        motif_subjects((8, 12), 1, 20)


def test_a_program_of_one_s_own_is_given_its_first_steps() -> None:
    program = motif_program(16)
    spikes = random_spikes(program, 2, 30, 0.3)
    whole, cut = own_subject("a.program", program, spikes), own_subject("a.program", program, spikes, 7)
    assert whole.inputs["spikes"].steps == 30
    assert np.array_equal(cut.inputs["spikes"].packed, spikes.packed[:, :7])
    assert own_told(cut, "x.npz: 2 samples") == (
        f"Program: a.program, digest {program.digest[:12]}: 16 neurons, 512 weights, cores of loihi2: 1. Spikes: "
        "x.npz: 2 samples, of which a batch takes the first, 7 steps each, padding included."
    )


def test_spikes_of_another_width_are_refused() -> None:
    with pytest.raises(InputError, match="spikes for input 'spikes' are 8 neurons wide; it has 16"):
        own_subject("a.program", motif_program(64), random_spikes(motif_program(8), 1, 5, 0.3))
