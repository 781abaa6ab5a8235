"""motif_figure: a motif as neurons and links, and as matrices."""

from typing import TYPE_CHECKING, Any

import numpy as np

from motifc.report.drawing import EXCITATORY_COLOUR, INHIBITORY_COLOUR, new_figure
from search.motif import DIRECTIONS, EXCITATORY, INHIBITORY, NONE, Motif
from targets.contracts.arrays import Array, Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle
    from matplotlib.path import Path

_STYLES: dict[int, dict[str, Any]] = {
    EXCITATORY: {"color": EXCITATORY_COLOUR, "linestyle": "-", "arrowstyle": "-|>"},
    INHIBITORY: {"color": INHIBITORY_COLOUR, "linestyle": (0, (3.5, 1.5)), "arrowstyle": "|-|,widthA=0,widthB=0.4"},
}
_SIGNS = {EXCITATORY: "+", INHIBITORY: "\N{MINUS SIGN}"}
_LARGEST = 0.17  # radius of a neuron where there is room; a motif's circle has radius 1
_SMALL = 0.12  # below this radius they are crowded
_HALF = 1.6  # half the width of the axes a motif is drawn in
_GAP = 2.2  # between the columns of two neighbouring motifs
_LATER = ("next", "right", "below")  # neighbours drawn behind this motif, the others before it


def motif_figure(motif: Motif) -> "Figure":
    """Above the neurons of one motif in a circle and beside those of each neighbour, below the same as matrices.

    An excitatory link is a full blue line that ends in an arrow, an inhibitory one a dashed vermilion line that ends in
    a bar.
    """
    directions = DIRECTIONS[motif.wiring]
    width = 3.1 * (1 + len(directions))
    figure = new_figure(max(width, 4.2), 6.6)
    above, below = figure.subplots(2, 1 + len(directions), squeeze=False, height_ratios=(1.35, 1))
    _inside(above[0], motif.intra)
    _matrix(below[0], motif.intra, "pre")
    for axes, matrix, direction, types in zip(above[1:], below[1:], directions, motif.lateral, strict=True):
        _across(axes, types, direction)
        _matrix(matrix, types, f"pre, {direction} motif")
    below[0].set_ylabel("post")
    _legend(figure, motif)
    return figure


def _inside(axes: "Axes", types: Array) -> None:
    """Links among the neurons of one motif; a link of a neuron to itself is a loop."""
    size = len(types)
    angles = np.pi / 2 - 2 * np.pi * np.arange(size) / size
    places = np.stack([np.cos(angles), np.sin(angles)], 1)
    nodes = _neurons(axes, places, min(_LARGEST, 0.6 * np.sin(np.pi / size)))
    for post, pre in np.argwhere(types != NONE):
        if post == pre:
            _loop(axes, places[post], nodes[post].radius, types[post, pre])
        else:
            _link(axes, nodes[pre], nodes[post], types[post, pre], 0.12)
    axes.set_title("inside a motif", fontsize=11)
    _bare(axes)


def _across(axes: "Axes", types: Array, direction: str) -> None:
    """Links from a neighbouring copy of the motif to this one, each a column of neurons counted from above."""
    size = len(types)
    radius = min(_LARGEST, 1.1 / size)
    height = np.linspace(1, -1, size) * min(1.0, 1.4 * (size - 1) * _LARGEST)
    far, near = (_GAP / 2, -_GAP / 2) if direction in _LATER else (-_GAP / 2, _GAP / 2)
    columns = {}
    for name, x in ((direction, far), ("this", near)):
        columns[name] = _neurons(axes, np.stack([np.full(size, x), height], 1), radius)
        axes.text(x, height[0] + 0.3, f"{name} motif", ha="center", fontsize=9)
    for post, pre in np.argwhere(types != NONE):
        _link(axes, columns[direction][pre], columns["this"][post], types[post, pre], 0.0)
    axes.set_title(f"from the {direction} motif" if types.any() else f"from the {direction} motif: none", fontsize=11)
    _bare(axes)


def _neurons(axes: "Axes", places: Floats, radius: float) -> "list[Circle]":
    from matplotlib.patches import Circle

    nodes = [Circle((x, y), radius, facecolor="white", edgecolor="0.25", zorder=3) for x, y in places]
    for number, node in enumerate(nodes):
        axes.add_patch(node)
        x, y = node.center
        axes.text(x, y, f"{number}", ha="center", va="center", fontsize=9 if radius > _SMALL else 6, zorder=4)
    return nodes


def _link(axes: "Axes", pre: "Circle", post: "Circle", kind: int, bend: float) -> None:
    from matplotlib.patches import FancyArrowPatch

    style: dict[str, Any] = {
        "patchA": pre,
        "patchB": post,
        "shrinkA": 0,
        "shrinkB": 1.5,
        "connectionstyle": f"arc3,rad={bend}",
    }
    axes.add_patch(FancyArrowPatch(pre.center, post.center, **style, **_line(kind, pre.radius)))


def _loop(axes: "Axes", place: Floats, radius: float, kind: int) -> None:
    """A link from a neuron on the circle to itself, bulging outwards."""
    from matplotlib.patches import FancyArrowPatch

    axes.add_patch(FancyArrowPatch(path=_bulge(place, radius), **_line(kind, radius)))


def _line(kind: int, radius: float) -> dict[str, Any]:
    """How a link looks; among small neurons it is thinner."""
    roomy = radius > _SMALL
    return {"mutation_scale": 9 if roomy else 6, "linewidth": 1.2 if roomy else 0.8, **_STYLES[kind]}


def _bulge(place: Floats, radius: float) -> "Path":
    from matplotlib.path import Path

    outwards = place / np.hypot(*place)
    aside = np.array([-outwards[1], outwards[0]])
    start, end = (place + radius * (0.75 * outwards + sign * 0.75 * aside) for sign in (1, -1))
    high, low = (place + radius * (3.2 * outwards + sign * 2.2 * aside) for sign in (1, -1))
    return Path([start, high, low, end], [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])


def _matrix(axes: "Axes", types: Array, across: str) -> None:
    """Types [post, pre] as coloured cells with their sign."""
    from matplotlib.colors import ListedColormap
    from matplotlib.ticker import MaxNLocator

    colours = ListedColormap([INHIBITORY_COLOUR, "#f2f2f2", EXCITATORY_COLOUR])
    axes.imshow(types, cmap=colours, vmin=INHIBITORY, vmax=EXCITATORY, interpolation="none")
    size = len(types)
    for post, pre in np.argwhere(types != NONE):
        sign = _SIGNS[int(types[post, pre])]
        axes.text(pre, post, sign, ha="center", va="center", color="white", fontsize=min(14, 90 / size))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(8, integer=True))
    axes.set_xticks(np.arange(size + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(size + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1)
    axes.tick_params(which="minor", length=0)
    axes.set_xlabel(across)


def _legend(figure: "Figure", motif: Motif) -> None:
    """What the lines mean, and how many links of one motif are of each type."""
    from matplotlib.lines import Line2D

    every = np.concatenate([motif.intra.ravel(), motif.lateral.ravel()])
    handles = []
    for kind, name, marker in ((EXCITATORY, "excitatory", ">"), (INHIBITORY, "inhibitory", "|")):
        color, linestyle = _STYLES[kind]["color"], _STYLES[kind]["linestyle"]
        label = f"{np.count_nonzero(every == kind)} {name} links"
        handles.append(
            Line2D([0, 1], [0, 0], color=color, linestyle=linestyle, marker=marker, markevery=[1], label=label)
        )
    figure.legend(handles=handles, loc="outside upper center", ncols=2, frameon=False, handlelength=3)


def _bare(axes: "Axes") -> None:
    axes.set(xlim=(-_HALF, _HALF), ylim=(-_HALF, _HALF), aspect="equal")
    axes.axis("off")
