"""page: what was measured of backends, as Markdown."""

import os
import platform
from collections.abc import Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from motifc.bench.backends import BackendTime
from targets.runtime.backend import ready_backends


def page(rows: Sequence[BackendTime], command: str, about: str) -> str:
    """The conditions of the measurement, and one table for each program; `about` tells what these are."""
    loads = [row.load for row in rows]
    packages = dict.fromkeys(package for known in ready_backends() for package in known.packages)
    lines = [
        "# Time per step of each backend",
        "",
        f"Written by `{command}`.",
        "",
        f"Machine: {_processor()}, {os.cpu_count()} logical cores, {platform.system()}; load average over the last "
        f"minute {min(loads):.1f} to {max(loads):.1f} while measuring. Python {platform.python_version()}, "
        f"{', '.join(f'{name} {_version(name)}' for name in packages)}. Every backend has a process of its own and one "
        "thread, Lava one operating-system process for each of its processes; they run by turns.",
        "",
        about,
        "",
        "Time per step is (a run of S steps - a run of one step) / (S - 1), for the whole batch, with the median of "
        "each over the repeats, and with the least of each; a run shorter than 20 ms counts with the mean of as many "
        "as fill them. *Load* is the time in which the program is made ready, once; *start and end* the least time of "
        "a run of one step: setting and reading the state, for Lava also building, starting and stopping its "
        "processes. *MiB* is the largest memory of the process, with Python and the libraries of the backend, or of "
        "one that it has started. *Differing bins* compares all spikes with those of the first backend.",
    ]
    for program in dict.fromkeys(row.program for row in rows):
        lines += [
            "",
            f"## {program}",
            "",
            "| backend | batch | ms per step, median | least | ns per step, neuron and sample | load, s "
            "| start and end, s | MiB | S | repeats | spikes per neuron and step | differing bins |",
            "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
        ]
        own = [row for row in rows if row.program == program]
        lines += [_line(row) for row in own]
        lines += [f"\n{row.backend}, batch {row.batch}: {row.reason}" for row in own if row.reason]
    return "\n".join(lines) + "\n"


def _line(row: BackendTime) -> str:
    """One row of the table."""
    if row.reason:
        return f"| {row.backend} | {row.batch} | not measured, see below | | | | | | | | | |"
    differing = "reference" if row.differing is None else f"{row.differing:,}"
    scaled = row.step * 1e9 / row.neurons / row.batch
    return (
        f"| {row.backend} | {row.batch} | {row.step * 1e3:.3g} | {row.best * 1e3:.3g} | {scaled:.3g} "
        f"| {row.loading:.2g} | {row.build:.2g} | {row.peak:,.0f} | {row.steps} | {row.repeats} | {row.rate:.3f} "
        f"| {differing} |"
    )


def _processor() -> str:
    """The processor as the system names it."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
