"""page: a program as one HTML page that needs nothing else."""

from collections.abc import Sequence
from html import escape

import numpy as np

from targets.arrays import Ints
from targets.check import check
from targets.chip import ChipSpec, chip_named
from targets.program import Program
from targets.usage import CoreUsage, usage

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1b1b1b; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #ddd; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
code { font-size: .9em; word-break: break-all; }
.assumed { color: #666; }
"""
_LIMITS = {
    "neurons": "neurons_per_core",
    "synapse_bytes": "synapse_bytes_per_core",
    "axons_in": "axons_in_per_core",
    "axons_out": "axons_out_per_core",
    "decay_profiles": "decay_profiles_per_core",
    "threshold_profiles": "threshold_profiles_per_core",
}


def page(program: Program) -> str:
    """HTML with the program's origin, populations, projections, cores, routes and violations."""
    chip = chip_named(program.chip)
    violations = check(program, chip)
    verdict = "legal: no limit of the chip is broken" if not violations else f"{len(violations)} violations"
    facts = [
        ("program digest", f"<code>{program.digest}</code>"),
        ("network digest", f"<code>{escape(program.origin) or 'none'}</code>"),
        ("chip", escape(f"{chip.name}: {chip.description}")),
        ("neurons", f"{program.neurons:,}"),
        ("cores", f"{len(program.cores):,} of {chip.cores.value:,}"),
        ("check", verdict),
    ]
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        f"<title>motifc program {program.digest[:12]}</title><style>{_STYLE}</style></head><body>",
        f"<h1>Program {program.digest[:12]} for {escape(chip.name)}</h1>",
        _facts(facts),
        *([] if not violations else ["<h2>Violations</h2>", _violations(violations)]),
        "<h2>Populations</h2>",
        _table(("name", "neurons", "motif size", "vth", "du", "dv"), _populations(program)),
        "<h2>Projections</h2>",
        _table(("name", "from", "to", "stored as", "synapses", "exponent", "delay"), _projections(program)),
        "<h2>Cores</h2>",
        _table(("core", "tile", *(name.replace("_", " ") for name in _LIMITS)), _cores(program, chip)),
        "<h2>Routes</h2>",
        _table(("from", "to", "axons"), _routes(program)),
        "<h2>Limits of the chip</h2>",
        _table(("limit", "value", "unit", "source"), _limits(chip)),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows of ready HTML under escaped headings; columns of numbers are set flush right."""
    classes = [" class='number'" if all(map(_is_number, column)) else "" for column in zip(*rows, strict=True)]
    classes = classes or [""] * len(head)
    titles = "".join(f"<th{kind}>{escape(title)}</th>" for title, kind in zip(head, classes, strict=True))
    body = "".join(_row(row, classes) for row in rows)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table>"


def _facts(rows: Sequence[tuple[str, str]]) -> str:
    """Two columns without a heading."""
    return f"<table><tbody>{''.join(_row(row, ('', '')) for row in rows)}</tbody></table>"


def _row(cells: Sequence[str], classes: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<td{kind}>{cell}</td>" for cell, kind in zip(cells, classes, strict=True)) + "</tr>"


def _is_number(content: str) -> bool:
    return content.replace(",", "").replace(" / ", "").lstrip("-").isdigit()


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
        for p in program.populations
    ]


def _span(values: Ints) -> str:
    least, most = int(values.min()), int(values.max())
    return f"{least:,}" if least == most else f"{least:,} .. {most:,}"


def _projections(program: Program) -> list[tuple[str, ...]]:
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
