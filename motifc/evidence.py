"""Evidence: what was found when a program was run: how well it classifies, and whether backends agree."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from motifc.evaluation import Evaluation
from motifc.regression import Regression
from targets.conformance.equivalence import Agreement, Difference, EquivalenceReport
from targets.contracts import artefact
from targets.contracts.artefact import Artefact
from targets.contracts.provenance import sample_digests
from targets.contracts.raster import SpikeRaster
from targets.contracts.serial import LATER, pack, read
from targets.runtime.registry import ORACLE

FLOAT, PROGRAM = "float network", "program"
"""Names of what is evaluated."""


@dataclass(frozen=True)
class Comparison:
    """The program on one backend against the oracle.

    populations, first  as in an EquivalenceReport; none where it did not run
    seconds             the run took
    missing             why it did not run
    explained           sentences on the semantics that reproduces a difference
    state               where u, v first differ though all bins are equal; None where they do not, or no one looked
    traced              populations that answer in voltage, whose u, v of every step were compared
    """

    backend: str
    populations: tuple[Agreement, ...] = ()
    first: Difference | None = None
    seconds: float = 0.0
    missing: str | None = None
    explained: tuple[str, ...] = ()
    state: str | None = field(default=None, metadata=LATER)
    traced: tuple[str, ...] = field(default=(), metadata=LATER)

    @property
    def ran(self) -> bool:
        """Whether there is anything to tell."""
        return self.missing is None

    @property
    def equal(self) -> bool:
        """True where it ran and neither bins nor u, v differ."""
        return self.ran and self.first is None and self.state is None

    @property
    def bins(self) -> int:
        """Bins compared, over all populations."""
        return sum(each.bins for each in self.populations)

    @property
    def spikes(self) -> int:
        """Spikes compared, over all populations."""
        return sum(each.spikes for each in self.populations)

    @property
    def differing(self) -> int:
        """Bins that differ, over all populations."""
        return sum(each.differing for each in self.populations)

    @property
    def sentence(self) -> str:
        """What came of it."""
        if self.missing is not None:
            return self.missing
        if self.first is None and self.state is not None:
            return self.state
        return EquivalenceReport(ORACLE, self.backend, self.populations, self.first).sentence()


@dataclass(frozen=True, eq=False)
class Evidence:
    """What was found of one network or program.

    program      digest of the program; empty where a network alone was run
    samples      what it was run on, in words
    inputs       `digest_of` the spikes of its inputs
    evaluations  by `FLOAT` and `PROGRAM`, where the samples have labels
    comparisons  one per backend but the oracle
    regressions  the same where the readout tells values and the samples have targets
    agreeing     samples that float network and program put into the same class; None where that was not asked
    """

    program: str
    samples: str
    inputs: str
    evaluations: Mapping[str, Evaluation] = field(default_factory=dict)
    comparisons: tuple[Comparison, ...] = ()
    agreeing: int | None = None
    regressions: Mapping[str, Regression] = field(default_factory=dict)

    def is_of(self, program: str, inputs: str) -> bool:
        """Whether it tells of that program on those spikes."""
        return (self.program, self.inputs) == (program, inputs)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write an .evidence file in one step."""
        artefact.save(Artefact("evidence", *pack(self)), path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Evidence":
        """Read an .evidence file; InputError where it is missing, damaged or something else."""
        return read(path, "evidence", cls)


def digest_of(inputs: Mapping[str, SpikeRaster]) -> str:
    """SHA-256 of the spikes that count of every input, with their labels or targets."""
    sha = hashlib.sha256()
    for name in sorted(inputs):
        sha.update(name.encode() + b"\0" + sample_digests(inputs[name]).tobytes())
    return sha.hexdigest()
