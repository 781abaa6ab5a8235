"""page: the rows of bench_map as a Markdown page, with the targets beside what was reached."""

import platform
from collections.abc import Callable, Sequence
from itertools import groupby
from math import exp, log

import numpy as np

from compiler.bench.map import INDEX, MOTIFS, NEURONS, OURS, MapRow

_SPARSE = ("grid", "ring", "small-world", "modular")


def page(rows: Sequence[MapRow], command: str) -> str:
    """A Markdown page: ratios with targets, every network with its ways (means over seeds), seconds by size."""
    found = _by_network(rows)
    seeds = sorted({row.seed for row in rows})
    return f"""# Mapping generated networks

Written by `{command}`.

Python {platform.python_version()} on {platform.system()}, {platform.machine()}. Seconds are CPU seconds of the process, all its threads together. Networks are generated (`compiler/bench/networks.py`), {len(found)} in all, seeds {seeds[0]} to {seeds[-1]}; nobody trained or searched them, and their rates are drawn, not measured. The chip is Loihi 1 with one core per tile.

*{INDEX}* fills core after core and places row by row. *{NEURONS}* is METIS on the graph of neurons, placed by simulated annealing: a stand-in for SNEAP, whose code is not public. *{MOTIFS}* is METIS on the graph of motifs with our placement. *{OURS}* is `partition` and `place`. A message is a spike that one core sends to another, or that comes from an input to a core; hops are spikes times tiles between cores. These are counts of traffic: energy follows them only in part.

## Ratios

Geometric means over the networks in which both ways keep every limit (their number in brackets).

| measure | got | target |
|---|--:|--:|
{_ratios(found)}

## Networks

Means over the seeds; *broken* counts the seeds in which a limit of the chip is broken.

| network | neurons | seeds | way | cores | messages per step | hops per step | synaptic operations, max / mean | partition, s | place, s | broken |
|---|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|
{_networks(rows)}

## CPU seconds of {OURS}

Partition and placement, without generating, assembling and checking the program.

| network | neurons | synapses | partition and place, s | peak memory of the process so far, GiB |
|---|--:|--:|--:|--:|
{_seconds(rows)}
"""  # noqa: E501


def _by_network(rows: Sequence[MapRow]) -> list[dict[str, MapRow]]:
    """For every network and seed its rows by method."""
    found: dict[tuple[str, int, int], dict[str, MapRow]] = {}
    for row in rows:
        found.setdefault((row.network, row.neurons, row.seed), {})[row.method] = row
    return list(found.values())


def _ratios(found: Sequence[dict[str, MapRow]]) -> str:
    def messages(row: MapRow) -> float:
        return row.messages

    def hops(row: MapRow) -> float:
        return row.hops

    grids = [ways for ways in found if ways[OURS].network.startswith("grid")]
    ours = [ways[OURS] for ways in found]
    sparse = [row.imbalance for row in ours if row.network.startswith(_SPARSE)]
    others = [row.imbalance for row in ours if not row.network.startswith(_SPARSE)]
    worst = _ratio_list(found, INDEX, messages)
    lines = [
        (f"messages, {OURS} / {NEURONS}", _mean(found, NEURONS, messages), "0.87 or less, aim 0.83"),
        (f"messages, {OURS} / {MOTIFS}", _mean(found, MOTIFS, messages), "0.87 or less"),
        (f"messages, {OURS} / {INDEX}", _mean(found, INDEX, messages), ""),
        (f"messages, {OURS} / {INDEX}, worst network", f"{max(worst):.2f}" if worst else "-", "1.00 or less"),
        (f"hops, {OURS} / {NEURONS} and annealing", _mean(found, NEURONS, hops), "0.82 or less, aim 0.76"),
        (f"hops, {OURS} / {MOTIFS}", _mean(found, MOTIFS, hops), ""),
        (f"hops, {OURS} / {INDEX} and row by row, grids", _mean(grids, INDEX, hops), "0.27 or less at 32,000 neurons"),
        (f"networks in which {OURS} keeps every limit", f"{sum(map(_legal, ours))} of {len(ours)}", "all"),
        (f"cores, {OURS} / first fit, worst", f"{max(r.cores / r.first_fit for r in ours):.3f}", "1.05 or less"),
        (
            "synaptic operations, max / mean, sparse one-layer networks, worst",
            f"{max(sparse):.2f}" if sparse else "-",
            "1.15 or less",
        ),
        ("the same, other networks, worst", f"{max(others):.2f}" if others else "-", "1.30 or less"),
    ]
    return "\n".join(f"| {name} | {got} | {target} |" for name, got, target in lines)


def _ratio_list(found: Sequence[dict[str, MapRow]], other: str, key: Callable[[MapRow], float]) -> list[float]:
    both = [(ways[OURS], ways[other]) for ways in found if other in ways]
    return [key(own) / key(against) for own, against in both if _legal(own) and _legal(against) and key(against)]


def _mean(found: Sequence[dict[str, MapRow]], other: str, key: Callable[[MapRow], float]) -> str:
    ratios = [ratio for ratio in _ratio_list(found, other, key) if ratio > 0]
    return f"{exp(sum(map(log, ratios)) / len(ratios)):.2f} ({len(ratios)})" if ratios else "-"


def _legal(row: MapRow) -> bool:
    return row.excess <= 1


def _grouped(rows: Sequence[MapRow]) -> list[list[MapRow]]:
    """Rows that differ in their seed alone, in order of first appearance."""
    order = {(row.network, row.neurons, row.method): number for number, row in reversed(list(enumerate(rows)))}

    def key(row: MapRow) -> int:
        return order[row.network, row.neurons, row.method]

    return [list(group) for _, group in groupby(sorted(rows, key=key), key)]


def _networks(rows: Sequence[MapRow]) -> str:
    lines = []
    for group in _grouped(rows):
        mean = {
            key: float(np.mean([getattr(row, key) for row in group]))
            for key in ("cores", "messages", "hops", "imbalance", "partition", "place")
        }
        broken = sum(not _legal(row) for row in group)
        lines.append(
            f"| {group[0].network} | {group[0].neurons:,} | {len(group)} | {group[0].method} | {mean['cores']:.1f} "
            f"| {mean['messages']:,.0f} | {mean['hops']:,.0f} | {mean['imbalance']:.2f} | {mean['partition']:.1f} "
            f"| {mean['place']:.1f} | {broken or ''} |"
        )
    return "\n".join(lines)


def _seconds(rows: Sequence[MapRow]) -> str:
    lines = []
    for group in _grouped([row for row in rows if row.method == OURS]):
        seconds = float(np.mean([row.partition + row.place for row in group]))
        lines.append(
            f"| {group[0].network} | {group[0].neurons:,} | {group[0].synapses:,} | {seconds:.1f} "
            f"| {max(row.peak for row in group):.2f} |"
        )
    return "\n".join(lines)
