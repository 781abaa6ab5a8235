"""The Lava backend as motifc sees it: what it needs, and a Program that runs in child processes."""

import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from targets.backends.lava.lower import lower, with_probes
from targets.backends.lava.network import LavaNetwork, files
from targets.backends.lava.scratch import scratch
from targets.backends.lava.supervise import supervise
from targets.contracts.errors import InputError
from targets.contracts.names import quoted
from targets.contracts.raster import SpikeRaster, save_rasters
from targets.contracts.temporary import sweep, temporary_folder
from targets.program.program import Program
from targets.runtime.recording import Probe, Recording, Trace

PACE = "slow"
VARIANTS = ("core",)
PACKAGES = ("lava-nc",)
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


def load(program: Program, device: str = "auto") -> "LavaMachine":
    """The program in the form of Lava's processes, for its fixed-point Loihi simulator on the CPU.

    `device` chooses the processes of the neurons: one per population ("layer", "auto", "cpu") or per core ("core").
    Raises InputError for other devices, where Lava cannot hold a number of the program exactly, and when "core"
    takes too many processes.
    """
    if device not in _GRANULARITIES:
        raise InputError(
            f"unknown variant {device!r} of the lava backend; known are 'layer' (also 'auto', 'cpu') and 'core', so "
            "choose one of them."
        )
    network = lower(program, _GRANULARITIES[device])
    return LavaMachine(program, network, files(network))


@dataclass(frozen=True, eq=False)
class LavaMachine:
    """A program lowered once; every run starts Lava anew in a child process and ends it, so nothing stays between.

    Lava's processes are not reused. Its resets leave spikes in the buffers of synapses, its sources and our recorders
    are made for a number of steps, and samples run as copies of the network, as many as a run has. A child that
    stayed would save Lava's import, 0.65 s of the 1.6 s that a small run takes.

    files  what the network's files hold, for runs without probes
    """

    program: Program
    network: LavaNetwork
    files: Mapping[str, bytes]

    def run(self, inputs: Mapping[str, SpikeRaster], probes: Sequence[Probe] = ()) -> Recording:
        """Record every population; BackendError when Lava fails or exceeds its deadline."""
        first = next(iter(inputs.values()))
        if not first.samples * first.steps:
            return _silence(self.program, first, probes)
        written = files(with_probes(self.network, probes)) if probes else self.files
        with _temporary() as folder:
            with _room(folder):
                for file, content in written.items():
                    (folder / file).write_bytes(content)
                save_rasters(inputs, folder / "spikes.npz")
            supervise(folder, deadline(self.network, first.samples, first.steps))
            with np.load(folder / "recording.npz", allow_pickle=False) as archive:
                recorded = dict(archive)
        keys = {population.name: quoted(population.name) for population in self.program.populations}
        spikes = {
            name: SpikeRaster.pack(recorded[f"{key}.spikes"], first.lengths, first.labels, first.targets)
            for name, key in keys.items()
        }
        u, v = ({name: recorded[f"{key}.{field}"] for name, key in keys.items()} for field in ("u", "v"))
        traces = _no_traces(probes, first)
        traces |= {
            name: Trace(recorded[f"{keys[name]}.trace_u"], recorded[f"{keys[name]}.trace_v"])
            for name in traces
            if f"{keys[name]}.trace_u" in recorded
        }
        return Recording(spikes, u, v, traces)

    def close(self) -> None:
        """Release nothing: no process and no file is left of a run."""


@contextmanager
def _temporary() -> Iterator[Path]:
    """A folder for the files of one run, removed at its end; what runs that were killed have left is swept first."""
    try:
        parent = scratch()
    except ValueError as error:
        raise InputError(str(error)) from None
    with _room(parent):
        sweep(parent)
        made = temporary_folder(parent)
    with closing(made):
        yield made.path


@contextmanager
def _room(folder: Path) -> Iterator[None]:
    """InputError where what is inside cannot write to the folder."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"Lava's temporary files cannot be written to {folder} ({error.strerror or error}); free space, or set "
            "TMPDIR to another folder."
        ) from None


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
        spikes[population.name] = SpikeRaster.pack(
            np.zeros(shape, dtype=bool), first.lengths, first.labels, first.targets
        )
        state[population.name] = np.zeros((first.samples, population.neurons), dtype=np.int32)
    return Recording(spikes, state, state, _no_traces(probes, first))


def _no_traces(probes: Sequence[Probe], first: SpikeRaster) -> dict[str, Trace]:
    return {p.population: Trace.of_zeros(first.samples, first.steps, p.neurons.size) for p in probes}
