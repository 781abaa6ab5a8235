"""trials: searches and baselines of one fold, its test speaker scored once for each."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.runs import Row
from benchmarks.studies.speech.plan import READINGS, choices, valid_of
from motifc.evaluation import evaluate
from search.data.load import load_split
from search.nas.methods import search_by
from search.network import Network
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
        network = search_by(arm, split, choices()[named], seed, "cpu")
        accuracy = evaluate(network, split.test).accuracy
        rows.append(asdict(_told(network, accuracy, reading, test, valid, seed, arm, named)))
    return rows


def _told(
    network: Network, accuracy: float, reading: str, test: str, valid: str, seed: int, arm: str, settings: str
) -> Trial:
    inside = [each for each in network.connections if each.source == each.target]
    motif, seconds = network.layers[0].motif, _seconds(network.provenance.making[-1].seconds)
    return Trial(
        reading=reading,
        test=test,
        valid=valid,
        seed=seed,
        arm=arm,
        chosen=settings,
        accuracy=accuracy,
        recurrent=sum(int(np.count_nonzero(each.synapses.weights)) for each in inside),
        synapses=sum(int(np.count_nonzero(each.synapses.weights)) for each in network.connections),
        delay=inside[0].delay if arm.startswith("recurrent") else None,
        size=None if motif is None else motif.size,
        units=round(float(network.settings["units"]["search"]), 2),
        seconds=round(seconds, 1),
        network=network.digest,
        cpu=making("").cpu,
    )


def _seconds(told: Mapping[str, Any] | None) -> float:
    return float(sum((told or {}).values()))
