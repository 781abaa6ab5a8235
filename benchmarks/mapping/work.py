"""Bounds on the work of compiling: `python -m benchmarks.mapping.work` prints CPU seconds beside what is allowed.

Networks that no chip fits must be refused in 3 CPU seconds, wide dense layers compiled in 20; METIS must write nothing.
The exit status is 1 where that fails. Each figure is the least of `--runs`, in one process with its kernels loaded.
"""

import argparse
import contextlib
import ctypes
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from compiler.ir.graph import FloatGraph, FloatPopulation, FloatProjection
from compiler.mapping.loads import loads
from compiler.mapping.partitioning.first_fit import first_fit
from compiler.mapping.partitioning.metis import metis
from compiler.mapping.partitioning.weights import weights_for
from compiler.passes.coarsen import coarsen
from compiler.passes.quantize import quantize
from compiler.pipeline import compile_graph
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.synapses import Dense, Sparse

COMPILED, REFUSED = 20.0, 3.0
"""CPU seconds that are allowed."""


@dataclass(frozen=True)
class Case:
    """A network, its chip, whether it must be refused."""

    name: str
    chip: str
    refused: bool
    make: Callable[[], FloatGraph]

    @property
    def allowed(self) -> float:
        """CPU seconds."""
        return REFUSED if self.refused else COMPILED


def chain(*sizes: int, scale: float = 0.1) -> FloatGraph:
    """Dense layers one after the other; the first size is that of the input."""
    rng = np.random.default_rng(0)
    names = ["in", *(f"layer {number}" for number in range(1, len(sizes)))]
    projections = tuple(
        FloatProjection(f"{source} -> {target}", source, target, Dense(rng.normal(0, scale, (post, pre))), 1)
        for (source, target), (pre, post) in zip(pairwise(names), pairwise(sizes), strict=True)
    )
    populations = tuple(_population(name, size) for name, size in zip(names[1:], sizes[1:], strict=True))
    return FloatGraph((Input("in", sizes[0]),), populations, projections, None, 100, "")


def recurrent(neurons: int, sources: int) -> FloatGraph:
    """Neurons that each listen to 20 inputs and to `sources` random others."""
    rng = np.random.default_rng(0)
    indices = np.stack([np.sort(rng.permutation(neurons)[:sources]) for _ in range(neurons)])
    weights = rng.normal(0, 0.1, indices.size)
    among = Sparse(weights, indices.ravel(), np.arange(neurons + 1) * sources, neurons)
    fed = Dense(rng.normal(0, 0.1, (neurons, 20)))
    projections = (FloatProjection("fed", "in", "all", fed, 1), FloatProjection("among", "all", "all", among, 1))
    return FloatGraph((Input("in", 20),), (_population("all", neurons),), projections, None, 100, "")


CASES = (
    Case("dense 2,000 x 4,000", "loihi2", False, lambda: chain(4000, 2000, scale=0.02)),
    Case("fan-in of 5,000, 2,000 neurons", "loihi2", True, lambda: chain(5000, 2000, scale=0.02)),
    Case("fan-in of 5,000 in the second layer", "loihi1", True, lambda: chain(50, 5000, 2000)),
    Case("3,000 neurons with 1,500 sources each", "small", True, lambda: recurrent(3000, 1500)),
    Case("8,000 neurons with 400 sources each", "small", True, lambda: recurrent(8000, 400)),
    Case("12,000 neurons with 20 sources each", "small", True, lambda: recurrent(12_000, 20)),
    Case("1,500 neurons with 300 sources each", "small", True, lambda: recurrent(1500, 300)),
    Case("dense recurrent layer of 4,000", "small", True, lambda: recurrent(4000, 4000)),
    Case("100,000 neurons of one source", "small", True, lambda: chain(1, 100_000)),
)


def main() -> int:
    """Print the table; 1 where a bound is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    warm_up()
    broken = 0
    _print("| network | chip | | CPU s | allowed |\n|---|---|---|---|---|")
    for case in CASES:
        graph = case.make()
        outcome, seconds = least(graph, case.chip, runs)
        broken += seconds > case.allowed or (outcome == "refused") != case.refused
        _print(f"| {case.name} | {case.chip} | {outcome} | {seconds:.1f} | {case.allowed:.0f} |")
    parts, written = chatter(1555, 270)
    broken += bool(written)
    _print(
        f"\nMETIS fills {parts} of 270 parts with 1,555 units of very different size; it writes {len(written)} bytes."
    )
    return int(broken > 0)


def warm_up() -> None:
    """Compile what numba compiles at its first use, which counts as nobody's time."""
    compile_graph(recurrent(300, 20), "small")


def least(graph: FloatGraph, chip: str, runs: int) -> tuple[str, float]:
    """What comes out, and the CPU seconds of the fastest run, as other work on the machine slows one down."""
    found = [measured(graph, chip) for _ in range(runs)]
    return found[0][0], min(spent for _, spent in found)


def measured(graph: FloatGraph, chip: str) -> tuple[str, float]:
    """(what came out, CPU seconds)."""
    began = time.process_time()
    try:
        outcome = f"{len(compile_graph(graph, chip).cores):,} cores"
    except InputError:
        outcome = "refused"
    return outcome, time.process_time() - began


def chatter(units: int, cores: int) -> tuple[int, bytes]:
    """Parts that METIS fills for units of which few hold most synapses, and what it writes on stdout and stderr."""
    rng, chip = np.random.default_rng(0), chip_named("small")
    sources = np.minimum(np.rint(5 * rng.lognormal(0, 2, units)).astype(int) + 1, 1500)
    indices = np.concatenate([np.sort(rng.permutation(units)[:count]) for count in sources])
    starts = np.concatenate([[0], np.cumsum(sources)])
    among = Sparse(rng.normal(0, 0.1, indices.size), indices, starts, units)
    projections = (FloatProjection("among", "all", "all", among, 1),)
    graph = FloatGraph((Input("in", 1),), (_population("all", units),), projections, None, 100, "")
    hypergraph = coarsen(quantize(graph, chip), chip)
    weights, slack = weights_for(hypergraph, loads(hypergraph, first_fit(hypergraph, chip), chip), cores, chip)
    with tempfile.TemporaryFile() as kept:
        with _descriptors(kept.fileno()):
            core_of = metis(hypergraph, weights, cores, slack, 0)
        kept.seek(0)
        return int(core_of.max()) + 1, kept.read()


@contextlib.contextmanager
def _descriptors(target: int) -> Iterator[None]:
    """Whatever C code writes on stdout and stderr goes to `target`."""
    sys.stdout.flush()
    saved = os.dup(1), os.dup(2)
    os.dup2(target, 1)
    os.dup2(target, 2)
    try:
        yield
    finally:
        ctypes.CDLL(None).fflush(None)
        for descriptor, own in zip((1, 2), saved, strict=True):
            os.dup2(own, descriptor)
            os.close(own)


def _population(name: str, neurons: int) -> FloatPopulation:
    ones = np.ones(neurons)
    return FloatPopulation(name, 1, 8 * ones, 20 * ones, ones, 0 * ones)


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
