"""searched: programs of networks that were searched on digits, and spikes for them."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.agreement.programs import SAMPLES
from benchmarks.mapping.searched import DATA, SETTINGS
from compiler.pipeline import compile_network
from search.data.load import load_split
from search.nas.hrmas import search
from search.settings import load_settings
from targets.conformance.random_program import Case
from targets.contracts.cache_folder import cache_folder
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program

_NEURONS = (64, 128, 192)
"""Hidden neurons of the networks, which take turns; each is searched with the next seed."""
_FLIPPED = 0.05
"""Largest share of input bins that are turned over, so that no two cases are alike."""


def searched(seed: int, number: int) -> Case:
    """Case `number` of a seed: the next network on 2,048 training samples of digits with some bins turned over."""
    rng = np.random.default_rng([seed, number])
    which = number % len(_NEURONS)
    program = searched_program(_NEURONS[which], seed + which)
    train = load_split(DATA, seed=seed + which).train
    spikes = train.take(rng.integers(0, train.samples, SAMPLES)).dense()
    turned = rng.random(spikes.shape) < rng.uniform(0, _FLIPPED)
    return program, {program.inputs[0].name: SpikeRaster.pack(spikes ^ turned)}


def searched_program(neurons: int, seed: int) -> Program:
    """A network with one hidden layer, searched in seconds (benchmarks/mapping/searched.toml) and compiled.

    It is kept beside encoded data (MOTIFC_CACHE), so that it is searched once.
    """
    path = kept_program(neurons, seed)
    if path.exists():
        return Program.load(path)
    settings = load_settings(SETTINGS)
    settings = replace(settings, model=replace(settings.model, neurons=(neurons,)))
    program = compile_network(search(load_split(DATA, seed=seed), settings, seed, "cpu"))
    path.parent.mkdir(parents=True, exist_ok=True)
    program.save(path)
    return program


def kept_program(neurons: int, seed: int) -> Path:
    """Where the program of a searched network is kept."""
    return cache_folder() / f"agreement-{DATA}-{neurons}-{seed}.program"
