"""Motif: the wiring that every motif of a layer shares."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from targets.contracts.arrays import Array, Ints, readonly
from targets.contracts.errors import InputError
from targets.contracts.fields import MOST_DELAY, MOST_NEURONS, whole
from targets.contracts.serial import LATER

EXCITATORY, INHIBITORY, NONE = 1, -1, 0

Wiring = Literal["none", "ring", "grid"]
DIRECTIONS: dict[Wiring, tuple[str, ...]] = {
    "none": (),
    "ring": ("previous", "next"),
    "grid": ("left", "right", "above", "below"),
}


@dataclass(frozen=True, eq=False)
class Motif:
    """Topology shared by all motifs of an SC-ML layer; weights are each motif's own.

    size     neurons per motif
    intra    int8 [post, pre]: type of every link inside a motif, 1 excitatory, -1 inhibitory, 0 none
    wiring   which motifs are neighbours: "none", "ring" (previous, next) or "grid" (left, right, above, below)
    lateral  int8 [direction, post, pre]: type of every link from that neighbour, at most `size` per direction
    delays   int32 [1 + direction]: steps a spike takes inside, then from each neighbour; None where connections decide
    late     int32 [size]: steps by which each neuron hears what is before its layer later than the first that could;
             None where connections decide
    """

    size: int
    intra: Array
    wiring: Wiring
    lateral: Array
    delays: Ints | None = field(default=None, kw_only=True, metadata=LATER)
    late: Ints | None = field(default=None, kw_only=True, metadata=LATER)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", whole(self.size, "size of a motif", MOST_NEURONS, least=1))
        for name, axes in (("intra", 2), ("lateral", 3)):
            types = readonly(getattr(self, name), np.int8, f"link types {name!r} of a motif", axes)
            if not np.isin(types, (EXCITATORY, INHIBITORY, NONE)).all():
                raise InputError(f"link types {name!r} of a motif hold {np.unique(types)}; allowed are -1, 0 and 1.")
            object.__setattr__(self, name, types)
        directions = len(DIRECTIONS[self.wiring])
        if self.intra.shape != (self.size, self.size) or self.lateral.shape != (directions, self.size, self.size):
            raise InputError(
                f"a {self.wiring} motif of size {self.size} has link types {self.intra.shape} inside and "
                f"{self.lateral.shape} to neighbours; needed are {(self.size, self.size)} and "
                f"{(directions, self.size, self.size)}, so reshape them."
            )
        most = max((int(np.count_nonzero(types)) for types in self.lateral), default=0)
        if most > self.size:
            raise InputError(
                f"a motif of size {self.size} has {most} links from one neighbour; "
                f"at most {self.size} are allowed, so drop some."
            )

        for name, least, values in (("delays", 1, 1 + directions), ("late", 0, self.size)):
            given = getattr(self, name)
            if given is None:
                continue
            steps = readonly(given, np.int32, f"{name} of a motif")
            object.__setattr__(self, name, steps)
            if steps.size != values or steps.min() < least or steps.max() >= MOST_DELAY:
                raise InputError(
                    f"a {self.wiring} motif of size {self.size} has {name} {steps.tolist()}; {values} whole numbers "
                    f"from {least} on are needed, so give one each."
                )

    def directions_at(self, delay: int) -> Ints:
        """Which neighbours' spikes arrive after that delay, int32 [chosen]; all where connections decide."""
        if self.delays is None:
            return np.arange(len(self.lateral), dtype=np.int32)
        return np.flatnonzero(self.delays[1:] == delay).astype(np.int32)

    @property
    def links(self) -> int:
        """Links of one motif that exist, to itself and from its neighbours."""
        return int(np.count_nonzero(self.intra) + np.count_nonzero(self.lateral))


def neighbours(wiring: Wiring, motifs: int) -> Ints:
    """Index of the neighbour in each direction of every motif: int32 [direction, motif], -1 where there is none.

    A ring closes; a grid is the most nearly square rows x columns = motifs, without wrapping at its rim.
    """
    index = np.arange(motifs)
    if wiring == "none":
        return np.empty((0, motifs), dtype=np.int32)
    if wiring == "ring":
        sources = np.stack([(index - 1) % motifs, (index + 1) % motifs])
        return np.where(sources == index, -1, sources).astype(np.int32)
    rows = max(divisor for divisor in range(1, int(motifs**0.5) + 1) if motifs % divisor == 0)
    row, column = np.divmod(index, motifs // rows)
    steps = ((0, -1), (0, 1), (-1, 0), (1, 0))
    sources = np.stack([_at(row + down, column + right, rows, motifs // rows) for down, right in steps])
    return sources.astype(np.int32)


def _at(row: Array, column: Array, rows: int, columns: int) -> Array:
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    return np.where(inside, row * columns + column, -1)
