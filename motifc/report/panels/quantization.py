"""What rounding to integers changed: weights before and after, errors of every projection, and what is lost."""

import numpy as np

from compiler.analysis.quantization import ProjectionRounding, quantization_report
from compiler.faithfulness import told_faithful, unproved
from compiler.ir.graph import FloatGraph, FloatProjection, IntGraph
from compiler.losses import told_losses
from compiler.passes.fold import fold
from compiler.passes.quantize import quantize
from compiler.passes.retime import retime
from motifc.plot.theme import EXCITATORY_COLOUR, INHIBITORY_COLOUR
from motifc.report.drawing import drawn
from motifc.report.panel import Drawing, Panel, Table
from motifc.report.run import Run
from targets.contracts.errors import InputError
from targets.program.program import Program

_PROJECTIONS = 6
"""Projections whose weights are drawn, the first of them."""
_BINS = 41


def panel(run: Run) -> Panel | None:
    """Nothing of a network that was not compiled."""
    program = run.program
    if program is None:
        return None
    told, *more = told_losses(program) or ("The program does not say what it lost when it was compiled.",)
    more += [*told_faithful(program), *unproved(program)]
    if run.graph is None:
        return Panel("quantization", told, [*more, "The floats that it was compiled from are not among the files."])
    stages = _stages(run.graph, program)
    if stages is None:
        return Panel(
            "quantization",
            told,
            [*more, "Its roundings cannot be worked out anew: it was calibrated on data or made faithful."],
        )
    floats, integers = stages
    report = quantization_report(floats, integers, program.chip)
    invented = {each.name for each in floats.populations if each.invented}
    own = [
        (exact, rounded)
        for exact, rounded in zip(floats.projections, report.projections, strict=True)
        if exact.source not in invented
    ]
    drawings = [
        drawing
        for exact, rounded in own[:_PROJECTIONS]
        for drawing in _drawing(run.name, exact, rounded, floats, integers)
    ]
    head = (
        "projection",
        "signal to error",
        "exponent",
        "synapses",
        "vanished",
        "clipped",
        "largest error (thresholds)",
    )
    rows = [
        (
            each.projection,
            "exact" if each.snr is None else f"{each.snr:.1f} dB",
            f"{each.exponent}",
            f"{each.synapses:,}",
            f"{each.vanished:,}",
            f"{each.clipped:,}",
            f"{each.largest_error:.2g}",
        )
        for _, each in own
    ]
    return Panel("quantization", told, more, drawings, [Table("Error of every projection", head, rows)])


def _stages(graph: FloatGraph, program: Program) -> tuple[FloatGraph, IntGraph] | None:
    """The graph before and after rounding; None where the rounding is not that of the program."""
    try:
        floats = fold(retime(graph))
        integers = quantize(floats, program.chip)
    except InputError:
        return None
    made = {each.name: each for each in integers.projections}
    for own in program.projections:
        same = made.get(own.name)
        if same is None or not np.array_equal(same.synapses.weights, own.synapses.weights):
            return None
    return floats, integers


def _drawing(
    run: str, exact: FloatProjection, rounding: ProjectionRounding, floats: FloatGraph, integers: IntGraph
) -> tuple[Drawing, ...]:
    """Histogram of the weights of a projection, in thresholds of their neurons, before and after."""
    row = exact.synapses.row_of()
    rounded = {each.name: each for each in integers.projections}[exact.name]
    left = exact.synapses.weights / floats.population(exact.target).threshold[row]
    unit = 2.0**rounded.exponent / integers.population(exact.target).vth[row]
    right = rounded.synapses.weights * unit
    there = left != 0
    if not there.any():
        return ()
    both = {"float": left[there], "integer": right[there]}
    low, high = (float(edge(values)) for edge, values in ((np.min, left[there]), (np.max, left[there])))
    if not low < high:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, _BINS)
    snr = "exact" if rounding.snr is None else f"{rounding.snr:.1f} dB between weights and their errors"
    told = f"{exact.name}: {rounding.synapses:,} weights in thresholds, {snr}"

    def draw(axes: "object") -> None:
        looks = {"float": (EXCITATORY_COLOUR, "-"), "integer": (INHIBITORY_COLOUR, "--")}
        for name, values in both.items():
            heights, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
            colour, line = looks[name]
            axes.stairs(heights, edges, color=colour, linestyle=line, linewidth=1.4, label=name)  # type: ignore[attr-defined]
        axes.set(xlabel="weight (thresholds)", ylabel="synapses")  # type: ignore[attr-defined]
        axes.legend()  # type: ignore[attr-defined]

    return drawn(f"{run} weights {exact.name}", told, draw, height=2.5)
