"""What Lava builds: populations and projections as plain arrays, and their folder on disk.

Knows neither Lava nor the rest of motifc, so that an exported folder can carry it along.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class LavaPopulation:
    """Neurons of one HetLIF; du, dv, vth, bias_mant, bias_exp: int32 [neuron], bias = bias_mant << bias_exp."""

    name: str
    du: Ints
    dv: Ints
    vth: Ints
    bias_mant: Ints
    bias_exp: Ints


@dataclass(frozen=True, eq=False)
class LavaProjection:
    """Synapses of one Sparse; `delay` >= 1 steps in all.

    weights int32 [post, pre]: even, -256..254 per synapse; parallel synapses (the same pair of neurons twice, as in
    a ring of two motifs) are one entry, their sum.
    """

    source: str
    target: str
    weights: csr_matrix
    exponent: int
    delay: int


@dataclass(frozen=True, eq=False)
class LavaNetwork:
    """Inputs (name, neurons), populations and the projections between them."""

    inputs: tuple[tuple[str, int], ...]
    populations: tuple[LavaPopulation, ...]
    projections: tuple[LavaProjection, ...]

    def components(self) -> tuple["LavaNetwork", ...]:
        """The parts that hang together: Lava runs only what is connected to the process it is asked to run.

        Inputs that reach no population are left out.
        """
        joined = {population.name: {population.name} for population in self.populations}
        joined |= {name: {name} for name, _ in self.inputs}
        for projection in self.projections:
            union = joined[projection.source] | joined[projection.target]
            joined |= dict.fromkeys(union, union)
        parts = {min(joined[population.name]): joined[population.name] for population in self.populations}
        return tuple(
            LavaNetwork(
                tuple(entry for entry in self.inputs if entry[0] in part),
                tuple(population for population in self.populations if population.name in part),
                tuple(projection for projection in self.projections if projection.target in part),
            )
            for part in parts.values()
        )

    @property
    def neurons(self) -> int:
        """Number of neurons, inputs included."""
        return sum(population.du.size for population in self.populations) + sum(size for _, size in self.inputs)

    @property
    def synapses(self) -> int:
        """Number of stored synapses."""
        return sum(projection.weights.nnz for projection in self.projections)

    @property
    def copies(self) -> int:
        """How many samples run side by side in one Lava network; at least 1."""
        return max(1, min(_NEURONS // max(self.neurons, 1), _SYNAPSES // max(self.synapses, 1)))


# Measured with 200 -> 128 (recurrent) -> 10 neurons and 43,264 synapses, 500 samples of 40 steps on two cores:
# 4.1 s with 50 copies in a network, 2.6 s with 150, 2.2 s with 500, so larger networks only cost memory.
_NEURONS = 50_000
_SYNAPSES = 5_000_000

_KEYS = ("du", "dv", "vth", "bias_mant", "bias_exp")


def save(network: LavaNetwork, folder: Path) -> None:
    """Write network.json and network.npz into `folder`."""
    arrays: dict[str, Any] = {}
    for number, population in enumerate(network.populations):
        arrays |= {f"population.{number}.{key}": getattr(population, key) for key in _KEYS}
    for number, projection in enumerate(network.projections):
        weights, key = projection.weights, f"projection.{number}"
        arrays |= {f"{key}.weights": weights.data, f"{key}.indices": weights.indices, f"{key}.indptr": weights.indptr}
    header = {
        "inputs": network.inputs,
        "populations": [population.name for population in network.populations],
        "projections": [
            {
                "source": projection.source,
                "target": projection.target,
                "shape": projection.weights.shape,
                "exponent": projection.exponent,
                "delay": projection.delay,
            }
            for projection in network.projections
        ],
    }
    (folder / "network.json").write_text(json.dumps(header, indent=1) + "\n", encoding="utf-8")
    np.savez_compressed(folder / "network.npz", allow_pickle=False, **arrays)


def load(folder: Path) -> LavaNetwork:
    """Read what `save` wrote."""
    header = json.loads((folder / "network.json").read_text(encoding="utf-8"))
    with np.load(folder / "network.npz", allow_pickle=False) as arrays:
        populations = tuple(
            LavaPopulation(name, **{key: arrays[f"population.{number}.{key}"] for key in _KEYS})
            for number, name in enumerate(header["populations"])
        )
        projections = tuple(
            LavaProjection(
                entry["source"],
                entry["target"],
                csr_matrix(
                    tuple(arrays[f"projection.{number}.{key}"] for key in ("weights", "indices", "indptr")),
                    shape=tuple(entry["shape"]),
                ),
                entry["exponent"],
                entry["delay"],
            )
            for number, entry in enumerate(header["projections"])
        )
    return LavaNetwork(tuple((name, neurons) for name, neurons in header["inputs"]), populations, projections)
