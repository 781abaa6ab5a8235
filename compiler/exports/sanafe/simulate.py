"""simulate: what SANA-FE says of a program that spikes as recorded."""

import contextlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from compiler.exports.sanafe.architecture import SOURCE, cores_of_tiles
from compiler.exports.sanafe.network import replayed
from compiler.exports.sanafe.write import export
from targets.contracts.arrays import Floats, readonly
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program


@dataclass(frozen=True, eq=False)
class Simulated:
    """Means per step of a run in SANA-FE: energy in nJ, time in ns, numbers of events.

    operations  synaptic operations; `core_operations` float64 [core] of each core
    messages    spikes from core to core, one for each core beside its own that a spike goes to
    hops        tiles that messages travelled
    busy        float64 [core], time in ns that each core took for the messages that it received
    """

    operations: float
    messages: float
    hops: float
    synapse_energy: float
    neuron_energy: float
    mesh_energy: float
    time: float
    core_operations: Floats
    busy: Floats
    steps: int
    version: str
    source: str = SOURCE

    def __post_init__(self) -> None:
        for name in ("core_operations", "busy"):
            object.__setattr__(self, name, readonly(getattr(self, name), np.float64, f"{name} [core]"))

    @property
    def energy(self) -> float:
        """Energy of a step in nJ."""
        return self.synapse_energy + self.neuron_energy + self.mesh_energy

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        told = {key: getattr(self, key) for key in self.__dataclass_fields__}
        lists = {"core_operations": self.core_operations.tolist(), "busy": self.busy.tolist()}
        return told | lists | {"energy": self.energy}


def simulate(program: Program, spikes: Mapping[str, SpikeRaster]) -> Simulated:
    """The program in SANA-FE, its neurons and inputs replaying `spikes`, as `estimate` takes them.

    The architecture and the network are those of `motifc export --format sanafe`; timing is SANA-FE's detailed model.
    Raises InputError where it is not installed, for spikes of no step, and for more than it can hold.
    """
    try:
        import sanafe
    except ImportError as error:
        raise InputError(
            f'the engine sanafe needs the package sanafe ({error}); install it with: pip install "motifc[sanafe]"'
        ) from None
    steps = replayed(program, spikes).steps
    if not steps:
        raise InputError("the spikes have no step that counts; give samples with lengths above 0.")
    with TemporaryDirectory(prefix="motifc-") as made, contextlib.redirect_stdout(io.StringIO()):
        folder = Path(made, "sanafe")
        export(program, folder, spikes)
        architecture = sanafe.load_arch(str(folder / "arch.yaml"))
        chip = sanafe.SpikingChip(architecture)
        chip.load(sanafe.load_net(str(folder / "net.yaml"), architecture))
        ran = chip.sim(steps, perf_trace=True, message_trace=True, processing_threads=1)
    return _told(program, ran, steps)


def _told(program: Program, ran: Mapping[str, Any], steps: int) -> Simulated:
    from importlib.metadata import version

    place = {(tile, offset): core for tile, held in cores_of_tiles(program).items() for offset, core in enumerate(held)}
    operations, busy = np.zeros(len(program.cores)), np.zeros(len(program.cores))
    messages = 0
    for message in (each for sent in ran["message_trace"] for each in sent if not each["placeholder"]):
        goal = place[message["dest_tile_id"], message["dest_core_offset"]]
        operations[goal] += message["spikes"]
        busy[goal] += message["processing_delay"]
        source = message["src_tile_id"], message["src_core_offset"]
        messages += source != (message["dest_tile_id"], message["dest_core_offset"])
    energy = ran["energy"]
    return Simulated(
        operations=ran["spikes"] / steps,
        messages=messages / steps,
        hops=sum(ran["perf_trace"]["hops"]) / steps,
        synapse_energy=energy["synapse"] * 1e9 / steps,
        neuron_energy=(energy["soma"] + energy["dendrite"]) * 1e9 / steps,
        mesh_energy=energy["network"] * 1e9 / steps,
        time=ran["sim_time"] * 1e9 / steps,
        core_operations=operations / steps,
        busy=busy * 1e9 / steps,
        steps=steps,
        version=version("sanafe"),
    )
