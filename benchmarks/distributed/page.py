"""page: what was measured as Markdown, and whether it is as it should be."""

from collections.abc import Mapping, Sequence
from typing import Any

Case = tuple[tuple[int, int], Sequence[Mapping[str, Any]]]
"""Ranks and shards, and what every rank found."""
_MOST_GROWTH = 0.05


def page(found: Sequence[Case], large: Mapping[str, Any], cores: int) -> tuple[str, bool]:
    """The page, and whether all ranks agree, memory stays and a subset gives the same weights."""
    alike = {each["digest"] for (_, shards), told in found if shards > 1 for each in told}
    early, late = large["anonymous"]
    growth = late / early - 1
    good = len(alike) == 1 and abs(growth) <= _MOST_GROWTH and bool(large["subset_equal"])
    one = next(told[0] for (ranks, _), told in found if ranks == 1)
    rows = "\n".join(_row(ranks, shards, told, one) for (ranks, shards), told in found)
    (first, last), size = large["steps"], large["bytes"]
    return (
        f"""# One search by several processes, and data larger than memory

`python -m benchmarks.distributed` makes this page; it ends with 1 where digests differ, memory grows by more than 5 %
or a subset is trained to other weights.

## Ranks

HRMAS with 256 hidden neurons on 120 steps of 700 channels, `training.shards = 4`, gloo on one machine of {cores} cores
that others use too: at most {cores} ranks can gain time here. CPU seconds hardly depend on who else is at work. The
ideal line is that of one rank: its throughput times the ranks, and its CPU seconds shared out.

| ranks | shards | digest | samples / s | ideal | CPU s per rank | ideal | CPU s in all | load |
|--:|--:|---|--:|--:|--:|--:|--:|--:|
{rows}

What every rank does alike is not shared: relaxations, the optimizer, figures, reading lengths and labels.
A batch in one piece is a block of 64 samples for the kernels, which is faster than four of 16.

## 100,000 samples

{large["samples"]:,} samples, {size / 1e6:,.0f} MB packed, read one by one and trained on under RLIMIT_DATA of
{large["limit"] / 1e6:,.0f} MB, which counts all memory that is no file's.

| when | anonymous memory, MB |
|---|--:|
| after reading | {large["read"] / 1e6:,.1f} |
| step {first:,} | {early / 1e6:,.1f} |
| step {last:,} | {late / 1e6:,.1f} ({growth:+.2%}) |

A subset of 400 samples trained from the file and from memory: {"equal" if large["subset_equal"] else "DIFFERENT"} \
weights, bit for bit.
""",
        good,
    )


def _row(ranks: int, shards: int, told: Sequence[Mapping[str, Any]], one: Mapping[str, Any]) -> str:
    wall, count = max(each["wall"] for each in told), max(ranks, 1)
    cpu = [each["cpu"] for each in told]
    name, ideal = (str(ranks), f"{count * one['passes'] / one['wall']:,.0f}") if ranks else ("no torchrun", "")
    shared = f"{one['cpu'] / count:.1f}" if ranks else ""
    return (
        f"| {name} | {shards} | `{told[0]['digest'][:12]}` | {told[0]['passes'] / wall:,.0f} | {ideal} | "
        f"{sum(cpu) / count:.1f} | {shared} | {sum(cpu):.1f} | {max(each['load'] for each in told):.1f} |"
    )
