"""membrane_of: the voltage of one neuron in one sample, in its program and in the floats it was compiled from."""

from collections.abc import Mapping
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
    """v after every step, in thresholds, float64 [time], and whether the neuron spiked then, bool [time]."""

    v: Floats
    spikes: Array


@dataclass(frozen=True, eq=False)
class Membrane:
    """One neuron in one sample: its voltage by side, "integer" and, where there are floats, "float"."""

    population: str
    neuron: int
    sample: int
    sides: Mapping[str, Voltage]

    @property
    def sentence(self) -> str:
        """How often it spiked on each side, how far the two were apart and where they first spiked differently."""
        who = f"Neuron {self.neuron} of {self.population} spiked"
        counts = " and ".join(f"{np.count_nonzero(side.spikes)} times in {name}" for name, side in self.sides.items())
        if len(self.sides) < 2:
            return f"{who} {counts} numbers in sample {self.sample}."
        left, right = self.sides.values()
        apart = float(np.abs(left.v - right.v).max(initial=0.0))
        differing = np.flatnonzero(left.spikes != right.spikes)
        where = f"first differ in step {differing[0]}" if differing.size else "agree in every step"
        return (
            f"{who} {counts} in sample {self.sample}; their spikes {where}, their voltages are at most {apart:.2g} "
            "thresholds apart."
        )


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
    given = {name: each.take([sample]) for name, each in bound_inputs(program.inputs, inputs).items()}
    recording = run(program, given, probes=[Probe(population, np.array([neuron], np.int32))])
    own = program.population(population)
    threshold = float(own.vth[neuron]) * (1 << program.chip.arithmetic.align_bits)
    spikes = recording.spikes[population].dense()[0, :, neuron].astype(bool)
    sides = {"integer": Voltage(recording.traces[population].v[0, :, 0] / threshold, spikes)}
    if origin is not None:
        graph = lower(origin) if isinstance(origin, Network) else origin
        sides = {"float": _in_float(graph, given, population, neuron), **sides}
    return Membrane(population, neuron, sample, sides)


def _in_float(graph: FloatGraph, inputs: Mapping[str, SpikeRaster], population: str, neuron: int) -> Voltage:
    before: list[float] = []

    def observe(name: str, step: int, u: Floats, v: Floats) -> None:
        if name == population:
            before.append(float(v[0, neuron]))

    fired = interpret(graph, inputs, observe=observe)[population].dense()[0, :, neuron].astype(bool)
    v = np.array(before) / graph.population(population).threshold[neuron]
    return Voltage(np.where(fired, 0.0, v), fired)
