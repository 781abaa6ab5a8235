"""What Lava builds: neurons and synapses, one process each, as plain arrays, and their folder on disk.

Knows neither Lava nor the rest of motifc, so that an exported folder can carry it along.
"""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Ints = npt.NDArray[np.int32]

TOLD = "program.json"
"""Of an exported folder: digest of the program, steps by which populations are late, and those that nobody reads."""


@dataclass(frozen=True, eq=False)
class Share:
    """The part of a population that one process holds.

    neurons  int32 [neuron]: indices in the population, in the order of the process
    probed   int32 [probe]: positions within the share whose u and v are recorded in every step
    slots    int32 [probe]: their positions in the trace of the population
    """

    population: str
    neurons: Ints
    probed: Ints
    slots: Ints


@dataclass(frozen=True, eq=False)
class LavaNeurons:
    """Neurons of one HetLIF, share after share; all arrays int32, bias = bias_mant << bias_exp.

    du, dv, vth, bias_mant, bias_exp, refractory  [neuron]
    sum_neuron, sum_shift             [sum]: the target of each partial sum, and its shift to the right
    """

    name: str
    du: Ints
    dv: Ints
    vth: Ints
    bias_mant: Ints
    bias_exp: Ints
    refractory: Ints
    sum_neuron: Ints
    sum_shift: Ints
    shares: tuple[Share, ...]


@dataclass(frozen=True, eq=False)
class LavaSynapses:
    """Synapses of one Sparse; `delay` >= 1 steps in all.

    weights int32 [post, pre]: even, -256..254 per synapse; an entry is the sum of the synapses between its neurons.
    Where `partial`, post counts the partial sums of the target, else its neurons.
    """

    source: str
    target: str
    weights: csr_matrix
    exponent: int
    delay: int
    partial: bool


@dataclass(frozen=True, eq=False)
class LavaNetwork:
    """Inputs (name, neurons), neurons, and the synapses between them: each a process of its own."""

    inputs: tuple[tuple[str, int], ...]
    neurons: tuple[LavaNeurons, ...]
    synapses: tuple[LavaSynapses, ...]

    def components(self) -> tuple["LavaNetwork", ...]:
        """The parts that hang together: Lava runs only what is connected to the process it is asked to run.

        Inputs that reach no neuron are left out.
        """
        joined = {neurons.name: {neurons.name} for neurons in self.neurons}
        joined |= {name: {name} for name, _ in self.inputs}
        for synapses in self.synapses:
            union = joined[synapses.source] | joined[synapses.target]
            joined |= dict.fromkeys(union, union)
        parts = {min(joined[neurons.name]): joined[neurons.name] for neurons in self.neurons}
        return tuple(
            LavaNetwork(
                tuple(entry for entry in self.inputs if entry[0] in part),
                tuple(neurons for neurons in self.neurons if neurons.name in part),
                tuple(synapses for synapses in self.synapses if synapses.target in part),
            )
            for part in parts.values()
        )

    @property
    def leaves(self) -> int:
        """Number of Lava processes."""
        return len(self.inputs) + len(self.neurons) + len(self.synapses)

    @property
    def size(self) -> int:
        """Number of neurons, inputs included."""
        return sum(neurons.du.size for neurons in self.neurons) + sum(size for _, size in self.inputs)

    @property
    def links(self) -> int:
        """Number of stored weights."""
        return sum(synapses.weights.nnz for synapses in self.synapses)

    @property
    def copies(self) -> int:
        """How many samples run side by side in one Lava network; at least 1."""
        return max(1, min(_NEURONS // max(self.size, 1), _LINKS // max(self.links, 1)))


# Measured with 200 -> 128 (recurrent) -> 10 neurons and 43,264 synapses, 500 samples of 40 steps on two cores:
# 4.1 s with 50 copies in a network, 2.6 s with 150, 2.2 s with 500, so larger networks only cost memory.
_NEURONS = 50_000
_LINKS = 5_000_000

_PARAMETERS = ("du", "dv", "vth", "bias_mant", "bias_exp", "refractory", "sum_neuron", "sum_shift")
_INDICES = ("neurons", "probed", "slots")
_MATRIX = ("data", "indices", "indptr")


def save(network: LavaNetwork, folder: Path) -> None:
    """Write network.json and network.npz into `folder`."""
    for name, content in files(network).items():
        (folder / name).write_bytes(content)


def files(network: LavaNetwork) -> dict[str, bytes]:
    """What network.json and network.npz hold."""
    arrays: dict[str, Any] = {}
    for number, neurons in enumerate(network.neurons):
        arrays |= {f"neurons.{number}.{key}": getattr(neurons, key) for key in _PARAMETERS}
        for position, share in enumerate(neurons.shares):
            arrays |= {f"neurons.{number}.share.{position}.{key}": getattr(share, key) for key in _INDICES}
    for number, synapses in enumerate(network.synapses):
        arrays |= {f"synapses.{number}.{key}": getattr(synapses.weights, key) for key in _MATRIX}
    header = {
        "inputs": network.inputs,
        "neurons": [
            {"name": neurons.name, "shares": [share.population for share in neurons.shares]}
            for neurons in network.neurons
        ],
        "synapses": [
            {
                "source": synapses.source,
                "target": synapses.target,
                "shape": synapses.weights.shape,
                "exponent": synapses.exponent,
                "delay": synapses.delay,
                "partial": synapses.partial,
            }
            for synapses in network.synapses
        ],
    }
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    return {"network.json": (json.dumps(header, indent=1) + "\n").encode(), "network.npz": packed.getvalue()}


def load(folder: Path) -> LavaNetwork:
    """Read what `save` wrote."""
    header = json.loads((folder / "network.json").read_text(encoding="utf-8"))
    with np.load(folder / "network.npz", allow_pickle=False) as file:
        arrays = dict(file)
    neurons = tuple(
        LavaNeurons(
            name=entry["name"],
            **{key: arrays[f"neurons.{number}.{key}"] for key in _PARAMETERS},
            shares=tuple(
                Share(name, **{key: arrays[f"neurons.{number}.share.{position}.{key}"] for key in _INDICES})
                for position, name in enumerate(entry["shares"])
            ),
        )
        for number, entry in enumerate(header["neurons"])
    )
    synapses = tuple(
        LavaSynapses(
            entry["source"],
            entry["target"],
            csr_matrix(tuple(arrays[f"synapses.{number}.{key}"] for key in _MATRIX), shape=tuple(entry["shape"])),
            entry["exponent"],
            entry["delay"],
            entry["partial"],
        )
        for number, entry in enumerate(header["synapses"])
    )
    return LavaNetwork(tuple((name, size) for name, size in header["inputs"]), neurons, synapses)
