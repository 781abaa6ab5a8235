"""result_line: what a run comes to, in a few sentences; key_figures: the figures of it."""

from motifc.evidence import FLOAT, PROGRAM
from motifc.found import structure
from motifc.report.panels.chip import estimated
from motifc.report.panels.equality import equal_told
from motifc.report.run import Run
from targets.program.usage import chips_used

Figure = tuple[str, str, str]
"""What it is of, the figure, and what belongs to it."""


def key_figures(run: Run) -> tuple[Figure, ...]:
    """Accuracy or errors of values, backends that agree, cores and energy, so far as they are known."""
    told: list[Figure] = []
    found = run.evaluations.get(PROGRAM, run.evaluations.get(FLOAT))
    if found is not None:
        low, high = found.interval
        told.append(
            ("Accuracy", f"{found.accuracy:.1%}", f"of {found.samples:,}, 95 % interval {low:.1%} to {high:.1%}")
        )
    values = run.regressions.get(PROGRAM, run.regressions.get(FLOAT))
    if values is not None:
        told.append(("sMAPE", f"{values.smape:.3g} %", f"of {values.samples:,}, mean squared error {values.mse:.3g}"))
    ran = [each for each in run.evidence.comparisons if each.ran] if run.evidence is not None else []
    if ran:
        equal = sum(each.equal for each in ran)
        told.append(("Backends equal to numpy", f"{equal} of {len(ran)}", f"over {ran[0].bins:,} bins"))
    if run.program is not None:
        made = run.program
        told.append(
            ("Cores", f"{len(made.cores):,}", f"of {made.chip.cores.value * chips_used(made):,}, {made.chip.name}")
        )
        energy = estimated(run, made).energy * made.steps / 1000
        told.append(("Energy, an estimate", f"{energy:.3g} \N{MICRO SIGN}J", "per sample"))
    return tuple(told)


def result_line(run: Run) -> tuple[str, ...]:
    """What was found, how well it answers, which backends agree, what it takes of the chip, what it may cost."""
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
    on = f"On {latest.name}, a" if latest else "A"
    trained = f"Trained on {latest.name}: " if latest else "Built by hand: "
    how = f"{on} search by {method} found " if method else trained
    layers = structure(run.network)
    return f"{how}{layers or f'{run.network.neurons:,} neurons'}."


def _accuracy(run: Run) -> str:
    found = run.evaluations
    if run.regressions:
        told = "; ".join(each.of(name) for name, each in run.regressions.items())
        return f"{told[0].upper()}{told[1:]}."
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
