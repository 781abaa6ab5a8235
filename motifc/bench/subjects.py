"""motif_subjects, own_subject: what backends are measured on, made or the user's own."""

from collections.abc import Iterator, Sequence

from motifc.bench.backends import Subject
from motifc.bench.motif_program import FAN_IN, MOTIF, check_neurons, motif_program, random_spikes
from targets.contracts.shown import shown
from targets.program.program import Program
from targets.runtime.backend import Spikes, bound_inputs

DENSITY = 0.05
MOTIFS = (
    f"Program: motifs of {MOTIF} neurons, all-to-all inside (delay 1) and with both neighbours of a ring (delay 2), "
    f"{FAN_IN} inputs a neuron: {3 * MOTIF + FAN_IN} synapses a neuron; random input with a spike in {DENSITY:.0%} of "
    "all bins. It was generated, neither searched nor trained, and its cores are filled in order; the limits of the "
    "chip were not checked."
)
"""What a page says of motif programs."""


def motif_subjects(sizes: Sequence[int], samples: int, steps: int, seed: int = 0) -> Iterator[Subject]:
    """`motif_program` of each size, made when its turn comes, with random spikes.

    Raises InputError, before any is made, for a size that is no multiple of the motif.
    """
    for neurons in sizes:
        check_neurons(neurons)
    return (_motif_subject(neurons, samples, steps, seed) for neurons in sizes)


def own_subject(name: str, program: Program, spikes: Spikes, steps: int | None = None) -> Subject:
    """A program of the user's own, and the first `steps` steps of its samples; all where it is None."""
    given = bound_inputs(program.inputs, spikes)
    return Subject(
        name, program, {key: raster if steps is None else raster.until(steps) for key, raster in given.items()}
    )


def own_told(subject: Subject, sentence: str) -> str:
    """What a page says of it; `sentence` tells of the samples."""
    program = subject.program
    spikes = next(iter(subject.inputs.values()))
    weights = sum(each.synapses.weights.size for each in program.projections)
    return (
        f"Program: {shown(subject.name)}, digest {program.digest[:12]}: {program.neurons:,} neurons, {weights:,} "
        f"weights, cores of {program.chip.name}: {len(program.cores):,}. Spikes: {shown(sentence)}, of which a batch "
        f"takes the first, {spikes.steps:,} steps each, padding included."
    )


def _motif_subject(neurons: int, samples: int, steps: int, seed: int) -> Subject:
    program = motif_program(neurons, seed)
    spikes = random_spikes(program, samples, steps, DENSITY, seed)
    return Subject(f"{neurons:,} neurons", program, {program.inputs[0].name: spikes})
