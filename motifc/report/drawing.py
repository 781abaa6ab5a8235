"""drawn: a plot as an SVG element of the page, its text as text, its colours those of the page by day and night."""

import hashlib
import re
import warnings
from collections.abc import Callable, Mapping
from html import escape as _escape
from io import StringIO
from typing import TYPE_CHECKING

from motifc.plot.theme import LOOK, ROLES, require_matplotlib
from motifc.report.panel import Drawing
from targets.contracts.errors import InputError
from targets.contracts.shown import shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FONT = re.compile(r"font: ((?:\w+ )*?)(?:(\d+) )?([\d.]+)px [^;\"]*")
_FAMILY = re.compile(r"font-family: [^;\"]*")
_LONG_NUMBER = re.compile(r"(\.\d\d)\d+")
_PATH = re.compile(r' d="[^"]*"')
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_STYLE = re.compile(r' style="[^"]*"')


WIDTH = 4.7
"""Inches of all drawings, so that text in them is as large as beside them, on a telephone too."""
_NARROW, _WIDE, _BELOW, AROUND = 0.6, 0.8, 0.52, 0.12
"""Inches left of axes without and with a label there, below them, and on the other sides: fitting each drawing would
take as long as drawing it."""


def drawn(
    name: str,
    caption: str,
    draw: Callable[["Axes"], object],
    height: float = 3.0,
    hover: Mapping[str, str] | None = None,
    left: float | None = None,
    below: float = _BELOW,
    right: float = AROUND,
) -> tuple[Drawing, ...]:
    """What `draw` puts on axes of `WIDTH` by `height` inches, 72 pixels each; nothing without matplotlib.

    `name` sets its ids apart from those of other drawings. The caption is read out where a drawing cannot be seen.
    `hover` are texts shown over what has that gid. `left`, `below` and `right` are the inches that labels take there.
    """
    try:
        require_matplotlib()
    except InputError:
        return ()
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(dict(LOOK)):
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_subplot()
        draw(axes)
        beside = left if left is not None else _WIDE if axes.get_ylabel() else _NARROW
        figure.subplots_adjust(beside / WIDTH, below / height, 1 - right / WIDTH, 1 - AROUND / height)
        return (Drawing(svg(figure, name, caption, hover or {}), caption),)


def svg(figure: "Figure", name: str, about: str, hover: Mapping[str, str]) -> str:
    """The figure as an SVG element, the same for the same figure; `about` is read out where it cannot be seen.

    A digest of `name` goes before every id in it, so that any number of figures fit in one page.
    """
    import matplotlib

    written = StringIO()
    nothing_of_the_day = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with (
        matplotlib.rc_context({"svg.hashsalt": "motifc", "svg.fonttype": "none"}),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", "Glyph .* missing from")  # the browser has one
        figure.savefig(written, format="svg", metadata=nothing_of_the_day, transparent=True)
    element = written.getvalue()
    element = element[element.index("<svg") :].strip()
    element = re.sub(r"<metadata>.*?</metadata>", "", element, flags=re.DOTALL)
    element = _PATH.sub(lambda found: _LONG_NUMBER.sub(r"\1", found[0]).replace(" \n", " "), element)
    element = _STYLE.sub(lambda found: _style(found[0]), element)
    mark = "s" + hashlib.sha256(name.encode()).hexdigest()[:8]
    element = re.sub(r'( id="|href="#|url\(#)', rf"\g<1>{mark}-", element)
    for gid, told in hover.items():
        opening = f'<g id="{mark}-{gid}">'
        element = element.replace(opening, f"{opening}<title>{escape(told)}</title>", 1)
    element = re.sub(r' (?:width|height)="[\d.]+pt"', "", element, count=2)
    return element.replace("<svg", f'<svg role="img" aria-label="{escape(about)}"', 1)


def escape(text: str) -> str:
    """`text` as HTML: its characters, whatever they mean in HTML, those that cannot be printed as their escapes."""
    return _escape(shown(text))


def _style(style: str) -> str:
    """A style in the page's font and colours."""
    style = _FONT.sub(lambda found: f"font: {found[2] or ''} {found[3]}px var(--sans)".replace("  ", " "), style)
    style = _FAMILY.sub("font-family: var(--sans)", style)
    return _COLOUR.sub(lambda found: f"var(--{ROLES[found[0]]})" if found[0] in ROLES else found[0], style)
