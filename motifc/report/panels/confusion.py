"""The confusion matrix: classes by what they were taken for."""

import numpy as np

from motifc.evaluation import Evaluation
from motifc.evidence import FLOAT, PROGRAM
from motifc.plot.theme import heat
from motifc.report.panel import Panel, Table
from motifc.report.run import Run


def panel(run: Run) -> Panel | None:
    """That of the program, else of the float network; nothing where there are no labels."""
    name = next((name for name in (PROGRAM, FLOAT) if name in run.evaluations), None)
    if name is None:
        return None
    found = run.evaluations[name]
    return Panel("confusion", _answer(name, found), tables=[_table(name, found)])


def _answer(name: str, found: Evaluation) -> str:
    wrong = found.confusion.copy()
    classes = len(wrong)
    wrong[np.arange(classes), np.arange(classes)] = 0
    told = f"The {name} is right in {found.sentence}, ties count as wrong."
    if not wrong.any():
        return f"{told} It took no class for another."
    label, taken = np.unravel_index(int(wrong.argmax()), wrong.shape)
    as_what = "tied" if taken == classes else f"taken for {taken}"
    recall = {number: share for number, share in enumerate(found.recall) if share is not None}
    hardest = min(recall, key=lambda number: recall[number])
    return (
        f"{told} Most often class {label} was {as_what}, {wrong[label, taken]} times; class {hardest} is the hardest, "
        f"{recall[hardest]:.1%} of it right."
    )


def _table(name: str, found: Evaluation) -> Table:
    classes = len(found.confusion)
    head = ("class", *(f"{number}" for number in range(classes)), "tie")
    rows = [(f"{label}", *(f"{count}" for count in counts)) for label, counts in enumerate(found.confusion.tolist())]
    most = max(1, int(found.confusion.max(initial=0)))
    shades = [
        (None, *(heat(count / most) if count else None for count in counts)) for counts in found.confusion.tolist()
    ]
    return Table(f"Samples of each class (rows) by what the {name} took them for (columns)", head, rows, shades)
