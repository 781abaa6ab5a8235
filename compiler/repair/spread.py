"""spread: units of a program moved to further cores, so that fewer different thresholds are wanted on each."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from compiler.repair.menu import clustered
from targets.contracts.arrays import Array, Floats
from targets.contracts.errors import InputError
from targets.program.program import Core, Program


def spread(program: Program, wanted: Mapping[str, Floats], more: int) -> Program:
    """The program with up to `more` further cores, given the thresholds wanted of some populations, float64 [neuron].

    The core on which clustering moves thresholds most gives the half of its units (motifs) with the higher thresholds
    to a new core on the nearest tile that has room; then the next. It ends where every threshold can be as wanted.
    InputError where the chip's system has no further core.
    """
    for _ in range(more):
        strayed = [_strayed(program, core, wanted) for core in program.cores]
        worst = int(np.argmax(strayed))
        units = _units(program, program.cores[worst], wanted)
        if strayed[worst] == 0 or len(units) < 2:
            return program
        program = _halved(program, worst, units)
    return program


def _strayed(program: Program, core: Core, wanted: Mapping[str, Floats]) -> float:
    """Sum of squares by which clustering moves the logarithms of the thresholds of a core."""
    held = [wanted[name][members] for name, members in core.members.items() if name in wanted]
    if not held:
        return 0.0
    values, limit, chip = np.concatenate(held), program.chip.threshold_max.value, program.chip
    others = {name: members for name, members in core.members.items() if name not in wanted}
    fixed = {int(each) for name, members in others.items() for each in program.population(name).vth[members]}
    found = clustered(values, fixed, chip.threshold_profiles_per_core.value, limit)
    exact = np.clip(np.rint(values), 1, limit)
    return float(np.square(np.log(found / exact)).sum())


def _units(program: Program, core: Core, wanted: Mapping[str, Floats]) -> list[tuple[str, Array]]:
    """(population, neurons) of every unit on a core that may move, those of low thresholds first."""
    found = []
    for name, members in core.members.items():
        if name in wanted:
            motif = members // program.population(name).motif_size
            found += [(name, members[motif == each]) for each in np.unique(motif)]
    return sorted(found, key=lambda unit: float(np.log(wanted[unit[0]][unit[1]]).mean()))


def _halved(program: Program, number: int, units: list[tuple[str, Array]]) -> Program:
    """The program with the later half of the units of one core on a new one."""
    core, leaving = program.cores[number], units[len(units) // 2 :]
    gone = {name: np.sort(np.concatenate([each for own, each in leaving if own == name])) for name, _ in leaving}
    kept = {
        name: np.setdiff1d(members, gone[name]) if name in gone else members for name, members in core.members.items()
    }
    staying = {name: members for name, members in kept.items() if members.size}
    x, y = _free_tile(program, core)
    cores = list(program.cores)
    cores[number] = replace(core, members=staying)
    return replace(program, cores=(*cores, Core(x, y, gone)))


def _free_tile(program: Program, core: Core) -> tuple[int, int]:
    """The tile with room for one more core that is nearest to that of a core, the first of equals."""
    chip = program.chip
    used: dict[tuple[int, int], int] = {}
    for each in program.cores:
        used[each.x, each.y] = used.get((each.x, each.y), 0) + 1
    tiles = dict.fromkeys(chip.position(number) for number in range(min(chip.system_cores, _looked_at(program))))
    free = [(x, y) for x, y in tiles if used.get((x, y), 0) < chip.cores_at(x, y)]
    if not free:
        raise InputError(
            f"the program has {len(program.cores):,} cores and the largest system of {chip.name} has "
            f"{chip.system_cores:,}; no unit can move to a further one, so leave --more-cores out."
        )
    return min(free, key=lambda tile: abs(tile[0] - core.x) + abs(tile[1] - core.y))


def _looked_at(program: Program) -> int:
    """Cores among whose tiles there is one with room, if there is any: whole chips."""
    chip = program.chip
    last = max(chip.chip_at(core.x, core.y) for core in program.cores)
    return (last + 2) * chip.cores.value
