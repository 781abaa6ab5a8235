"""neurobench_figures: what NeuroBench's harness would measure of a network, counted here."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from compiler.analysis.interpret import interpret
from compiler.frontends.network import lower
from motifc.evaluation import SAMPLES, assessed, float_answers
from motifc.regression import Regression
from motifc.report.run import Run
from search.network import Connection, Network
from targets.contracts.arrays import Array, Floats
from targets.contracts.errors import InputError
from targets.contracts.ports import Readout
from targets.contracts.raster import SpikeRaster, counting
from targets.contracts.synapses import Synapses, with_weights
from targets.runtime.backend import bound_inputs
from targets.runtime.voltages import Voltages

BYTES = 4
"""Of a number in the torch module that the harness measures: float32, in which networks are trained."""
CONSTANTS = 5
"""Numbers of a neuron: tau_s, tau_m, R, threshold, bias."""


def neurobench_figures(network: Network, spikes: SpikeRaster | Mapping[str, SpikeRaster]) -> dict[str, Any]:
    """Figures under the names that the harness of NeuroBench 2.3.0 gives them, for the float network on these samples.

    The harness measures the torch module that has a `Linear` without bias for each connection, a matrix [post, pre]
    with zeros where there is no synapse, and a spiking layer of `CONSTANTS` per neuron for each layer; each sample is
    a batch of its own, as long as it counts. benchmarks/neurobench.py builds it, and a test holds both to be equal.

    ```
    Footprint             bytes of all matrices and constants
    ParameterCount        numbers in all matrices
    ConnectionSparsity    share of zeros among them, rounded to four digits
    ActivationSparsity    share of (step, neuron) without a spike, of all layers; mean over samples
    SynapticOperations    per sample; Dense: numbers of the matrices times steps; Effective_ACs: weights other than 0
                          behind spikes that arrive before the sample ends; Effective_MACs: 0, as spikes are 0 or 1
    MembraneUpdates       per sample: (step, neuron) whose v is another after the step than before; in the first all
    ClassificationAccuracy, or MSE and SMAPE    of the answers; ties go to the lowest class
    ```
    Raises InputError as `motifc.evaluate` does, and for no samples at all.
    """
    inputs = bound_inputs(network.inputs, spikes)
    first = next(iter(inputs.values()))
    if not first.samples:
        raise InputError("there are no samples, of which nothing can be measured; give at least one.")
    edges = [(each, _ones(each.synapses)) for each in network.connections]
    numbers = sum(int(np.prod(each.synapses.shape)) for each in network.connections)
    links = sum(int(ones.accumulate(np.ones((1, ones.shape[1]))).sum()) for _, ones in edges)
    silent, operations, updates = 0.0, 0.0, 0.0
    for start in range(0, first.samples, SAMPLES):
        piece = {name: each.take(slice(start, start + SAMPLES)) for name, each in inputs.items()}
        found, moved = _run(network, piece)
        silent += float(_silent([found[layer.name] for layer in network.layers]).sum())
        operations += sum(_delivered(each, ones, {**piece, **found}) for each, ones in edges)
        updates += moved
    return {
        "Footprint": BYTES * (numbers + CONSTANTS * network.neurons),
        "ParameterCount": numbers,
        "ConnectionSparsity": round(float(np.float32(numbers - links) / np.float32(numbers)), 4) if numbers else 0.0,
        "ActivationSparsity": silent / first.samples,
        "SynapticOperations": {
            "Effective_MACs": 0.0,
            "Effective_ACs": operations / first.samples,
            "Dense": numbers * first.counted_steps / first.samples,
        },
        "MembraneUpdates": updates / first.samples,
        **_answers(network, inputs),
    }


def neurobench_of(runs: Sequence[Run]) -> dict[str, Any]:
    """The figures of the one run that files tell of; InputError of several, and without a network or samples."""
    if len(runs) != 1:
        raise InputError(f"--neurobench is of one network; the files tell of {len(runs)}, so give those of one.")
    (run,) = runs
    if run.network is None:
        raise InputError(
            f"--neurobench is of a .network, and there is none of {run.name}; give it with the other files."
        )
    if not run.inputs:
        raise InputError(f"--neurobench needs samples; {run.source}")
    return neurobench_figures(run.network, run.inputs)


def _ones(synapses: Synapses) -> Synapses:
    """1 for every weight other than 0."""
    return with_weights(synapses, (synapses.weights != 0).astype(np.float64))


def _run(network: Network, inputs: Mapping[str, SpikeRaster]) -> tuple[Mapping[str, SpikeRaster], int]:
    """Spikes of every layer, and how often a membrane changed within the lengths of the samples."""
    lengths = next(iter(inputs.values())).lengths
    before: dict[str, Floats] = {}
    moved = 0

    def look(name: str, t: int, _: Floats, v: Floats) -> None:
        nonlocal moved
        changed = np.ones(v.shape, bool) if t == 0 else v != before[name]
        moved += int(changed[lengths > t].sum())
        before[name] = v.copy()

    return interpret(lower(network), inputs, settled=look), moved


def _silent(layers: list[SpikeRaster]) -> Floats:
    """Share of the (step, neuron) of each sample in which no spike is: float64 [sample]; 0 of no steps."""
    bins = layers[0].lengths.astype(np.int64) * sum(each.neurons for each in layers)
    spikes = sum((each.counts().sum(axis=1, dtype=np.int64) for each in layers), np.zeros(len(bins), np.int64))
    return np.where(bins > 0, (bins - spikes) / np.maximum(bins, 1), 0.0)


def _delivered(connection: Connection, ones: Synapses, spikes: Mapping[str, SpikeRaster]) -> float:
    """Weights other than 0 behind the spikes that arrive before their sample ends, over all samples."""
    raster = spikes[connection.source]
    heard: Array = counting(np.maximum(raster.lengths - connection.delay, 0), raster.steps)
    counts = np.einsum("stn,st->sn", raster.dense(), heard, dtype=np.float64)
    return float(ones.accumulate(counts).sum())


def _answers(network: Network, inputs: Mapping[str, SpikeRaster]) -> dict[str, float]:
    """How well the network answers, in the harness's words."""
    readout = network.readout
    if readout is None:
        raise InputError("the network has no readout, so that no answer of it can be judged; give one that has.")
    answers = float_answers(lower(network), inputs)[readout.population]
    if readout.tells_values:
        found = assessed(readout, answers)
        return {"MSE": found.mse, "SMAPE": found.smape} if isinstance(found, Regression) else {}
    labels = readout.known_labels(next(iter(inputs.values())).labels)
    return {"ClassificationAccuracy": float(np.mean(_classes(readout, answers) == labels))}


def _classes(readout: Readout, answers: SpikeRaster | Voltages) -> Array:
    """Classes int [sample], ties to the lowest, as torch's argmax takes them."""
    return readout.classify(answers.by(readout.by) if isinstance(answers, Voltages) else readout.counts(answers))
