"""Names that strangers' files may hold, legal and not, and a network that has all of the legal ones."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from search.motif import Motif
from search.network import Connection, Layer, Network
from targets.contracts.ports import Input, Readout
from targets.contracts.synapses import BlockDiagonal, Dense

LEGAL = (
    *(
        "",
        " ",
        "-x",
        "1",
        "u",
        "x" * 255,
        "é" * 255,
        "\U0001f600 \u6f22",
        "\u200b",
        "a,b",
        "hidden:u",
        "hidden[0]",
        "\\1",
    ),
    *("[/x]", "[bold]a", ":smile:", "%s {0} %41", "$\\frac{1$", "$x$", "`code` | **b**", "# heading", "<!-- -->"),
    *("\x1b[31mred", "\x1b]0;title\x07", "\x9b2J", "a\nmotifc: 0 of 0 bins differ", "a\r\nb", "a\x0bb\x0cc", "a\tb"),
    *("a\0b", "a\0c", "\u202eevil", "\u2028", "\u2029", "\ufeffbom", "<script>alert(1)</script>", "&amp;", "'\"</svg>"),
    *("a.b", "a/b", "/a", "../../up", "a.npy", "spikes", "spikes.shape", "shape", "lengths", "labels", "LABELS", "CON"),
)
"""Any text of up to 255 characters that UTF-8 can hold."""
ILLEGAL = ("\ud800", "a\udfffb", "x" * 256, None, 3, b"a", ["a"])
"""Refused wherever a name is given."""


def hostile_network(names: Sequence[str] = LEGAL) -> Network:
    """A chain of as many layers as there are names but two; spikes run from the first input to the last layer."""
    outside, inside = names[:2], names[2:]
    motif = Motif(2, np.array([[0, -1], [1, 0]]), "none", np.zeros((0, 2, 2)))
    drawn = {"$\\frac{1$", "$x$", "\1", "a\nb", "\U0001f600 \u6f22", "<script>alert(1)</script>", "x" * 255}
    layers = [Layer.of(name, 2, tau_s=2, tau_m=[4, 5 if name in drawn else 4]) for name in inside]
    layers[-1] = replace(layers[-1], motif=motif, tau_m=np.array([4.0, 6.0]))
    sources = (outside[0], *inside[:-1])
    connections = [
        Connection(target, source, target, Dense(np.array([[8.0, 0.5], [0.25, 8.0]])))
        for source, target in zip(sources, inside, strict=True)
    ]
    connections += [
        Connection(outside[1], outside[1], inside[0], Dense(np.array([[0.5], [1.0]]))),
        Connection(outside[0], inside[-1], inside[-1], BlockDiagonal(np.array([[[0, -0.5], [0.25, 0]]]))),
    ]
    return Network(
        inputs=(Input(outside[0], 2), Input(outside[1], 1)),
        layers=tuple(layers),
        connections=tuple(connections),
        readout=Readout(inside[-1], 2),
        steps=60,
    )
