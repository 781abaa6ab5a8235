"""simulate: build a network out of Lava processes, run it, and read back what the neurons wrote.

Knows nothing of the rest of motifc, so that an exported folder can carry it along.
"""

import resource
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

import targets.backends.lava.shim  # noqa: F401  before every import of Lava

# isort: split
from lava.magma.core.run_conditions import RunSteps
from lava.magma.core.run_configs import Loihi2SimCfg
from lava.proc.io.source import RingBuffer
from lava.proc.sparse.process import Sparse
from lava.utils.weightutils import SignMode
from scipy.sparse import csr_matrix, identity, kron

from targets.backends.lava.network import LavaNetwork, LavaProjection, load
from targets.backends.lava.processes.delayed_sparse import DelayedSparse
from targets.backends.lava.processes.het_lif import HetLIF

Array = npt.NDArray[Any]


class Recorded(NamedTuple):
    """One population: spikes uint8 [sample, time, neuron]; u, v int32 [sample, neuron] after the last step."""

    spikes: Array
    u: Array
    v: Array


def simulate(network: LavaNetwork, spikes: Mapping[str, Array], folder: Path) -> dict[str, Recorded]:
    """Run every sample from zero state and empty buffers; spikes 0 / 1 [sample, time, neuron] per input name.

    Samples run side by side as copies of the network that share nothing (block-diagonal weights), as many as
    `network.copies`, and each group in a network of its own. The neurons write into `folder`.
    """
    samples = len(next(iter(spikes.values())))
    parts = network.components()
    together = network.copies
    groups = []
    for first in range(0, samples, together):
        given = {name: raster[first : first + together] for name, raster in spikes.items()}
        group: dict[str, Recorded] = {}
        for part in parts:
            group |= _run(part, given, folder)
        groups.append(group)
    return {
        name: Recorded(*(np.concatenate([group[name][field] for group in groups]) for field in range(3)))
        for name in groups[0]
    }


def simulate_folder(folder: Path, spikes: Path, recording: Path) -> dict[str, Recorded]:
    """Run the network saved in `folder` on the .npz `spikes`, write the .npz `recording` and return it.

    `spikes` holds [sample, time, neuron] under the name of every input, or under "spikes" where there is only one:
    0 / 1, or packed bits with NAME.shape ("shape" for "spikes"). `recording` holds NAME.spikes uint8
    [sample, time, neuron], NAME.u and NAME.v int32 [sample, neuron] of every population.
    """
    _allow_many_files()
    network = load(folder)
    with np.load(spikes, allow_pickle=False) as file:
        arrays = dict(file)
    given = {name: _dense(arrays, name if name in arrays else "spikes", size) for name, size in network.inputs}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        recorded = simulate(network, given, Path(scratch))
    written: dict[str, Any] = {}
    for name, population in recorded.items():
        written |= {f"{name}.{field}": values for field, values in population._asdict().items()}
    np.savez_compressed(recording, allow_pickle=False, **written)
    return recorded


def _allow_many_files() -> None:
    """Lift the soft limit of open files: Lava holds some ten per process of the network."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _dense(file: Mapping[str, Array], name: str, neurons: int) -> Array:
    """Spikes [sample, time, neuron] of one input, unpacked where they are packed."""
    packed = ("shape" if name == "spikes" else f"{name}.shape") in file
    return np.unpackbits(file[name], axis=2, count=neurons) if packed else file[name]


def _run(network: LavaNetwork, spikes: Mapping[str, Array], folder: Path) -> dict[str, Recorded]:
    """One Lava run of one connected network with as many copies as `spikes` has samples."""
    samples, steps, _ = next(iter(spikes.values())).shape
    ports = {name: _source(spikes[name]).s_out for name, _ in network.inputs}
    neurons = {}
    for number, population in enumerate(network.populations):
        neurons[population.name] = HetLIF(
            du=np.tile(population.du, samples),
            dv=np.tile(population.dv, samples),
            vth=np.tile(population.vth, samples),
            bias_mant=np.tile(population.bias_mant, samples),
            bias_exp=np.tile(population.bias_exp, samples),
            steps=steps,
            recording=str(folder / f"{number}.npz"),
        )
        ports[population.name] = neurons[population.name].s_out
    for projection in network.projections:
        synapses = _synapses(projection, samples)
        ports[projection.source].connect(synapses.s_in)
        synapses.a_out.connect(neurons[projection.target].a_in)
    anchor = next(iter(neurons.values()))
    try:
        # A channel holds 64 messages unless told; processes move in step, so two are enough and save shared memory.
        anchor.run(RunSteps(steps), Loihi2SimCfg(select_tag="fixed_pt"), {"pypy_channel_size": 2})
    except RuntimeError as error:
        raise RuntimeError(_reason(anchor) or str(error)) from error
    anchor.stop()
    return {
        population.name: _recorded(folder / f"{number}.npz", samples, population.du.size)
        for number, population in enumerate(network.populations)
    }


def _reason(process: HetLIF) -> str:
    """What was raised inside a Lava process: Lava itself only tells how many did."""
    actors = process.runtime._messaging_infrastructure.actors if process.runtime else ()
    raised = [actor.exception for actor in actors if actor.exception]
    return "; ".join(traceback.strip().splitlines()[-1] for _, traceback in raised)


def _source(spikes: Array) -> RingBuffer:
    """A source that plays spikes [sample, time, neuron] of all samples at once."""
    samples, steps, neurons = spikes.shape
    return RingBuffer(data=spikes.transpose(0, 2, 1).reshape(samples * neurons, steps).astype(np.int32))


def _synapses(projection: LavaProjection, samples: int) -> Sparse:
    """The synapses of all copies: weights kron(identity, weights), sums exact because no copy meets another."""
    weights = csr_matrix(kron(identity(samples, dtype=np.int32), projection.weights, format="csr"))
    settings = {
        "weights": weights,
        "weight_exp": projection.exponent,
        "num_weight_bits": 8,
        "sign_mode": SignMode.MIXED,
    }
    if projection.delay == 1 and weights.min() >= -256 and weights.max() <= 254:
        return Sparse(**settings)
    return DelayedSparse(wait=projection.delay - 1, **settings)


def _recorded(path: Path, samples: int, neurons: int) -> Recorded:
    with np.load(path, allow_pickle=False) as written:
        flat = np.unpackbits(written["spikes"], axis=1, count=samples * neurons)
        spikes = flat.reshape(-1, samples, neurons).transpose(1, 0, 2)
        return Recorded(spikes, written["u"].reshape(samples, neurons), written["v"].reshape(samples, neurons))
