"""What a search did: a headline and curves for every figure of its history."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from motifc.plot.history import history as curves
from motifc.report.drawing import drawn
from motifc.report.panel import Drawing, Panel, Table
from motifc.report.run import Run
from search.history import History
from targets.contracts.arrays import Floats

STEPS = ("_before", "_step_1", "")
"""What follows the name of a figure that is measured before step 1, between the steps and after step 2."""
STEPPED = ("loss", "rate_kl", "accuracy", "smape")
NAMES = {
    "loss": "validation loss",
    "rate_kl": "divergence of rates from their target (nats)",
    "accuracy": "validation accuracy",
    "smape": "validation sMAPE (%)",
    "q_max": "mean probability of the likeliest type of a link",
    "entropy": "mean entropy of the types of a link (nats)",
    "links": "expected links per neuron",
    "silent": "share of silent neurons",
    "resistance": "mean R",
    "tau_m": "mean tau_m (steps)",
    "synapses": "expected synapses",
    "cores": "expected cores",
    "messages": "expected messages between cores",
    "rate": "rate, mean and deviation (spikes per step)",
}


@dataclass(frozen=True)
class Chart:
    """One pair of axes: a headline, the figures drawn by what they are called, and the half width of a band."""

    headline: str
    figures: Mapping[str, str]
    band: str | None = None


def panel(run: Run) -> Panel | None:
    """Nothing of a network that was not searched."""
    if run.network is None:
        return None
    history = History.left_by(run.network.settings)
    found = charts(history)
    if not found:
        return None
    told = [chart.headline for chart in found if chart.headline.startswith(("size ", "candidate "))]
    told += [chart.headline for chart in found if chart.headline.startswith((NAMES["accuracy"], NAMES["smape"]))]
    answer = f"{'; '.join(told or [found[0].headline])}."
    return Panel("search", answer[0].upper() + answer[1:], (), drawings(run.name, history, found), [table(history)])


def charts(history: History) -> list[Chart]:
    """A chart for every figure but those of self-repair: sizes of motifs first, what is unknown last."""
    left = [name for name in history.columns() if not name.endswith(STEPS[:2])]
    if not left:
        return []
    return list(_charts(history, left))


def _charts(history: History, left: list[str]) -> Iterator[Chart]:
    columns, taken = history.columns(), set()
    for layer in dict.fromkeys(name.rpartition(".")[0] for name in left):
        prefix = f"{layer}." if layer else ""
        sizes = {name: int(size) for name in left if (size := name.removeprefix(f"{prefix}p_")).isdigit()}
        if sizes:
            taken |= set(sizes)
            named = {name: f"size {size}" for name, size in sorted(sizes.items(), key=lambda pair: pair[1])}
            yield Chart(_won(history, {sizes[name]: columns[name] for name in sizes}, layer), named)
    for key in sorted((name for name in left if name not in taken), key=_order):
        layer, _, name = key.rpartition(".")
        if name == "rate_sd":
            continue
        band = f"{key}_sd" if f"{key}_sd" in columns else None
        of = f" of {layer}" if layer else ""
        yield Chart(moved(f"{NAMES.get(name, name.replace('_', ' '))}{of}", columns[key]), {key: ""}, band)


def _order(key: str) -> tuple[int, str]:
    """Accuracy or sMAPE and loss first, then what is known, then the rest."""
    name = key.rpartition(".")[2]
    known = ("accuracy", "smape", "loss", *NAMES)
    return (known.index(name) if name in known else len(known), key)


def _won(history: History, shares: Mapping[int, Floats], layer: str) -> str:
    """Which size was likeliest at the end, how likely, and since when it was."""
    sizes = sorted(shares)
    table = np.stack([shares[size] for size in sizes])
    best = int(np.argmax(table[:, -1]))
    ahead = np.argmax(table, axis=0) == best
    behind = np.flatnonzero(~ahead)
    since = int(behind[-1]) + 2 if behind.size else 1
    of = f" in {layer}" if layer else ""
    lead = "from the first on" if since == 1 else f"ahead since {history.counts} {since}"
    return (
        f"size {sizes[best]} won{of} after {len(history)} {history.plural}, p = {table[best, -1]:.2f}".replace(
            "0.", "."
        )
        + f", {lead}"
    )


def moved(what: str, values: Floats) -> str:
    """From where to where a figure went."""
    known = values[np.isfinite(values)]
    if not known.size:
        return f"{what} unknown"
    first, last = float(known[0]), float(known[-1])
    if known.size == 1 or f"{first:.3g}" == f"{last:.3g}":
        return f"{what} {last:.3g}"
    return f"{what} {'rose' if last > first else 'fell'} from {first:.3g} to {last:.3g}"


def drawings(run: str, history: History, charts: list[Chart]) -> list[Drawing]:
    """One drawing for each chart, its headline beneath it."""
    found: list[Drawing] = []
    for number, chart in enumerate(charts):
        found += drawn(
            f"{run} {history.counts} {number} {chart.headline}",
            chart.headline,
            lambda axes, chart=chart: curves(  # type: ignore[misc]
                history, *chart.figures, labels=chart.figures, band=chart.band, axes=axes
            ),
            height=2.5,
        )
    return found


def table(history: History) -> Table:
    """All figures of all entries."""
    columns = history.columns()
    rows = [
        (
            f"{number + 1}",
            *(f"{values[number]:.4g}" if np.isfinite(values[number]) else "" for values in columns.values()),
        )
        for number in range(len(history))
    ]
    return Table(f"All figures by {history.counts}", (history.counts, *columns), rows, folded=True)
