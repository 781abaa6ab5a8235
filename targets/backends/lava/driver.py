"""The Lava backend as motifc sees it: what it needs, and a run of a Program in a child process."""

import importlib.util
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from targets.backends.lava.lower import lower
from targets.backends.lava.network import LavaNetwork, save
from targets.backends.lava.scratch import scratch
from targets.backends.lava.supervise import supervise
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster, save_rasters
from targets.program.program import Program
from targets.runtime.recording import Probe, Recording, Trace

INSTALL = (
    "pip install asteval cloudpickle scikit-learn scipy",
    "pip install --no-deps --ignore-requires-python lava-nc==0.10.0",
)
_GRANULARITIES = {"auto": "layer", "cpu": "layer", "layer": "layer", "core": "core"}
_NEEDED = ("lava", "asteval", "cloudpickle", "sklearn", "scipy", "networkx")


def requirement() -> str | None:
    """None where Lava and what it imports are installed, else one sentence with the commands; imports nothing."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if not missing:
        return None
    return f"the lava backend needs {', '.join(missing)}, not installed here; run: {' && '.join(INSTALL)}"


def run(
    program: Program,
    inputs: Mapping[str, SpikeRaster],
    device: str = "auto",
    probes: Sequence[Probe] = (),
) -> Recording:
    """Run `program` in Lava's fixed-point Loihi simulator, on the CPU.

    `device` chooses the processes of the neurons: one per population ("layer", "auto", "cpu") or per core ("core").
    Raises InputError for other devices, where Lava cannot hold a number of the program exactly, and when "core"
    takes too many processes; BackendError when Lava fails or exceeds its deadline.
    """
    if device not in _GRANULARITIES:
        raise InputError(
            f"unknown variant {device!r} of the lava backend; known are 'layer' (also 'auto', 'cpu') and 'core', so "
            "choose one of them."
        )
    network = lower(program, _GRANULARITIES[device], probes)
    first = next(iter(inputs.values()))
    if not first.samples * first.steps:
        return _silence(program, first, probes)
    try:
        place = scratch()
    except ValueError as error:
        raise InputError(str(error)) from None
    with tempfile.TemporaryDirectory(prefix="motifc-", dir=place, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        save(network, folder)
        save_rasters(inputs, folder / "spikes.npz")
        supervise(folder, deadline(network, first.samples, first.steps))
        with np.load(folder / "recording.npz", allow_pickle=False) as file:
            recorded = dict(file)
    names = [population.name for population in program.populations]
    spikes = {name: SpikeRaster.pack(recorded[f"{name}.spikes"], first.lengths, first.labels) for name in names}
    u, v = ({name: recorded[f"{name}.{field}"] for name in names} for field in ("u", "v"))
    traces = _no_traces(probes, first)
    traces |= {
        name: Trace(recorded[f"{name}.trace_u"], recorded[f"{name}.trace_v"])
        for name in traces
        if f"{name}.trace_u" in recorded
    }
    return Recording(spikes, u, v, traces)


def deadline(network: LavaNetwork, samples: int, steps: int) -> float:
    """Seconds after which a run counts as hung: twenty times and more what runs took on two busy cores.

    Two minutes to start; for each group of samples 20 s to build and stop each part, 1 s per Lava process and, for
    every step, 20 ms per Lava process and 0.2 µs per stored weight of all copies.
    """
    copies = min(network.copies, samples)
    groups = -(-samples // copies)
    step = 0.02 * network.leaves + 2e-7 * network.links * copies
    return 120 + groups * (20 * len(network.components()) + network.leaves + steps * step)


def _silence(program: Program, first: SpikeRaster, probes: Sequence[Probe]) -> Recording:
    """The recording of no samples, or of no steps."""
    spikes, state = {}, {}
    for population in program.populations:
        shape = (first.samples, first.steps, population.neurons)
        spikes[population.name] = SpikeRaster.pack(np.zeros(shape, dtype=bool), first.lengths, first.labels)
        state[population.name] = np.zeros((first.samples, population.neurons), dtype=np.int32)
    return Recording(spikes, state, state, _no_traces(probes, first))


def _no_traces(probes: Sequence[Probe], first: SpikeRaster) -> dict[str, Trace]:
    shapes = {probe.population: (first.samples, first.steps, probe.neurons.size) for probe in probes}
    return {name: Trace(np.zeros(shape, np.int32), np.zeros(shape, np.int32)) for name, shape in shapes.items()}
