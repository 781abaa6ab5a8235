"""The training of the weights: loss and accuracy of every epoch."""

from motifc.report.panel import Panel
from motifc.report.panels.search import Chart, drawings, moved, table
from motifc.report.run import Run
from search.history import History


def panel(run: Run) -> Panel | None:
    """Nothing of a network that was not trained."""
    if run.network is None:
        return None
    history = History.of(run.network.settings.get("training"))
    if not len(history):
        return None
    charts = [Chart(moved(f"training {name}", values), {name: ""}) for name, values in history.columns().items()]
    answer = f"In {len(history)} {history.plural} {'; '.join(chart.headline for chart in charts)}, on training samples."
    return Panel("training", answer, (), drawings(f"{run.name} training", history, charts), [table(history)])
