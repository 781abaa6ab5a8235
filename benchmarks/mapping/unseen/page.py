"""page: what came of unseen networks, as a Markdown page with the bounds beside what was reached."""

import os
import platform
from collections.abc import Sequence

import numpy as np

from benchmarks.mapping.bound import HEAD, Bound
from benchmarks.mapping.unseen.measure import UnseenRow
from benchmarks.mapping.unseen.networks import NEURONS
from benchmarks.pages import paragraph, table

_MEAN_MESSAGES, _MEAN_HOPS = 0.92, 0.82
_WORST_MESSAGES, _WORST_HOPS = 1.00, 1.05
_IMBALANCE, _SHARE = 1.5, 0.25
_REFINED = 1.05
_TITLES = (
    *("network", "k", "rates", "chip", "seed", "cores", "METIS cores", "messages", "/ METIS", "hops", "/ METIS"),
    *("max / mean", "heaviest", "refined", "seconds"),
)


def bounds(rows: Sequence[UnseenRow]) -> tuple[Bound, ...]:
    """What is asked of all networks together, and what came out."""
    fair = [row for row in rows if row.metis_overuse <= 1]
    spread = [row for row in rows if row.heaviest <= _SHARE]
    return (
        _mean("messages / METIS, geometric mean", [_messages(row) for row in fair], _MEAN_MESSAGES),
        _worst("messages / METIS, worst network", [_messages(row) for row in fair], _WORST_MESSAGES),
        _mean("hops / METIS, geometric mean", [_hops(row) for row in fair], _MEAN_HOPS),
        _worst("hops / METIS, worst network", [_hops(row) for row in fair], _WORST_HOPS),
        _worst(
            "operations max / mean, worst network without a motif of more than a quarter of the mean",
            [row.imbalance for row in spread],
            _IMBALANCE,
        ),
        _worst("messages after / before refinement, worst network", [row.refined for row in rows], _REFINED),
        Bound.every("networks in which every limit is kept", sum(row.overuse <= 1 for row in rows), len(rows)),
    )


def page(rows: Sequence[UnseenRow], command: str) -> str:
    """A Markdown page: bounds, then a line for every network."""
    loads = [row.load for row in rows]
    lines = [
        "# Mapping networks that the mapper was not tuned for",
        "",
        paragraph(f"""Written by `{command}`, if need be in parts; the rows are in the .json file beside this page, the
        generator is `benchmarks/mapping/unseen/networks.py`. Python {platform.python_version()} on {platform.system()},
        {platform.machine()}, {os.cpu_count()} logical cores, load average {min(loads):.0f} to {max(loads):.0f}."""),
        "",
        paragraph(f"""Seven topologies of about {NEURONS:,} neurons in motifs of k, with uniform and with clustered
        rates (28 runs of neighbours, each busier or idler than the others by a log-normal factor of sigma 1), on
        Loihi 1, four cores on each of its tiles, and on an imaginary chip of the same cores in two columns and 37 rows,
        one core on each tile. What needs more cores than a chip has takes several. Choices in the mapper were made with
        other seeds. METIS is METIS on the graph of motifs, with as many cores as it needs to keep every limit, and our
        placement. Messages, hops and operations are as in [map.md](map.md)."""),
        "",
        *table(
            HEAD,
            [each.cells for each in bounds(rows)],
            "lrrl",
        ),
        "",
        paragraph(f"""*Heaviest* is the busiest motif's share of a core's mean operations: where it is above {_SHARE},
        no bound of max / mean is asked. *Refined* are messages after refinement over those before. Seconds are CPU
        seconds of coarsen, partition, place and refine."""),
        "",
        *table(
            _TITLES,
            [_cells(row) for row in rows],
            "lrllrrrrrrrrrrr",
        ),
    ]
    return "\n".join(lines) + "\n"


def _cells(row: UnseenRow) -> tuple[str, ...]:
    task = row.task
    ratios = [f"{ratio:.3f}" if row.metis_overuse <= 1 else "-" for ratio in (_messages(row), _hops(row))]
    return (
        *(task.topology, f"{task.k}", task.rates, task.chip, f"{task.seed}", f"{row.cores}", f"{row.metis_cores}"),
        *(f"{row.messages:,.1f}", ratios[0], f"{row.hops:,.1f}", ratios[1]),
        *(f"{row.imbalance:.2f}", f"{row.heaviest:.3f}", f"{row.refined:.3f}", f"{row.seconds:.1f}"),
    )


def _messages(row: UnseenRow) -> float:
    return row.messages / row.metis_messages


def _hops(row: UnseenRow) -> float:
    return row.hops / row.metis_hops


def _mean(name: str, ratios: Sequence[float], most: float) -> Bound:
    mean = float(np.exp(np.mean(np.log(ratios)))) if ratios else float("nan")
    return Bound.most(f"{name} ({len(ratios)})", mean, most, f"{most:.2f}")


def _worst(name: str, values: Sequence[float], most: float) -> Bound:
    return Bound.most(f"{name} ({len(values)})", max(values, default=float("nan")), most, f"{most:.2f}")
