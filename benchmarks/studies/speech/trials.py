"""trials: searches and baselines of one fold, its test speaker scored once for each."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from benchmarks.runs import Row
from benchmarks.studies.speech.plan import READINGS, choices, valid_of
from motifc.evaluation import evaluate
from search.data.load import load_split
from search.nas.methods import search_by
from targets.contracts.provenance import making


@dataclass(frozen=True)
class Trial:
    """One network and what it scored on the speaker `test`.

    valid      the speaker that structures were judged on
    chosen     name of the settings of the fold
    recurrent  synapses from hidden to hidden neurons; synapses: all
    delay      of a fully recurrent layer; None of others
    size       of its motif, None where there is none
    units      of the search alone; seconds: of the whole trial in CPU time
    """

    reading: str
    test: str
    valid: str
    seed: int
    arm: str
    chosen: str
    accuracy: float
    recurrent: int
    synapses: int
    delay: int | None
    size: int | None
    units: float
    seconds: float
    network: str
    cpu: str


def tried(
    reading: str, seed: int, arm: str, settings: Mapping[str, str], speakers: tuple[str, ...], folder: Path
) -> list[Row]:
    """A row for every fold of one arm; `settings` names those of the fold of each test speaker."""
    torch.set_num_threads(1)
    rows = []
    for test, named in settings.items():
        valid = valid_of(test, seed, speakers)
        split = load_split(f"{READINGS[reading]}:{test},{valid}", folder)
        began = time.process_time()
        network = search_by(arm, split, choices()[named], seed, "cpu")
        accuracy = evaluate(network, split.test).accuracy
        seconds = round(time.process_time() - began, 1)
        inside = [each for each in network.connections if each.source == each.target]
        motif = network.layers[0].motif
        trial = Trial(
            reading=reading,
            test=test,
            valid=valid,
            seed=seed,
            arm=arm,
            chosen=named,
            accuracy=accuracy,
            recurrent=sum(int(np.count_nonzero(each.synapses.weights)) for each in inside),
            synapses=sum(int(np.count_nonzero(each.synapses.weights)) for each in network.connections),
            delay=inside[0].delay if arm.startswith("recurrent") else None,
            size=None if motif is None else motif.size,
            units=round(float(network.settings["units"]["search"]), 2),
            seconds=seconds,
            network=network.digest,
            cpu=making("").cpu,
        )
        rows.append(asdict(trial))
    return rows
