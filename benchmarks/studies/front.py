"""Search digits at several costs of a chip and compile what is found; write docs/results/front.md and front.png.

Run it with: python -m benchmarks.studies.front

A point takes about 65 CPU seconds.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
import torch
from matplotlib import pyplot as plt
from scipy.stats import spearmanr

from benchmarks.pages import paragraph, table
from benchmarks.runs import Row, chosen, complete
from benchmarks.studies.command import parser
from compiler.analysis.interpret import interpret
from compiler.frontends.network import lower
from compiler.pipeline import compile_network
from search.data.load import load_split
from search.data.task import labels_of
from search.nas.hrmas import search
from search.settings import Settings, on_chip
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.numbering import distinct, numbered, offsets
from targets.contracts.raster import SpikeRaster
from targets.contracts.writing import write_text
from targets.program.program import Program
from targets.program.usage import usage
from targets.runtime.backend import run

CHIP = "small"
TITLES = ["cost", "seed", "motif size", "links per motif", "float", "program", "synapses", "cores", "messages per step"]
COSTS = (0.0, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


@dataclass(frozen=True)
class Point:
    """One search, what it led to and what it expected.

    accuracy, program_accuracy   of the derived, retrained network and of its program, on the test part
    synapses, cores, messages    of the program; messages per step as counted on the test part
    expected                     the same three at the end of the search
    """

    cost: float
    seed: int
    size: int
    links: int
    accuracy: float
    program_accuracy: float
    synapses: int
    cores: int
    messages: float
    expected: dict[str, float]


def main(arguments: Sequence[str] | None = None) -> None:
    """All points that are missing, then page and picture."""
    given = parser("Search digits at several costs of a chip.", seeds=2).parse_args(arguments)
    tasks = [{"cost": cost, "seed": seed} for cost in COSTS for seed in range(given.seeds)]
    rows = complete(given.rows / "front.json", tasks, searched, given.jobs)
    points = [Point(**row) for row in chosen(rows, tasks)]
    draw(points, given.out / "front.png")
    write_text(given.out / "front.md", page(points))


def searched(cost: float, seed: int) -> list[Row]:
    """Search, derive, retrain, compile with rates of the training part, run on the test part."""
    torch.set_num_threads(1)
    split = load_split("digits", None, seed)
    network = search(split, on_chip(Settings(), CHIP, cost), seed, "cpu")
    program = compile_network(network, CHIP, calibration={split.input: split.train})
    spikes = run(program, split.test).spikes
    floats = interpret(lower(network), {split.input: split.test})
    readout, motif, last = network.readout, network.layer("hidden").motif, network.settings["search"][-1]
    labels = labels_of(split.test)
    if readout is None or motif is None:
        raise InputError(f"the search on {split.input!r} gave no readout or no motif, so nothing can be judged.")
    point = Point(
        cost=cost,
        seed=seed,
        size=motif.size,
        links=motif.links,
        accuracy=readout.accuracy(readout.counts(floats[readout.population]), labels),
        program_accuracy=readout.accuracy(readout.counts(spikes[readout.population]), labels),
        synapses=sum(core.synapses for core in usage(program, chip_named(CHIP))),
        cores=len(program.cores),
        messages=messages(program, {split.input: split.test, **spikes}),
        expected={name: last[name] for name in ("synapses", "cores", "messages")},
    )
    return [asdict(point)]


def messages(program: Program, spikes: dict[str, SpikeRaster]) -> float:
    """Messages per step: every spike once for every other core that listens; from an input for every core."""
    starts = offsets(program.inputs, program.populations)
    core_of, cores = program.listeners.core_of, len(program.cores)
    pairs = [distinct(source * cores + core_of[target]) for source, target in numbered(program.projections, starts)]
    source, core = np.divmod(distinct(np.concatenate(pairs)), cores)
    rates = np.zeros(core_of.size)
    for name, start in starts.items():
        raster = spikes[name]
        rates[start : start + raster.neurons] = raster.rates()
    return float(rates[source[core_of[source] != core]].sum())


def mean(points: Sequence[Point], name: str) -> float:
    """Mean of a figure."""
    return float(np.mean([getattr(point, name) for point in points]))


def by_cost(points: Sequence[Point]) -> dict[float, list[Point]]:
    """The points of every cost."""
    return {cost: [point for point in points if point.cost == cost] for cost in sorted({p.cost for p in points})}


def optimal(points: Sequence[Point], price: str) -> list[float]:
    """Costs to which no other is preferable, in the mean no less accurate, no dearer and better in one of the two."""
    told = {cost: (-mean(own, "accuracy"), mean(own, price)) for cost, own in by_cost(points).items()}

    def preferable(one: tuple[float, float], other: tuple[float, float]) -> bool:
        return one != other and one[0] <= other[0] and one[1] <= other[1]

    return [cost for cost, own in told.items() if not any(preferable(other, own) for other in told.values())]


def draw(points: Sequence[Point], path: Path) -> None:
    """Accuracy against synapses and against messages, means over seeds; seeds in small."""
    mpl.use("Agg")
    groups, seeds = by_cost(points), {point.seed for point in points}
    markers = dict(zip(groups, "osD^vPX*", strict=False))
    shades = dict(zip(groups, plt.get_cmap("viridis")(np.linspace(0, 0.85, len(groups))), strict=True))
    figure, panels = plt.subplots(1, 2, figsize=(9, 4.2), sharey=True, layout="constrained")
    titles = (("synapses", "synapses of the program"), ("messages", "messages per step, with those of inputs"))
    for panel, (name, title) in zip(panels, titles, strict=True):
        for cost, own in groups.items():
            style = {"marker": markers[cost], "color": shades[cost], "linestyle": "none"}
            panel.plot(
                [getattr(point, name) for point in own],
                [100 * point.accuracy for point in own],
                markersize=4,
                alpha=0.45,
                **style,
            )
            panel.plot(mean(own, name), 100 * mean(own, "accuracy"), markersize=9, label=f"{cost:g}", **style)
        best = sorted(optimal(points, name), key=lambda cost: mean(groups[cost], name))
        across = [mean(groups[cost], name) for cost in best]
        up = [100 * mean(groups[cost], "accuracy") for cost in best]
        panel.step(across, up, where="post", color="black", linewidth=1, zorder=0)
        panel.plot(across, up, "o", markersize=16, markerfacecolor="none", markeredgecolor="black", label="optimal")
        panel.set_xlabel(title)
        panel.locator_params(axis="x", nbins=5)
        panel.grid(alpha=0.3)
    panels[0].set_ylabel("test accuracy (%)")
    figure.legend(*panels[1].get_legend_handles_labels(), title="search.cost", loc="outside right center")
    figure.suptitle(f"Digits on the imaginary chip {CHIP!r}: means (large) of {len(seeds)} seeds (small)", fontsize=11)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def page(points: Sequence[Point]) -> str:
    """The page as Markdown."""
    groups = by_cost(points)
    spread = max(np.ptp([point.accuracy for point in own]) for own in groups.values())
    means = [mean(own, "accuracy") for own in groups.values()]
    chip = chip_named(CHIP)
    apart = max(means) - min(means)
    flat = "**The front is flat**: no cost of accuracy is seen." if apart <= spread else ""
    return "\n".join(
        [
            "# Accuracy against silicon",
            "",
            paragraph(f"""
            Command: `python -m benchmarks.studies.front`, which is `motifc search --data digits --chip {CHIP} --cost
            COST --seed SEED` with the default settings, once for each row. Every derived, retrained network is
            compiled for the same chip with the rates of its training part and run on the test part. The chip `{CHIP}`
            is imaginary, with cores of {chip.neurons_per_core.value} neurons and {chip.synapse_bytes_per_core.value:,}
            bytes. Messages are counted on the test part: spikes to every core other than their own, and from inputs to
            every core. In brackets stands what the search expected after its last epoch, over all sizes and types
            still undecided. The seed also chooses the data split.
            """),
            "",
            *table(TITLES, map(_cells, points), "r" * len(TITLES)),
            "",
            "![accuracy against synapses and messages](front.png)",
            "",
            "Means over seeds; `*` marks what is Pareto-optimal, once against synapses and once against messages.",
            "",
            *table(["cost", "float accuracy", "synapses", "messages per step"], means_of(points), "rrrr"),
            "",
            paragraph(f"""
            Links per motif fall from {mean(groups[min(groups)], "links"):g} at cost {min(groups):g} to
            {mean(groups[max(groups)], "links"):g} at cost {max(groups):g}; most synapses are the dense ones of input
            and readout, which the search does not decide. The means of accuracy lie within {100 * apart:.2f}
            percentage points of each other; two seeds at the same cost differ by up to {100 * spread:.2f}. {flat} Rank
            correlation of expected and actual over the {len(points)} points: {", ".join(ranks(points))}. Cores are
            rounded up when compiled, and the search counts messages with the rates it measures on its way, not with
            those of the retrained network.
            """),
            "",
        ]
    )


def means_of(points: Sequence[Point]) -> list[list[str]]:
    """Cells of the means of every cost."""
    best = {name: optimal(points, name) for name in ("synapses", "messages")}
    return [
        [
            f"{cost:g}",
            f"{mean(own, 'accuracy'):.2%}",
            f"{mean(own, 'synapses'):,.0f}{' *' if cost in best['synapses'] else ''}",
            f"{mean(own, 'messages'):.1f}{' *' if cost in best['messages'] else ''}",
        ]
        for cost, own in by_cost(points).items()
    ]


def ranks(points: Sequence[Point]) -> list[str]:
    """Spearman's correlation of what the search expected with what came out."""
    told = []
    for name in ("synapses", "cores", "messages"):
        hoped = [point.expected[name] for point in points]
        found = [float(getattr(point, name)) for point in points]
        alike = len(set(found)) == 1
        told.append(f"{name} {'none (all equal)' if alike else f'{spearmanr(hoped, found).statistic:.2f}'}")
    return told


def _cells(point: Point) -> list[str]:
    hoped = point.expected
    return [
        f"{point.cost:g}",
        str(point.seed),
        str(point.size),
        str(point.links),
        f"{point.accuracy:.2%}",
        f"{point.program_accuracy:.2%}",
        f"{point.synapses:,} ({hoped['synapses']:,.0f})",
        f"{point.cores} ({hoped['cores']:.2f})",
        f"{point.messages:.1f} ({hoped['messages']:.1f})",
    ]


if __name__ == "__main__":
    main()
