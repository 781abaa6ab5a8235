"""searched: one searched and trained digits network per method and seed, for the studies that compare them."""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from benchmarks.runs import Row, Task, as_one, chosen, complete
from search.data.load import load_split
from search.data.loader import DataLoader
from search.nas.derive import READOUT
from search.nas.evaluate import evaluate_network
from search.nas.methods import search_by
from search.settings import Settings, as_dict
from targets.contracts.ports import Readout


@dataclass(frozen=True)
class Plan:
    """One network to be made by the default settings: method and seed."""

    method: str
    seed: int


@dataclass(frozen=True)
class Searched:
    """What came out of a plan; `seconds` are of one processor, `links` go from hidden to hidden neurons.

    size                neurons of a motif; None where there is none
    history             figures of every iteration of the search
    resistance, tau_m   of the hidden neurons
    """

    method: str
    seed: int
    accuracy: float
    parameters: int
    links: int
    passes: int
    seconds: float
    digest: str
    size: int | None
    history: list[dict[str, float]]
    resistance: list[float]
    tau_m: list[float]


def searched(plans: Sequence[Plan], folder: Path, jobs: int) -> list[Searched]:
    """What came out of all plans, in their order; a network is made anew when the default settings have changed."""
    tasks = [{"plan": asdict(plan), "settings": _digest(Settings())} for plan in plans]
    rows = chosen(complete(folder / "searched.json", tasks, measured, jobs, name=_name), tasks)
    return [as_one(Searched, row) for row in rows]


def measured(plan: Row, settings: str) -> list[Row]:
    """The row of one plan, made with the settings of that digest."""
    own = Plan(**plan)
    torch.set_num_threads(1)
    split = load_split("digits", None, own.seed)
    began = time.process_time()
    network = search_by(own.method, split, Settings(), own.seed, "cpu")
    seconds = time.process_time() - began
    hidden = [c for c in network.connections if c.source == c.target]
    links = sum(int((c.synapses.weights != 0).sum()) for c in hidden)
    others = sum(c.synapses.weights.size for c in network.connections if c not in hidden)
    test = DataLoader.of(torch.device("cpu"), split.test)
    layer = network.layer("hidden")
    made = Searched(
        own.method,
        own.seed,
        evaluate_network(network, Readout(READOUT, split.classes), test, Settings().training)["accuracy"],
        others + links,
        links,
        sum(network.settings["passes"].values()),
        seconds,
        network.digest,
        None if layer.motif is None else layer.motif.size,
        [dict(entry) for entry in network.settings.get("search", [])],
        layer.resistance.tolist(),
        layer.tau_m.tolist(),
    )
    return [asdict(made)]


def _name(task: Task) -> str:
    plan = Plan(**task["plan"])
    return f"{plan.method}, seed {plan.seed}"


def _digest(settings: Settings) -> str:
    return hashlib.sha256(json.dumps(as_dict(settings), sort_keys=True).encode()).hexdigest()[:16]
