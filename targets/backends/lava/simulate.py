"""simulate: build a network out of Lava processes, run it, and read back what the neurons wrote.

Knows nothing of the rest of motifc, so that an exported folder can carry it along.
"""

import resource
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from itertools import accumulate
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

from targets.backends.lava.alarm import alarm
from targets.backends.lava.network import LavaNetwork, LavaNeurons, LavaSynapses, Share, load
from targets.backends.lava.processes.delayed_sparse import DelayedSparse
from targets.backends.lava.processes.het_lif import HetLIF
from targets.contracts.names import quoted

Array = npt.NDArray[Any]


class Recorded(NamedTuple):
    """What was recorded of one population, or of one process.

    spikes uint8 [sample, time, neuron]; u, v int32 [sample, neuron] after the last step; trace_u, trace_v int32
    [sample, time, probe] after each step.
    """

    spikes: Array
    u: Array
    v: Array
    trace_u: Array
    trace_v: Array


def simulate(network: LavaNetwork, spikes: Mapping[str, Array], folder: Path) -> dict[str, Recorded]:
    """Run every sample from zero state and empty buffers; returns what every population did.

    `spikes` holds 0 / 1 [sample, time, neuron] per input name. Samples run side by side as copies of the network
    that share nothing (block-diagonal weights), as many as `network.copies`, and each group in a network of its own.
    The neurons write into `folder`.
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
    return _populations(
        network,
        {
            name: Recorded(*map(np.concatenate, zip(*(group[name] for group in groups), strict=True)))
            for name in groups[0]
        },
    )


def simulate_folder(folder: Path, spikes: Path, recording: Path) -> dict[str, Recorded]:
    """Run the network saved in `folder` on the .npz `spikes`, write the .npz `recording` and return it.

    `spikes` holds [sample, time, neuron] under the name of every input, or under "spikes" where there is only one:
    0 / 1, or packed bits with NAME.shape ("shape" for "spikes"). `recording` holds the fields of Recorded for every
    population as NAME.FIELD, traces only of those that were probed. Special characters of names are quoted in keys.
    """
    allow_many_files()
    network = load(folder)
    given = {name: dense for name, (dense, _) in read(spikes, network).items()}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        recorded = simulate(network, given, Path(scratch))
    write(recorded, recording)
    return recorded


def write(recorded: Mapping[str, Recorded], recording: Path) -> None:
    """Write the fields of Recorded of every population as NAME.FIELD."""
    written: dict[str, Any] = {}
    for name, population in recorded.items():
        fields = population._asdict().items()
        written |= {f"{quoted(name)}.{field}": values for field, values in fields if values.shape[-1]}
    np.savez_compressed(recording, allow_pickle=False, **written)


def allow_many_files() -> None:
    """Lift the soft limit of open files: Lava holds some ten per process of the network."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def read(spikes: Path, network: LavaNetwork) -> dict[str, tuple[Array, Array]]:
    """Spikes [sample, time, neuron] of every input, and the lengths [sample] that the file tells, else all steps."""
    with np.load(spikes, allow_pickle=False) as file:
        arrays = dict(file)
    found = {}
    for name, size in network.inputs:
        key = quoted(name) if quoted(name) in arrays else "spikes"
        dense = _dense(arrays, key, size)
        whole = np.full(dense.shape[0], dense.shape[1])
        found[name] = dense, arrays.get("lengths" if key == "spikes" else f"{key}.lengths", whole)
    return found


def _dense(file: Mapping[str, Array], key: str, neurons: int) -> Array:
    """Spikes [sample, time, neuron] of one input, unpacked where they are packed."""
    packed = ("shape" if key == "spikes" else f"{key}.shape") in file
    return np.unpackbits(file[key], axis=2, count=neurons) if packed else file[key]


def _run(network: LavaNetwork, spikes: Mapping[str, Array], folder: Path) -> dict[str, Recorded]:
    """One Lava run of one connected network with as many copies as `spikes` has samples."""
    samples, steps, _ = next(iter(spikes.values())).shape
    ports = {name: _source(spikes[name]).s_out for name, _ in network.inputs}
    processes = {
        neurons.name: _neurons(neurons, samples, steps, folder / f"{number}.npz")
        for number, neurons in enumerate(network.neurons)
    }
    ports |= {name: process.s_out for name, process in processes.items()}
    for synapses in network.synapses:
        process, target = _synapses(synapses, samples), processes[synapses.target]
        ports[synapses.source].connect(process.s_in)
        process.a_out.connect(target.sum_in if synapses.partial else target.a_in)
    anchor = next(iter(processes.values()))
    try:
        with alarm():
            # A channel holds 64 messages unless told; processes move in step, so two are enough and save memory.
            anchor.run(RunSteps(steps), Loihi2SimCfg(select_tag="fixed_pt"), {"pypy_channel_size": 2})
    except RuntimeError as error:
        raise RuntimeError(_reason(anchor) or str(error)) from error
    anchor.stop()
    return {
        neurons.name: _recorded(folder / f"{number}.npz", samples, neurons)
        for number, neurons in enumerate(network.neurons)
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


def _neurons(neurons: LavaNeurons, samples: int, steps: int, recording: Path) -> HetLIF:
    """The neurons of all copies, one copy after the other."""
    first = np.arange(samples, dtype=np.int32)[:, None] * neurons.du.size
    return HetLIF(
        du=np.tile(neurons.du, samples),
        dv=np.tile(neurons.dv, samples),
        vth=np.tile(neurons.vth, samples),
        bias_mant=np.tile(neurons.bias_mant, samples),
        bias_exp=np.tile(neurons.bias_exp, samples),
        refractory=np.tile(neurons.refractory, samples),
        sum_neuron=(first + neurons.sum_neuron).ravel(),
        sum_shift=np.tile(neurons.sum_shift, samples),
        probed=(first + _probed(neurons)).ravel(),
        steps=steps,
        recording=str(recording),
    )


def _probed(neurons: LavaNeurons) -> Array:
    """Positions of the probed neurons, share after share: int [probe]."""
    starts = accumulate((share.neurons.size for share in neurons.shares), initial=0)
    return np.concatenate([start + share.probed for start, share in zip(starts, neurons.shares, strict=False)])


def _synapses(synapses: LavaSynapses, samples: int) -> Sparse:
    """The synapses of all copies: weights kron(identity, weights), sums exact because no copy meets another."""
    weights = csr_matrix(kron(identity(samples, dtype=np.int32), synapses.weights, format="csr"))
    settings = {
        "weights": weights,
        "weight_exp": synapses.exponent,
        "num_weight_bits": 8,
        "sign_mode": SignMode.MIXED,
    }
    if synapses.delay == 1 and weights.min() >= -256 and weights.max() <= 254:
        return Sparse(**settings)
    return DelayedSparse(wait=synapses.delay - 1, **settings)


def _recorded(path: Path, samples: int, neurons: LavaNeurons) -> Recorded:
    """What one process wrote."""
    with np.load(path, allow_pickle=False) as written:
        flat = np.unpackbits(written["spikes"], axis=1, count=samples * neurons.du.size)
        spikes, trace_u, trace_v = (
            over_time.reshape(len(over_time), samples, -1).swapaxes(0, 1)
            for over_time in (flat, written["trace_u"], written["trace_v"])
        )
        return Recorded(spikes, written["u"].reshape(samples, -1), written["v"].reshape(samples, -1), trace_u, trace_v)


def _populations(network: LavaNetwork, recorded: Mapping[str, Recorded]) -> dict[str, Recorded]:
    """What every population did, put together from the processes that hold its neurons."""
    shares: dict[str, list[tuple[Share, Recorded]]] = {}
    for neurons in network.neurons:
        start = probe = 0
        for share in neurons.shares:
            here, probes = slice(start, start + share.neurons.size), slice(probe, probe + share.slots.size)
            start, probe = here.stop, probes.stop
            spikes, u, v, trace_u, trace_v = recorded[neurons.name]
            held = Recorded(spikes[..., here], u[..., here], v[..., here], trace_u[..., probes], trace_v[..., probes])
            shares.setdefault(share.population, []).append((share, held))
    populations = {}
    for name, found in shares.items():
        order = np.argsort(np.concatenate([share.neurons for share, _ in found]))
        slots = np.argsort(np.concatenate([share.slots for share, _ in found]))
        spikes, u, v, trace_u, trace_v = (
            np.concatenate(arrays, axis=-1) for arrays in zip(*(held for _, held in found), strict=True)
        )
        populations[name] = Recorded(
            spikes[..., order], u[..., order], v[..., order], trace_u[..., slots], trace_v[..., slots]
        )
    return populations
