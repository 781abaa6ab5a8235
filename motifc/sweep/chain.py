"""run_trial: the ordinary search, training, compilation and proof of one trial in its folder, gone on with."""

import os
import platform
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from motifc.sweep.outcome import (
    FAILURE,
    PROGRESS,
    RESULT,
    Cost,
    Failure,
    Outcome,
    Progress,
    alone,
    failure_in,
    forget,
    now,
    outcome_in,
    progress_in,
    save,
)
from motifc.sweep.trial import Trial, trial_in
from targets.contracts.errors import InputError

if TYPE_CHECKING:
    from search.data.task import Split
    from search.network import Network
    from search.training.progress import Progress as Epoch
    from targets.program.program import Program

SEARCHED, NETWORK, PROGRAM = "searched.network", "net.network", "net.program"
"""Files of a trial: what the search found, where it is trained further; the network; its program."""
_TOLD_EVERY = 1.0
"""Seconds between two notes of progress."""


def run_trial(folder: Path, digest: str, device: str = "cpu") -> bool:
    """Run the trial of that digest in its folder, from where it stopped; whether it has an outcome now.

    What goes wrong is kept in the folder as one sentence. Whoever runs the trial already is waited for. Torch runs on
    one thread, so that the result does not depend on the machine's load.
    """
    with alone(folder):
        if outcome_in(folder, digest) is not None:
            return True
        forget(folder, FAILURE)
        watch = _Watch(folder, device)
        try:
            trial = trial_in(folder, digest)
            save(folder, RESULT, _run(trial, folder, device, watch))
        except Exception as error:  # one trial that fails must not stop the others
            traceback.print_exc()
            save(folder, FAILURE, Failure(digest, _reason(error), watch.cost()))
            return False
        forget(folder, PROGRESS)
        return True


def give_up(folder: Path, digest: str, reason: str) -> None:
    """Keep why a trial is not begun again, unless it has an outcome or a reason of its own."""
    if outcome_in(folder, digest) is None and failure_in(folder, digest) is None:
        begun = progress_in(folder)
        save(folder, FAILURE, Failure(digest, reason, Cost() if begun is None else begun.cost))


class _Watch:
    """Adds up what a trial costs, over all its attempts, and notes how far it is."""

    def __init__(self, folder: Path, device: str) -> None:
        begun = progress_in(folder)
        self.folder, self.device = folder, device
        self.other_device = begun is not None and begun.device != device
        self.before = Cost() if begun is None else begun.cost
        self.began, self.cpu, self.told = now(), time.process_time(), 0.0
        self.tell("begin", force=True)

    def cost(self) -> Cost:
        """So far."""
        spent, passed = time.process_time() - self.cpu, now() - self.began
        return Cost(
            self.before.cpu_seconds + spent,
            self.before.gpu_seconds + (0.0 if self.device == "cpu" else passed),
            self.before.attempts + 1,
            self.began,
            now(),
        )

    def tell(self, phase: str, epoch: int = 0, epochs: int = 0, force: bool = False) -> None:
        """Note a phase, or an epoch of it where the last note is old enough."""
        if force or now() - self.told >= _TOLD_EVERY:
            self.told = now()
            with suppress(InputError):  # a full disk is told by what cannot be lost
                save(self.folder, PROGRESS, Progress(phase, epoch, epochs, self.device, os.getpid(), self.cost()))

    def epoch(self, epoch: "Epoch") -> None:
        """Note an epoch that has ended."""
        self.tell(epoch.phase, epoch.epoch, epoch.epochs)


def _run(trial: Trial, folder: Path, device: str, watch: _Watch) -> Outcome:
    import torch

    from search.data.load import load_split

    torch.set_num_threads(1)
    split = load_split(trial.place, Path(trial.files) if trial.files else None, trial.split_seed)
    if split.by == "value":
        raise InputError(
            f"{trial.place} has values to be told, and a study compares accuracies of classes; search, train and judge "
            "such data by motifc search, train and eval."
        )
    found = _searched(trial, split, folder, device, watch)
    network = _trained(trial, found, split, folder, device, watch)
    watch.tell("compile", force=True)
    program = _compiled(trial, network, folder)
    watch.tell("verify", force=True)
    return _judged(trial, split, found, network, program, device, watch)


def _searched(trial: Trial, split: "Split", folder: Path, device: str, watch: _Watch) -> "Network":
    """The network that the method finds, from its file or its checkpoint where there is one."""
    from search.nas.methods import search_by

    path = folder / (NETWORK if trial.training is None else SEARCHED)
    checkpoint = path.with_suffix(".checkpoint")

    def make() -> "Network":
        identity = {"method": trial.method, "seed": trial.seed, "split": split.digest, "device": device}
        _drop_foreign(checkpoint, identity)
        return search_by(trial.method, split, trial.settings, trial.seed, device, watch.epoch, checkpoint)

    return _kept(path, make, checkpoint, split.digest, device, watch)


def _trained(trial: Trial, found: "Network", split: "Split", folder: Path, device: str, watch: _Watch) -> "Network":
    """The network trained further, where the plan says so."""
    from search.settings import Settings
    from search.training.train import train

    if trial.training is None:
        return found
    settings = Settings(training=trial.training)
    path = folder / NETWORK
    checkpoint = path.with_suffix(".checkpoint")

    def make() -> "Network":
        identity = {"network": found.digest, "split": split.digest, "device": device}
        _drop_foreign(checkpoint, identity)
        chip = settings.training.chip
        return train(found, split, settings, trial.seed, device, watch.epoch, chip, checkpoint)

    return _kept(path, make, checkpoint, split.digest, device, watch)


def _kept(
    path: Path, make: Callable[[], "Network"], checkpoint: Path, split: str, device: str, watch: _Watch
) -> "Network":
    """The network in a file, or made and written there: where it is missing, damaged, of other data or a device."""
    from search.network import Network

    with suppress(InputError):
        known = Network.load(path)
        made_on = known.provenance.made[-1].device if known.provenance.made else ""
        if known.origin == split and made_on == device:
            return known
    network = make()
    network.save(path)
    checkpoint.unlink(missing_ok=True)
    return network


def _drop_foreign(checkpoint: Path, identity: dict[str, Any]) -> None:
    """Remove a checkpoint that is damaged or of a run on other data or another device: the work begins anew."""
    from search.training.checkpoint import load_checkpoint

    try:
        load_checkpoint(checkpoint, identity)
    except InputError as error:
        sys.stderr.write(f"motifc: {error} It is removed.\n")
        checkpoint.unlink(missing_ok=True)


def _compiled(trial: Trial, network: "Network", folder: Path) -> "Program":
    """The program of the network, as its file holds it."""
    from compiler.pipeline import compile_network
    from targets.contracts.provenance import making
    from targets.program.check import legal
    from targets.program.program import Program

    program = compile_network(network, trial.chip)
    program = replace(program, provenance=program.provenance.after(making("compile")))
    program.save(folder / PROGRAM)
    return legal(Program.load(folder / PROGRAM))


def _judged(
    trial: Trial, split: "Split", found: "Network", network: "Network", program: "Program", device: str, watch: _Watch
) -> Outcome:
    """All backends compared, and the figures counted."""
    from contextlib import ExitStack

    import numpy as np

    from motifc.evaluation import evaluate, judged, program_answers, spikes_of
    from targets.conformance.verification import side, verify
    from targets.contracts.provenance import sample_digests
    from targets.runtime.backend import bound_inputs, load
    from targets.runtime.registry import DEFAULT

    inputs = bound_inputs(program.inputs, split.test)
    shown = bound_inputs(program.inputs, split.test.take(slice(trial.samples)))
    with ExitStack() as held:
        first, *others = (held.enter_context(load(program, name)) for name in trial.backends)
        verdicts = verify(side(first), [side(each) for each in others], shown) if others else ()
        answers = program_answers(held.enter_context(load(program, DEFAULT)), inputs)
    floats = evaluate(network, split.test)
    readout = program.readout
    counted = sum(int(raster.counts().sum()) for raster in spikes_of(answers).values())
    figures = {
        "accuracy": floats.accuracy,
        "program_accuracy": None if readout is None else judged(readout, answers[readout.population]).accuracy,
        "validation": _validation(found),
        "synapses": sum(int(np.count_nonzero(each.synapses.weights)) for each in network.connections),
        "cores": len(program.cores),
        "spikes": counted / max(1, split.test.samples),
    }
    sentences = [verdict.report.sentence() for verdict in verdicts]
    sentences += [verdict.state for verdict in verdicts if verdict.report.equal and verdict.state]
    watch.tell("done", force=True)
    return Outcome(
        trial=trial.digest,
        network=network.digest,
        program=program.digest,
        split=split.digest,
        test=_digest_of(sample_digests(split.test)),
        parts=(split.train.samples, split.valid.samples, split.test.samples),
        equal=all(verdict.equal for verdict in verdicts),
        sentences=tuple(sentences),
        figures=figures,
        cost=watch.cost(),
        machine=_machine(device),
    )


def _validation(network: "Network") -> float | None:
    """Validation accuracy before that part was trained on; None of a method that never asks for it."""
    history, candidates = network.settings.get("search"), network.settings.get("candidates")
    if candidates:
        return float(candidates[network.settings["chosen"] - 1]["accuracy"])
    return float(history[-1]["accuracy"]) if history else None


def _digest_of(digests: Any) -> str:
    """Of samples in whatever order."""
    import hashlib

    return hashlib.sha256(b"".join(sorted(each.tobytes() for each in digests))).hexdigest()


def _machine(device: str) -> dict[str, str]:
    """What networks trained from one seed may differ by."""
    import torch

    from targets.contracts.provenance import making

    step = making("")
    told = {"device": device, "cpu": step.cpu, "host": platform.node(), "process": str(os.getpid()), **step.versions}
    if device != "cpu":
        told["gpu"] = torch.cuda.get_device_name(0)
    return told


def _reason(error: Exception) -> str:
    """One sentence on what has ended a trial."""
    if isinstance(error, InputError):
        return str(error)
    first = (str(error).strip().splitlines() or ["no message"])[0][:300]
    return f"{type(error).__name__}: {first}; {_LOGGED}"


_LOGGED = "log.txt beside it has the details."
