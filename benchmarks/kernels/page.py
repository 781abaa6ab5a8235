"""The page of the benchmark of the kernels."""

import platform
from collections.abc import Sequence
from typing import Any

import numba
import numpy as np
import torch

from benchmarks.pages import paragraph, table

Row = dict[str, Any]
_TITLES = {
    "layer": "One layer",
    "snntorch": "Beside snnTorch at other sizes",
    "neurons": "Growth in neurons",
    "steps": "Growth in steps",
    "batch": "Growth in samples",
    "step": "A whole step of training, with readout and loss",
}
_GROWING = {"neurons": "neurons", "steps": "steps", "batch": "batch"}


def page(rows: Sequence[Row]) -> str:
    """The whole page."""
    versions = f"torch {torch.__version__}, numba {numba.__version__}, numpy {np.__version__}"
    loads = [row["load"] for row in rows]
    cpus = "; ".join(sorted({row["cpu"] for row in rows}))
    about = f"""A layer of motifs of eight in a ring, forward and backward: from packed input bits, and the gradient of
    every spike, to the gradients of links, input weights, R and tau_m (tables without a readout), or from bits to loss
    and its gradients (with one). CPU seconds of one thread; every competitor has a process of its own, and they pass in
    turn. Memory is what a first pass takes beyond what the process had before it. Others are handed the spikes as
    numbers; Norse hears its current a step later, and SpikingJelly's neuron has none to keep.
    Machine: {cpus}, {platform.system()}; Python {platform.python_version()}, {versions}; load
    average {min(loads, default=0)} to {max(loads, default=0)} while measuring, the cores shared with other
    work: where the load is high, ratios of the least say more than those of medians."""
    lines = [
        "# The kernels of training",
        "",
        "Written by `python -m benchmarks.kernels --out docs/benchmarks/kernels.md`.",
    ]
    lines += ["", paragraph(about)]
    for name, title in _TITLES.items():
        own = [row for row in rows if row["table"] == name]
        if own:
            loads = [row["load"] for row in own]
            told = f"Load average {min(loads)} to {max(loads)}."
            lines += ["", f"## {title}", "", told, "", *_table(own), *_growth(name, own)]
    return "\n".join(lines) + "\n"


def _table(rows: Sequence[Row]) -> list[str]:
    cases = list({str(row["case"]): row["case"] for row in rows}.values())
    cells = []
    for case in cases:
        of = {row["competitor"]: row for row in rows if row["case"] == case}
        ours = of["kernels"]
        for name, row in of.items():
            ratio = "" if row is ours else f"{row['median'] / ours['median']:.1f} ({row['least'] / ours['least']:.1f})"
            what = [str(case[key]) for key in ("neurons", "links", "channels", "steps", "batch", "readout")]
            figures = [f"{1e3 * row['median']:.1f}", f"{1e3 * row['least']:.1f}", f"{row['mebibytes']:.0f}"]
            cells.append([name, *what, *figures, str(row["repeats"]), ratio])
    titles = ["competitor", "neurons", "links", "channels", "steps", "samples", "readout", "ms, median", "least", "MiB"]
    return table([*titles, "passes", "times the kernels' (of least)"], cells)


def _growth(name: str, rows: Sequence[Row]) -> list[str]:
    """The exponents of growth, one per competitor."""
    if name not in _GROWING:
        return []
    told = []
    for competitor in dict.fromkeys(row["competitor"] for row in rows):
        own = [row for row in rows if row["competitor"] == competitor]
        sizes, seconds = ([row["case"][_GROWING[name]] for row in own], [row["median"] for row in own])
        if len(own) > 2:
            told.append(f"{competitor} {np.polyfit(np.log(sizes), np.log(seconds), 1)[0]:.2f}")
    if not told:
        return []
    about = (
        ["", paragraph(_CACHES)] if name == "neurons" and max(row["case"]["neurons"] for row in rows) > 1 << 11 else []
    )
    return ["", f"Exponents of growth, fitted to the medians: {', '.join(told)}.", *about]


_CACHES = """
Between 2,048 and 4,096 neurons what a step touches outgrows the last cache, of which other guests of the machine take
their share. Blocks of 16 or 32 samples, the gradient of input weights of four steps at a time, more memory kept between
passes, and numbers of neurons that are no power of two were tried: slower, or no different.
"""
