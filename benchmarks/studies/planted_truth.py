"""Plant a known motif, search for it, and count how often it is found; write docs/results/planted_truth.md and .png.

Run it with: python docs/results/planted_truth.py [--seeds 15] [--relaxations gumbel plain expected]
Finished runs are kept in planted_truth.json; delete it to begin anew.
"""

import argparse
import itertools
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import torch
from scipy import stats

from search.data.loader import DataLoader
from search.data.task import Split, labels_of
from search.motif import Motif
from search.nas.derive import derive, motif_network
from search.nas.hrmas import explore, new_supernet
from search.nas.relaxation import Draw, decided
from search.nas.relaxed_layer import OPTIONS, Choices
from search.nas.supernet import Supernet
from search.network import Network
from search.settings import Model, Plasticity, Search, Settings, Start, Training
from search.training.initialize import reinitialize
from search.training.kernels.loop import run
from search.training.rules import gradient_rule
from search.training.torch_network import TorchNetwork, tensor
from search.training.train import fit
from targets.contracts.arrays import Array
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import with_weights

HERE = Path(__file__).parent
CPU = torch.device("cpu")
SIZES, BALANCES = (2, 4, 8), (0.25, 0.5, 0.75)
NEURONS, CHANNELS, STEPS, CLASSES, PER_CLASS = 24, 16, 14, 4, 2
SAMPLES, MARGIN, DENSITY = 3000, 2, 0.75
BOUNDED = 5  # seeds whose bounds are measured


def settings(relaxation: str) -> Settings:
    """Alike for all relaxations: no price, no plasticity (the teacher's neurons are known)."""
    return Settings(
        model=Model(
            neurons=(NEURONS,), sizes=SIZES, tau_s=2.0, tau_m=5.0, readout_tau_m=5.0, readout_neurons=PER_CLASS
        ),
        start=Start(voltage=2.0, recurrence=2.0),
        search=Search(relaxation=relaxation, epochs=8, alpha_rate=0.1, rate=0.05, price=0.0),
        plasticity=Plasticity(window=0),
        training=Training(epochs=8, drop=0.0, rate=1e-2),
    )


def planted(seed: int) -> tuple[Network, Split, Motif]:
    """A teacher, the data it labels (45 % train, 45 % valid, 10 % test) and its motif.

    Sizes, balances and the presence of lateral links go round with the seed. A teacher that leaves a class without
    enough clear samples is drawn anew.
    """
    shell = settings("plain")
    blank = SpikeRaster.pack(np.zeros((1, STEPS, CHANNELS)), labels=[0])
    tau = {"hidden": np.full(NEURONS, shell.model.tau_m)}
    for attempt in range(100):
        generator = np.random.default_rng((6, seed, attempt))
        motif = random_motif(seed, generator)
        # Every channel of a sample fires often or rarely, anew in each third of its length.
        rates = generator.choice([0.02, 0.3], p=[0.7, 0.3], size=(4 * SAMPLES, 3, CHANNELS)).repeat(5, axis=1)
        spikes = generator.random((4 * SAMPLES, STEPS, CHANNELS)) < rates[:, :STEPS]
        teacher = motif_network({"hidden": motif}, tau, tau, Split(blank, blank, blank, CLASSES), shell.model)
        first = DataLoader.of(CPU, SpikeRaster.pack(spikes[:128], labels=np.zeros(128))).batch(np.arange(128))
        teacher = reinitialize(teacher, first, shell.start, 1000 * seed + attempt)
        teacher = centred(teacher, spikes[:1000])
        chosen = clear_samples(counts(teacher, spikes)[0], generator)
        if chosen is not None:
            indices, labels = chosen
            ends = (0, int(0.45 * SAMPLES), int(0.9 * SAMPLES), SAMPLES)
            parts = [SpikeRaster.pack(spikes[indices[a:b]], labels=labels[a:b]) for a, b in itertools.pairwise(ends)]
            return teacher, Split(parts[0], parts[1], parts[2], CLASSES), motif
    raise SystemExit(f"seed {seed}: no teacher with balanced classes")


def random_motif(seed: int, generator: np.random.Generator) -> Motif:
    """Three quarters of the links inside are there; lateral ones, where planted, as many as are allowed."""
    turn = seed // len(SIZES)
    size, balance = SIZES[seed % len(SIZES)], BALANCES[(seed + turn) % len(BALANCES)]

    def matrix(links: int) -> Array:
        types = np.zeros(size * size, np.int8)
        kinds = np.where(generator.permutation(links) < round(balance * links), 1, -1)
        types[generator.permutation(size * size)[:links]] = kinds
        return types.reshape(size, size)

    intra = matrix(round(DENSITY * size * size))
    return Motif(size, intra, "ring", np.stack([matrix(size if turn % 2 else 0) for _ in range(2)]))


def centred(network: Network, spikes: Array) -> Network:
    """The readout weights shifted so that mean hidden rates drive all classes alike, to 1.5 thresholds."""
    output = network.connections[-1]
    rates = counts(network, spikes)[1] + 1e-3
    weights = output.synapses.weights
    excess = weights @ rates - 1.5 / network.layers[-1].tau_m
    weights = weights - np.outer(excess, rates) / (rates @ rates)
    output = replace(output, synapses=with_weights(output.synapses, weights))
    return replace(network, connections=(*network.connections[:-1], output))


def clear_samples(found: Array, generator: np.random.Generator) -> tuple[Array, Array] | None:
    """(indices, labels) of equally many samples per class whose winner leads by MARGIN spikes; None if too few."""
    ranked, labels = np.sort(found, axis=1), found.argmax(1)
    clear = ranked[:, -1] - ranked[:, -2] >= MARGIN
    classes = [np.flatnonzero(clear & (labels == each)) for each in range(CLASSES)]
    if min(map(len, classes)) < SAMPLES // CLASSES:
        return None
    chosen = np.concatenate([generator.permutation(each)[: SAMPLES // CLASSES] for each in classes])
    chosen = generator.permutation(chosen)
    return chosen, labels[chosen]


def counts(network: Network, spikes: Array) -> tuple[Array, Array]:
    """Spikes per class [sample, class] and mean rates of the hidden neurons."""
    model = TorchNetwork.of(network, CPU)
    weights = {c.name: tensor(c.synapses.weights, CPU) for c in network.connections}
    rule = gradient_rule(settings("plain").training)
    with torch.no_grad():
        inputs = torch.from_numpy(spikes.transpose(1, 0, 2).astype(np.float32))
        traces = run({"input": inputs}, model.cells, model.wires(weights), rule)
    summed = traces["readout"].spikes.sum(0).view(len(spikes), CLASSES, PER_CLASS).sum(2)
    return summed.numpy(), traces["hidden"].spikes.mean((0, 1)).numpy().astype(np.float64)


def sought(seed: int, relaxation: str) -> dict[str, Any]:
    """Search with the teacher's feed-forward weights known and fixed; what was planted and what was found."""
    teacher, split, motif = planted(seed)
    chosen = settings(relaxation)
    start = time.process_time()
    supernet = new_supernet(split, DataLoader.of(CPU, split.train).batch(np.arange(64)), chosen, seed)
    known = {c.name: tensor(c.synapses.weights, CPU) for c in teacher.connections if c.source != c.target}
    supernet = replace(supernet, weights={**supernet.weights, **known})
    history = explore(supernet, split, chosen, seed)
    layer, choices = supernet.layers["hidden"], supernet.alpha["hidden"]
    found = derive(layer, choices)
    return {
        "seed": seed,
        "relaxation": relaxation,
        "planted": told(motif),
        "found": told(found),
        "p": choices.shares.tolist(),
        "drive_found": lateral_drive(supernet, choices.leader),
        "drive_planted": lateral_drive(supernet, SIZES.index(motif.size)),
        **link_types(supernet, motif),
        "valid": history[-1]["accuracy"],
        "q_max": history[-1]["hidden.q_max"],
        "links": history[-1]["hidden.links"],
        "seconds": time.process_time() - start,
    }


def told(motif: Motif) -> dict[str, float]:
    """Size, share of excitatory among all links, lateral links per neuron."""
    types = np.concatenate([motif.intra.ravel(), motif.lateral.ravel()])
    return {
        "size": motif.size,
        "balance": float((types == 1).sum() / max((types != 0).sum(), 1)),
        "lateral": float(np.count_nonzero(motif.lateral) / motif.size),
    }


def lateral_drive(supernet: Supernet, candidate: int) -> float:
    """Share of lateral links in the sum of all recurrent weights' magnitudes, the network of that size decided."""
    layer, choices = supernet.layers["hidden"], supernet.alpha["hidden"]
    types = tuple(1e3 * decided(each, size) for each, size in zip(choices.types, layer.sizes, strict=True))
    sure = Choices(1e3 * torch.eye(len(layer.sizes))[candidate], types)
    magnitudes = {
        name.removeprefix("hidden."): value for name, value in supernet.weights.items() if name.startswith("hidden.")
    }
    with torch.no_grad():
        matrix = supernet.relaxation.weights(layer, sure, magnitudes, candidate, Draw()).abs().flatten()
        inside, *across = (float(matrix[places.flatten()].sum()) for places in layer.indices[candidate])
    return sum(across) / (inside + sum(across))


def link_types(supernet: Supernet, motif: Motif) -> dict[str, float]:
    """Share of the planted links inside a motif found with their type at the planted size, and that by chance.

    By chance: the same found types, in any order.
    """
    candidate = SIZES.index(motif.size)
    options = decided(supernet.alpha["hidden"].types[candidate].detach(), motif.size)[0].argmax(-1).numpy()
    types, links = np.array(OPTIONS)[options], motif.intra != 0
    shares = [(types == kind).mean() * (motif.intra[links] == kind).mean() for kind in (1, -1)]
    return {"types_right": float((types == motif.intra)[links].mean()), "types_chance": float(sum(shares))}


def bounds(seed: int) -> dict[str, float]:
    """Accuracy on the valid part without recurrence, and of two architectures trained on the train part alone."""
    teacher, split, _ = planted(seed)
    chosen = settings("plain")
    labels = labels_of(split.valid)

    def accuracy(network: Network) -> float:
        found = counts(network, split.valid.dense())[0]
        return float(np.mean((found.argmax(1) == labels) & ((found == found.max(1, keepdims=True)).sum(1) == 1)))

    cut = replace(
        teacher,
        layers=tuple(replace(layer, motif=None) for layer in teacher.layers),
        connections=tuple(c for c in teacher.connections if c.source != c.target),
    )
    alone = replace(split, valid=split.valid.take(slice(0, 0)))
    first = DataLoader.of(CPU, split.train).batch(np.arange(64))

    def retrained(network: Network) -> float:
        return accuracy(fit(reinitialize(network, first, chosen.start, seed), alone, chosen.training, seed, CPU)[0])

    return {
        "seed": seed,
        "cut": accuracy(cut),
        "no_recurrence": retrained(cut),
        "teacher_retrained": retrained(teacher),
    }


def main() -> None:
    """Run what is missing, then write the page and the picture of all that is there."""
    parser = argparse.ArgumentParser(description="Plant a known motif, search for it, and count how often it is found.")
    parser.add_argument("--seeds", type=int, default=15)
    parser.add_argument("--relaxations", nargs="+", default=["gumbel", "plain"])
    given = parser.parse_args()
    torch.set_num_threads(1)
    store = HERE / "planted_truth.json"
    kept: dict[str, list[dict[str, Any]]] = {"runs": [], "bounds": []}
    if store.exists():
        kept = json.loads(store.read_text(encoding="utf-8"))
    for seed in range(given.seeds):
        for relaxation in given.relaxations:
            if not any((run["seed"], run["relaxation"]) == (seed, relaxation) for run in kept["runs"]):
                kept["runs"].append(sought(seed, relaxation))
                sys.stderr.write(f"seed {seed}, {relaxation}: {kept['runs'][-1]['found']}\n")
        if seed < BOUNDED and not any(each["seed"] == seed for each in kept["bounds"]):
            kept["bounds"].append(bounds(seed))
        store.write_text(json.dumps(kept, indent=0), encoding="utf-8")
    groups = {kind: [run for run in kept["runs"] if run["relaxation"] == kind] for kind in given.relaxations}
    draw(groups)
    (HERE / "planted_truth.md").write_text(page(groups, kept["bounds"]), encoding="utf-8")


def pairs(runs: Sequence[dict[str, Any]], key: str) -> tuple[Array, Array]:
    """(planted, found) of one quantity in all runs."""
    return np.array([run["planted"][key] for run in runs]), np.array([run["found"][key] for run in runs])


def hits(runs: Sequence[dict[str, Any]]) -> Array:
    """Whether the planted size was found."""
    planted_sizes, found = pairs(runs, "size")
    return planted_sizes == found


def size_hits(runs: Sequence[dict[str, Any]]) -> str:
    """Hits against the chance of 1 in 3, one-sided."""
    test = stats.binomtest(int(hits(runs).sum()), len(runs), 1 / len(SIZES), "greater")
    low, high = stats.binomtest(test.k, test.n).proportion_ci(method="wilson")
    return f"{test.k} of {test.n} [{low:.2f}, {high:.2f}], p = {test.pvalue:.2g}"


def shuffled_hits(runs: Sequence[dict[str, Any]]) -> str:
    """Mean number of hits when sizes are planted in any order, and how often it reaches that found; 99,999 orders."""
    generator, (wanted, found) = np.random.default_rng(0), pairs(runs, "size")
    orders = np.array([(generator.permutation(wanted) == found).sum() for _ in range(99_999)])
    return f"{orders.mean():.1f} by chance, p = {(1 + (orders >= hits(runs).sum()).sum()) / 100_000:.2g}"


def rank_correlation(runs: Sequence[dict[str, Any]]) -> str:
    """Spearman's correlation of planted and found size."""
    planted_sizes, found = pairs(runs, "size")
    if len(set(found.tolist())) == 1:
        return "none (one size is always found)"
    return _correlated(stats.rankdata(planted_sizes), stats.rankdata(found))


def balance_correlation(runs: Sequence[dict[str, Any]]) -> str:
    """Pearson's correlation of planted and found share of excitatory links."""
    return _correlated(*pairs(runs, "balance"))


def lateral_difference(runs: Sequence[dict[str, Any]], key: str) -> str:
    """Mean share of the lateral drive where lateral links were planted minus where none were."""
    present = np.array([run["planted"]["lateral"] > 0 for run in runs])
    drive = np.array([run[key] for run in runs])
    return _difference(drive[present], drive[~present])


def derived_lateral(runs: Sequence[dict[str, Any]]) -> str:
    """The same of the lateral links per neuron that derivation keeps."""
    planted_links, found = pairs(runs, "lateral")
    return _difference(found[planted_links > 0], found[planted_links == 0])


def right_types(runs: Sequence[dict[str, Any]]) -> str:
    """Share of planted links found with their type, against the same types in random order."""
    right = np.array([run["types_right"] for run in runs])
    gain = right - np.array([run["types_chance"] for run in runs])
    test = stats.ttest_1samp(gain, 0.0, alternative="greater")
    low, high = stats.ttest_1samp(gain, 0.0).confidence_interval()
    return f"{right.mean():.2f}, above chance by {gain.mean():+.2f} [{low:+.2f}, {high:+.2f}], p = {test.pvalue:.2g}"


def _correlated(one: Array, other: Array) -> str:
    test = stats.pearsonr(one, other)
    low, high = test.confidence_interval()
    return f"{test.statistic:+.2f} [{low:+.2f}, {high:+.2f}], p = {test.pvalue:.2g}"


def _difference(present: Array, absent: Array) -> str:
    def gap(one: Array, other: Array, axis: int = -1) -> Array:
        return np.mean(one, axis=axis) - np.mean(other, axis=axis)

    generator = np.random.default_rng(0)
    test = stats.permutation_test((present, absent), gap, vectorized=True, n_resamples=9999, rng=generator)
    low, high = stats.bootstrap(
        (present, absent), gap, vectorized=True, method="percentile", rng=generator
    ).confidence_interval
    return f"{test.statistic:+.3f} [{low:+.3f}, {high:+.3f}], p = {test.pvalue:.2g}"


ROWS = (
    ("size found (chance 1/3)", size_hits),
    ("size found, planted sizes shuffled over runs", shuffled_hits),
    ("rank correlation of planted and found size", rank_correlation),
    ("correlation of planted and found balance", balance_correlation),
    (
        "lateral share of the drive at the found size, present minus absent",
        partial(lateral_difference, key="drive_found"),
    ),
    ("the same at the planted size", partial(lateral_difference, key="drive_planted")),
    ("derived lateral links per neuron, present minus absent", derived_lateral),
    ("types of planted inner links found at the planted size", right_types),
)


def page(groups: dict[str, list[dict[str, Any]]], limits: Sequence[dict[str, float]]) -> str:
    """The results as Markdown."""
    count = len(next(iter(groups.values())))
    table = [f"| {name} | " + " | ".join(measure(runs) for runs in groups.values()) + " |" for name, measure in ROWS]
    costs = ", ".join(f"{kind} {np.mean([run['seconds'] for run in runs]):.1f} s" for kind, runs in groups.items())
    bound = {key: np.mean([each[key] for each in limits]) for key in ("cut", "no_recurrence", "teacher_retrained")}
    single = [_row(seed, [_run(runs, seed) for runs in groups.values()]) for seed in range(count)]
    heads = " | ".join(f"{kind}: size (p of planted) | balance | drive | valid" for kind in groups)
    return "\n".join(
        [
            "# A planted motif, searched for",
            "",
            f"Command: `python docs/results/planted_truth.py --seeds {count} --relaxations {' '.join(groups)}`.",
            f"Mean processor seconds of a search: {costs}.",
            "",
            *ABOUT,
            "",
            "| |" + "|".join(f" {kind} " for kind in groups) + "|",
            "|---|" + "---|" * len(groups),
            *table,
            "",
            "In brackets 95 % confidence intervals (Wilson; Fisher z; bootstrap; t). p: exact binomial, one-sided;",
            "Pearson's test; permutation of runs, two-sided; t over runs, one-sided.",
            "",
            "![What was planted and what was found](planted_truth.png)",
            "",
            *NOTES,
            "",
            "## What bounds the task",
            "",
            f"Validation accuracy, means over {len(limits)} of the seeds, which the teacher itself answers all right:",
            "",
            f"- the teacher without its recurrence: {bound['cut']:.1%};",
            f"- a network without recurrence, all its weights trained: {bound['no_recurrence']:.1%};",
            f"- the teacher's architecture, all its weights trained afresh: {bound['teacher_retrained']:.1%}.",
            "",
            "The gap from the first to 100 % is what recurrence decides when the feed-forward weights are",
            "known. The gap",
            "between the other two is all that would tell an architecture apart if no weight were known.",
            "",
            "## Every run",
            "",
            f"| seed | size | balance | lateral | {heads} |",
            "|" + "---:|" * (4 + 4 * len(groups)),
            *single,
            "",
        ]
    )


def _run(runs: Sequence[dict[str, Any]], seed: int) -> dict[str, Any]:
    return next(run for run in runs if run["seed"] == seed)


def _row(seed: int, runs: Sequence[dict[str, Any]]) -> str:
    wanted = runs[0]["planted"]
    cells = [str(seed), str(wanted["size"]), f"{wanted['balance']:.2f}", f"{wanted['lateral']:.0f}"]
    for each in runs:
        share = each["p"][SIZES.index(wanted["size"])]
        cells.append(f"{each['found']['size']} ({share:.2f})")
        cells += [f"{each['found']['balance']:.2f}", f"{each['drive_found']:.2f}", f"{each['valid']:.1%}"]
    return "| " + " | ".join(cells) + " |"


ABOUT = (
    f"**Teacher.** {CHANNELS} inputs, {NEURONS} hidden neurons in motifs of 2, 4 or 8, {CLASSES} classes, {STEPS}",
    "steps. Three quarters of the links inside a motif are there, 25, 50 or 75 % of them excitatory; every other",
    "group of three seeds has as many lateral links as are allowed, the others none. Every channel of a sample",
    "fires often (0.3) or rarely (0.02), anew in each third of its length. The label is the class with most spikes,",
    f"among balanced samples whose winner leads by {MARGIN} or more: {SAMPLES:,} in all, 45 % train, 45 % valid.",
    "",
    "**Known to the search.** The teacher's feed-forward weights, time constants and thresholds, held fixed (system",
    "identification). Unknown are motif size, link types, lateral links and all recurrent magnitudes. Neurons are",
    "then told apart by their input weights, so nothing is left to relabel; with unknown input weights the neurons",
    "of a motif could be permuted, and only size, balance and the presence of lateral links would remain. A larger",
    "size holds every smaller one's links as a special case (lateral ones included), so the planted size can win",
    "only by being learned better or generalising better. No price is charged.",
    "",
    "**Tuning.** Ten settings were looked at on seven teachers with seeds of their own: sizes up to 16 or 8; alpha",
    "rates 0.03, 0.05, 0.1; weight rates 0.01, 0.05; types mixed, sampled per layer, sampled per motif, or decided;",
    "a colder end. Sampling types per motif and the weight rate of 0.05 mattered. They were chosen for gumbel;",
    "plain ran with the same settings, data and number of steps, and was not tuned on its own.",
)


NOTES = (
    "Drive is the sum of the magnitudes of all recurrent weights of the decided network.",
    "",
    "Reading. Gumbel finds size and balance better than chance; plain finds neither outside noise. The link types",
    "inside a motif, judged at the planted size, both find. The presence of lateral links is found by neither at",
    "the size they choose: nothing charges for a link that does no harm, and a larger size takes the lateral links",
    "of a smaller one in. Where gumbel misses the size it mostly takes a larger one.",
    "",
    "The same seeds were run once before alpha was judged by the calibrated loss, which was adopted for what",
    "[noise_labels.md](noise_labels.md) shows, not for this table: gumbel then found 9 of 15 sizes, p = 0.031,",
    "plain 5; balances correlated by +0.80 and +0.53. Price was not varied.",
    "",
    "A search in which every weight is unknown was not tried, as the last two bounds below leave it next to nothing",
    "to go by.",
)


def draw(groups: dict[str, list[dict[str, Any]]]) -> None:
    """Sizes, balances and lateral links found against those planted, a column each, a row per relaxation."""
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(len(groups), 3, figsize=(9, 2.9 * len(groups)), squeeze=False, layout="constrained")
    for (kind, runs), (left, middle, right) in zip(groups.items(), axes, strict=True):
        table = np.zeros((len(SIZES), len(SIZES)), int)
        for wanted, found in zip(*pairs(runs, "size"), strict=True):
            table[SIZES.index(found), SIZES.index(wanted)] += 1
        left.imshow(table, cmap="Greys", vmin=0, vmax=len(runs) / len(SIZES), origin="lower")
        for (row, column), number in np.ndenumerate(table):
            left.text(column, row, str(number), ha="center", va="center", color="white" if number > 2 else "black")
        left.set(xlabel="planted size (neurons)", ylabel=f"{kind}\nfound size (neurons)")
        left.set_xticks(range(len(SIZES)), SIZES)
        left.set_yticks(range(len(SIZES)), SIZES)
        wanted, found = pairs(runs, "balance")
        middle.plot([0, 1], [0, 1], color="0.7", linewidth=1)
        middle.plot(wanted, found, "o", color="#0072b2", markerfacecolor="none")
        middle.set(xlabel="planted excitatory share", ylabel="found excitatory share", xlim=(0, 1.04), ylim=(0, 1.04))
        present = np.array([run["planted"]["lateral"] > 0 for run in runs])
        drive = np.array([run["drive_found"] for run in runs])
        for place, values in enumerate((drive[~present], drive[present])):
            right.plot(
                place + np.linspace(-0.1, 0.1, len(values)), values, "o", color="#d55e00", markerfacecolor="none"
            )
            right.hlines(values.mean(), place - 0.2, place + 0.2, color="black")
        right.set_xticks([0, 1], ["none planted", "planted"])
        right.set(xlim=(-0.5, 1.5), ylim=(0, 1.04), ylabel="lateral share of the drive")
    figure.suptitle("Found against planted: number of runs (left), every run (middle and right; bar: mean)")
    figure.savefig(HERE / "planted_truth.png", dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    main()
