"""motif_program: a program of any number of neurons in motifs, made without search, to measure backends with."""

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.grid import decay_u, decay_v
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Banded, BlockDiagonal, Sparse
from targets.program.program import Core, IntPopulation, IntProjection, Program

MOTIF = 8
FAN_IN = 8
_FIELD = 64
_CHIP = "loihi2"
_CORE_MOTIFS = 128


def motif_program(neurons: int, seed: int = 0) -> Program:
    """One population of `neurons` neurons (a multiple of 8) in motifs of 8, with an input of a quarter as many.

    Synapses: each motif all-to-all inside (delay 1), each neuron to all of the two neighbouring motifs of a ring
    (delay 2), and each neuron to 8 random inputs of the 64 that lie nearest by index (delay 1): 32 a neuron. Cores are
    filled in order of index; up to 131,072 neurons the program fits one loihi2, beyond that it needs several. Raises
    InputError for a number that motifs do not fill.
    """
    check_neurons(neurons)
    rng, chip = np.random.default_rng(seed), chip_named(_CHIP)
    motifs, outside = neurons // MOTIF, max(MOTIF, neurons // 4)
    ring = np.arange(motifs)
    population = IntPopulation(
        name="motifs",
        motif_size=MOTIF,
        du=decay_u(rng.choice([2, 4, 8], neurons), chip.arithmetic),
        dv=decay_v(rng.choice([8, 16, 32], neurons), chip.arithmetic),
        vth=rng.choice([400, 600, 800], neurons),
        bias=np.zeros(neurons, dtype=np.int32),
    )
    inside = BlockDiagonal(_weights((motifs, MOTIF, MOTIF), rng))
    lateral = Banded(_weights((2, motifs, MOTIF, MOTIF), rng), np.stack([ring - 1, ring + 1]) % motifs, motifs)
    nearest = np.arange(neurons)[:, None] * outside // neurons
    heard = np.sort((nearest + rng.integers(0, _FIELD, (neurons, FAN_IN))) % outside, axis=1).ravel()
    given = Sparse(np.abs(_weights((heard.size,), rng)), heard, np.arange(neurons + 1) * FAN_IN, outside)
    cores = tuple(
        Core(
            *chip.position(number),
            {"motifs": np.arange(start, min(start + _CORE_MOTIFS * MOTIF, neurons), dtype=np.int32)},
        )
        for number, start in enumerate(range(0, neurons, _CORE_MOTIFS * MOTIF))
    )
    return Program(
        chip=chip,
        inputs=(Input("spikes", outside),),
        populations=(population,),
        projections=(
            IntProjection("spikes-motifs", "spikes", "motifs", given, 0, 1),
            IntProjection("inside", "motifs", "motifs", inside, 0, 1),
            IntProjection("lateral", "motifs", "motifs", lateral, 0, 2),
        ),
        cores=cores,
        outputs=("motifs",),
        readout=None,
        steps=100,
    )


def check_neurons(neurons: int) -> None:
    """Raise InputError for a number of neurons that motifs do not fill."""
    if neurons < MOTIF or neurons % MOTIF:
        raise InputError(f"{neurons} neurons were asked for; motifs have {MOTIF}, so give a multiple of {MOTIF}.")


def random_spikes(program: Program, samples: int, steps: int, density: float, seed: int = 0) -> SpikeRaster:
    """Spikes for the program's one input, each bin filled with probability `density`; packed sample by sample."""
    rng, neurons = np.random.default_rng(seed), program.inputs[0].neurons
    packed = [np.packbits(rng.random((steps, neurons), np.float32) < density, axis=1) for _ in range(samples)]
    return SpikeRaster(np.stack(packed), neurons, np.full(samples, steps, np.int32))


def _weights(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Even weights in -64..62."""
    return 2 * rng.integers(-32, 32, shape)
