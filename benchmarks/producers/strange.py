"""Strange NIR graphs in memory: every one is read, or refused in one sentence."""

import os
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import nir
import numpy as np

from benchmarks.pages import table
from compiler.frontends.nir.read import read_nir
from compiler.frontends.nir.readings import PRESETS
from targets.contracts.errors import InputError

DT = 1e-3
_LONGEST = 1_000
_SIZES = (1, 2, 3, 4, 6)
_LAST = ("LIF", "LIF", "CubaLIF", "IF", "Threshold", "LI", "CubaLI", "I")
_INNER = ("LIF", "CubaLIF", "IF", "Threshold", "Scale", "Delay", "Flatten", "Linear", "Linear", "Affine", "Conv1d")
_ANY = (*_LAST, *_INNER)
_STRANGE: tuple[Any, ...] = (
    *(np.nan, np.inf, -np.inf, 0.0, -1.0, 1e300, 1e-300, 1e12, None, "text", b"bytes", True, [], {}, object()),
    *(np.zeros(0), np.zeros((2, 0)), np.ones((1, 1, 3)), np.full(3, np.nan), np.array(["a", "b"]), np.ones(3, complex)),
    *(np.array(None), np.ones(5), np.float32(0.5), [[1, 2], [3]], (1, 2, 3), range(3), 1 << 70, -(1 << 70)),
)
_METADATA: tuple[Any, ...] = (
    *(
        {"dt": 1e-3},
        {"dt": "no"},
        {"dt": -1},
        {"time_step": [1e-3]},
        {"reset": "subtract"},
        {"reset": 3},
        {"x": object()},
    ),
    *({"dt": np.nan}, None, {"reset_mode": "hard"}),
)


@dataclass(frozen=True)
class Outcome:
    """What became of a graph: "read", "refused", or what went wrong."""

    kind: str
    told: str = ""


def graph(seed: int) -> Any:
    """A graph of some nodes, in which some things are as they should not be."""
    rng = np.random.default_rng(seed)
    nodes: dict[str, Any] = {}
    width = int(rng.choice(_SIZES))
    nodes["input"] = nir.Input({"input": np.array([width])})
    last, edges = "input", []
    count = int(rng.integers(1, 6))
    for number in range(count):
        name = str(rng.choice(["lif", "fc", "a.b", "w_rec", "x", "ä"])) + str(number)
        kinds = _ANY if rng.random() < 0.05 else _LAST if number == count - 1 else _INNER
        nodes[name], width = node(rng, width, str(rng.choice(kinds)))
        edges.append((last, name))
        if rng.random() < 0.1:
            edges.append((name, name))
        last = name
    nodes["output"] = nir.Output({"output": np.array([width])})
    edges.append((last, "output"))
    found = nir.NIRGraph(nodes, edges, type_check=False)
    inner = found
    if rng.random() < 0.15:
        outer = {
            "input": nir.Input({"input": np.array([int(rng.choice(_SIZES))])}),
            "inner": found,
            "output": nir.Output({"output": np.array([width])}),
        }
        found = nir.NIRGraph(outer, list(pairwise(outer)), type_check=False)
    for _ in range(int(rng.integers(0, 4))):
        spoil(rng, inner.nodes, inner.edges)
    if rng.random() < 0.1:
        found.metadata = _METADATA[int(rng.integers(len(_METADATA)))]
    return found


def node(rng: np.random.Generator, width: int, kind: str) -> tuple[Any, int]:
    """A node of that kind that takes so many signals, and how many it gives."""
    one, out = np.ones(width), int(rng.choice(_SIZES))
    tau, r = rng.uniform(1, 9, width) * DT, rng.uniform(0.5, 9, width)
    made = {
        "LIF": lambda: nir.LIF(tau, r, 0 * one, one),
        "CubaLIF": lambda: nir.CubaLIF(tau, tau, r, 0 * one, one, w_in=r),
        "IF": lambda: nir.IF(r / DT, one),
        "Threshold": lambda: nir.Threshold(one),
        "LI": lambda: nir.LI(tau, r, 0 * one),
        "CubaLI": lambda: nir.CubaLI(tau, tau, r, 0 * one, r),
        "I": lambda: nir.I(r / DT),
        "Scale": lambda: nir.Scale(r),
        "Delay": lambda: nir.Delay(rng.integers(0, 4, width) * DT),
        "Flatten": lambda: nir.Flatten({"input": np.array([width])}, start_dim=0),
    }
    maps = {
        "Linear": lambda: nir.Linear(rng.normal(size=(out, width))),
        "Affine": lambda: nir.Affine(rng.normal(size=(out, width)), rng.normal(size=out)),
        "Conv1d": lambda: nir.Conv1d(width, rng.normal(size=(out, 1, 1)), 1, 0, 1, 1, np.zeros(out)),
    }
    if kind in made:
        return made[kind](), width
    return maps[kind](), out * width if kind == "Conv1d" else out


def spoil(rng: np.random.Generator, nodes: dict[str, Any], edges: list[Any]) -> None:
    """Change one thing."""
    names = list(nodes)
    name = names[int(rng.integers(len(names)))]
    keys = [key for key in vars(nodes[name]) if key not in ("metadata", "nodes", "edges")]
    way = int(rng.integers(7))
    if way < 3 and keys:
        key = keys[int(rng.integers(len(keys)))]
        value = _STRANGE[int(rng.integers(len(_STRANGE)))]
        held = getattr(nodes[name], key)
        if way == 0 and isinstance(held, np.ndarray) and held.dtype.kind == "f" and held.size:
            value = held.copy()
            value.ravel()[int(rng.integers(held.size))] = float(rng.choice([np.nan, np.inf, -np.inf, 0, -1, 1e300]))
        setattr(nodes[name], key, value)
    elif way == 3 and keys:
        delattr(nodes[name], keys[int(rng.integers(len(keys)))])
    elif way == 4:
        ends = [*names, "nobody", 3]
        edges.append((ends[int(rng.integers(len(ends)))], ends[int(rng.integers(len(ends)))]))
    elif way == 5 and edges:
        edges.pop(int(rng.integers(len(edges))))
    else:
        nodes[name].metadata = _METADATA[int(rng.integers(len(_METADATA)))]


def judged(seed: int) -> Outcome:
    """What the reader makes of the graph of that seed, under some reading."""
    given = graph(seed)
    names = ["", "", *PRESETS]
    reading = names[seed % len(names)]
    dt = (DT, None, None, 1e-4)[seed % 4]
    try:
        with warnings.catch_warnings(action="error"):
            read_nir(given, dt, tell=_printable, readings=reading)
    except InputError as error:
        told = str(error)
        fit = told.endswith(".") and len(told) <= _LONGEST and told.isprintable()
        return Outcome("refused" if fit else "no sentence", told)
    except Exception as error:  # whatever it is, it is counted
        return Outcome("traceback", f"{type(error).__name__}: {error}")
    return Outcome("read")


def outcomes(first: int, count: int) -> Iterator[Outcome]:
    """Those of `count` seeds from `first` on."""
    return (judged(seed) for seed in range(first, first + count))


def lines(first: int, count: int) -> tuple[list[str], bool]:
    """The table of the page, and whether nothing went wrong."""
    found = Counter[str]()
    wrong: list[str] = []
    for number, each in enumerate(outcomes(first, count)):
        found[each.kind] += 1
        if each.kind not in ("read", "refused"):
            wrong.append(f"seed {first + number}: {each.kind}: {each.told[:300]}")
    cells = [(kind, f"{found[kind]:,}") for kind in ("read", "refused", "traceback", "no sentence")]
    return [*table(("of seeds from " + str(first), f"{count:,} graphs"), cells), *wrong[:20]], not wrong


def _printable(sentence: str) -> None:
    if not sentence.replace(os.linesep, "").isprintable():
        raise ValueError(f"control characters are told: {sentence[:200]!r}")
