"""The look of all plots: colours by what they mean, and axes to draw on."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from targets.contracts.errors import InputError
from targets.contracts.shown import shortened, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, MUTED, FAINT = "#1b1b1b", "#5c5c5c", "#d9d9d9"
"""Text and lines; what is beside the point; grids."""
EXCITATORY_COLOUR, INHIBITORY_COLOUR, ON_LINK = "#0072b2", "#b84a00", "#fdfdfd"
"""Blue and vermilion after M. Okabe and K. Ito's colour-blind-safe palette, and signs on them; a sign or a shape always
says the same."""
NO_LINK = "#f1f1f1"
HEAT = ("#eef3f9", "#cfdff0", "#a5c9e5", "#74aed8", "#2f78b0", "#0b4f8f")
"""From little to much."""
ON_HEAT = (INK, INK, INK, INK, ON_LINK, ON_LINK)
CURVES = (INK, EXCITATORY_COLOUR, INHIBITORY_COLOUR, "#00785a", "#a3497c", "#8a6d00")

ROLES: Mapping[str, str] = MappingProxyType(
    {
        INK: "ink",
        MUTED: "muted",
        FAINT: "faint",
        EXCITATORY_COLOUR: "excitatory",
        INHIBITORY_COLOUR: "inhibitory",
        ON_LINK: "on-link",
        NO_LINK: "no-link",
        CURVES[3]: "green",
        CURVES[4]: "purple",
        CURVES[5]: "ochre",
        **{colour: f"heat-{number}" for number, colour in enumerate(HEAT)},
    }
)
"""Colour -> the name of what it means, for a page that has another colour for it in the dark."""

LOOK: Mapping[Any, Any] = MappingProxyType(
    {
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "text.color": INK,
        "text.parse_math": False,  # a name may hold dollars
        "axes.edgecolor": MUTED,
        "axes.labelcolor": INK,
        "axes.titlesize": 11.5,
        "axes.titlecolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "font.size": 11,
        "legend.frameon": False,
        "legend.fontsize": 10.5,
        "legend.labelcolor": INK,
        "figure.dpi": 72,
    }
)
"""Settings of matplotlib."""
_LONGEST = 40
"""Characters of a label."""


def axes_for(axes: "Axes | None", width: float = 4.7, height: float = 3.0) -> "Axes":
    """`axes`, or new ones in a figure of that size in inches; InputError where matplotlib is not installed."""
    if axes is not None:
        return axes
    require_matplotlib()
    import matplotlib
    import matplotlib.pyplot as plt

    with matplotlib.rc_context(dict(LOOK) | {"figure.dpi": matplotlib.rcParams["figure.dpi"]}):
        return plt.subplots(figsize=(width, height), layout="constrained")[1]


def require_matplotlib() -> None:
    """InputError with the command to install matplotlib where it is not there."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        raise InputError(
            'plots need matplotlib, which is not installed; install it with pip install "motifc[plot]".'
        ) from None


def label(text: str) -> str:
    """A name as plots show it: on one line and not too long."""
    return shortened(shown(text), _LONGEST)


def heat(share: float) -> int:
    """Number of the colour of `HEAT` for a share of the most, 0 to 1."""
    return min(len(HEAT) - 1, max(0, int(share * len(HEAT))))
