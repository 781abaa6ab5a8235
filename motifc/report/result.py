"""result_line: what a run comes to, in a few sentences."""

from motifc.evidence import FLOAT, PROGRAM
from motifc.found import structure
from motifc.report.panels.chip import estimated
from motifc.report.panels.equality import equal_told
from motifc.report.run import Run
from targets.program.usage import chips_used


def result_line(run: Run) -> tuple[str, ...]:
    """What was found, how well it classifies, which backends agree, what it takes of the chip, what it may cost."""
    told = [_found(run), _accuracy(run)]
    if run.evidence is not None and run.evidence.comparisons:
        told.append(equal_told(run.evidence))
    if run.program is not None:
        chip, cores = run.program.chip, len(run.program.cores)
        told.append(
            f"It takes {cores:,} of the {chip.cores.value * chips_used(run.program):,} cores of "
            f"{'a' if chips_used(run.program) == 1 else chips_used(run.program)} {chip.name}."
        )
        cost = estimated(run, run.program)
        per_sample = cost.energy * run.program.steps / 1000
        told.append(
            f"Energy is estimated, not measured: {cost.energy:.3g} nJ per step, {per_sample:.3g} \N{MICRO SIGN}J per "
            f"sample of {run.program.steps:,} steps, without static power."
        )
    return tuple(told)


def _found(run: Run) -> str:
    if run.network is None:
        neurons = sum(each.neurons for each in run.populations)
        return f"A network of {neurons:,} neurons."
    method, latest = run.network.settings.get("method"), run.network.provenance.latest
    on = f" on {latest.name}" if latest else ""
    how = f"A search by {method}{on} found " if method else f"Trained{on}: " if latest else "Built by hand: "
    layers = structure(run.network)
    return f"{how}{layers or f'{run.network.neurons:,} neurons'}."


def _accuracy(run: Run) -> str:
    found = run.evaluations
    best = PROGRAM if PROGRAM in found else FLOAT
    if best not in found:
        return (
            f"Its accuracy is {run.source}"
            if run.source.startswith("not measured")
            else "It was not asked for classes."
        )
    of = {PROGRAM: "The program", FLOAT: "The float network"}
    told = f"{of[best]} is right in {found[best].sentence}, ties count as wrong"
    if best == PROGRAM and FLOAT in found:
        told += f"; the float network in {found[FLOAT].accuracy:.2%}"
    return f"{told}."
