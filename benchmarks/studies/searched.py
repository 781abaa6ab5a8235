"""One searched and trained digits network per method and seed, kept in a folder for the scripts that compare them."""

import json
import sys
import textwrap
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from scipy.stats import t as student

from search.data.load import load_split
from search.data.loader import DataLoader
from search.nas.derive import READOUT
from search.nas.evaluate import evaluate_network
from search.nas.hrmas import passes_per_sample
from search.nas.methods import search_by
from search.network import Network
from search.settings import Settings, as_dict
from targets.contracts.arrays import Floats
from targets.contracts.ports import Readout

TRAIN, VALID = 862, 575
"""Samples of digits in these parts."""
PASSES = passes_per_sample(Settings(), [Settings().model.sizes])
"""Passes of the search per training sample and epoch."""
FIXED = ("random-motif", "recurrent", "feed-forward")
"""Methods that search nothing."""


@dataclass(frozen=True)
class Plan:
    """One network to be made: method, seed, and whether a fixed structure gets no more training than others."""

    method: str
    seed: int
    short: bool = False

    @property
    def name(self) -> str:
        """What the row of a table is called."""
        return f"{self.method} (short)" if self.short else self.method

    @property
    def settings(self) -> Settings:
        """The default settings; for a short one such that all of its training has the default number of epochs."""
        default = Settings()
        if not self.short:
            return default
        # A fixed structure is trained longer by what a search would cost, see search.nas.methods.search_by: here one
        # epoch.
        epochs = default.training.epochs - round(PASSES * TRAIN / (TRAIN + VALID))
        return replace(
            default, search=replace(default.search, epochs=1), training=replace(default.training, epochs=epochs)
        )


@dataclass(frozen=True)
class Row:
    """What came out; `seconds` are of one processor, `links` go from hidden to hidden neurons."""

    method: str
    seed: int
    accuracy: float
    parameters: int
    links: int
    passes: int
    seconds: float
    digest: str


def rows(plans: Sequence[Plan], folder: Path, jobs: int) -> list[Row]:
    """The rows of all plans, in their order; what the folder already holds is not made again."""
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        return list(pool.map(row, plans, [folder] * len(plans)))


def row(plan: Plan, folder: Path) -> Row:
    """The row of one plan; its network is made anew when the default settings have changed."""
    stored = _file(plan.name, plan.seed, folder)
    settings = as_dict(plan.settings)
    if stored.exists():
        content = json.loads(stored.read_text(encoding="utf-8"))
        if content["settings"] == settings:
            return Row(**content["row"])
    torch.set_num_threads(1)
    split = load_split("digits", None, plan.seed)
    began = time.process_time()
    network = search_by(plan.method, split, plan.settings, plan.seed, "cpu")
    seconds = time.process_time() - began
    digest = network.save(stored.with_suffix(".network"))
    hidden = [c for c in network.connections if c.source == c.target]
    links = sum(int((c.synapses.weights != 0).sum()) for c in hidden)
    others = sum(c.synapses.weights.size for c in network.connections if c not in hidden)
    test = DataLoader.of(torch.device("cpu"), split.test)
    accuracy = evaluate_network(network, Readout(READOUT, split.classes), test, plan.settings.training)["accuracy"]
    passes = sum(network.settings["passes"].values())
    made = Row(plan.name, plan.seed, accuracy, others + links, links, passes, seconds, digest)
    stored.write_text(json.dumps({"settings": settings, "row": asdict(made)}), encoding="utf-8")
    sys.stderr.write(f"{made.method} {made.seed}: {made.accuracy:.2%}, {made.seconds:.0f} s\n")
    return made


def network_of(row: Row, folder: Path) -> Network:
    """The network behind a row of `rows`."""
    return Network.load(_file(row.method, row.seed, folder).with_suffix(".network"))


def paired(differences: Floats) -> tuple[float, float]:
    """Mean of paired differences and half of its 95 % confidence interval by Student's t; nan for a single pair."""
    count = len(differences)
    if count == 1:
        return float(differences[0]), float("nan")
    return float(differences.mean()), float(student.ppf(0.975, count - 1) * differences.std(ddof=1) / np.sqrt(count))


def paragraph(text: str) -> str:
    """The text in lines of a page's width."""
    return textwrap.fill(" ".join(text.split()), 118, break_long_words=False, break_on_hyphens=False)


def table(cells: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table, its first row the head, figures to the right."""
    lines = ["| " + " | ".join(row) + " |" for row in cells]
    return [lines[0], "| --- |" + " ---: |" * (len(cells[0]) - 1), *lines[1:]]


def _file(name: str, seed: int, folder: Path) -> Path:
    return folder / f"{name.replace(' ', '-')}-{seed}.json"
