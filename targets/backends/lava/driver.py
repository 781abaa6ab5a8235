"""The Lava backend as motifc sees it: what it needs, and a run of a Program in a child process."""

import importlib.util
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from targets.backends.lava.lower import lower
from targets.backends.lava.network import LavaNetwork, save
from targets.backends.lava.supervise import supervise
from targets.program import Program
from targets.raster import SpikeRaster, save_rasters
from targets.recording import Recording

INSTALL = (
    "pip install asteval cloudpickle scikit-learn scipy",
    "pip install --no-deps --ignore-requires-python lava-nc==0.10.0",
)
_NEEDED = ("lava", "asteval", "cloudpickle", "sklearn", "scipy", "networkx")


def requirement() -> str | None:
    """None where Lava and what it imports are installed, else one sentence with the commands; imports nothing."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if not missing:
        return None
    return f"the lava backend needs {', '.join(missing)}, not installed here; run: {' && '.join(INSTALL)}"


def run(program: Program, inputs: Mapping[str, SpikeRaster], device: str = "cpu") -> Recording:
    """Run `program` in Lava's fixed-point Loihi simulator, one population per process; `device` is ignored.

    Raises InputError where Lava cannot hold a number of the program exactly, and BackendError when Lava fails or
    exceeds its deadline.
    """
    network = lower(program)
    first = next(iter(inputs.values()))
    if not first.samples * first.steps:
        return _silence(program, first)
    # A short name: Lava's sockets lie in the folder, and their paths may have little more than 100 characters.
    with tempfile.TemporaryDirectory(prefix="motifc-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        save(network, folder)
        save_rasters(inputs, folder / "spikes.npz")
        supervise(folder, deadline(network, first.samples, first.steps))
        with np.load(folder / "recording.npz", allow_pickle=False) as file:
            recorded = dict(file)
    names = [population.name for population in program.populations]
    spikes = {name: SpikeRaster.pack(recorded[f"{name}.spikes"], first.lengths, first.labels) for name in names}
    return Recording(
        spikes, {name: recorded[f"{name}.u"] for name in names}, {name: recorded[f"{name}.v"] for name in names}
    )


def deadline(network: LavaNetwork, samples: int, steps: int) -> float:
    """Seconds after which a run counts as hung: twenty times and more what runs took on two busy cores.

    Two minutes to start; for each group of samples 20 s to build and stop and, for every step, 20 ms per Lava
    process and 0.2 µs per synapse of all copies.
    """
    copies = min(network.copies, samples)
    groups = -(-samples // copies)
    processes = len(network.inputs) + len(network.populations) + len(network.projections)
    step = 0.02 * processes + 2e-7 * network.synapses * copies
    return 120 + groups * (20 * len(network.components()) + steps * step)


def _silence(program: Program, first: SpikeRaster) -> Recording:
    """The recording of no samples, or of no steps."""
    spikes, state = {}, {}
    for population in program.populations:
        shape = (first.samples, first.steps, population.neurons)
        spikes[population.name] = SpikeRaster.pack(np.zeros(shape, dtype=bool), first.lengths, first.labels)
        state[population.name] = np.zeros((first.samples, population.neurons), dtype=np.int32)
    return Recording(spikes, state, state)
