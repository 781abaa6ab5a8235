"""page: runs as one HTML page that needs nothing else and opens from a disk."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from motifc import __version__
from motifc.plot.theme import require_matplotlib
from motifc.report.comparison import comparison
from motifc.report.panel import COMPARISON, Drawing, Panel
from motifc.report.panels import (
    chip,
    confusion,
    drift,
    equality,
    membrane,
    motif,
    provenance,
    quantization,
    rasters,
    repair,
    search,
    structure,
    training,
    values,
)
from motifc.report.result import Figure, key_figures, result_line
from motifc.report.run import Run
from targets.contracts.errors import InputError
from targets.contracts.shown import shown

LARGEST = 3_000_000
"""Bytes of a page; drawings of later runs are left out where it would be larger."""
_MAKERS: tuple[Callable[[Run], Panel | None], ...] = (
    motif.panel,
    search.panel,
    repair.panel,
    training.panel,
    confusion.panel,
    values.panel,
    rasters.panel,
    membrane.panel,
    drift.panel,
    quantization.panel,
    chip.panel,
    equality.panel,
    structure.panel,
    provenance.panel,
)


@dataclass(frozen=True)
class Part:
    """One run as the page shows it; `key` begins the ids of its panels."""

    key: str
    name: str
    result: Sequence[str]
    panels: Sequence[Panel]
    figures: Sequence[Figure] = ()


@dataclass(frozen=True)
class Page:
    """A page as HTML, and what it tells: the runs, and how they compare where there are several."""

    html: str
    parts: Sequence[Part]
    compared: str = ""

    def as_dict(self) -> dict[str, Any]:
        """All that is told in words, as JSON values."""
        runs = [
            {
                "name": part.name,
                "result": list(part.result),
                "panels": {
                    panel.key: {"question": panel.question, "answer": panel.answer, "notes": list(panel.notes)}
                    for panel in part.panels
                },
            }
            for part in self.parts
        ]
        return {"bytes": len(self.html.encode()), "runs": runs, "comparison": self.compared or None}


def page(runs: Sequence[Run], tell: Callable[[str], None] = lambda step: None) -> Page:
    """The page of all runs, of several with a comparison first. Without matplotlib nothing is drawn, and it says so."""
    parts, size = [], 0
    for number, run in enumerate(runs):
        tell(f"{run.name}: drawing")
        part = _part(f"r{number}", run)
        heavy = sum(len(drawing.svg) for panel in part.panels for drawing in _drawings(panel))
        if size + heavy > LARGEST * 0.8:
            left_out = "Its drawings are left out, as the page would be too large; make a page of this run alone."
            panels = [_undrawn(panel) for panel in part.panels]
            part, heavy = replace(part, result=(*part.result, left_out), panels=panels), 0
        parts.append(part)
        size += heavy
    several = len(parts) > 1
    answer, drawings, tables = comparison(runs) if several else ("", (), ())
    html = _template().render(
        title=f"{len(runs)} runs side by side" if several else parts[0].name,
        parts=parts,
        compared=(COMPARISON, answer, drawings, tables) if several else None,
        missing=_missing(),
        version=__version__,
    )
    return Page(html, parts, answer)


def _part(key: str, run: Run) -> Part:
    panels = [found for maker in _MAKERS if (found := maker(run)) is not None]
    return Part(key, run.name, result_line(run), panels, key_figures(run))


def _drawings(panel: Panel) -> Sequence[Drawing]:
    """All of a panel, those with something to choose too."""
    chosen = (drawing for choice in panel.choices for drawing in choice.drawings)
    return [*panel.drawings, *chosen, *(each.drawing for each in panel.highlights)]


def _undrawn(panel: Panel) -> Panel:
    choices = [replace(choice, drawings=()) for choice in panel.choices]
    return replace(panel, drawings=(), choices=choices, highlights=())


def _missing() -> str:
    """A sentence where nothing can be drawn."""
    try:
        require_matplotlib()
    except InputError as error:
        return f"There are no drawings: {error}"
    return ""


@cache
def _template() -> jinja2.Template:
    """Everything is escaped but the drawings and the style sheet, which are ours."""
    folder = Path(__file__).parent / "templates"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    environment.filters["drawing"] = Markup
    environment.filters["anchor"] = _anchor
    environment.globals["style"] = Markup((folder / "page.css").read_text(encoding="utf-8"))
    return environment.get_template("page.html")


def _finalized(value: object) -> object:
    """What is printed: a text of others on one line, without characters that cannot be printed."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _anchor(text: str) -> str:
    """`text` as an id may be."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]
    return f"{plain}-{sha256(text.encode()).hexdigest()[:6]}"
