"""Figures of matplotlib as SVG inside a page."""

import hashlib
import re
import warnings
from io import StringIO
from typing import TYPE_CHECKING

from motifc.report.html import escape
from targets.contracts.errors import InputError
from targets.contracts.shown import shortened, shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EXCITATORY_COLOUR, INHIBITORY_COLOUR = "#0072b2", "#d55e00"
"""Blue and vermilion of M. Okabe and K. Ito's colour-blind-safe palette; never the only sign of a difference."""

_LONGEST = 40
"""Characters of a label."""


def new_figure(width: float, height: float) -> "Figure":
    """An empty figure of that size in inches; InputError without matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise InputError(
            "the report of a network needs matplotlib, which is not installed; install it with pip install "
            '"motifc[plot]".'
        ) from None
    return Figure(figsize=(width, height), layout="constrained")


def svg(figure: "Figure", name: str, about: str) -> str:
    """The figure as an SVG element, the same for the same figure; `about` is read out where it cannot be seen.

    `name`, or a digest where it has other characters than ids may have, goes before every id in it, so that several
    figures fit in one page.
    """
    import matplotlib

    drawn = StringIO()
    nothing_of_the_day = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with (
        matplotlib.rc_context({"svg.hashsalt": "motifc", "svg.fonttype": "path"}),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", "Glyph .* missing from")  # a box stands for it
        figure.savefig(drawn, format="svg", metadata=nothing_of_the_day)
    element = drawn.getvalue()
    element = element[element.index("<svg") :].strip()
    mark = (
        name if re.fullmatch(r"[A-Za-z][\w-]*", name, re.ASCII) else "s" + hashlib.sha256(name.encode()).hexdigest()[:8]
    )
    element = re.sub(r'( id="|href="#|url\(#)', rf"\g<1>{mark}-", element)
    return element.replace("<svg", f'<svg role="img" aria-label="{escape(about)}"', 1)


def label(text: str) -> str:
    """`text` as matplotlib draws it as it is: on one line, not too long, and no formula between dollars."""
    return shortened(shown(text), _LONGEST).replace("$", r"\$")
