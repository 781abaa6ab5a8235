"""Designs: what was tried on validation data before the plans of spikes, fan-in and further experiments were written.

Run it with: python -m benchmarks.studies.memory.designs --jobs 2
No test part is read, and no seed of the plans is used. Rows that are kept are not measured again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.refusals import refusing
from benchmarks.runs import Row, chosen, complete, load
from benchmarks.studies.command import parser
from benchmarks.studies.memory.judging import begun_with, first_batch, validation
from search.data.load import load_split
from search.nas.fan_in import by_weights
from search.nas.methods import METHODS, search_by
from search.nas.retraining import Experiment
from search.settings import Settings, settings_of
from search.training.initialize import reinitialize
from search.training.own_rates import measured_rates

ROWS = Path(__file__).parent / "designs.json"
SEEDS = (201, 202, 203)
ROWS_TASK, FIRST, SCAN = "digits-rows", "spoken-first", "digits-scan"
ALL = (ROWS_TASK, FIRST, SCAN)
SMALL = [2, 4, 8]
"""Sizes without 16, whose motifs have more than a sixth of the links of a fully recurrent layer."""
BASE: Mapping[str, Mapping[str, Any]] = {
    "model": {"neurons": [64], "delays": [1, 2, 4, 8], "input_delays": [0, 4, 8, 16, 24]},
    "search": {"budget": 40.0, "rate": 0.02},
    "training": {"rate": 0.02, "epochs": 20},
}
"""Settings of the plan, for all designs alike."""


@dataclass(frozen=True)
class Design:
    """A method with settings of its own, on some tasks; `question` is what it was tried for."""

    question: str
    method: str
    tasks: Sequence[str] = ALL
    own: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """Those of the plan with its own."""
        return settings_of(
            {table: {**BASE.get(table, {}), **self.own.get(table, {})} for table in {*BASE, *self.own}}, "designs"
        )


def _priced(method: str, price: float, *tasks: str, **model: object) -> Design:
    return Design("spikes", method, tasks, {"model": model, "training": {"spike_price": price}})


def _thin(task: str, method: str = "hrmas-delays", **model: object) -> Design:
    return Design("fan-in", method, (task,), {"model": model})


def _later(task: str, **model: object) -> Design:
    """Thinned by weights after the whole search, its units on top."""
    own: Mapping[str, Mapping[str, Any]] = {
        "model": {**model, "fan_in_by": "weights"},
        "search": {"budget": 46.9},
    }
    return Design("fan-in", "hrmas-delays", (task,), own)


def _roomy(method: str, **model: object) -> Design:
    return Design("head-room", method, (SCAN,), {"model": model})


DESIGNS: Mapping[str, Design] = {
    "recurrent-delay": Design("spikes", "recurrent-delay"),
    "hrmas-delays": Design("spikes", "hrmas-delays"),
    "recurrent-delay, spikes 30": _priced("recurrent-delay", 30.0, ROWS_TASK),
    "halving, spikes 30": _priced("halving", 30.0, ROWS_TASK, SCAN),
    "halving, spikes 80": _priced("halving", 80.0, SCAN),
    "halving up to 8, spikes 15": _priced("halving", 15.0, ROWS_TASK, sizes=SMALL),
    "halving up to 8, spikes 30": _priced("halving", 30.0, ROWS_TASK, FIRST, sizes=SMALL),
    "halving up to 8, spikes 80": _priced("halving", 80.0, SCAN, sizes=SMALL),
    "halving of 16 and 32, 8 links, spikes 20": _priced("halving", 20.0, ROWS_TASK, sizes=[16, 32], links=8),
    "halving of 16 and 32, 8 links, spikes 60": _priced("halving", 60.0, SCAN, sizes=[16, 32], links=8),
    "hrmas-delays, spikes 30": _priced("hrmas-delays", 30.0, ROWS_TASK),
    "hrmas-delays, spikes 100": _priced("hrmas-delays", 100.0, SCAN),
    "then readout 1/2, inputs 3/4": _later(ROWS_TASK, readout_fan_in=0.5, fan_in=[0.75]),
    "then readout 1/4, inputs 0.33": _later(FIRST, readout_fan_in=0.25, fan_in=[0.33]),
    "then readout 1/4, inputs 0.3 for groups of 4": _later(FIRST, readout_fan_in=0.25, fan_in=[0.3], fan_in_group=4),
    "readout 1/4, inputs 0.3 at random": _thin(FIRST, "halving", readout_fan_in=0.25, fan_in=[0.3]),
    "readout 1/4": _thin(ROWS_TASK, readout_fan_in=0.25),
    "readout 1/4, all inputs": _thin(FIRST, readout_fan_in=0.25),
    "hrmas-delays, N 32": _roomy("hrmas-delays", neurons=[32]),
    "random-search, N 32": _roomy("random-search", neurons=[32]),
    "random-search": Design("selection", "random-search", (SCAN,)),
    "halving": Design("selection", "halving", (SCAN,)),
    "halving, calibrated loss": Design("selection", "halving", (SCAN,), {"search": {"score": "calibrated"}}),
    "halving, errors": Design("selection", "halving", (SCAN,), {"search": {"score": "errors"}}),
    "hrmas-delays, 120 units": Design("budget", "hrmas-delays", (SCAN,), {"search": {"budget": 120.0}}),
    "random-search, 120 units": Design("budget", "random-search", (SCAN,), {"search": {"budget": 120.0}}),
    "evolution": Design("repair", "evolution", (SCAN,)),
    "evolution, repaired by set-point": Design(
        "repair", "evolution", (SCAN,), {"plasticity": {"rule": "set-point", "window": 10}}
    ),
}


@refusing
def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what the rows lack."""
    given = parser("Try designs on validation data.")
    given.add_argument("--question", help="only designs that were tried for this")
    told = given.parse_args(arguments)
    wanted = [each for each in tasks() if told.question in (None, DESIGNS[each["design"]].question)]
    complete(ROWS, wanted, measured, told.jobs)


def tasks() -> list[dict[str, str]]:
    """One for every design and task."""
    return [{"design": name, "task": task} for name, design in DESIGNS.items() for task in design.tasks]


def measured(design: str, task: str) -> list[Row]:
    """A row for every seed: what is found, trained once more on the training part alone, on the validation part.

    `rate`, spikes of a hidden neuron in a step there, is that of the network which the search ends with; where that
    begins with weights of its own, of the one trained once more.
    """
    torch.set_num_threads(1)
    return [{"seed": seed, **_found(DESIGNS[design], task, seed)} for seed in SEEDS]


def _found(design: Design, task: str, seed: int) -> Row:
    split, settings = load_split(task, None, seed), design.settings
    epochs = settings.training.epochs
    if settings.model.fan_in_by == "weights":
        first = first_batch(split, settings)
        experiment = Experiment(split, settings, seed, first, {}, lambda phase, stage: None, None)
        found = by_weights(METHODS[design.method])(experiment)
        start = found.start or reinitialize(found.network, first, settings.start, seed)
        judged, network = begun_with(start, split, settings, seed, epochs)
        units = found.units(split)
    else:
        network = search_by(design.method, split, settings, seed, "cpu")
        judged, units = validation(network, split, settings, seed, epochs), float(network.settings["units"]["search"])
    rates = measured_rates(network, split.valid, torch.device("cpu"))
    weights = [(c.source == c.target, int(np.count_nonzero(c.synapses.weights))) for c in network.connections]
    return {
        "validation": judged,
        "rate": float(np.mean([rates[layer.name].mean() for layer in network.hidden])),
        "recurrent": sum(count for within, count in weights if within),
        "synapses": sum(count for _, count in weights),
        "units": units,
    }


def means() -> dict[tuple[str, str], dict[str, float]]:
    """Means over seeds by (design, task), of those that are kept for all seeds."""
    found = {}
    kept = load(ROWS)
    for name, design in DESIGNS.items():
        for task in design.tasks:
            rows = chosen(kept, [{"design": name, "task": task}])
            if rows:
                names = ("validation", "rate", "recurrent", "synapses", "units")
                found[name, task] = {each: float(np.mean([row[each] for row in rows])) for each in names}
    return found


if __name__ == "__main__":
    main()
