"""page: seconds, memory, messages and hops of two compilers, as a Markdown page with bounds beside what was reached."""

import os
import platform
from collections.abc import Sequence

from benchmarks.mapping.bound import HEAD, Bound
from benchmarks.mapping.speed.cases import CHAIN, Case
from benchmarks.pages import paragraph, table
from benchmarks.runs import Row

OLD, NEW = "old", "new"
_SAME = 1.02  # memory over that of the earlier compiler


def bounds(cases: Sequence[Case], rows: Sequence[Row]) -> list[tuple[str, Bound]]:
    """Case and what is asked of it: of every seed, so that the worst one counts.

    Raises ValueError where the two compilers did not map the same networks.
    """
    return [(case.name, bound) for case in cases for bound in _of_case(case, pairs(case, rows))]


def pairs(case: Case, rows: Sequence[Row]) -> list[tuple[Row, Row]]:
    """(old, new) of every seed."""
    own = {(row["seed"], row["side"]): row for row in rows if row["case"] == case.name}
    found = [(own[seed, OLD], own[seed, NEW]) for seed in case.seeds]
    for old, new in found:
        if any(old[key] != new[key] for key in ("units", "synapses", "pins")):
            raise ValueError(f"the two compilers see different networks of {case.name}, seed {old['seed']}")
    return found


def _of_case(case: Case, found: Sequence[tuple[Row, Row]]) -> list[Bound]:
    def worst(key: str, most: float | None, name: str = "") -> Bound:
        return Bound.most(f"{name or key}, new / old", max(_ratio(new, old, key) for old, new in found), most)

    told = [
        worst("seconds", case.ratio, "CPU seconds"),
        worst("messages", case.traffic),
        worst("hops", case.traffic),
        Bound.every("networks in which every limit is kept", sum(new["overuse"] <= 1 for _, new in found), len(found)),
    ]
    return [*told, worst("peak", _SAME, "peak memory")] if case.stages == CHAIN else told


def _ratio(new: Row, old: Row, key: str) -> float:
    over, under = ((row[key]["whole"] if key == "seconds" else row[key]) for row in (new, old))
    return float(over / under) if under else float(over > 0) + 1.0


def page(cases: Sequence[Case], rows: Sequence[Row], command: str) -> str:
    """A Markdown page: bounds, a line for every network and compiler, stages."""
    loads = [row["load"] for row in rows]
    codes = {side: sorted({row["code"] for row in rows if row["side"] == side}) for side in (OLD, NEW)}
    lines = [
        "# Speed of mapping",
        "",
        paragraph(f"""Written by `{command}`; the rows are in the .json file beside this page. *Old* is the
        compiler that the option names, *new* that beside the benchmark; their sources have the digests
        {", ".join(codes[OLD])} and {", ".join(codes[NEW])}. Both map the same networks, each in a process of
        its own that has mapped a tiny one before: by turns in one call, but rows kept from earlier calls
        stand beside others with the load of their time, which CPU seconds grow with. Python
        {platform.python_version()} on {platform.system()}, {platform.machine()}, {os.cpu_count()} logical
        cores, load average {min(loads):.1f} to {max(loads):.1f}."""),
        "",
        paragraph("""The microcircuit is that of Potjans and Diesmann with a share of its neurons and synapses
        (`benchmarks/mapping/microcircuit.py`), without motifs, on Loihi 1; grids are those of [map.md](map.md), on a
        mesh. What is timed is *partition* and *refine* of the microcircuit, *coarsen* to *refine* of the grid of 32,000
        neurons, and everything from a float graph to a checked program of the chain. Ratios are those of the worst
        seed; messages and hops are per step, and only shown where nothing is asked of them. Cases that are missing have
        not been measured on both sides."""),
        "",
        *table(
            ("case", *HEAD),
            [(case, *bound.cells) for case, bound in bounds(cases, rows)],
            "llrrl",
        ),
        "",
        *table(
            (
                "case",
                "seed",
                "synapses",
                "code",
                "CPU seconds",
                "messages",
                "hops",
                "cores",
                "use",
                "max / mean",
                "GiB",
                "load",
            ),
            [_cells(case, row) for case in cases for pair in pairs(case, rows) for row in pair],
            "lrrlrrrrrrrr",
        ),
        "",
        paragraph("""*Use* is the largest use of a core over its limit: every limit is kept up to 1. *Max / mean* are
        synaptic operations per step of the busiest core. CPU seconds of the stages:"""),
        "",
        *table(
            ("case", "seed", "code", "stages"),
            [
                (case.name, f"{row['seed']}", row["side"], _stages(row))
                for case in cases
                for pair in pairs(case, rows)
                for row in pair
            ],
            "lrll",
        ),
    ]
    return "\n".join(lines) + "\n"


def _cells(case: Case, row: Row) -> tuple[str, ...]:
    return (
        *(case.name, f"{row['seed']}", f"{row['synapses']:,}", row["side"], f"{row['seconds']['whole']:.1f}"),
        *(f"{row['messages']:,.1f}", f"{row['hops']:,.1f}", f"{row['cores']:,}", f"{row['overuse']:.3f}"),
        *(f"{row['imbalance']:.2f}", f"{row['peak']:.2f}", f"{row['load']:.1f}"),
    )


def _stages(row: Row) -> str:
    return ", ".join(f"{name} {spent:.1f}" for name, spent in row["seconds"].items() if name != "whole")
