"""The page of what was measured on a GPU, or that nothing was."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.pages import paragraph, table
from targets.contracts.errors import InputError

Row = Mapping[str, Any]
Kept = Mapping[str, Any]
_WAYS = {"kernels": "our kernels", "eager": "eager torch", "graph": "eager torch in a CUDA graph"}


def read(path: Path) -> Kept | None:
    """What `written` wrote; None where there is no file."""
    if not path.exists():
        return None
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if not {"device", "machine", "versions", "rows"} <= set(kept):
            raise ValueError("a part is missing")
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{path} does not hold rows of a GPU ({error}); name another file, or remove it.") from None
    return dict(kept)


def written(kept: Kept) -> str:
    """JSON with a row on every line."""
    head = [f" {json.dumps(key)}: {json.dumps(value)}," for key, value in kept.items() if key != "rows"]
    rows = ",\n".join(f"  {json.dumps(row)}" for row in kept["rows"])
    return "\n".join(["{", *head, ' "rows": [', rows, " ]", "}"]) + "\n"


def page(kept: Kept | None) -> str:
    """The whole page."""
    lines = ["# On a GPU", "", "Written by `make gpu-check` (`python -m benchmarks.gpu`).", ""]
    if kept is None:
        about = """Not measured: no device was at hand. The suite holds the kernels to the oracles under Triton's
        interpreter, and compiles them for such a device: integer programs, and training by surrogate gradients and by
        TSSL-BP, loops over layers included. Up to 8,192 neurons that run together (16,384 of an integer program) a pass
        is one launch; beyond, a launch is as many steps as the shortest delay, and all launches are one CUDA graph
        (`search/training/kernels/triton_layer.py`, `targets/backends/torch/fused.py`), which no CPU can replay. `make
        gpu-check` writes this page on a machine with a GPU, torch, triton, numba, numpy and networkx."""
        return "\n".join([*lines, paragraph(about)]) + "\n"
    versions = ", ".join(f"{name} {version}" for name, version in kept["versions"].items())
    lines += [paragraph(f"Device: {kept['device']}. Machine: {kept['machine']}; {versions}."), ""]
    for title, of_table in (
        ("Equality with the oracle", _equality),
        ("A step of training", _training),
        ("Integer simulation", _simulation),
        ("An epoch of HRMAS", _epoch),
    ):
        lines += [f"## {title}", "", *of_table(kept["rows"]), ""]
    return "\n".join(lines[:-1]) + "\n"


def _equality(rows: Sequence[Row]) -> list[str]:
    about = """Integer programs: spikes, u and v of the fused path beside those of the numpy backend; differing counts
    programs. Training: spikes and gradients beside those of the plain loop on the CPU; differing counts spikes, and
    gradients is the largest relative difference of the gradient of a weight or parameter."""
    cells = [
        [row["what"], row["launches"], *_figures(row, ("spikes", "differing", "gradients"))]
        for row in _of("equality", rows)
    ]
    return [paragraph(about), "", *table(["what", "launches", "spikes", "differing", "gradients"], cells, "llrrr")]


def _training(rows: Sequence[Row]) -> list[str]:
    about = """A layer of motifs of eight in a ring and a readout, from spikes through the loss to the gradients of all
    weights, R and tau_m; seconds on the clock, the device waited for."""
    cells = [_timed(row, rows) for row in _of("training", rows)]
    return [paragraph(about), "", *table([*_SHAPE, "ms, median", "least", "x eager"], cells, "lrrrrrr")]


def _simulation(rows: Sequence[Row]) -> list[str]:
    about = """The program of docs/benchmarks/simulation.md. The bound is what the memory's measured bandwidth allows,
    were no synapse and no state in a cache; a kernel that finds them there goes beyond it."""
    (copy,) = _of("bandwidth", rows)
    told = f"A copy moves {copy['bandwidth'] / 1e9:,.0f} GB/s." if "bandwidth" in copy else _why(copy)
    cells = []
    for row in _of("simulation", rows):
        updates = f"{row['updates'] / 1e9:.3f}" if "updates" in row else ""
        bound = f"{copy['bandwidth'] / row['bytes'] / 1e9:.3f}" if "updates" in row and "bandwidth" in copy else ""
        cells.append([*_timed(row, rows), updates, bound])
    titles = [*_SHAPE, "ms, median", "least", "x eager", "10^9 neuron updates per s", "bound"]
    return [paragraph(f"{about} {told}"), "", *table(titles, cells, "lrrrrrrrr")]


def _epoch(rows: Sequence[Row]) -> list[str]:
    (row,) = _of("epoch", rows)
    shape = f"""{row["samples"][0]} and {row["samples"][1]} samples of {row["steps"]} steps and {row["channels"]}
    channels, {row["neurons"]} hidden neurons, seeded synthetic spikes"""
    if "seconds" not in row:
        return [paragraph(f"{shape}: {_why(row)}.")]
    told = (
        f"{row['seconds']:.2f} s; loss on the validation part {row['loss_before']:.3f} before, {row['loss']:.3f} after"
    )
    return [paragraph(f"{shape}: {told}.")]


_SHAPE = ("by", "neurons", "samples", "steps")


def _of(name: str, rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["table"] == name]


def _timed(row: Row, rows: Sequence[Row]) -> list[str]:
    """Cells of a row of seconds, in the end how many times faster than eager it is."""
    shape = [_WAYS[row["by"]], *(f"{row[key]:,}" for key in _SHAPE[1:])]
    if "seconds" not in row:
        return [*shape, _why(row), "", ""]
    alike = [each for each in _of(row["table"], rows) if all(each[key] == row[key] for key in _SHAPE[1:])]
    eager = next((each for each in alike if each["by"] == "eager" and "seconds" in each), None)
    ratio = "" if eager is None or eager is row else f"{eager['seconds'] / row['seconds']:.1f}"
    return [*shape, f"{1e3 * row['seconds']:.2f}", f"{1e3 * row['least']:.2f}", ratio]


def _figures(row: Row, keys: Sequence[str]) -> list[str]:
    if not set(keys) & set(row):
        return [_why(row), *[""] * (len(keys) - 1)]
    return [
        f"{row[key]:,}" if isinstance(row.get(key), int) else f"{row[key]:.1e}" if key in row else "" for key in keys
    ]


def _why(row: Row) -> str:
    return f"failed: {row['failed']}" if "failed" in row else f"not measured: {row['not measured']}"
