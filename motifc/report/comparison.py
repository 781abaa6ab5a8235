"""Several runs side by side."""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from motifc.evaluation import Evaluation
from motifc.evidence import FLOAT, PROGRAM
from motifc.plot.theme import EXCITATORY_COLOUR, label
from motifc.report.drawing import drawn
from motifc.report.panel import Drawing, Table
from motifc.report.panels.chip import estimated
from motifc.report.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def comparison(runs: Sequence[Run]) -> tuple[str, Sequence[Drawing], Sequence[Table]]:
    """The answer, the accuracies drawn with their intervals, and a table with a column for each run."""
    judged = {run.name: found for run in runs if (found := _evaluation(run)) is not None}
    drawing = _drawing(judged) if len(judged) > 1 else ()
    rows = [
        (what, *(value(run) for run in runs)) for what, value in _FIGURES.items() if any(value(run) for run in runs)
    ]
    tested = {run.evidence.inputs for run in runs if run.evidence is not None and run.evaluations}
    return (
        _answer(judged, len(tested) < 2),
        drawing,
        (Table("Runs side by side", ("figure", *(run.name for run in runs)), rows),),
    )


def _evaluation(run: Run) -> Evaluation | None:
    """Of the program, else of the float network."""
    return run.evaluations.get(PROGRAM, run.evaluations.get(FLOAT))


def _answer(judged: dict[str, Evaluation], same: bool) -> str:
    if len(judged) < 2:
        return "Fewer than two runs have an accuracy, so that there is nothing to compare."
    most = max(each.accuracy for each in judged.values())
    best = [name for name, each in judged.items() if each.accuracy == most]
    apart = [
        pair for pair in combinations(judged, 2) if not _overlapping(judged[pair[0]].interval, judged[pair[1]].interval)
    ]
    told = (
        f"{' and '.join(best)} {'has' if len(best) == 1 else 'have'} the highest accuracy, {judged[best[0]].sentence}."
    )
    if not same:
        told += " They were tested on different samples."
    if not apart:
        return f"{told} The 95 % intervals of all runs overlap, so that the difference may be chance."
    pairs = "; ".join(" and ".join(pair) for pair in apart[:6])
    return f"{told} The 95 % intervals do not overlap of {pairs}."


def _overlapping(left: tuple[float, float], right: tuple[float, float]) -> bool:
    return left[0] <= right[1] and right[0] <= left[1]


def _drawing(judged: dict[str, Evaluation]) -> tuple[Drawing, ...]:
    def draw(axes: "Axes") -> None:
        for place, found in enumerate(judged.values()):
            low, high = found.interval
            axes.plot([low, high], [place, place], color=EXCITATORY_COLOUR, linewidth=2)
            axes.plot([found.accuracy], [place], color=EXCITATORY_COLOUR, marker="o", markersize=6)
        axes.set_yticks(range(len(judged)), [label(name) for name in judged])
        axes.set(xlabel="test accuracy", ylim=(len(judged) - 0.5, -0.5))

    caption = "Test accuracy of every run with its 95 % interval"
    return drawn("comparison", caption, draw, height=1.0 + 0.4 * len(judged), left=_left(judged))


def _left(names: Iterable[str]) -> float:
    """Inches that the longest name takes beside the axes."""
    return 0.25 + 0.09 * max(len(label(name)) for name in names)


def _of_network(value: Callable[[Run], object]) -> Callable[[Run], str]:
    return lambda run: "" if run.network is None else str(value(run))


def _accuracy(run: Run) -> str:
    found = _evaluation(run)
    return "" if found is None else found.sentence


def _errors(run: Run) -> str:
    found = run.regressions.get(PROGRAM, run.regressions.get(FLOAT))
    return "" if found is None else found.sentence


def _neurons(run: Run) -> str:
    return f"{sum(each.neurons for each in run.populations):,}"


def _synapses(run: Run) -> str:
    return f"{sum(int(np.count_nonzero(each.synapses.weights)) for each in run.projections):,}"


def _motifs(run: Run) -> str:
    layers = () if run.network is None else run.network.layers
    return ", ".join(f"{each.motif.size} with {each.motif.links} links" for each in layers if each.motif is not None)


def _equal(run: Run) -> str:
    made = () if run.evidence is None else run.evidence.comparisons
    return ", ".join(f"{each.backend} {'equal' if each.equal else 'differs'}" for each in made if each.ran)


_FIGURES: dict[str, Callable[[Run], str]] = {
    "accuracy": _accuracy,
    "sMAPE": _errors,
    "tested on": lambda run: f"{len(next(iter(run.inputs.values())).lengths):,} samples" if run.inputs else "",
    "method": _of_network(lambda run: run.network.settings.get("method", "") if run.network else ""),
    "seed": _of_network(lambda run: run.network.settings.get("seed", "") if run.network else ""),
    "neurons": _neurons,
    "synapses": _synapses,
    "motifs": _motifs,
    "cores": lambda run: "" if run.program is None else f"{len(run.program.cores):,} of {run.program.chip.name}",
    "against numpy": _equal,
    "estimated energy per step": lambda run: (
        "" if run.program is None else f"{estimated(run, run.program).energy:.3g} nJ"
    ),
}
"""What a run is compared by."""
