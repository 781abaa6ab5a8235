"""stages: the populations of a network in groups that run one after the other, and the links within a group."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from search.training.kernels.loop import Places, Wire
from search.training.kernels.plan import Shape, plan_of
from targets.contracts.cuda_graphs import Graphs


@dataclass(frozen=True, eq=False)
class Links:
    """The links between the neurons of a stage on a device, int32; `plan.Inner` says what each part is.

    shortest  their shortest delay; 0 where there is none
    """

    shortest: int
    first: Tensor
    other: Tensor
    delay: Tensor
    value: Tensor
    post: Tensor
    out_first: Tensor
    out_other: Tensor
    out_delay: Tensor
    out_link: Tensor
    graphs: Graphs = field(default_factory=Graphs, init=False)


def stages(populations: Collection[str], wires: Sequence[Wire]) -> list[list[str]]:
    """Populations in groups, none of which listens to a later one.

    A group are those that listen to each other in a loop. A population and what it sends to by few links are one, too:
    a matrix of them, where most places are empty, would be the product of two sizes.
    """
    index = {name: number for number, name in enumerate(populations)}
    reaches = np.eye(len(index), dtype=bool)
    for wire in wires:
        if wire.source in index:
            ends = index[wire.source], index[wire.target]
            reaches[ends] = True
            reaches[ends[::-1]] |= wire.few
    for _ in range(len(index).bit_length()):
        reaches = reaches @ reaches
    # Whoever comes later is reached by more, and members of one group by the same.
    groups: dict[bytes, list[str]] = {}
    names = list(index)
    for number in np.argsort(reaches.sum(axis=0), kind="stable"):
        together = reaches[number] & reaches[:, number]
        groups.setdefault(together.tobytes(), []).append(names[number])
    return list(groups.values())


def links_of(populations: Sequence[tuple[str, int]], wires: Sequence[Wire], device: torch.device) -> Links:
    """The links of these wires between these populations (name, neurons), whose neurons stand in a row."""
    shapes = (Shape.of(each if each.places is not None else _listed(each)) for each in wires)
    return _links(tuple(populations), tuple(shapes), device)


def _listed(wire: Wire) -> Wire:
    return replace(wire, places=_everywhere(*wire.size))


@lru_cache(16)
def _everywhere(posts: int, pres: int) -> Places:
    """All places of a matrix."""
    return Places(torch.arange(posts * pres).view(posts, pres), (posts, pres))


@lru_cache(16)
def _links(populations: tuple[tuple[str, int], ...], shapes: tuple[Shape, ...], device: torch.device) -> Links:
    found = plan_of(populations, shapes, ((),)).links
    there = [torch.from_numpy(np.ascontiguousarray(each, np.int32)).to(device) for each in found]
    return Links(int(found.delay.min()) if found.delay.size else 0, *there)
