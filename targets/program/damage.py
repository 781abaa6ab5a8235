"""program_faults: a damage done to the machine of a program, as the faults that are kept beside it."""

from collections.abc import Collection
from dataclasses import asdict

import numpy as np

from targets.contracts.arrays import Array
from targets.contracts.damage import Damage
from targets.contracts.errors import InputError
from targets.contracts.grid import round_weights
from targets.contracts.shown import brief
from targets.program.faults import Faults, NeuronFaults, SynapseFaults, machine_of
from targets.program.program import IntProjection, Program


def program_faults(program: Program, damage: Damage, populations: Collection[str] | None = None) -> Faults:
    """The faults of `damage` to some populations, all but the readout and what stands for biases where none are named.

    Links are hit as in `search.repair.damage.damaged`, in integers. What weights become is brought to the nearest that
    the memory of the chip holds: after "gains", every weight times the factor. Of "cores" all neurons on a core are
    dead, whatever their population; hit are cores that hold a neuron of the populations. InputError for populations
    that are not there, and for "cores" of a program that has only one.
    """
    hit = _hit(program, populations)
    dead = _dead(program, damage, hit)
    neurons = []
    for each in program.populations:
        factors = damage.factors(each.neurons, each.name) if damage.kind == "thresholds" and each.name in hit else ()
        if each.name in dead or len(factors):
            lost = tuple(map(int, dead.get(each.name, ())))
            neurons.append(NeuronFaults(each.name, lost, tuple(map(float, factors))))
    synapses = [_struck(each, damage, program) for each in program.projections if each.target in hit]
    settings = {"damage": [{**asdict(damage), "populations": sorted(hit)}], "program": program.digest}
    kept = tuple(each for each in synapses if each is not None and each.at)
    return Faults(machine_of(program), tuple(neurons), kept, settings)


def _hit(program: Program, named: Collection[str] | None) -> set[str]:
    known = [each.name for each in program.own]
    for name in named or ():
        if name not in known:
            raise InputError(f"there is no population {brief(name)} to damage; there are {brief(known)}, so name one.")
    readout = None if program.readout is None else program.readout.population
    found = set(named) if named else set(known) - {readout}
    if not found:
        raise InputError("the program has no population beside its readout; name that one to damage it.")
    return found


def _dead(program: Program, damage: Damage, hit: set[str]) -> dict[str, Array]:
    """Neurons that die, by population; none of the other kinds of damage."""
    if damage.kind == "dead":
        return {name: damage.chosen(program.population(name).neurons, name) for name in hit}
    if damage.kind != "cores":
        return {}
    holding = [number for number, core in enumerate(program.cores) if hit & set(core.members)]
    if len(program.cores) < 2:
        raise InputError("the program is on one core, which is all that could die; kill neurons by 'dead'.")
    lost: dict[str, list[Array]] = {}
    for number in damage.chosen(len(holding), "cores"):
        for name, members in program.cores[holding[number]].members.items():
            lost.setdefault(name, []).append(members)
    return {name: np.sort(np.concatenate(each)) for name, each in lost.items()}


def _struck(projection: IntProjection, damage: Damage, program: Program) -> SynapseFaults | None:
    """The weights that change; None of damage that leaves weights alone."""
    weights = projection.synapses.weights
    if damage.kind in ("prune", "signs"):
        there = np.flatnonzero(weights)
        at = there[damage.chosen(there.size, projection.name)]
        held = np.zeros(at.size) if damage.kind == "prune" else -weights.flat[at].astype(np.float64)
    elif damage.kind in ("gains", "bits"):
        at = np.arange(weights.size)
        changed = damage.coarse(weights) if damage.kind == "bits" else weights * damage.strength
        held = changed.ravel()
    else:
        return None
    legal = round_weights(held, program.chip)
    moved = legal != weights.flat[at]
    return SynapseFaults(projection.name, tuple(map(int, at[moved])), tuple(map(int, legal[moved])))
