"""motif: the signed links of a motif as a matrix; motif_graph: those inside it as a small graph."""

from typing import TYPE_CHECKING, Any

import numpy as np

from motifc.plot.theme import EXCITATORY_COLOUR, INHIBITORY_COLOUR, INK, MUTED, NO_LINK, ON_LINK, axes_for
from search.motif import DIRECTIONS, EXCITATORY, INHIBITORY, NONE, Motif
from targets.contracts.arrays import Array, Floats, Ints
from targets.contracts.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path

INSIDE = "inside"
_SIGNS = {EXCITATORY: "+", INHIBITORY: "_"}  # markers: a text for every link would take most of the time
_COLOURS = {EXCITATORY: EXCITATORY_COLOUR, INHIBITORY: INHIBITORY_COLOUR, NONE: NO_LINK}
_STYLES: dict[int, dict[str, Any]] = {
    EXCITATORY: {"color": EXCITATORY_COLOUR, "linestyle": "-", "arrowstyle": "-|>"},
    INHIBITORY: {"color": INHIBITORY_COLOUR, "linestyle": (0, (3.5, 1.5)), "arrowstyle": "|-|,widthA=0,widthB=0.4"},
}
_LARGEST = 0.17  # radius of a neuron where there is room; the circle of all has radius 1
_SMALL = 0.12  # below this radius they are crowded
_BEND = 0.12  # of a link, as a share of its length
_HALF = 1.5  # half the width of the axes of a graph
_LATE_NEAR, _LATE_FAR = 0.12, 0.3  # from a neuron's rim to its input delay, the second where a loop lies between
_NUMBERED = 24  # neurons up to which each row and column has its number, and every link its sign


def motif(motif: Motif, links: str = INSIDE, axes: "Axes | None" = None) -> "Axes":
    """Links [post, pre] as coloured cells with their sign: "inside" the motif, or from the neighbour in a direction.

    Where the motif has delays of its own, the label of the sources tells the steps that these links take, and beside
    the rows of the links inside stands by how many steps each neuron hears what is before its layer late.
    """
    types = types_of(motif, links)
    axes = axes_for(axes, 4.7, 4.6)
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    for kind, colour in _COLOURS.items():
        cells = [_cell(post, pre) for post, pre in np.argwhere(types == kind)]
        if cells:
            axes.add_patch(PathPatch(Path.make_compound_path(*cells), facecolor=colour, edgecolor="none", linewidth=0))
    if motif.size <= _NUMBERED:
        size = min(9, 110 / motif.size)
        for kind, sign in _SIGNS.items():
            post, pre = np.nonzero(types == kind)
            axes.plot(pre, post, sign, color=ON_LINK, markersize=size, markeredgewidth=size / 6)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_ticks(np.arange(0, motif.size, 1 if motif.size <= 12 else 2))
    axes.set(xlim=(-0.5, motif.size - 0.5), ylim=(motif.size - 0.5, -0.5), aspect="equal", ylabel="to neuron")
    after = "" if (told := steps_of(motif, links)) is None else f", after {told}"
    axes.set_xlabel(f"from neuron{'' if links == INSIDE else f' of the {links} motif'}{after}")
    axes.tick_params(length=0)
    if motif.late is not None and links == INSIDE:
        _draw_late(axes, motif.late)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def motif_graph(motif: Motif, axes: "Axes | None" = None) -> "Axes":
    """Links inside a motif, its neurons in a circle; a link of a neuron to itself is a loop.

    An excitatory link is a full blue line that ends in an arrow, an inhibitory one a dashed vermilion line that ends in
    a bar. Beside each neuron stands by how many steps it hears what is before its layer late, and at the upper left the
    steps that all links take, where the motif has delays of its own.
    """
    axes = axes_for(axes, 4.7, 4.6)
    from matplotlib.patches import Circle, FancyArrowPatch

    angles = np.pi / 2 - 2 * np.pi * np.arange(motif.size) / motif.size
    places = np.stack([np.cos(angles), np.sin(angles)], 1)
    radius = float(min(_LARGEST, 0.6 * np.sin(np.pi / motif.size))) if motif.size > 1 else _LARGEST
    nodes = [Circle((x, y), radius, facecolor=NO_LINK, edgecolor=INK, zorder=3) for x, y in places]
    for number, (node, place) in enumerate(zip(nodes, places, strict=True)):
        axes.add_patch(node)
        axes.text(
            float(place[0]),
            float(place[1]),
            f"{number}",
            ha="center",
            va="center",
            fontsize=11 if radius > _SMALL else 8,
            zorder=4,
        )
        if motif.late is not None:
            outside = 1 + radius + (_LATE_FAR if motif.intra[number, number] != NONE else _LATE_NEAR)
            told = f"+{motif.late[number]}"
            x, y = (outside * place).tolist()
            axes.text(x, y, told, ha="center", va="center", fontsize=9, color=MUTED)
    if (told_steps := steps_of(motif, INSIDE)) is not None:
        axes.text(-_HALF, _HALF, f"links take {told_steps}", ha="left", va="top", fontsize=10)
    for post, pre in np.argwhere(motif.intra != NONE).tolist():
        line = _line(int(motif.intra[post, pre]), radius)
        if post == pre:
            link = FancyArrowPatch(path=_bulge(places[post], radius), **line)
        else:
            ends = _rims(places[pre], places[post], radius)
            link = FancyArrowPatch(*ends, connectionstyle=f"arc3,rad={_BEND}", shrinkA=0, shrinkB=0, **line)
        link.set_gid(f"link-{post}-from-{pre}")
        axes.add_patch(link)
    axes.set(xlim=(-_HALF, _HALF), ylim=(-_HALF, _HALF), aspect="equal")
    axes.axis("off")
    return axes


def steps_of(motif: Motif, links: str) -> str | None:
    """Steps that the links inside the motif or from the neighbour in a direction take; None where others decide."""
    if motif.delays is None:
        return None
    steps = int(motif.delays[0 if links == INSIDE else 1 + DIRECTIONS[motif.wiring].index(links)])
    return "1 step" if steps == 1 else f"{steps:,} steps"


def types_of(motif: Motif, links: str) -> Array:
    """int8 [post, pre] of the links inside the motif or from the neighbour in a direction; InputError for another."""
    directions = DIRECTIONS[motif.wiring]
    if links == INSIDE:
        return motif.intra
    if links not in directions:
        known = ", ".join((INSIDE, *directions))
        raise InputError(f"a {motif.wiring} motif has no links from {links!r}; it has {known}, so choose one of them.")
    return motif.lateral[directions.index(links)]


def _draw_late(axes: "Axes", late: Ints) -> None:
    """Beside every row by how many steps its neuron hears the input late; of many neurons only the most."""
    beside = axes.secondary_yaxis("right")
    if late.size > _NUMBERED:
        beside.set_ticks([])
        beside.set_ylabel(f"hears its input up to {late.max():,} steps late", color=MUTED)
    else:
        beside.set_ticks(np.arange(late.size), [f"+{steps}" for steps in late.tolist()])
        beside.tick_params(length=0, labelsize=min(10, 150 / late.size), labelcolor=MUTED)
        beside.set_ylabel("hears its input late by, steps", color=MUTED)
    beside.spines["right"].set_visible(False)


def _rims(pre: Floats, post: Floats, radius: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where a bent link leaves the circle around `pre` and meets that around `post`."""
    angle = np.arctan2(*(post - pre)[::-1])
    aside = np.arctan(2 * _BEND)
    leaves, meets = angle - aside, angle + np.pi + aside
    return _around(pre, leaves, radius), _around(post, meets, radius)


def _around(middle: Floats, angle: float, radius: float) -> tuple[float, float]:
    return float(middle[0] + radius * np.cos(angle)), float(middle[1] + radius * np.sin(angle))


def _cell(post: int, pre: int) -> "Path":
    from matplotlib.path import Path

    low_x, high_x, low_y, high_y = pre - 0.46, pre + 0.46, post - 0.46, post + 0.46
    corners = [(low_x, low_y), (high_x, low_y), (high_x, high_y), (low_x, high_y), (low_x, low_y)]
    return Path(corners, [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY])


def _line(kind: int, radius: float) -> dict[str, Any]:
    """How a link looks; among small neurons it is thinner."""
    roomy = radius > _SMALL
    return {"mutation_scale": 9 if roomy else 6, "linewidth": 1.2 if roomy else 0.7, **_STYLES[kind]}


def _bulge(place: Floats, radius: float) -> "Path":
    from matplotlib.path import Path

    outwards = place / np.hypot(*place)
    aside = np.array([-outwards[1], outwards[0]])
    start, end = (place + radius * (0.75 * outwards + sign * 0.75 * aside) for sign in (1, -1))
    high, low = (place + radius * (3.2 * outwards + sign * 2.2 * aside) for sign in (1, -1))
    return Path([start, high, low, end], [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
