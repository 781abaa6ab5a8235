"""Stage: what is known of a network between two passes, in one file; run_pass: one pass alone, from stage to stage."""

import inspect
import os
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from typing import Any, get_type_hints

import compiler.passes
from compiler.ir.graph import FloatGraph, FloatPopulation, Graph, IntGraph
from compiler.ir.hypergraph import Hypergraph
from compiler.mapping.state import ChipMapping, on_one_core
from targets.contracts import artefact
from targets.contracts.arithmetic import Arithmetic
from targets.contracts.artefact import Artefact
from targets.contracts.chip import ChipSpec
from targets.contracts.errors import InputError
from targets.contracts.provenance import TOLD
from targets.contracts.serial import pack, read
from targets.contracts.shown import brief, unlike

ORDER = ("retime", "fold", "quantize", "prune", "bounds", "coarsen", "partition", "place", "refine")
"""Passes in the order of the chain, compiler/pipeline.py; `split` may stand in the place of `quantize`."""
_NAMES = {FloatGraph: "floats", IntGraph: "integers", Hypergraph: "hypergraph", ChipMapping: "mapping"}


@dataclass(frozen=True, eq=False)
class Stage:
    """A float graph, an integer graph, a hypergraph and a mapping of it, as far as the chain has come."""

    floats: FloatGraph | None = None
    integers: IntGraph | None = None
    hypergraph: Hypergraph | None = None
    mapping: ChipMapping | None = None

    def __post_init__(self) -> None:
        if self.mapping is not None and self.hypergraph is not None:
            placed, units = self.mapping.core_of.size, self.hypergraph.units
            if placed != units:
                raise InputError(
                    f"a stage has a mapping of {placed:,} units and a hypergraph of {units:,}; run the pass partition "
                    "again."
                )
        if self.integers is not None and self.hypergraph is not None:
            held = {name: unit_of.size for name, unit_of in self.hypergraph.unit_of.items()}
            neurons = {each.name: each.neurons for each in self.integers.populations}
            if held != neurons:
                raise InputError(
                    f"a stage has an integer graph of populations {brief(neurons)} and a hypergraph of {brief(held)}; "
                    "run the pass coarsen again."
                )

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that computes, as of a network."""
        return Artefact("stage", *pack(self, without=TOLD)).digest

    def after(self, made: object) -> "Stage":
        """The stage after a pass has returned `made`; what only tells something, such as bounds, changes nothing."""
        graph = getattr(made, "graph", made)
        if isinstance(graph, Graph):
            is_float = isinstance(graph.populations[0], FloatPopulation)
            return Stage(floats=graph) if is_float else Stage(integers=graph)
        if isinstance(made, Hypergraph):
            return replace(self, hypergraph=made, mapping=None)
        return replace(self, mapping=made) if isinstance(made, ChipMapping) else self

    @property
    def parts(self) -> tuple[object, ...]:
        """What there is, in the order of the chain."""
        return tuple(part for name in _NAMES.values() if (part := getattr(self, name)) is not None)

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write a .stage file in one step and return the stage's digest."""
        artefact.save(Artefact("stage", *pack(self)), path)
        return self.digest

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Stage":
        """Read a .stage file; InputError when it is missing, damaged or no stage."""
        return read(path, "stage", cls)


def pass_names() -> tuple[str, ...]:
    """Names of all passes, found by listing compiler/passes, in the order of the chain, others after it."""
    found = sorted(module.name for module in pkgutil.iter_modules(compiler.passes.__path__))
    order = {name: number for number, name in enumerate(ORDER)}
    return tuple(sorted(found, key=lambda name: order.get(name, len(order))))


def run_pass(
    name: str, stage: Stage, chip: ChipSpec, seed: int = 0, outputs: Sequence[str] | None = None
) -> tuple[object, Stage]:
    """(what the pass of that name returned, the stage after it).

    A pass is given what its parameters ask for by their types: a part of the stage, the chip, its arithmetic; and by
    their names `seed` and `outputs`. What else it could take keeps its default. Raises InputError for an unknown pass
    and for one whose stage has not been reached.
    """
    if name not in pass_names():
        raise InputError(unlike("pass", name, pass_names()))
    run: Callable[..., object] = getattr(import_module(f"compiler.passes.{name}"), name)
    hints = get_type_hints(run)
    options: dict[str, Any] = {"seed": seed, "outputs": outputs}
    given = {}
    for parameter in inspect.signature(run).parameters.values():
        hint = hints[parameter.name]
        if hint in _NAMES:
            given[parameter.name] = _part(stage, hint, name, chip)
        elif hint in (ChipSpec, Arithmetic):
            given[parameter.name] = chip if hint is ChipSpec else chip.arithmetic
        elif parameter.name in options:
            given[parameter.name] = options[parameter.name]
    made = run(**given)
    return made, stage.after(made)


def _part(stage: Stage, kind: Any, name: str, chip: ChipSpec) -> object:
    """The part of that type; a mapping begins with all units on one core."""
    part = getattr(stage, _NAMES[kind])
    if part is None and kind is ChipMapping and stage.hypergraph is not None:
        return on_one_core(stage.hypergraph, chip)
    if part is None:
        reached = ", ".join(known for known in _NAMES.values() if getattr(stage, known) is not None) or "nothing"
        raise InputError(
            f"pass {name!r} needs a stage with {_NAMES[kind]}; this one has {reached}, so run the passes before it."
        )
    return part
