"""UnreadGraph: a NIR graph in steps of dt, before anybody has said what its producer means by its neurons."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from compiler.frontends.nir.neurons import Neurons
from compiler.frontends.nir.projections import gained
from compiler.frontends.nir.readings import PLAIN, Reading, reading_of
from compiler.ir.graph import FloatGraph, FloatProjection
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.shown import brief

Readings = str | Reading | Mapping[str, str | Reading]
"""A reading, or its name or switches, for all neurons or by the names of their nodes; "" names all others."""


@dataclass(frozen=True, eq=False)
class UnreadGraph:
    """Nodes of neurons with their own parameters, and what leads from one to the next without the gains of neurons.

    `origin` is the digest of the graph, whoever reads it.
    """

    inputs: tuple[Input, ...]
    neurons: Mapping[str, Neurons]
    projections: tuple[FloatProjection, ...]
    steps: int
    origin: str

    def read(self, readings: Readings = "") -> FloatGraph:
        """The graph as its producer means it; InputError for readings of what is not there, or that are unknown.

        Its origin is that of this graph, and another one where anything is read otherwise than docs/nir.md says.
        """
        chosen = self.chosen(readings)
        read = {name: each.read(chosen[name]) for name, each in self.neurons.items()}
        changed = [(name, each.switches) for name, each in chosen.items() if each != PLAIN]
        origin = hashlib.sha256(repr((self.origin, changed)).encode(errors="surrogatepass")).hexdigest()
        return FloatGraph(
            inputs=self.inputs,
            populations=tuple(population for population, _ in read.values()),
            projections=tuple(gained(each, read[each.target][1]) for each in self.projections),
            readout=None,
            steps=self.steps,
            origin=origin if changed else self.origin,
        )

    def chosen(self, readings: Readings) -> dict[str, Reading]:
        """The reading of every node of neurons."""
        if isinstance(readings, str | Reading):
            readings = dict.fromkeys(self.neurons, readings)
        if unknown := sorted(set(readings) - {*self.neurons, ""}):
            raise InputError(
                f"a reading was given for {brief(unknown[0])}; the nodes of neurons are {brief(list(self.neurons))}, "
                "so correct the name."
            )
        return {
            name: _reading(readings.get(name, readings.get("", PLAIN)), each.kind)
            for name, each in self.neurons.items()
        }


def _reading(given: str | Reading, kind: str) -> Reading:
    if isinstance(given, Reading):
        return given
    return reading_of(given, kind) if given else PLAIN
