"""plan: in which stages the populations of a network can be run, each over all steps, and the arrays of each stage."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from search.training.kernels.loop import Places
from targets.contracts.arrays import Array


@dataclass(frozen=True)
class Shape:
    """A wire without its weights: source, target, delay, where they stand, and the matrix [post, pre] they stand in."""

    source: str
    target: str
    delay: int
    places: Places | None
    size: tuple[int, int]


@dataclass(frozen=True)
class Bundle:
    """A wire into a stage that is a matrix product over the whole sequence.

    wire      which of the wires
    source    stage that sends, or name of an input
    pre, post ranges of neurons of one copy of the two stages
    """

    wire: int
    source: int | str
    pre: tuple[int, int]
    post: tuple[int, int]
    delay: int


@dataclass(frozen=True, eq=False)
class Inner:
    """Links between the neurons of all copies of a stage, without their weights.

    first, other, delay    by the neuron they lead to, as in `layout.Links`; int32
    value     int64 [link]: the place of each one's weight among the weights of all wires in a row
    post      int64 [link]: the neuron within its copy that each leads to
    alone     whether no two links share a weight
    out_first, out_other, out_delay, out_link   the same by the neuron they come from; out_link is the number there
    """

    first: Array
    other: Array
    delay: Array
    value: Array
    post: Array
    alone: bool
    out_first: Array
    out_other: Array
    out_delay: Array
    out_link: Array


@dataclass(frozen=True, eq=False)
class Stage:
    """Populations that listen to each other, or to stages before them.

    members   population -> its neurons in one copy: first, number
    neurons   of one copy
    links     what listens within the stage
    port      the input whose events are read, its wires, and int32 [neuron] their delay; None without
    bundles   what else leads here
    """

    members: dict[str, tuple[int, int]]
    neurons: int
    links: Inner
    port: tuple[str, tuple[tuple[int, int], ...], Array] | None
    bundles: tuple[Bundle, ...]

    @cached_property
    def longest(self) -> int:
        """Steps that a spike within the stage takes at most."""
        return int(self.links.delay.max(initial=1))

    @cached_property
    def latest(self) -> int:
        """Steps that an event of the port takes at most; 0 without one."""
        return 0 if self.port is None else int(self.port[2].max(initial=1))

    def within(self, steps: int) -> Inner:
        """The links, with delays that end with the run."""
        own = self.links
        if self.longest <= steps:
            return own
        return replace(own, delay=np.minimum(own.delay, steps), out_delay=np.minimum(own.out_delay, steps))


@dataclass(frozen=True, eq=False)
class Plan:
    """Stages in the order in which they run; `copies` of every population, which share all but their own wires."""

    stages: tuple[Stage, ...]
    copies: int

    def stage_of(self, name: str) -> int:
        """Number of the stage of a population."""
        return next(number for number, stage in enumerate(self.stages) if name in stage.members)


@lru_cache(16)
def plan_of(
    populations: tuple[tuple[str, int], ...], common: tuple[Shape, ...], own: tuple[tuple[Shape, ...], ...]
) -> Plan:
    """The plan of populations (name, neurons), wires common to all copies, and those of each copy.

    Wires are numbered through: the common ones, then those of the first copy, and so on. A population is in one stage
    with those it listens to and that listen to it, however far the way, and with those it shares a list of links with;
    matrices between stages are products over the whole sequence.
    """
    sizes = dict(populations)
    shapes = [*common, *(shape for wires in own for shape in wires)]
    groups = _groups(list(sizes), shapes)
    stage_of = {name: number for number, group in enumerate(groups) for name in group}
    every = range(len(own))
    copies_of = [every] * len(common) + [range(copy, copy + 1) for copy, wires in enumerate(own) for _ in wires]
    starts = np.cumsum([0, *(_stored(shape) for shape in shapes)])
    stages: list[Stage] = []
    for group in groups:
        firsts = np.cumsum([0, *(sizes[name] for name in group)])
        members = {name: (int(first), sizes[name]) for name, first in zip(group, firsts[:-1], strict=True)}
        neurons = int(firsts[-1])
        posts, pres, delays, values = [], [], [], []
        port: dict[str, list[tuple[int, int]]] = {}
        lag, bundles = np.ones(neurons, np.int32), []
        taken = np.zeros(neurons, bool)
        for wire, shape in enumerate(shapes):
            if shape.target not in members:
                continue
            first, count = members[shape.target]
            if shape.source in members:
                post, pre, value = _ends(shape)
                for copy in copies_of[wire]:
                    posts.append(copy * neurons + first + post)
                    pres.append(copy * neurons + members[shape.source][0] + pre)
                    delays.append(np.full(post.size, shape.delay))
                    values.append(starts[wire] + value)
                continue
            fresh = shape.source not in sizes and (not port or shape.source in port)
            if fresh and not taken[first : first + count].any():
                port.setdefault(shape.source, []).append((wire, first))
                taken[first : first + count] = True
                lag[first : first + count] = shape.delay
                continue
            sender: int | str = stage_of.get(shape.source, shape.source)
            begin, width = (0, shape.size[1]) if isinstance(sender, str) else stages[sender].members[shape.source]
            bundles.append(Bundle(wire, sender, (begin, begin + width), (first, first + count), shape.delay))
        ports = [(name, tuple(wires), lag) for name, wires in port.items()]
        links = _rows(posts, pres, delays, values, neurons, len(own))
        stages.append(Stage(members, neurons, links, ports[0] if ports else None, tuple(bundles)))
    return Plan(tuple(stages), len(own))


def _stored(shape: Shape) -> int:
    """Weights that a wire stores."""
    return shape.size[0] * shape.size[1] if shape.places is None else shape.places.indices.numel()


def _ends(shape: Shape) -> tuple[Array, Array, Array]:
    """Post, pre and place among the stored weights of every link of a wire, int64."""
    posts, pres = shape.size
    flat = np.arange(posts * pres) if shape.places is None else shape.places.indices.flatten().cpu().numpy()
    value = np.flatnonzero(flat < posts * pres)
    post, pre = np.divmod(flat[value], max(pres, 1))
    return post, pre, value


def _groups(names: Sequence[str], shapes: Sequence[Shape]) -> list[list[str]]:
    """Populations that must be run together, in an order in which nobody listens to a later group."""
    reach = np.eye(len(names), dtype=bool)
    index = {name: number for number, name in enumerate(names)}
    for shape in shapes:
        if shape.source in index:
            reach[index[shape.source], index[shape.target]] = True
            if shape.places is not None:
                reach[index[shape.target], index[shape.source]] = True
    for middle in range(len(names)):
        reach |= reach[:, middle, None] & reach[middle]
    both = reach & reach.T
    groups = {tuple(int(member) for member in np.flatnonzero(row)) for row in both}
    ordered = sorted(groups, key=lambda group: (int(reach[:, group[0]].sum()), group))
    return [[names[member] for member in group] for group in ordered]


def _rows(
    posts: list[Array], pres: list[Array], delays: list[Array], values: list[Array], neurons: int, copies: int
) -> Inner:
    """Links in the two orders."""
    empty = [np.zeros(0, np.int64)]
    post, pre, delay, value = (np.concatenate(parts or empty) for parts in (posts, pres, delays, values))
    order = np.argsort(post, kind="stable")
    post, pre, delay, value = post[order], pre[order], delay[order].astype(np.int32), value[order]
    away = np.argsort(pre, kind="stable")

    def first(ends: Array) -> Array:
        return np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=neurons * copies))]).astype(np.int32)

    return Inner(
        first=first(post),
        other=pre.astype(np.int32),
        delay=delay,
        value=value,
        post=post % neurons,
        alone=len(np.unique(value)) == len(value),
        out_first=first(pre),
        out_other=post[away].astype(np.int32),
        out_delay=delay[away],
        out_link=away,
    )
