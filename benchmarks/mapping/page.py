"""page: what the mapping benchmark has measured, as a Markdown page with the targets beside what was reached."""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import exp, log

import numpy as np

from benchmarks.mapping.chain import ChainRow
from benchmarks.mapping.earlier import EARLIER
from benchmarks.mapping.growth import COMPARABLE, exponent, mapping_alone, whole_chain
from benchmarks.mapping.measure import ASSUMED, INDEX, MOTIFS, NEURONS, OURS, MapRow
from benchmarks.mapping.networks import LUMPY
from benchmarks.mapping.plan import Task, plan
from benchmarks.mapping.results import Results
from benchmarks.mapping.searched import CHIP
from targets.contracts.chip import chip_named

_SPARSE = ("grid", "ring", "small-world", "modular")
_GRID = Task("map", "grid", 32_000, 8, 0)
_KEYS = ("cores", "messages", "hops", "imbalance", "partition", "place")


# To be taken out when the rows are measured anew.
_EARLIER_MAPPER = (
    "**The rows are of an earlier mapper**: since then busy motifs are spread, refinement adds at most 5 % to the "
    "messages (which costs hops on grids), and CPU seconds are others. [unseen.md](unseen.md) has the traffic of a "
    "later mapper, [mapping_speed.md](mapping_speed.md) CPU seconds of a later one beside those of the one before it."
)


def page(results: Results, command: str, picture: str | None) -> str:
    """A Markdown page: ratios with targets, seconds, METIS beside an earlier study, searched networks, all networks.

    `picture` is the file of the figure that `draw` made, beside the page.
    """
    rows = [row for row in results.map if row.task.kind == "map"]
    generated = [row for row in rows if row.task.synapse_bits == plan()[0].synapse_bits]
    searched = [row for row in results.map if row.task.kind == "searched"]
    loads = [*(row.load for row in results.map), *(row.load for row in results.chain)]
    found = _by_network(generated)
    return f"""# Mapping networks onto cores

Written by `{command}`; the rows are in the .json file beside this page.

Python {platform.python_version()} on {platform.system()}, {platform.machine()}, {os.cpu_count()} logical cores, load average {min(loads, default=0):.0f} to {max(loads, default=0):.0f} while measuring. Seconds are CPU seconds of the process, all its threads together; they grow somewhat with load. Generated networks (`benchmarks/mapping/networks.py`) are neither trained nor searched, and their rates are drawn, not measured. The chip is Loihi 1 with one core per tile.

{_EARLIER_MAPPER}

*{INDEX}* fills core after core and places row by row. *{NEURONS}* is METIS on the graph of neurons, placed by simulated annealing: a stand-in for SNEAP, whose code is not public. *{MOTIFS}* is METIS on the graph of motifs with our placement. *{OURS}* is `partition`, `place` and `refine`. A message is a spike that one core sends to another, or that comes from an input to a core; hops are spikes times tiles between cores. These are counts of traffic: energy follows them only in part.

## Asked and reached

Ratios are geometric means over the generated networks in which both ways keep every limit (their number in brackets), every seed counted.

| measure | got | asked | met |
|---|--:|--:|---|
{_measures(found, results)}

By size, ratios of {OURS} to *{NEURONS}* (hops: and annealing) and to *{MOTIFS}*:

| neurons | messages / {NEURONS} | hops / {NEURONS} | messages / {MOTIFS} | hops / {MOTIFS} |
|--:|--:|--:|--:|--:|
{_by_size(found)}

## CPU seconds and memory

The whole chain, each network in a process of its own: `compile_graph` from a generated float graph to a checked program (retime, fold, quantize, prune, bounds, coarsen, partition, place, refine, assemble, check). Peak memory holds the float graph too.

| network | neurons | synapses | cores | CPU seconds | peak memory, GiB |
|---|--:|--:|--:|--:|--:|
{_chain(results.chain)}

{_growth(results)}{f"{chr(10)}![CPU seconds against neurons]({picture}){chr(10)}" if picture else ""}
## The METIS baseline beside an earlier study

Messages per step of METIS in a study with another implementation of the same generator settings (one network of other random numbers each), and here (means over the seeds). A baseline that is weaker here than there would be a straw man.

| network | neurons | way | cores | here | earlier | here / earlier | |
|---|--:|---|--:|--:|--:|--:|---|
{_earlier(rows)}

## Networks that the search produced

The digits task searched for seconds (`benchmarks/mapping/searched.toml`) with one hidden layer, compiled for the chip `{CHIP}` ({chip_named(CHIP).description}) with as many cores as are needed. Mappings are made with the rates of 200 training samples, once with equal rates assumed; all are judged by the rates of 200 test samples. Means over the seeds.

| hidden neurons | seeds | way | cores | messages per step | hops per step | synaptic operations, max / mean | broken |
|--:|--:|---|--:|--:|--:|--:|--:|
{_searched(searched)}

## Generated networks

Means over the seeds; *broken* counts the seeds in which a limit of the chip is broken.

| network | neurons | synapses | seeds | way | cores | messages per step | hops per step | synaptic operations, max / mean | partition, s | place, s | peak memory, GiB | broken |
|---|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|
{_networks(rows)}

## Not measured

{_missing(results)}
"""  # noqa: E501


def _by_network(rows: Sequence[MapRow]) -> list[dict[str, MapRow]]:
    """For every task its rows by method, as far as `partition` and `place` were run."""
    found: dict[Task, dict[str, MapRow]] = {}
    for row in rows:
        found.setdefault(row.task, {})[row.method] = row
    return [ways for ways in found.values() if OURS in ways]


def _measures(found: Sequence[dict[str, MapRow]], results: Results) -> str:
    ours = [ways[OURS] for ways in found]
    grid = [ways for ways in found if replace(ways[OURS].task, seed=0) == _GRID]
    sparse = [row.imbalance for row in ours if row.task.topology in _SPARSE]
    others = [row.imbalance for row in ours if row.task.topology not in (*_SPARSE, LUMPY)]
    legal = sum(map(_legal, ours))
    lines = [
        _ratio_line(f"messages, {OURS} / {NEURONS}", _ratios(found, NEURONS, _messages), 0.87, "aim 0.83"),
        _ratio_line(f"messages, {OURS} / {MOTIFS}", _ratios(found, MOTIFS, _messages), 0.87),
        _ratio_line(f"messages, {OURS} / {INDEX}", _ratios(found, INDEX, _messages), None),
        _line(f"messages, {OURS} / {INDEX}, worst network", _ratios(found, INDEX, _messages), 1.0),
        _ratio_line(f"hops, {OURS} / {NEURONS} and annealing", _ratios(found, NEURONS, _hops), 0.82, "aim 0.76"),
        _ratio_line(f"hops, {OURS} / {MOTIFS}", _ratios(found, MOTIFS, _hops), None),
        _ratio_line(
            f"hops, {OURS} / {INDEX} and row by row, {_GRID.network}, 32,000 neurons", _ratios(grid, INDEX, _hops), 0.27
        ),
        f"| networks in which {OURS} keeps every limit | {legal} of {len(ours)} | all | {_met(legal == len(ours))} |",
        _line(f"cores, {OURS} / first fit, worst network", [row.cores / row.first_fit for row in ours], 1.05),
        _line("synaptic operations, max / mean, sparse one-layer networks, worst", sparse, 1.15),
        _line("the same, other networks, worst", others, 1.30),
    ]
    for neurons, most in ((32_000, 25), (100_000, 80), (1_000_000, 150)):
        same = [row for row in results.chain if row.neurons == neurons]
        seconds = [row.seconds for row in same]
        lines.append(_line(f"CPU seconds, whole chain, {neurons:,} neurons, worst network", seconds, most))
        if neurons == 1_000_000:
            lines.append(_line(f"peak memory, GiB, {neurons:,} neurons", [row.peak for row in same], 4.0))
    slope = exponent(whole_chain(results))
    slopes = [] if slope is None else [slope]
    lines.append(_line(f"exponent of CPU seconds, whole chain, grids up to {COMPARABLE:,} neurons", slopes, 1.2))
    return "\n".join(lines)


def _messages(row: MapRow) -> float:
    return row.messages


def _hops(row: MapRow) -> float:
    return row.hops


def _ratios(found: Sequence[dict[str, MapRow]], other: str, key: Callable[[MapRow], float]) -> list[float]:
    both = [(ways[OURS], ways[other]) for ways in found if other in ways]
    return [key(own) / key(against) for own, against in both if _legal(own) and _legal(against) and key(against) > 0]


def _mean(ratios: Sequence[float]) -> float:
    """Geometric mean of those above 0."""
    above = [log(ratio) for ratio in ratios if ratio > 0]
    return exp(sum(above) / len(above)) if above else float("nan")


def _ratio_line(name: str, ratios: Sequence[float], most: float | None, aim: str = "") -> str:
    mean = _mean(ratios)
    asked = "" if most is None else f"{most:.2f} or less" + (f", {aim}" if aim else "")
    got = f"{mean:.2f} ({len(ratios)})" if ratios else "-"
    return f"| {name} | {got} | {asked} | {'' if most is None or not ratios else _met(mean <= most)} |"


def _line(name: str, values: Sequence[float], most: float) -> str:
    """The largest value against the most that is asked."""
    worst = max(values, default=float("nan"))
    got, met = (f"{worst:.2f}", _met(worst <= most * (1 + 1e-9))) if values else ("-", "")
    return f"| {name} | {got} | {most:g} or less | {met} |"


def _met(good: bool) -> str:
    return "yes" if good else "**no**"


def _legal(row: MapRow) -> bool:
    return row.overuse <= 1


def _by_size(found: Sequence[dict[str, MapRow]]) -> str:
    lines = []
    for neurons in sorted({ways[OURS].task.neurons for ways in found}):
        same = [ways for ways in found if ways[OURS].task.neurons == neurons]
        ratios = [_ratios(same, other, key) for other in (NEURONS, MOTIFS) for key in (_messages, _hops)]
        told = [f"{_mean(each):.2f} ({len(each)})" if each else "-" for each in ratios]
        lines.append(f"| {neurons:,} | {' | '.join(told)} |")
    return "\n".join(lines)


def _chain(chain: Sequence[ChainRow]) -> str:
    lines = []
    for row in sorted(chain, key=lambda row: (row.neurons, row.task.topology)):
        sizes = f"{row.neurons:,} | {row.synapses:,} | {row.cores}"
        lines.append(f"| {row.task.network} | {sizes} | {row.seconds:.1f} | {row.peak:.2f} |")
    return "\n".join(lines)


def _growth(results: Results) -> str:
    """Exponents in a sentence."""
    told = []
    for name, points in (
        ("the whole chain", whole_chain(results)),
        ("coarsen to refine alone", mapping_alone(results)),
    ):
        for most in (COMPARABLE, 1_000_000):
            slope = exponent(points, most)
            if slope is not None and any(neurons == most for neurons, _ in points):
                told.append(f"{name} up to {most:,} neurons {slope:.2f}")
    return (
        f"Fitted exponents of CPU seconds against neurons on grids, k = 8: {'; '.join(told) or 'not enough sizes'}. "
        f"Beyond {COMPARABLE:,} neurons motifs move within regions of cores only, and less often, so that the first "
        "figures say more.\n"
    )


def _grouped(rows: Sequence[MapRow]) -> list[list[MapRow]]:
    """Rows that differ in their seed alone, ordered by size, network and way."""
    groups: dict[tuple[int, str, str], list[MapRow]] = {}
    for row in rows:
        groups.setdefault((row.neurons, row.task.network, row.method), []).append(row)
    names = list(dict.fromkeys(row.task.network for row in rows))
    order = [INDEX, NEURONS, MOTIFS, OURS, ASSUMED]
    keys = sorted(groups, key=lambda key: (key[0], names.index(key[1]), order.index(key[2])))
    return [groups[key] for key in keys]


def _means(group: Sequence[MapRow]) -> dict[str, float]:
    return {key: float(np.mean([getattr(row, key) for row in group])) for key in _KEYS}


def _broken(group: Sequence[MapRow]) -> str:
    return str(sum(not _legal(row) for row in group) or "")


def _networks(rows: Sequence[MapRow]) -> str:
    lines = []
    for group in _grouped(rows):
        mean, first = _means(group), group[0]
        lines.append(
            f"| {first.task.network} | {first.neurons:,} | {first.synapses:,} | {len(group)} | {first.method} "
            f"| {mean['cores']:.1f} | {mean['messages']:,.0f} | {mean['hops']:,.0f} | {mean['imbalance']:.2f} "
            f"| {mean['partition']:.1f} | {mean['place']:.1f} | {max(row.peak for row in group):.2f} "
            f"| {_broken(group)} |"
        )
    return "\n".join(lines)


def _searched(rows: Sequence[MapRow]) -> str:
    lines = []
    hidden = {row.neurons: row.task.neurons for row in rows}
    for group in _grouped(rows):
        mean = _means(group)
        lines.append(
            f"| {hidden[group[0].neurons]} | {len(group)} | {group[0].method} | {mean['cores']:.1f} "
            f"| {mean['messages']:.1f} | {mean['hops']:.1f} | {mean['imbalance']:.2f} | {_broken(group)} |"
        )
    return "\n".join(lines)


def _earlier(rows: Sequence[MapRow]) -> str:
    lines = []
    for each in EARLIER:
        for method, figure in ((NEURONS, each.neurons), (MOTIFS, each.motifs)):
            group = [row for row in rows if row.method == method and _same(row.task, each.task)]
            if figure is None or not group:
                continue
            here = float(np.mean([row.messages - (0 if each.inputs else row.inputs) for row in group]))
            what = method if each.inputs else f"{method}, without inputs"
            lines.append(
                f"| {each.task.network} | {each.task.neurons:,} | {what} | {_means(group)['cores']:.1f} | {here:,.0f} "
                f"| {figure:,.0f} | {here / figure:.2f} | {each.remark} |"
            )
    return "\n".join(lines)


def _same(left: Task, right: Task) -> bool:
    """Whether two tasks differ in their seed at most."""
    return (left.network, left.neurons) == (right.network, right.neurons)


def _missing(results: Results) -> str:
    """Tasks of the plan that were not run, and what the plan leaves out."""
    left: dict[str, list[int]] = {}
    for task in plan():
        if task not in results.tasks:
            left.setdefault(f"{task.kind}: {task.network}, {task.neurons:,} neurons", []).append(task.seed)
    lines = [f"- {name}: seeds {', '.join(map(str, seeds))}" for name, seeds in left.items()]
    lines.append("- METIS above 200,000 neurons as a baseline, which is what `partition` itself starts from there.")
    return "\n".join(lines)
