"""demo: the whole chain on built-in real data, from search to the proof that every backend agrees."""

import dataclasses
import shlex
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from compiler.frontends.network import lower
from compiler.pipeline import compile_network
from motifc.evaluation import float_spikes
from motifc.evidence import Comparison
from motifc.report.page import page
from motifc.report.run import Run, evidence_of
from search.network import Network
from targets.conformance.equivalence import compare
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.writing import Destination, write_text
from targets.program.check import legal
from targets.program.program import Program
from targets.runtime.backend import backend_names, run
from targets.runtime.registry import ORACLE, in_order

FILES = ("demo.network", "demo.program", "demo.evidence", "report.html")
"""What `demo` writes."""


@dataclass(frozen=True)
class BackendResult:
    """One backend on the test set; differing bins are against the oracle, `missing` says why it did not run.

    The oracle's own row has 0 by definition.
    """

    backend: str
    accuracy: float = 0.0
    spikes: int = 0
    differing: int = 0
    seconds: float = 0.0
    missing: str | None = None


@dataclass(frozen=True)
class DemoResult:
    """What the demo found on the test samples."""

    seed: int
    samples: int
    float_accuracy: float
    agreeing: int
    bins: int
    backends: tuple[BackendResult, ...]
    chip: str
    cores: int
    network: str
    program: str
    method: str

    @property
    def agreement(self) -> float:
        """Share of test samples that float network and integer program put into the same class."""
        return self.agreeing / self.samples

    @property
    def equal(self) -> bool:
        """True when no bin differs on any backend that ran."""
        return all(result.differing == 0 for result in self.backends)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self) | {"agreement": self.agreement, "equal": self.equal}


def demo(
    network: Network,
    test: SpikeRaster,
    chip: str,
    seed: int,
    out: Path,
    tell: Callable[[str], None],
    replace: bool = True,
) -> DemoResult:
    """Compile `network`, run it on every installed backend and compare all spikes with the oracle's.

    Writes `FILES` into the folder `out`, over those that are there where `replace` says so; `tell` is called with each
    step's name.
    """
    kept, compiled, proof, report = (Destination(out / name, replace) for name in FILES)
    readout, labels = network.readout, test.labels
    if readout is None or labels is None:
        raise InputError(
            "the network has no readout or the samples no labels; the demo compares classes, so give both."
        )
    network.save(kept)
    tell("running the float network")
    inputs = {network.inputs[0].name: test}
    graph = lower(network)
    floats = float_spikes(graph, inputs)
    tell(f"compiling for {chip}")
    program = compile_network(network, chip)
    program.save(compiled)
    program = legal(Program.load(compiled))

    def timed(name: str) -> tuple[Mapping[str, SpikeRaster], float]:
        tell(f"running on {name}")
        start = time.perf_counter()
        spikes = run(program, inputs, name).spikes
        return spikes, time.perf_counter() - start

    expected, seconds = timed(ORACLE)
    total = sum(int(raster.counts().sum()) for raster in expected.values())
    results = [
        BackendResult(ORACLE, readout.accuracy(readout.counts(expected[readout.population]), labels), total, 0, seconds)
    ]
    comparisons = []
    for name in in_order(backend_names())[1:]:
        try:
            spikes, seconds = timed(name)
        except InputError as error:
            results.append(BackendResult(name, missing=str(error)))
            comparisons.append(Comparison(name, missing=str(error)))
            continue
        compared = compare(expected, spikes, (ORACLE, name))
        comparisons.append(Comparison(name, compared.populations, compared.first, seconds))
        right = readout.accuracy(readout.counts(spikes[readout.population]), labels)
        results.append(BackendResult(name, right, compared.spikes, compared.differing, seconds))
    latest = network.provenance.latest
    source = f"{'the test part' if latest is None else latest.name}: {test.samples:,} test samples"
    told = Run(str(out / FILES[1]), "demo", network, graph, program, None, source, inputs, floats, expected)
    evidence = evidence_of(told, tuple(comparisons))
    evidence.save(proof)
    tell("drawing the report")
    write_text(report, page([dataclasses.replace(told, evidence=evidence)]).html)
    return DemoResult(
        seed=seed,
        samples=test.samples,
        float_accuracy=readout.accuracy(readout.counts(floats[readout.population]), labels),
        agreeing=evidence.agreeing or 0,
        bins=sum(raster.bins for raster in expected.values()),
        backends=tuple(results),
        chip=chip,
        cores=len(program.cores),
        network=network.digest,
        program=program.digest,
        method=str(network.settings.get("method", "training")),
    )


def is_of_demo(folder: Path) -> bool:
    """Whether the network in `folder` was made by the command `motifc demo`, and so what stands beside it."""
    try:
        made = Network.load(folder / FILES[0]).provenance.made
        return any(shlex.split(step.command)[1:2] == ["demo"] for step in made)
    except ValueError:
        return False
