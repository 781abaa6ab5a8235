"""Search two hidden layers of 1,024 neurons with delays on spoken digits; compile them; prove that backends are equal.

Run it with: python -m benchmarks.studies.large --fsdd FOLDER
"""

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from benchmarks.processor import processor_seconds
from benchmarks.refusals import refusing
from benchmarks.runs import Row, chosen, complete
from benchmarks.studies.command import parser
from benchmarks.studies.large_page import page
from compiler.analysis.deployment import deployment
from compiler.pipeline import compile_network
from motifc.evaluation import judged, program_answers
from search.data.load import load_split
from search.data.loader import DataLoader
from search.data.task import Split
from search.nas.derive import motif_network
from search.nas.evaluate import evaluate_network
from search.nas.methods import search_by
from search.nas.retraining import Candidate, Experiment, retrain
from search.network import Network
from search.settings import ModelSettings, SearchSettings, Settings, TrainingSettings
from search.training.progress import Progress
from targets.conformance.verification import side, verify
from targets.contracts.raster import SpikeRaster
from targets.contracts.writing import write_text
from targets.program.program import Program
from targets.program.usage import usage
from targets.runtime.backend import load

DATA, METHOD, CHIP, SEED = "fsdd", "halving", "loihi1", 0
SEARCHED, DENSE = "with fan-in", "dense"
SETTINGS = Settings(
    model=ModelSettings(
        neurons=(512, 512),
        sizes=(8, 16),
        delays=(1, 2, 4, 8),
        input_delays=(0, 4, 8, 16, 24),
        fan_in=(0.25, 0.125),
    ),
    search=SearchSettings(budget=10.5, rate=0.01),
    training=TrainingSettings(epochs=8, rate=0.01),
)
"""A small budget: two candidates in the first rung, one after it."""
DENSE_EPOCHS = 1
"""Of training of the dense network, which is there for what it takes on the chip."""
CALIBRATION = 100
"""Training samples that roundings and the mapping look at."""
COMPARED: Mapping[str, int] = {"torch": 20, "onnx": 20, "numba": 20, "lava": 3}
"""Test samples on which each backend is compared with numpy."""


@refusing
def main(arguments: Sequence[str] | None = None) -> None:
    """Both networks one after the other, then the page."""
    made = parser("Search, compile and prove a network of 1,024 neurons on spoken digits.")
    made.add_argument("--fsdd", type=Path, required=True, help="folder of the Free Spoken Digit Dataset")
    made.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "motifc-large", help="for networks")
    made.add_argument("--every", type=int, default=3, help="recordings to learn from: every so many (default: 3)")
    given = made.parse_args(arguments)
    given.work.mkdir(parents=True, exist_ok=True)
    tasks = [{"network": name, "every": given.every} for name in (SEARCHED, DENSE)]
    rows = complete(given.rows / "large.json", tasks, partial(measured, folder=given.fsdd, work=given.work))
    write_text(given.out / "large.md", page(chosen(rows, tasks), SETTINGS, METHOD, DENSE_EPOCHS))


def measured(network: str, every: int, folder: Path, work: Path) -> list[Row]:
    """The row of one network; the dense one has the motifs of the searched one, which `work` holds."""
    torch.set_num_threads(1)
    seconds: dict[str, float] = {}
    with spent(seconds, "read"):
        split = load_split(DATA, folder, SEED)
        fewer = slice(0, None, every)
        split = replace(split, train=split.train.take(fewer), valid=split.valid.take(fewer))
    path = work / "searched.network"
    if network == SEARCHED:
        made = searched(split, SETTINGS, seconds)
        made.save(path)
    else:
        found = Network.load(path)
        short = replace(SETTINGS, training=replace(SETTINGS.training, epochs=DENSE_EPOCHS))
        with spent(seconds, "training"):
            made = retrain(network, partial(heard_by_all, found), split, short, SEED, "cpu")
        made.save(work / "dense.network")
    return [judged_row(made, split, seconds, COMPARED)]


def searched(split: Split, settings: Settings, seconds: dict[str, float]) -> Network:
    """The network that the method finds; seconds of the search and of the training after it are told apart."""
    began = time.process_time()
    over = [began]

    def tell(epoch: Progress) -> None:
        if epoch.phase != "train":
            over[0] = time.process_time()

    network = search_by(METHOD, split, settings, SEED, "cpu", tell)
    seconds["search"], seconds["training"] = over[0] - began, time.process_time() - over[0]
    return network


def heard_by_all(found: Network, experiment: Experiment) -> Candidate:
    """The structure of a found network with every projection dense: its motifs and delays, and all sources heard."""
    motifs = {layer.name: layer.motif for layer in found.layers if layer.motif is not None}
    model = experiment.settings.model
    start = {name: np.full(found.layer(name).neurons, model.tau_m) for name in motifs}
    return Candidate(motif_network(motifs, start, start, experiment.split, model), experiment.settings, 0, {})


def judged_row(network: Network, split: Split, seconds: dict[str, float], compared: Mapping[str, int]) -> Row:
    """Figures of a network and of its program, and of every comparison with the oracle."""
    first = {split.input: split.train.take(slice(0, CALIBRATION))}
    with spent(seconds, "compile"):
        program = compile_network(network, CHIP, SEED, first)
    test = {split.input: split.test}
    readout = network.readout
    if readout is None:
        raise ValueError("a searched network has a readout")
    with spent(seconds, "test"):
        loader = DataLoader.of(torch.device("cpu"), split.test)
        floats = evaluate_network(network, readout, loader, SETTINGS.training)["accuracy"]
        answers = program_answers(load(program, "numba"), test)
        integers = judged(readout, answers[readout.population]).accuracy
    spikes = {**test, **load(program, "numba").run(test).spikes}
    return {
        "accuracy": floats,
        "program_accuracy": integers,
        "samples": [part.samples for part in (split.train, split.valid, split.test)],
        "motifs": [told(layer.name, network) for layer in network.layers if layer.motif is not None],
        "units": dict(network.settings["units"]),
        "whole_motifs": motifs_are_whole(program),
        "digest": program.digest,
        "equal": [equality(program, split, name, count, seconds) for name, count in compared.items()],
        "seconds": seconds,
        **counted(program, spikes),
    }


def told(name: str, network: Network) -> Row:
    """A layer's motif in figures."""
    motif = network.layer(name).motif
    if motif is None:
        raise ValueError(f"layer {name} has a motif")
    heard = sum(c.synapses.weights.size for c in network.connections if c.target == name and c.source != name)
    return {
        "layer": name,
        "size": motif.size,
        "links": motif.links,
        "delays": [] if motif.delays is None else motif.delays.tolist(),
        "late": [] if motif.late is None else motif.late.tolist(),
        "heard": heard,
    }


def counted(program: Program, spikes: Mapping[str, SpikeRaster]) -> Row:
    """What the program takes on its chip, with the spikes of the test part."""
    used = usage(program)
    totals = deployment(program, spikes)["graph"]["totals"]
    return {
        "cores": len(program.cores),
        "synapses": totals["synapses"],
        "delayed": sum(each.delayed for each in used),
        "bytes": sum(each.synapse_bytes for each in used),
        "neurons": program.neurons,
        "most_slots": max(each.input_slots for each in used),
        "messages": totals["messages_per_step"],
        "operations": totals["operations_per_step"],
    }


def motifs_are_whole(program: Program) -> bool:
    """Whether the neurons of every motif are on one core."""
    for population in program.populations:
        core_of = np.zeros(population.neurons, np.int64)
        for number, core in enumerate(program.cores):
            core_of[core.members.get(population.name, np.empty(0, np.int64))] = number
        by_motif = core_of.reshape(-1, population.motif_size)
        if (by_motif != by_motif[:, :1]).any():
            return False
    return True


def equality(program: Program, split: Split, backend: str, samples: int, seconds: dict[str, float]) -> Row:
    """The program on a backend against numpy on the first test samples: bins compared and those that differ."""
    with spent(seconds, f"verify on {backend}"):
        inputs = {split.input: split.test.take(slice(0, samples))}
        (verdict,) = verify(side(load(program)), [side(load(program, backend))], inputs)
    bins = sum(each.bins for each in verdict.report.populations)
    return {
        "backend": backend,
        "samples": samples,
        "bins": bins,
        "spikes": verdict.report.spikes,
        "differing": verdict.report.differing,
        "equal": verdict.equal,
    }


@contextmanager
def spent(seconds: dict[str, float], stage: str) -> Iterator[None]:
    """CPU seconds of this process and, of a backend that runs in others, of those."""
    began = processor_seconds()
    yield
    seconds[stage] = processor_seconds() - began


if __name__ == "__main__":
    main()
