"""Figures of matplotlib as SVG inside a page."""

import re
from io import StringIO
from typing import TYPE_CHECKING

from targets.contracts.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EXCITATORY_COLOUR, INHIBITORY_COLOUR = "#0072b2", "#d55e00"
"""Blue and vermilion of M. Okabe and K. Ito's colour-blind-safe palette; never the only sign of a difference."""


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

    `name` goes before every id in it, so that several figures fit in one page.
    """
    import matplotlib

    drawn = StringIO()
    nothing_of_the_day = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with matplotlib.rc_context({"svg.hashsalt": "motifc", "svg.fonttype": "path"}):
        figure.savefig(drawn, format="svg", metadata=nothing_of_the_day)
    element = drawn.getvalue()
    element = element[element.index("<svg") :].strip()
    element = re.sub(r'( id="|href="#|url\(#)', rf"\g<1>{name}-", element)
    return element.replace("<svg", f'<svg role="img" aria-label="{about}"', 1)
