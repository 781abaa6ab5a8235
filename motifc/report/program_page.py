"""page: a program as one HTML page that needs nothing else."""

from collections.abc import Sequence

import numpy as np

from compiler.analysis.estimate import assumed_estimate
from compiler.faithfulness import told_faithful, unproved
from compiler.ir.rates import ASSUMED_RATE
from compiler.losses import told_losses
from motifc.report.html import document, escape, facts, table
from targets.contracts.arrays import Ints
from targets.contracts.chip import ChipSpec
from targets.program.check import check
from targets.program.program import Program
from targets.program.usage import CoreUsage, chips_used, usage

_LIMITS = {
    "neurons": "neurons_per_core",
    "synapse_bytes": "synapse_bytes_per_core",
    "axons_in": "axons_in_per_core",
    "axons_out": "axons_out_per_core",
    "decay_profiles": "decay_profiles_per_core",
    "threshold_profiles": "threshold_profiles_per_core",
}


def page(program: Program, measured: Sequence[tuple[str, str]] = ()) -> str:
    """HTML with the program's origin, losses, populations, projections, cores, routes and violations.

    `measured` are rows of (what, plain text) that stand among the facts, such as a test accuracy.
    """
    chip = program.chip
    violations = check(program)
    verdict = "legal: no limit of the chip is broken" if not violations else f"{len(violations)} violations"
    told = [
        ("program digest", f"<code>{program.digest}</code>"),
        ("network digest", f"<code>{escape(program.origin) or 'none'}</code>"),
        ("chip", escape(f"{chip.name}: {chip.description}")),
        ("neurons", f"{sum(population.neurons for population in program.own):,}"),
        *([("latency in steps", _latency(program))] if program.latency else []),
        ("cores", f"{len(program.cores):,} of {chip.system_cores:,}"),
        ("chips", f"{chips_used(program):,} of {chip.chips.value:,}"),
        ("check", verdict),
        *(("lost", escape(sentence)) for sentence in told_losses(program)),
        *(("faithful", escape(sentence)) for sentence in told_faithful(program)),
        *(("not proved", escape(sentence)) for sentence in unproved(program)),
        *((escape(what), escape(text)) for what, text in (*program.provenance.rows(), *measured)),
    ]
    parts = [
        f"<h1>Program {program.digest[:12]} for {escape(chip.name)}</h1>",
        facts(told),
        *([_energy(program)] if not violations else ["<h2>Violations</h2>", _violations(violations)]),
        "<h2>Populations</h2>",
        table(("name", "neurons", "motif size", "vth", "du", "dv"), _populations(program)),
        "<h2>Projections</h2>",
        table(("name", "from", "to", "stored as", "synapses", "exponent", "delay"), _projections(program)),
        "<h2>Cores</h2>",
        table(("core", "tile", *(name.replace("_", " ") for name in _LIMITS)), _cores(program, chip)),
        "<h2>Routes</h2>",
        table(("from", "to", "axons"), _routes(program)),
        "<h2>Limits of the chip</h2>",
        table(("limit", "value", "unit", "source"), _limits(chip)),
    ]
    return document(f"motifc program {program.digest[:12]}", parts)


def _energy(program: Program) -> str:
    """The estimate of energy and time, where every core is as it should be."""
    told = escape(assumed_estimate(program).sentence)
    return (
        f"<h2>Energy and time</h2><p>{told} Every input and neuron is assumed to spike in {ASSUMED_RATE:.0%} of the "
        "steps; <code>motifc run</code> estimates from the spikes of your data.</p>"
    )


def _violations(violations: Sequence[object]) -> str:
    return "<ul>" + "".join(f"<li>{escape(str(getattr(v, 'sentence', v)))}</li>" for v in violations) + "</ul>"


def _populations(program: Program) -> list[tuple[str, ...]]:
    return [
        (
            escape(p.name),
            f"{p.neurons:,}",
            f"{p.motif_size}",
            *(_span(values) for values in (p.vth, p.du, p.dv)),
        )
        for p in program.own
    ]


def _latency(program: Program) -> str:
    """By how many steps which population is late."""
    return escape(", ".join(f"{name} {steps}" for name, steps in program.latency.items()))


def _span(values: Ints) -> str:
    least, most = int(values.min()), int(values.max())
    return f"{least:,}" if least == most else f"{least:,} .. {most:,}"


def _projections(program: Program) -> list[tuple[str, ...]]:
    invented = {population.name for population in program.populations if population.invented}
    return [
        (
            escape(p.name),
            escape(p.source),
            escape(p.target),
            p.synapses.kind,
            f"{np.count_nonzero(p.synapses.weights):,}",
            f"{p.exponent}",
            f"{p.delay}",
        )
        for p in program.projections
        if not {p.source, p.target} & invented
    ]


def _cores(program: Program, chip: ChipSpec) -> list[tuple[str, ...]]:
    def used(core: CoreUsage) -> tuple[str, ...]:
        return tuple(f"{getattr(core, field):,} / {getattr(chip, name).value:,}" for field, name in _LIMITS.items())

    return [
        (f"{number}", f"({core.x}, {core.y})", *used(counted))
        for number, (core, counted) in enumerate(zip(program.cores, usage(program, chip), strict=True))
    ]


def _routes(program: Program) -> list[tuple[str, ...]]:
    return [
        ("outside" if r.source < 0 else f"core {r.source}", f"core {r.target}", f"{r.axons:,}") for r in program.routes
    ]


def _limits(chip: ChipSpec) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name in type(chip).__dataclass_fields__:
        limit = getattr(chip, name)
        if hasattr(limit, "source"):
            source = escape(limit.source)
            marked = f"<span class='assumed'>assumed: {source}</span>" if limit.assumed else source
            rows.append((escape(name.replace("_", " ")), f"{limit.value:,}", escape(limit.unit), marked))
    return rows
