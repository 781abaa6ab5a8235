"""membranes_of: the voltage of chosen neurons in one sample, in their program and in its floats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from compiler.analysis.interpret import interpret
from compiler.frontends.network import lower
from compiler.ir.graph import FloatGraph
from search.network import Network
from targets.contracts.arrays import Array, Floats
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program
from targets.runtime.backend import bound_inputs, run
from targets.runtime.recording import Probe


@dataclass(frozen=True, eq=False)
class Voltage:
    """v after every step, float64 [time], and whether the neuron spiked then, bool [time].

    In thresholds; of a neuron that answers in voltage, and has none, in the unit of its network.
    """

    v: Floats
    spikes: Array


@dataclass(frozen=True, eq=False)
class Membrane:
    """One neuron in one sample: its voltage by side, "integer" and, where there are floats, "float".

    spiking  whether it has a threshold; without one it answers in voltage
    """

    population: str
    neuron: int
    sample: int
    sides: Mapping[str, Voltage]
    spiking: bool = True

    @property
    def sentence(self) -> str:
        """How often it spiked on each side, how far the two were apart and where they first spiked differently."""
        who = f"Neuron {self.neuron} of {self.population}"
        if not self.spiking:
            ends = " and ".join(
                f"{side.v[-1] if side.v.size else 0:.3g} in {name}" for name, side in self.sides.items()
            )
            told = f"{who} answers in voltage and ended sample {self.sample} at {ends}"
            return f"{told}; the two are at most {self.apart:.2g} apart." if len(self.sides) > 1 else f"{told}."
        counts = " and ".join(f"{_times(side.spikes)} in {name}" for name, side in self.sides.items())
        if len(self.sides) < 2:
            return f"{who} spiked {counts} numbers in sample {self.sample}."
        left, right = self.sides.values()
        differing = np.flatnonzero(left.spikes != right.spikes)
        where = f"first differ in step {differing[0]}" if differing.size else "agree in every step"
        return (
            f"{who} spiked {counts} in sample {self.sample}; their spikes {where}, their voltages are at most "
            f"{self.apart:.2g} thresholds apart."
        )

    @property
    def agrees(self) -> bool:
        """Whether all sides spiked in the same steps."""
        first, *others = self.sides.values()
        return all(np.array_equal(first.spikes, each.spikes) for each in others)

    @property
    def apart(self) -> float:
        """The largest difference of the two voltages."""
        left, right = self.sides.values()
        return float(np.abs(left.v - right.v).max(initial=0.0))


def _times(spikes: Array) -> str:
    count = int(np.count_nonzero(spikes))
    return "once" if count == 1 else f"{count} times"


def membrane_of(
    program: Program,
    inputs: SpikeRaster | Mapping[str, SpikeRaster],
    population: str,
    neuron: int = 0,
    sample: int = 0,
    origin: FloatGraph | Network | None = None,
) -> Membrane:
    """Run one sample with the neuron watched; `origin` is what the program was compiled from, run in float beside it.

    Raises InputError where the program has no such population or neuron, and as `run` does.
    """
    return membranes_of(program, inputs, {population: [neuron]}, sample, origin)[0]


def membranes_of(
    program: Program,
    inputs: SpikeRaster | Mapping[str, SpikeRaster],
    watched: Mapping[str, Sequence[int]],
    sample: int = 0,
    origin: FloatGraph | Network | None = None,
) -> tuple[Membrane, ...]:
    """The same of several neurons of every population that `watched` names, in their order and run once."""
    given = {name: each.take([sample]) for name, each in bound_inputs(program.inputs, inputs).items()}
    probes = [Probe(name, np.array(neurons, np.int32)) for name, neurons in watched.items()]
    recording = run(program, given, probes=probes)
    floats = None if origin is None else _in_float(origin, given, watched)
    found = []
    for name, neurons in watched.items():
        own, fired = program.population(name), recording.spikes[name].dense()[0].astype(bool)
        for column, neuron in enumerate(neurons):
            unit = 1.0 / (float(own.vth[neuron]) * (1 << program.chip.arithmetic.align_bits))
            if own.unit is not None:
                unit = float(own.unit[neuron])
            sides = {"integer": Voltage(recording.traces[name].v[0, :, column] * unit, fired[:, neuron])}
            if floats is not None:
                sides = {"float": floats[name, neuron], **sides}
            found.append(Membrane(name, neuron, sample, sides, own.unit is None))
    return tuple(found)


def _in_float(
    origin: FloatGraph | Network, inputs: Mapping[str, SpikeRaster], watched: Mapping[str, Sequence[int]]
) -> dict[tuple[str, int], Voltage]:
    """Population and neuron -> its voltage."""
    graph = lower(origin) if isinstance(origin, Network) else origin
    before: dict[str, list[Floats]] = {name: [] for name in watched}

    def observe(name: str, step: int, u: Floats, v: Floats) -> None:
        if name in before:
            before[name].append(v[0, watched[name]])

    spikes = interpret(graph, inputs, observe=observe)
    found = {}
    for name, neurons in watched.items():
        fired, v = spikes[name].dense()[0].astype(bool), np.array(before[name])
        own = graph.population(name)
        for column, neuron in enumerate(neurons):
            unit = own.unit[neuron] if own.unit is not None else 1 / own.threshold[neuron]
            found[name, neuron] = Voltage(np.where(fired[:, neuron], 0.0, v[:, column] * unit), fired[:, neuron])
    return found
