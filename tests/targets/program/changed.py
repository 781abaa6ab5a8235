"""A legal program, and the same with one thing changed."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from compiler.pipeline import compile_network
from targets.contracts.chip import chip_named
from targets.contracts.synapses import with_weights
from targets.program.program import IntPopulation, IntProjection, Program
from tests.networks import random_network

LOIHI1 = chip_named("loihi1")


@cache
def program() -> Program:
    return compile_network(random_network(0), "loihi1")


def with_population(changed: Callable[[IntPopulation], IntPopulation]) -> Program:
    whole = program()
    return replace(whole, populations=(changed(whole.populations[0]), *whole.populations[1:]))


def with_projection(changed: Callable[[IntProjection], IntProjection]) -> Program:
    whole = program()
    return replace(whole, projections=(changed(whole.projections[0]), *whole.projections[1:]))


def moved(x: int, y: int) -> Program:
    """The program with its one core on another tile."""
    whole = program()
    return replace(whole, cores=(replace(whole.cores[0], x=x, y=y),))


def weights(projection: IntProjection, value: int) -> IntProjection:
    changed = projection.synapses.weights.copy()
    changed.flat[0] = value
    return replace(projection, synapses=with_weights(projection.synapses, changed))
