"""Self-repair: rates and loss before step 1, between the steps and after plasticity."""

import numpy as np

from motifc.report.panel import Panel, Table
from motifc.report.panels.search import NAMES, STEPPED, STEPS, Chart, drawings
from motifc.report.run import Run
from search.history import History

_WORDS = ("before step 1", "between the steps", "after plasticity")


def panel(run: Run) -> Panel | None:
    """Nothing of a search without plasticity between its steps."""
    if run.network is None:
        return None
    history = History.left_by(run.network.settings)
    figures = [name for name in STEPPED if {f"{name}{step}" for step in STEPS} <= history.columns().keys()]
    if not figures:
        return None
    answer, *notes = [_told(history, name) for name in figures]
    notes.append(
        "In each epoch, step 1 moves architecture and weights down their losses; step 2, intrinsic plasticity, then "
        "moves R and tau_m of every neuron towards the rates that are its target."
    )
    charts = [
        Chart(f"{NAMES[name]}: {_words(history, name)}", dict(zip(_keys(name), _WORDS, strict=True)))
        for name in figures
    ]
    rows = [(NAMES[name], *(f"{_mean(history, key):.4g}" for key in _keys(name))) for name in figures]
    table = Table(f"Means over {len(history)} {history.plural}", ("figure", *_WORDS), rows)
    return Panel("repair", answer, notes, drawings(f"{run.name} repair", history, charts), [table])


def _keys(name: str) -> tuple[str, ...]:
    return tuple(f"{name}{step}" for step in STEPS)


def _mean(history: History, key: str) -> float:
    return float(np.nanmean(history.columns()[key]))


def _words(history: History, name: str) -> str:
    """The means before, between and after."""
    return ", ".join(f"{_mean(history, key):.3g} {word}" for key, word in zip(_keys(name), _WORDS, strict=True))


def _told(history: History, name: str) -> str:
    """How often plasticity moved a figure the right way, and by how much on the mean."""
    between, after = (history.columns()[f"{name}{step}"] for step in STEPS[1:])
    change = after - between
    better = change > 0 if name == "accuracy" else change < 0
    known = int(np.count_nonzero(np.isfinite(change)))
    verb = "raised" if name == "accuracy" else "lowered"
    return (
        f"Plasticity {verb} the {NAMES[name]} in {np.count_nonzero(better)} of {known} {history.plural}, and moved it "
        f"by {float(np.nanmean(change)):+.2g} on the mean."
    )
