"""Damage fully recurrent networks of digits-rows and their programs, repair them without labels; see docs/results.

Run it with: python -m benchmarks.studies.repair
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch

from benchmarks.refusals import refusing
from benchmarks.runs import Row, chosen, complete
from benchmarks.studies.command import parser
from benchmarks.studies.repair_page import page
from compiler.pipeline import compile_network
from compiler.repair.network import network_rates, repair_network
from compiler.repair.program import program_rates, repair_program
from motifc.evaluation import evaluate, judged, program_answers
from search.data.load import load_split
from search.data.loader import DataLoader
from search.data.task import Split
from search.nas.derive import motif_network
from search.nas.methods import search_by
from search.network import Connection, Network
from search.repair.damage import damaged
from search.repair.resistance import scaled
from search.settings import ModelSettings, Settings, TrainingSettings
from search.training.initialize import reinitialize
from search.training.kernels.network import summaries, summarized
from search.training.plasticity import adapted
from search.training.rules import gradient_rule
from search.training.torch_network import TorchNetwork, tensor
from search.training.train import train
from targets.conformance.equivalence import compare
from targets.contracts.damage import STRENGTHS, Damage
from targets.contracts.raster import SpikeRaster
from targets.contracts.set_point import Rates, set_point
from targets.contracts.synapses import Dense, Sparse, Synapses
from targets.contracts.writing import write_text
from targets.program.damage import program_faults
from targets.program.faults import Faults, faulty
from targets.program.program import Program
from targets.program.usage import usage
from targets.runtime.backend import load, run

TASK = "digits-rows"
RECURRENT, SEARCHED = NETWORKS = ("fully recurrent", "searched motif")
METHOD = "hrmas"
SEEDS = 8
SETTINGS = Settings(model=ModelSettings(neurons=(64,)), training=TrainingSettings(epochs=30))
KINDS = {kind: STRENGTHS[kind] for kind in ("prune", "signs", "dead", "bits", "thresholds", "gains")}
"""Kinds of damage of networks and how much of each."""
PROGRAM_KINDS = {**KINDS, "dead": 0.2}
ELSEWHERE = "none, other pictures"
"""No damage either, but the repair sees pictures of the validation part, where rates are a little different."""
LOST, HARDER = 0.10, {"thresholds": 1.2, "dead": 1.2, "prune": 1.2, "signs": 1.2, "gains": 0.8}
"""Accuracy that a damage of programs has to cost at least, and by what its strength is multiplied until it does."""
DRAWS, FIRST_DRAW = 2, 1000
UPDATES = (10, 40)
QUICK = ("numpy", "numba", "torch", "onnx")
COMPARED, COMPARED_SLOWLY = 60, 3
"""Test samples on which backends are compared: quick ones, and Lava."""


@refusing
def main(arguments: Sequence[str] | None = None) -> None:
    """One network per seed, all damages of it and of its program."""
    made = parser("Damage networks of digits-rows and repair them.", seeds=SEEDS)
    made.add_argument("--networks", nargs="+", choices=NETWORKS, default=NETWORKS, help="which (default: both)")
    given = made.parse_args(arguments)
    tasks = [{"network": each, "seed": seed} for each in given.networks for seed in range(given.seeds)]
    rows = complete(given.rows / "repair.json", tasks, measured, given.jobs)
    write_text(given.out / "repair.md", page(chosen(rows, tasks)))


def measured(network: str, seed: int) -> list[Row]:
    """All rows of one network, searched or fully recurrent."""
    torch.set_num_threads(1)
    began, split = time.process_time(), load_split(TASK, None, seed)
    made = search_by(METHOD, split, SETTINGS, seed, "cpu") if network == SEARCHED else recurrent(split, seed)
    rows = [*network_rows(made, split, seed), *program_rows(made, split, seed)]
    rows[0]["seconds"] = time.process_time() - began
    return rows


def recurrent(split: Split, seed: int) -> Network:
    """A fully recurrent layer, trained."""
    model = SETTINGS.model
    beta = {"hidden": np.full(model.neurons[0], model.tau_m)}
    plain = motif_network({}, beta, beta, split, model)
    links = Connection("recurrent", "hidden", "hidden", Dense(np.zeros((model.neurons[0],) * 2)))
    first = DataLoader.of(torch.device("cpu"), split.train).batch(np.arange(SETTINGS.training.batch))
    begun = reinitialize(replace(plain, connections=(*plain.connections, links)), first, SETTINGS.start, seed)
    return train(begun, split, SETTINGS, seed, "cpu")


def draws(seed: int) -> Iterator[int]:
    """Seeds of the damages of one network."""
    return iter(range(FIRST_DRAW + DRAWS * seed, FIRST_DRAW + DRAWS * (seed + 1)))


def cases(kinds: Mapping[str, float], seed: int) -> list[tuple[str, int]]:
    """(kind, seed of the draw) of everything done to one network; twice there is no damage."""
    damages = [(kind, draw) for kind in kinds for draw in draws(seed)]
    return [("none", FIRST_DRAW), (ELSEWHERE, FIRST_DRAW), *damages]


def seen(kind: str, split: Split) -> dict[str, SpikeRaster]:
    """The pictures that a repair sees: those of the own rates, but once others."""
    return {split.input: split.valid if kind == ELSEWHERE else split.train}


def network_rows(network: Network, split: Split, seed: int) -> Iterator[Row]:
    """The float network: accuracy after every damage and after every repair of it."""
    own = network_rates(network, {split.input: split.train})
    healthy = evaluate(network, split.test).accuracy
    for kind, draw in cases(KINDS, seed):
        hurt = damaged(network, Damage(kind, KINDS[kind], draw)) if kind in KINDS else network
        row = {"of": "network", "kind": kind, "strength": KINDS.get(kind, 0.0), "draw": draw, "healthy": healthy}
        yield row | repairs(hurt, own, split, seen(kind, split), draw)


def repairs(hurt: Network, own: Rates, split: Split, inputs: Mapping[str, SpikeRaster], draw: int) -> dict[str, float]:
    """Accuracy as it is and after every repair."""
    repaired = repair_network(hurt, own, inputs)
    found = {"after": hurt, "set_point": repaired, "common_gain": with_common_gain(hurt, own, inputs)}
    found["set_point_hidden"] = repair_network(hurt, {"hidden": own["hidden"]}, inputs)
    found |= {f"spikl_{count}": each for count, each in with_spikl(hurt, split, draw).items()}
    same = replace(split, valid=split.valid.take(slice(0, 0)))  # repair and epoch see the same pictures
    found |= {"epoch": after_epoch(hurt, same, draw), "set_point_epoch": after_epoch(repaired, same, draw)}
    return {name: evaluate(each, split.test).accuracy for name, each in found.items()}


def with_common_gain(network: Network, own: Rates, inputs: Mapping[str, SpikeRaster]) -> Network:
    """The network with one factor of R per layer, by which the mean rate of the layer comes back."""

    def level(rates: Rates) -> Rates:
        return {name: np.full(each.size, each.mean()) for name, each in rates.items()}

    return scaled(network, set_point(lambda each: level(network_rates(scaled(network, each), inputs)), level(own)))


def with_spikl(network: Network, split: Split, seed: int) -> Mapping[int, Network]:
    """The network after so many updates of hidden neurons by SpiKL-IP, as the search makes them."""
    model, loader = TorchNetwork.of(network, torch.device("cpu")), DataLoader.of(torch.device("cpu"), split.train)
    weights = {c.name: tensor(c.synapses.weights, torch.device("cpu")) for c in network.connections}
    generator, cells, found = np.random.default_rng(seed), dict(model.cells), {}
    rule = gradient_rule(SETTINGS.training)
    for update in range(1, max(UPDATES) + 1):
        batch = loader.batch(generator.choice(len(loader), SETTINGS.search.batch, replace=False))
        with torch.no_grad():
            told = summarized(summaries(batch, [split.input], cells, model.wires(weights), rule)["hidden"], batch)
        now, bounds = cells["hidden"], (SETTINGS.resistance_bounds, SETTINGS.tau_bounds)
        resistance, tau_m = adapted(told.counts / batch.steps, now.resistance, now.tau_m, SETTINGS.rule, *bounds)
        cells["hidden"] = replace(now, resistance=resistance, tau_m=tau_m)
        if update in UPDATES:
            own = {key: getattr(cells["hidden"], key).numpy().astype(np.float64) for key in ("resistance", "tau_m")}
            layers = tuple(replace(each, **own) if each.name == "hidden" else each for each in network.layers)
            found[update] = replace(network, layers=layers)
    return found


def after_epoch(network: Network, split: Split, seed: int) -> Network:
    """The network after an epoch with labels, in which links that are gone stay gone; its rate falls to 0.

    Weights of few bits may leave their levels: the epoch is given what a chip would not.
    """
    kept = tuple(replace(each, synapses=linked(each.synapses)) for each in network.connections)
    once = replace(SETTINGS, training=replace(SETTINGS.training, epochs=1, warm_up=0))
    return train(replace(network, connections=kept), split, once, seed, "cpu")


def linked(synapses: Synapses) -> Synapses:
    """The links that are there, and no other; whole matrices stay whole."""
    if not isinstance(synapses, Dense) or np.all(synapses.weights):
        return synapses
    post, pre, weight = synapses.coordinates()
    ends = np.concatenate([[0], np.cumsum(np.bincount(post, minlength=synapses.shape[0]))])
    return Sparse(weight, pre, ends, synapses.shape[1])


def program_rows(network: Network, split: Split, seed: int) -> Iterator[Row]:
    """The program for loihi2: accuracy after every damage and after its repair, and whether backends agree."""
    train_part = {split.input: split.train}
    program = compile_network(network, "loihi2", 0, train_part)
    own = program_rates(program, train_part, backend="numba")
    healthy = program_accuracy(program, split)
    for kind, draw in cases(PROGRAM_KINDS, seed):
        strength, faults, after = 0.0, None, healthy
        if kind in PROGRAM_KINDS:
            strength, faults, after = hard_enough(program, split, kind, draw, healthy)
        repaired = repair_program(program, own, seen(kind, split), faults, backend="numba")
        lava = (seed, kind) in {(0, "thresholds"), (0, "bits")} and draw == next(draws(seed))
        yield {
            "of": "program",
            "kind": kind,
            "strength": strength,
            "draw": draw,
            "healthy": healthy,
            "after": after,
            "set_point": program_accuracy(repaired, split, faults),
            "thresholds": max(each.threshold_profiles for each in usage(repaired)),
            "differing": [disagreeing(faulty(each, faults), split, lava) for each in (program, repaired)],
        }


def hard_enough(program: Program, split: Split, kind: str, draw: int, healthy: float) -> tuple[float, Faults, float]:
    """(strength, faults, accuracy) of a damage that costs enough, made stronger until it does."""
    strength = PROGRAM_KINDS[kind]
    while True:
        faults = program_faults(program, Damage(kind, strength, draw))
        after = program_accuracy(program, split, faults)
        if healthy - after >= LOST or kind not in HARDER or not 0.01 < strength * HARDER[kind] < 1:
            return strength, faults, after
        strength *= HARDER[kind]


def program_accuracy(program: Program, split: Split, faults: Faults | None = None) -> float:
    """Share of the test samples that the faulty machine gets right."""
    if program.readout is None:
        raise ValueError("the program was compiled from a network with a readout")
    with load(faulty(program, faults), "numba") as machine:
        answers = program_answers(machine, {split.input: split.test})
    return judged(program.readout, answers[program.readout.population]).accuracy


def disagreeing(program: Program, split: Split, lava: bool) -> dict[str, int]:
    """Bins of all populations in which each backend differs from the oracle."""
    found, few = {}, {split.input: split.test.take(slice(COMPARED))}
    for name in (*QUICK[1:], *(("lava",) if lava else ())):
        given = {split.input: split.test.take(slice(COMPARED_SLOWLY))} if name == "lava" else few
        oracle, other = (run(program, given, each).spikes for each in (QUICK[0], name))
        found[name] = compare(oracle, other, (QUICK[0], name)).differing
    return found


if __name__ == "__main__":
    main()
