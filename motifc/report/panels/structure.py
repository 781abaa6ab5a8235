"""What the network and its program are made of."""

import numpy as np

from motifc.plot.theme import MUTED
from motifc.report.drawing import drawn
from motifc.report.panel import Drawing, Panel, Table
from motifc.report.run import Run
from search.network import Network
from targets.contracts.arrays import Array
from targets.program.program import Program


def panel(run: Run) -> Panel:
    """Populations and projections: those of the network, and of the program where there is one."""
    own, edges = run.populations, run.projections
    synapses = sum(int(np.count_nonzero(each.synapses.weights)) for each in edges)
    answer = (
        f"{sum(each.neurons for each in own):,} neurons in {', '.join(each.name for each in own)}; {synapses:,} "
        f"synapses in {len(edges):,} {'projection' if len(edges) == 1 else 'projections'}; inputs "
        f"{', '.join(f'{each.name} of {each.neurons:,}' for each in run.ports)}."
    )
    head = ("from", "to", "name", "stored as", "synapses", "delay")
    rows = [
        (
            each.source,
            each.target,
            each.name,
            each.synapses.kind,
            f"{np.count_nonzero(each.synapses.weights):,}",
            f"{each.delay}",
        )
        for each in edges
    ]
    tables = [Table("Projections", head, rows)]
    drawings: list[Drawing] = []
    if run.network is not None:
        tables.insert(0, _layers(run.network))
        drawings = _spread(run.name, run.network)
    if run.program is not None:
        tables.append(_populations(run.program))
        if run.program.latency:
            late = ", ".join(f"{name} by {steps}" for name, steps in run.program.latency.items())
            answer += f" Populations of the program are late, in steps: {late}."
    return Panel("structure", answer, (), drawings, tables)


def _layers(network: Network) -> Table:
    head = ("layer", "neurons", "motifs", "R", "tau_m", "tau_s", "threshold")
    rows = []
    for layer in network.layers:
        motifs = "none" if layer.motif is None else f"{layer.neurons // layer.motif.size:,} of {layer.motif.size}"
        values = (_range(getattr(layer, key)) for key in ("resistance", "tau_m", "tau_s", "threshold"))
        rows.append((layer.name, f"{layer.neurons:,}", motifs, *values))
    return Table("Layers", head, rows)


def _populations(program: Program) -> Table:
    rows = [
        (
            each.name,
            f"{each.neurons:,}",
            f"{each.motif_size}",
            *(_span(values) for values in (each.vth, each.du, each.dv)),
        )
        for each in program.own
    ]
    return Table("Integers of the program", ("population", "neurons", "motif size", "vth", "du", "dv"), rows)


def _range(values: Array) -> str:
    least, middle, most = float(values.min()), float(np.median(values)), float(values.max())
    return f"{least:.3g}" if least == most else f"{least:.3g} to {most:.3g}, median {middle:.3g}"


def _span(values: Array) -> str:
    least, most = int(values.min()), int(values.max())
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _spread(run: str, network: Network) -> list[Drawing]:
    """Histograms of R and tau_m of the layers whose neurons differ in them."""
    found: list[Drawing] = []
    for layer in network.layers:
        for key, unit in (("resistance", "R"), ("tau_m", "tau_m (steps)")):
            values = getattr(layer, key)
            if np.ptp(values):
                found += drawn(
                    f"{run} {key} {layer.name}",
                    f"{layer.name}: {unit}, {_range(values)}",
                    lambda axes, values=values, unit=unit: _histogram(axes, values, unit),  # type: ignore[misc]
                    height=2.2,
                )
    return found


def _histogram(axes: "object", values: Array, unit: str) -> None:
    heights, edges = np.histogram(values, 20)
    axes.stairs(heights, edges, fill=True, color=MUTED)  # type: ignore[attr-defined]
    axes.set(xlabel=unit, ylabel="neurons")  # type: ignore[attr-defined]
