"""readouts: what can be told of the counts of spikes alone, without any network in time."""

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MaxAbsScaler
from sklearn.svm import SVC

from benchmarks.runs import Row
from benchmarks.studies.linear_readout import counts
from benchmarks.studies.speech.plan import left_out
from search.data.load import load_split
from search.data.task import labels_of
from targets.contracts.arrays import Array
from targets.contracts.raster import SpikeRaster

WINDOW, WINDOWS = 0.070, 14
"""Seconds of a window of the causal readout, and how many: the longest recording has ended then."""


def windows(raster: SpikeRaster, step: float) -> Array:
    """Spikes per channel in windows of 70 ms from the start, steps of `step` seconds: float32 [sample, feature]."""
    each = round(WINDOW / step)
    spikes = raster.dense()[:, : each * WINDOWS]
    counted = np.arange(spikes.shape[1]) < raster.lengths[:, None]
    filled = np.pad(spikes * counted[:, :, None], ((0, 0), (0, each * WINDOWS - spikes.shape[1]), (0, 0)))
    summed = filled.reshape(len(filled), WINDOWS, each, raster.neurons).sum(axis=2, dtype=np.float32)
    return np.asarray(summed.reshape(len(filled), -1))


def parts(raster: SpikeRaster) -> Array:
    """Spikes per channel in eight equal parts of every sample's length: float32 [sample, feature]."""
    return np.asarray(counts(raster).toarray(), np.float32)


FEATURES: Mapping[str, tuple[str, Callable[[SpikeRaster], Array]]] = {
    "causal": ("fsdd-causal", lambda raster: windows(raster, 0.010)),
    "normalised": ("fsdd-normalised", parts),
    "fsdd, 70 ms": ("fsdd", lambda raster: windows(raster, 0.005)),
    "fsdd, eight parts": ("fsdd", parts),
}
"""Features by name: the two readings, and the spikes of the task `fsdd`, whose encoder looks ahead."""
LINEAR, SVM = "linear", "svm"
STRENGTHS: Mapping[str, tuple[float, ...]] = {LINEAR: (0.03, 0.1), SVM: (3.0, 10.0)}


@dataclass(frozen=True)
class Readout:
    """A readout of one fold; `strength` is C, chosen on two of the four other speakers, as settings are."""

    features: str
    kind: str
    test: str
    strength: float
    accuracy: float
    seconds: float


def model(kind: str, strength: float) -> Pipeline:
    """Multinomial logistic regression, or a support vector machine with Gaussian kernels, on counts scaled to 0..1."""
    if kind == LINEAR:
        return make_pipeline(MaxAbsScaler(), LogisticRegression(C=strength, max_iter=300))
    return make_pipeline(MaxAbsScaler(), SVC(C=strength))


def read(features: str, kind: str, speakers: tuple[str, ...], folder: Path) -> list[Row]:
    """A row for every fold."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    began = time.process_time()
    task, counted = FEATURES[features]
    held = {name: load_split(f"{task}:{name}", folder).test for name in speakers}
    found = {name: (counted(raster), labels_of(raster)) for name, raster in held.items()}

    def fitted(strength: float, *without: str) -> Pipeline:
        pairs = [each for name, each in found.items() if name not in without]
        return model(kind, strength).fit(*(np.concatenate(both) for both in zip(*pairs, strict=True)))

    scores: dict[tuple[str, float], list[float]] = {}  # of training speakers of the fold that tests the one named
    for strength, (one, other) in product(STRENGTHS[kind], left_out(speakers)):
        made = fitted(strength, one, other)
        for test, judged in ((one, other), (other, one)):
            scores.setdefault((test, strength), []).append(made.score(*found[judged]))
    rows = []
    for test in speakers:
        strength = max(STRENGTHS[kind], key=lambda each: np.mean(scores[test, each]))
        accuracy = fitted(strength, test).score(*found[test])
        rows.append(asdict(Readout(features, kind, test, strength, float(accuracy), 0.0)))
    seconds = round((time.process_time() - began) / len(rows), 1)
    return [{**row, "seconds": seconds} for row in rows]
