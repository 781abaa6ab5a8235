"""Compile the searched networks of a study of memory tasks three ways; write docs/results/compiled.md.

Run it with: python -m benchmarks.studies.compiled --study FOLDER
FOLDER is that of `motifc sweep run`; what benchmarks/studies/results/compiled.json holds is not measured again.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch

from benchmarks.refusals import refusing
from benchmarks.runs import Row, chosen, complete, load as rows_in
from benchmarks.studies.command import parser
from benchmarks.studies.compiled_page import page
from compiler.analysis.deployment import deployment
from compiler.analysis.estimate import estimate
from compiler.pipeline import compile_network
from motifc.evaluation import judged, program_answers
from motifc.sweep.trial import Trial, trial_of
from search.data.load import load_split
from search.data.loader import DataLoader
from search.data.task import Split
from search.nas.evaluate import evaluate_network
from search.network import Network
from search.settings import Settings
from search.training.initialize import reinitialize
from search.training.train import train
from targets.conformance.verification import side, verify
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout
from targets.contracts.raster import SpikeRaster
from targets.contracts.writing import write_text
from targets.program.program import Program
from targets.runtime.backend import load

ARM, CHIP = "hrmas-delays", "loihi2"
TASKS = ("digits-rows", "digits-scan", "spoken-first")
PLAIN, FAITHFUL, AWARE = "plain", "faithful", "quantize-aware"
CALIBRATION = 200
"""Training samples that a compilation looks at."""
COMPARED: Mapping[str, Mapping[str, int]] = {
    PLAIN: {"torch": 20, "onnx": 20, "numba": 20, "c": 20},
    FAITHFUL: {"numba": 20},
    AWARE: {"numba": 20},
}
"""Test samples on which each backend is compared with numpy; and Lava, on those of the first replicate."""
LAVA = {"lava": 3}


@refusing
def main(arguments: Sequence[str] | None = None) -> None:
    """All networks of the arm that the study has, then the page; without a study the page of the rows that are kept."""
    made = parser("Compile the searched networks of a study three ways.")
    made.add_argument("--study", type=Path, help="folder of a study of the memory tasks; without one, the kept rows")
    made.add_argument("--arm", default=ARM, help="whose networks (default: %(default)s)")
    made.add_argument("--replicates", type=int, default=10, help="of each task (default: %(default)s)")
    given = made.parse_args(arguments)
    path = given.rows / "compiled.json"
    if given.study is None:
        rows = rows_in(path)
    else:
        found = networks(given.study, given.arm, given.replicates)
        tasks = [{"task": data, "seed": seed} for data, seed in found]
        folders = {f"{data} {seed}": str(folder) for (data, seed), folder in found.items()}
        rows = chosen(complete(path, tasks, partial(measured, folders=folders), given.jobs), tasks)
    write_text(given.out / "compiled.md", page(rows, given.arm))


def networks(study: Path, arm: str, replicates: int) -> dict[tuple[str, int], Path]:
    """(task, seed) -> folder of every trained network of an arm, replicate by replicate."""
    found: dict[tuple[int, str], tuple[tuple[str, int], Path]] = {}
    for path in sorted(study.glob("trials/*/trial.json")):
        trial = told(path.parent)
        meant = (trial.arm, trial.fold) == (arm, 0) and trial.replicate < replicates and trial.data in TASKS
        if meant and (path.parent / "net.network").exists():
            found[trial.replicate, trial.data] = (trial.data, trial.seed), path.parent
    if not found:
        raise InputError(f"{study} holds no network of arm {arm!r}; run the study, or name another folder or arm.")
    return dict(found[key] for key in sorted(found))


def told(folder: Path) -> Trial:
    """The trial of a folder."""
    path = folder / "trial.json"
    return trial_of(json.loads(path.read_text(encoding="utf-8")), str(path))


def measured(task: str, seed: int, folders: Mapping[str, str]) -> list[Row]:
    """The row of one network: its three programs."""
    torch.set_num_threads(1)
    began = time.process_time()
    folder = Path(folders[f"{task} {seed}"])
    trial = told(folder)
    split = load_split(trial.place, Path(trial.files) if trial.files else None, trial.split_seed)
    network = Network.load(folder / "net.network")
    if network.origin != split.digest:
        raise InputError(f"{folder} holds a network of other data than {task} of seed {seed}; run the study again.")
    row: Row = {"replicate": trial.replicate, "samples": split.test.samples}
    for name, program, floats in programs(network, split, trial.settings, seed):
        more = LAVA if trial.replicate == 0 and name == PLAIN else {}
        row[name] = figures(program, split, {**COMPARED[name], **more})
        row[name]["float"] = floats
    return [{**row, "seconds": time.process_time() - began}]


def programs(network: Network, split: Split, settings: Settings, seed: int) -> Iterator[tuple[str, Program, float]]:
    """(way, program, accuracy of the float network that it is compiled from), all calibrated on training samples."""
    first = {split.input: split.train.take(slice(0, CALIBRATION))}
    floats = float_accuracy(network, split, settings)
    yield PLAIN, compile_network(network, CHIP, seed, first), floats
    yield FAITHFUL, compile_network(network, CHIP, seed, first, faithful=True), floats
    aware = retrained(network, split, settings, seed)
    yield AWARE, compile_network(aware, CHIP, seed, first), float_accuracy(aware, split, settings)


def retrained(network: Network, split: Split, settings: Settings, seed: int) -> Network:
    """The structure trained anew on the chip's grid, as `motifc search --quantize-aware` ends."""
    begun = DataLoader.of(torch.device("cpu"), split.train).batch(np.arange(settings.training.batch))
    fresh = reinitialize(network, begun, settings.start, seed)
    return train(fresh, split, settings, seed, "cpu", chip=chip_named(CHIP))


def float_accuracy(network: Network, split: Split, settings: Settings) -> float:
    """Share of the test samples that the float network gets right, ties wrong."""
    loader = DataLoader.of(torch.device("cpu"), split.test)
    return float(evaluate_network(network, readout_of(network), loader, settings.training)["accuracy"])


def figures(program: Program, split: Split, compared: Mapping[str, int]) -> Row:
    """Accuracy of a program on all test samples, what it takes, and every comparison with the oracle."""
    test = {split.input: split.test}
    with load(program, "numba") as machine:
        answers = program_answers(machine, test)
        spikes = {**test, **machine.run(test).spikes}
    totals, cost = deployment(program, spikes)["graph"]["totals"], estimate(program, spikes)
    return {
        "program": judged(readout_of(program), answers[readout_of(program).population]).accuracy,
        "cores": totals["cores"],
        "synapses": totals["synapses"],
        "messages": totals["messages_per_step"],
        "energy": cost.energy,
        "time": cost.time,
        "differing": {
            name: differing(program, split.input, split.test.take(slice(0, n)), name) for name, n in compared.items()
        },
    }


def differing(program: Program, name: str, few: SpikeRaster, backend: str) -> int:
    """Bins that differ from the oracle's, and one more where u or v does; v of a voltage readout in every step."""
    (verdict,) = verify(side(load(program)), [side(load(program, backend))], {name: few})
    return verdict.report.differing + (verdict.state is not None)


def readout_of(made: Network | Program) -> Readout:
    """The readout, which everything searched has."""
    if made.readout is None:
        raise ValueError("what was searched has a readout")
    return made.readout


if __name__ == "__main__":
    main()
