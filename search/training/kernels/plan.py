"""plan: the arrays of a network that its weights do not change, made once for all of its batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from search.training.kernels.events import COLUMNS
from search.training.kernels.layout import Links, Matrices, Ports
from search.training.kernels.loop import Delays, Places, Wire
from search.training.kernels.products import TILE
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError


@dataclass(frozen=True)
class Shape:
    """A wire without its weights: source, target, delay, where they stand, and the matrix [post, pre] they stand in.

    Links may have a delay each where they stand in `places`, and neurons where a matrix comes from an input.
    """

    source: str
    target: str
    delay: int | Delays
    places: Places | None
    size: tuple[int, int]

    @classmethod
    def of(cls, wire: Wire) -> "Shape":
        """That of a wire."""
        return cls(wire.source, wire.target, wire.delay, wire.places, wire.size)


class Inner(NamedTuple):
    """Lists of links between the neurons of all copies, their weights left out.

    incoming, outgoing   by the neuron they lead to, and by the one they come from
    value     int64 [incoming link]: the place of each one's weight among the weights of all wires in a row
    post      int64 [incoming link]: the neuron within its copy that each leads to
    out_link  int64 [outgoing link]: the number of each among the incoming
    """

    incoming: Links
    outgoing: Links
    value: Array
    post: Array
    out_link: Array


class Whole(NamedTuple):
    """Wires between populations whose matrix is stored whole, their weights left out.

    stored   int64 [wire, 6]: where the weights stand among those of all wires in a row, rows, columns, the first neuron
             of one copy they lead to, and where they go among `layout.Matrices.weight` at that end and at the other
    tiled    weights in whole tiles, at either end
    matrices, leaving   by the neurons they lead to, and by those they come from
    """

    stored: Array
    tiled: tuple[int, int]
    matrices: Matrices
    leaving: Matrices


class Outside(NamedTuple):
    """Wires from inputs, their weights left out.

    stored   int64 [wire, 5]: where the weights stand among those of all wires in a row, rows, columns, the first
             neuron of one copy they lead to, and their first row in `ports`
    """

    stored: Array
    ports: Ports


@dataclass(frozen=True, eq=False)
class Plan:
    """A network of which `copies` share all but their own wires; neurons are numbered copy by copy.

    members   int64 [population, 2]: its first neuron in one copy, and how many
    longest   steps that a spike takes at most from neuron to neuron, at least 1
    """

    members: Array
    copies: int
    longest: int
    links: Inner
    whole: Whole
    outside: Outside

    @cached_property
    def neurons(self) -> int:
        """Of all copies."""
        return self.copies * int(self.members[:, 1].sum())

    def places(self, asked: tuple[bool, ...]) -> list[slice]:
        """The neurons of every population that is asked about, copy by copy."""
        each = self.neurons // max(self.copies, 1)
        return [
            slice(copy * each + first, copy * each + first + count)
            for copy in range(self.copies)
            for (first, count), told in zip(self.members.tolist(), asked, strict=True)
            if told
        ]


@lru_cache(16)
def plan_of(
    populations: tuple[tuple[str, int], ...], common: tuple[Shape, ...], own: tuple[tuple[Shape, ...], ...]
) -> Plan:
    """The plan of populations (name, neurons), wires common to all copies, and those of each copy.

    Wires are numbered through: the common ones, then those of the first copy, and so on. What is no population is an
    input; InputError where a wire of one copy alone comes from there.
    """
    shapes = [*common, *(shape for wires in own for shape in wires)]
    copies_of = [range(len(own))] * len(common)
    copies_of += [range(copy, copy + 1) for copy, wires in enumerate(own) for _ in wires]
    sizes = dict(populations)
    firsts = np.cumsum([0, *sizes.values()])
    members = {name: (int(first), count) for first, (name, count) in zip(firsts[:-1], populations, strict=True)}
    neurons = int(firsts[-1])
    starts = np.cumsum([0, *(_stored(shape) for shape in shapes)])
    wires = [
        _Wire(shape, int(start), [copy * neurons for copy in copies], members)
        for shape, start, copies in zip(shapes, starts[:-1], copies_of, strict=True)
    ]
    inner = [wire for wire in wires if wire.shape.source in sizes]
    outer = [wire for wire in wires if wire.shape.source not in sizes]
    for wire in outer:
        if len(wire.offsets) < len(own):
            raise InputError(
                f"a wire of one copy comes from {wire.shape.source!r}; only common ones may hear an input."
            )
    links = _links([wire for wire in inner if wire.shape.places is not None], neurons * len(own))
    whole = _whole([wire for wire in inner if wire.shape.places is None], neurons * len(own))
    return Plan(
        _table(list(members.values()), 2),
        len(own),
        max((_latest(wire.shape.delay) for wire in inner), default=1),
        links,
        whole,
        _outside(outer, neurons),
    )


class _Wire(NamedTuple):
    """A wire, where its weights begin among all, and the first neurons of the copies that have it."""

    shape: Shape
    start: int
    offsets: list[int]
    members: dict[str, tuple[int, int]]

    @property
    def post(self) -> int:
        """The first neuron of one copy that it leads to."""
        return self.members[self.shape.target][0]

    @property
    def pre(self) -> int:
        """The first neuron of one copy that it comes from."""
        return self.members[self.shape.source][0]


def _stored(shape: Shape) -> int:
    """Weights that a wire stores."""
    return shape.size[0] * shape.size[1] if shape.places is None else shape.places.indices.numel()


def _latest(delay: int | Delays) -> int:
    """The longest delay, at least 1."""
    return max((1, *delay.steps.flatten().tolist())) if isinstance(delay, Delays) else delay


def _steps(delay: int | Delays, links: int) -> Array:
    """The delay of each of so many links."""
    return delay.steps.flatten().cpu().numpy() if isinstance(delay, Delays) else np.full(links, delay)


def _links(wires: Sequence[_Wire], neurons: int) -> Inner:
    """Links in the two orders."""
    posts, pres, delays, values, inside = ([np.zeros(0, np.int64)] for _ in range(5))
    for wire in wires:
        if wire.shape.places is not None:
            rows, columns = wire.shape.size
            flat = wire.shape.places.indices.flatten().cpu().numpy()
            value = np.flatnonzero(flat < rows * columns)
            post, pre = np.divmod(flat[value], max(columns, 1))
            for offset in wire.offsets:
                posts.append(offset + wire.post + post)
                pres.append(offset + wire.pre + pre)
                delays.append(_steps(wire.shape.delay, flat.size)[value])
                values.append(wire.start + value)
                inside.append(wire.post + post)
    post, pre, delay, value, within = (np.concatenate(parts) for parts in (posts, pres, delays, values, inside))
    order = np.argsort(post, kind="stable")
    post, pre, delay, value, within = (
        post[order],
        pre[order],
        delay[order].astype(np.int32),
        value[order],
        within[order],
    )
    away = np.argsort(pre, kind="stable")

    def first(ends: Array) -> Array:
        return np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=neurons))]).astype(np.int32)

    return Inner(
        Links(first(post), pre.astype(np.int32), delay, _left_out()),
        Links(first(pre), post[away].astype(np.int32), delay[away], _left_out()),
        value,
        within,
        away,
    )


def _left_out() -> Array:
    """In the place of weights."""
    return np.zeros(0, np.float32)


def _whole(wires: Sequence[_Wire], neurons: int) -> Whole:
    """Matrices, those that lead to the same neurons together, and so those that come from the same."""
    stored, forth, back = [], [], []
    place = out_place = 0
    for wire in wires:
        rows, columns = wire.shape.size
        stored.append((wire.start, rows, columns, wire.post, place, out_place))
        for offset in wire.offsets:
            post, pre, delay = offset + wire.post, offset + wire.pre, _latest(wire.shape.delay)
            forth.append((post, rows, pre, columns, delay, place))
            back.append((pre, columns, post, rows, delay, out_place))
        place += -(-rows // TILE) * TILE * columns
        out_place += -(-columns // TILE) * TILE * rows
    return Whole(_table(stored, 6), (place, out_place), _ends(forth, neurons), _ends(back, neurons))


def _ends(entries: Sequence[tuple[int, ...]], neurons: int) -> Matrices:
    """Matrices at one end, given first neuron, number, and all that follows."""
    row = np.full(neurons, -1, np.int32)
    ends, rows = [], 0
    for first, count, *rest in sorted(entries, key=lambda entry: entry[0]):
        more = count > 0 and row[first] >= 0
        if not more:
            row[first : first + count] = np.arange(rows, rows + count)
            rows += count
        ends.append((row[first] if count else 0, count, *rest, more))
    return Matrices(rows, _table(ends, 7), row, _left_out())


def _outside(wires: Sequence[_Wire], neurons: int) -> Outside:
    """Ports, each with rows of its own."""
    stored, ends, rows = [], [], 0
    row = np.full(neurons, -1, np.int32)
    delays = []
    for wire in wires:
        count, channels = wire.shape.size
        padded = -(-count // COLUMNS) * COLUMNS
        stored.append((wire.start, count, channels, wire.post, rows))
        ends.append((wire.post, count, rows, padded, row[wire.post] if count else -1))
        if count and row[wire.post] < 0:
            row[wire.post : wire.post + count] = np.arange(rows, rows + count)
        delay = wire.shape.delay
        rows_of = delay.of_rows if isinstance(delay, Delays) else None
        own = np.full(count, _latest(delay)) if rows_of is None else rows_of.cpu().numpy()
        delays.append(np.append(own, np.full(padded - count, own[0] if count else 0)))
        rows += padded
    ports = Ports(
        max((wire.shape.size[1] for wire in wires), default=0),
        max((_latest(wire.shape.delay) for wire in wires), default=0),
        max((each[3] for each in ends), default=0),
        _table(ends, 5),
        row,
        np.concatenate([np.zeros(0), *delays]).astype(np.int32),
        _left_out(),
    )
    return Outside(_table(stored, 5), ports)


def _table(rows: Sequence[Sequence[int]], columns: int) -> Array:
    return np.array(rows, np.int64).reshape(-1, columns)
