"""dense_baseline: the smallest dense network of a stated list that is no worse on the same inputs, and what it costs.

The dense networks see how often each channel spikes in each of `bins` equal parts of a sample, standardized, and have
hidden layers of rectifiers with biases; both are of float32. What each scores is kept in the cache folder.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from motifc.evaluation import Judged, assessed, program_answers
from motifc.regression import Regression
from search.data.task import Split, truth_of
from targets.contracts import artefact
from targets.contracts.arrays import Array, Floats
from targets.contracts.artefact import Artefact
from targets.contracts.cache_folder import cache_folder
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.value_errors import mean_squared_error
from targets.program.program import Program
from targets.runtime.backend import bound_inputs, load
from targets.runtime.registry import DEFAULT

Shape = tuple[int, tuple[int, ...]]
"""Parts of a sample that are counted, and neurons of each hidden layer."""
SHAPES: tuple[Shape, ...] = tuple((bins, hidden) for bins in (1, 4, 16) for hidden in ((), (16,), (64,), (256,)))
"""The stated list; tried in the order of multiplications."""
ENERGY = 4.6
"""pJ of a multiplication (3.7) and an addition (0.9) of 32-bit floats in 45 nm; no memory, no control."""
SOURCE = "M. Horowitz, Computing's energy problem, ISSCC 2014, Fig. 1.1.9 (45 nm, 0.9 V)"
STEPS, BATCH, RATE = 2000, 64, 2e-3
_RECIPE = 1
_FORMAT = "baseline"


@dataclass(frozen=True)
class DenseBaseline:
    """A dense network of the list beside what it was held to.

    bins, hidden   its shape
    macs           multiplications of one sample, with as many additions
    measure        "accuracy", more is better; or "mse", less is
    valid, test    its own figures on these parts
    needed         what the spiking network has on the validation part
    reached        whether `valid` is not worse than `needed`; where none of the list is, this is the best of them
    """

    bins: int
    hidden: tuple[int, ...]
    macs: int
    measure: str
    valid: float
    test: float
    needed: float
    reached: bool

    @property
    def energy(self) -> float:
        """NJ of one sample: `macs` times `ENERGY`."""
        return self.macs * ENERGY / 1000

    @property
    def sentence(self) -> str:
        """All of it, with the source of the energy and what is left out."""
        hidden = " and ".join(map(str, self.hidden))
        of = f"{self.bins} {'count' if self.bins == 1 else 'counts'} per channel, " + (
            f"{hidden} hidden neurons" if hidden else "no hidden layer"
        )
        valid, test, needed = (_figure(self.measure, each) for each in (self.valid, self.test, self.needed))
        name = {"accuracy": "accuracy", "mse": "mean squared error"}[self.measure]
        held = (
            f"is the smallest of {len(SHAPES)} whose validation {name}, {valid}, is not worse than the program's "
            if self.reached
            else f"is the best of {len(SHAPES)}, with a validation {name} of {valid}; none has the program's "
        ) + needed
        return (
            f"Dense ANN on the same inputs: {of}, {self.macs:,} MACs and {self.energy:.4g} nJ per sample at "
            f"{ENERGY} pJ per MAC without memory ({SOURCE}); it {held} (test {test})."
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        told = {"bins": self.bins, "hidden": list(self.hidden), "macs": self.macs, "energy": self.energy}
        judged = {"measure": self.measure, "valid": self.valid, "test": self.test, "needed": self.needed}
        return {**told, **judged, "reached": self.reached, "energy_per_mac_pj": ENERGY, "source": SOURCE}


def dense_baseline(
    split: Split, needed: Judged, tell: Callable[[str], None] = lambda step: None, shapes: Sequence[Shape] = SHAPES
) -> DenseBaseline:
    """The smallest of `shapes`, by multiplications, that is not worse than `needed` on the validation part of `split`.

    All learn on the training part alone, in `STEPS` steps of Adam from one seed. `needed` is how well the spiking
    network does on the validation part; one that was trained on that part too is held to be better than it is. Raises
    InputError for a split without samples to train on or to judge by.
    """
    if not (split.train.samples and split.valid.samples and split.test.samples):
        raise InputError("the split has an empty part; a dense baseline needs samples in all three, so give some.")
    measure, wanted = ("mse", needed.mse) if isinstance(needed, Regression) else ("accuracy", needed.accuracy)
    kept = _Kept.of(split)
    tried = []
    for shape in sorted(shapes, key=lambda each: macs_of(split, each)):
        valid, test = kept.scores(shape, lambda shape=shape: _scores(split, shape, tell))  # type: ignore[misc]
        reached = valid <= wanted if measure == "mse" else valid >= wanted
        tried.append(DenseBaseline(*shape, macs_of(split, shape), measure, valid, test, wanted, reached))
        if reached:
            return tried[-1]
    return min(tried, key=lambda each: each.valid if measure == "mse" else -each.valid)


def program_baseline(program: Program, split: Split, tell: Callable[[str], None] = lambda step: None) -> DenseBaseline:
    """The same, held to how well a program does on the validation part; InputError as `motifc.evaluate` raises it."""
    readout = program.readout
    if readout is None:
        raise InputError("the program has no readout, so that nothing can be held to its answers; give one that has.")
    inputs = bound_inputs(program.inputs, split.valid)
    tell("running the validation part")
    with load(program, DEFAULT) as machine:
        needed = assessed(readout, program_answers(machine, inputs)[readout.population])
    return dense_baseline(split, needed, tell)


def macs_of(split: Split, shape: Shape) -> int:
    """Multiplications of one sample."""
    bins, hidden = shape
    return sum(before * after for before, after in pairwise((bins * split.neurons, *hidden, split.classes)))


def counted(raster: SpikeRaster, bins: int) -> Floats:
    """Spikes of each channel in each of `bins` equal parts of what counts: float64 [sample, bin * channel]."""
    found = np.zeros((raster.samples, bins, raster.neurons))
    for sample, length in enumerate(raster.lengths.tolist()):
        dense = raster.take([sample]).dense()[0, :length]
        np.add.at(found[sample], np.arange(length) * bins // max(length, 1), dense)
    return found.reshape(raster.samples, -1)


def _scores(split: Split, shape: Shape, tell: Callable[[str], None]) -> tuple[float, float]:
    """The figure of a dense network of that shape on the validation and on the test part, once it is trained."""
    bins, hidden = shape
    tell(f"training a dense network of {macs_of(split, shape):,} MACs")
    values = split.by == "value"
    parts = [(counted(each, bins), truth_of(each)) for each in (split.train, split.valid, split.test)]
    middle, spread = _standard(parts[0][0])
    inputs = [torch.from_numpy(((each - middle) / spread).astype(np.float32)) for each, _ in parts]
    centre, scale = _standard(parts[0][1]) if values else (np.zeros(1), np.ones(1))
    truth = (parts[0][1] - centre) / scale if values else parts[0][1]
    target = torch.from_numpy(truth.astype(np.float32 if values else np.int64))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = _model((inputs[0].shape[1], *hidden, split.classes))
        _fit(model, inputs[0], target, functional.mse_loss if values else functional.cross_entropy)
    with torch.no_grad():
        told = [model(each).double().numpy() for each in inputs[1:]]
    if values:
        return _pair(mean_squared_error(each * scale + centre, part[1]) for each, part in zip(told, parts[1:]))  # noqa: B905
    return _pair(float(np.mean(each.argmax(axis=1) == part[1])) for each, part in zip(told, parts[1:]))  # noqa: B905


def _model(widths: Sequence[int]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def _fit(model: nn.Module, inputs: Tensor, target: Tensor, loss: Callable[[Tensor, Tensor], Tensor]) -> None:
    """Adam, its rate falling to 0 by a cosine."""
    optimizer = torch.optim.Adam(model.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for _ in range(STEPS):
        some = torch.randint(len(inputs), (BATCH,))
        optimizer.zero_grad()
        loss(model(inputs[some]), target[some]).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()


def _standard(values: Array) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each column; 1 for one that never changes."""
    spread = values.std(axis=0)
    return values.mean(axis=0), np.where(spread > 0, spread, 1.0)


def _pair(values: Any) -> tuple[float, float]:
    first, second = values
    return first, second


def _figure(measure: str, value: float) -> str:
    return f"{value:.2%}" if measure == "accuracy" else f"{value:.4g}"


@dataclass(frozen=True, eq=False)
class _Kept:
    """What dense networks score on a split, in a file of the cache folder."""

    path: Path
    known: dict[str, list[float]]

    @classmethod
    def of(cls, split: Split) -> "_Kept":
        """That of `split`, with what is there already."""
        recipe = [_RECIPE, split.digest, STEPS, BATCH, RATE, torch.__version__]
        key = hashlib.sha256(json.dumps(recipe).encode()).hexdigest()[:32]
        path, known = cache_folder() / f"dense-{key}.{_FORMAT}", {}
        with suppress(InputError):  # absent or damaged: trained anew
            stored = artefact.load(path, _FORMAT).header.get("scores")
            known = (
                {name: each for name, each in stored.items() if _is_scores(each)} if isinstance(stored, dict) else {}
            )
        return cls(path, known)

    def scores(self, shape: Shape, make: Callable[[], tuple[float, float]]) -> tuple[float, float]:
        """The scores of a shape, made and kept where they are not known."""
        name = json.dumps([shape[0], list(shape[1])])
        if name not in self.known:
            self.known[name] = list(make())
            with suppress(InputError, OSError):  # kept where that can be; else trained again the next time
                self.path.parent.mkdir(parents=True, exist_ok=True)
                artefact.save(Artefact(_FORMAT, {"scores": self.known}, {}), self.path)
        valid, test = self.known[name]
        return valid, test


def _is_scores(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(each, float) for each in value)
