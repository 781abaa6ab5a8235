"""Thirty NIR graphs, checked and compiled: do both agree, and what does either take?"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import nir
import numpy as np

from benchmarks.pages import table
from compiler.feasibility import feasible
from compiler.frontends.nir.read import read_nir
from compiler.pipeline import compile_graph
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError

DT = 1e-3
_LEAST = 3
"""Runs of a check, of which the quickest counts."""


@dataclass(frozen=True)
class Case:
    """A graph and a chip."""

    name: str
    graph: Any
    chip: str


@dataclass(frozen=True)
class Row:
    """What check and compile said of a case, in CPU seconds each; cores None where it does not fit."""

    name: str
    chip: str
    checked: int | None
    compiled: int | None
    check_s: float
    compile_s: float

    @property
    def agrees(self) -> bool:
        """Whether both say it fits, on as many cores within a tenth, or both that it does not."""
        if self.checked is None or self.compiled is None:
            return self.checked == self.compiled
        return abs(self.checked - self.compiled) <= 0.1 * self.compiled


def cases() -> Iterator[Case]:
    """Thirty graphs: dense, sparse, recurrent, deep, convolutional; on three chips; six that break a limit."""
    for chip in ("loihi2", "loihi1", "small"):
        factor = 1 if chip == "small" else 4
        for number, widths in enumerate(([40, 30], [60, 60, 20], [30, 120, 60, 10], [80] * 4)):
            wide = [width * factor for width in widths]
            yield Case(f"dense {wide}", layers(wide, 1.0, number), chip)
        yield Case(f"sparse {[90 * factor] * 3}", layers([90 * factor] * 3, 0.2, 7), chip)
        yield Case(f"recurrent {100 * factor}", layers([40 * factor, 100 * factor], 0.3, 8, recurrent=True), chip)
        side = 8 if chip == "small" else 16
        yield Case(f"convolution {side} x {side}", convolution(side), chip)
        yield Case("fan-in", layers([5_000 if chip != "small" else 600, 20], 1.0, 9), chip)
        yield Case("late", late(200), chip)
        yield Case("one core", layers([12, 20, 5], 1.0, 10), chip)


def layers(widths: Sequence[int], share: float, seed: int, recurrent: bool = False) -> Any:
    """Layers of LIF neurons, a share of whose synapses are there."""
    rng = np.random.default_rng(seed)
    nodes: dict[str, Any] = {"input": nir.Input({"input": np.array([widths[0]])})}
    edges, last = [], "input"
    for number, (before, width) in enumerate(pairwise(widths)):
        weights = rng.normal(0, 1, (width, before)) * (rng.random((width, before)) < share)
        tau = rng.choice([5.0, 8.0, 12.0], width)
        nodes[f"w{number}"] = nir.Linear(weights)
        nodes[f"lif{number}"] = nir.LIF(tau * DT, tau, np.zeros(width), np.ones(width))
        edges += [(last, f"w{number}"), (f"w{number}", f"lif{number}")]
        last = f"lif{number}"
    if recurrent:
        nodes["back"] = nir.Linear(rng.normal(0, 1, (widths[-1],) * 2) * (rng.random((widths[-1],) * 2) < share))
        edges += [(last, "back"), ("back", last)]
    nodes["output"] = nir.Output({"output": np.array([widths[-1]])})
    return nir.NIRGraph(nodes, [*edges, (last, "output")], type_check=False)


def convolution(side: int) -> Any:
    """Two convolutions with a pool between, and a dense readout."""
    rng = np.random.default_rng(11)
    half = side // 2
    nodes = {
        "input": nir.Input({"input": np.array([2, side, side])}),
        "c0": nir.Conv2d((side, side), rng.normal(0, 1, (8, 2, 3, 3)), 1, 1, 1, 1, np.zeros(8)),
        "if0": nir.IF(np.full((8, side, side), 1 / DT), np.full((8, side, side), 2.0)),
        "pool": nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])),
        "c1": nir.Conv2d((half, half), rng.normal(0, 1, (4, 8, 3, 3)), 1, 1, 1, 1, np.zeros(4)),
        "if1": nir.IF(np.full((4, half, half), 1 / DT), np.full((4, half, half), 2.0)),
        "flat": nir.Flatten({"input": np.array([4, half, half])}, start_dim=0),
        "fc": nir.Linear(rng.normal(0, 1, (10, 4 * half * half))),
        "if2": nir.IF(np.full(10, 1 / DT), np.ones(10)),
        "output": nir.Output({"output": np.array([10])}),
    }
    names = list(nodes)
    return nir.NIRGraph(nodes, list(pairwise(names)), type_check=False)


def late(steps: int) -> Any:
    """Two neurons with a delay between them that no core has."""
    one = np.ones(2)
    nodes = {
        "input": nir.Input({"input": np.array([2])}),
        "a": nir.LIF(5 * DT * one, 5 * one, 0 * one, one),
        "late": nir.Delay(steps * DT * one),
        "b": nir.LIF(5 * DT * one, 5 * one, 0 * one, one),
        "output": nir.Output({"output": np.array([2])}),
    }
    names = list(nodes)
    return nir.NIRGraph(nodes, list(pairwise(names)), type_check=False)


def rows(wanted: Sequence[str] = ()) -> Iterator[Row]:
    """A row for each case, or for those on the chips that are wanted."""
    for case in cases():
        if wanted and case.chip not in wanted:
            continue
        graph, chip = read_nir(case.graph, DT, tell=lambda told: None), chip_named(case.chip)
        seconds = []
        for _ in range(_LEAST):
            begun = time.process_time()
            found = feasible(graph, chip)
            seconds.append(time.process_time() - begun)
        begun = time.process_time()
        try:
            compiled: int | None = len(compile_graph(graph, chip).cores)
        except InputError:
            compiled = None
        taken = time.process_time() - begun
        yield Row(case.name, case.chip, found.cores if found.fits else None, compiled, min(seconds), taken)


def lines(found: Sequence[Row]) -> list[str]:
    """The table of the page, and its last line."""

    def cores(count: int | None) -> str:
        return "does not fit" if count is None else str(count)

    titles = ("graph", "chip", "cores, check", "cores, compile", "check, s", "compile, s")
    cells = [
        (
            each.name,
            each.chip,
            cores(each.checked),
            cores(each.compiled),
            f"{each.check_s:.2f}",
            f"{each.compile_s:.2f}",
        )
        for each in found
    ]
    agree = sum(each.agrees for each in found)
    both = sum(each.check_s for each in found) / max(sum(each.compile_s for each in found), 1e-9)
    cells.append((f"{agree} of {len(found)} agree", "", "", "", f"{both:.0%} of the time", ""))
    return table(titles, cells, "llrrrr")
