"""Small NIR graphs that these tests share, built by nir itself."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from compiler.frontends.nir.read import read_nir
from compiler.ir.graph import FloatGraph
from targets.contracts.errors import InputError

nir = pytest.importorskip("nir", reason="nir is not installed")


DT = 1e-3
WEIGHTS = np.array([[1.0, 0.5], [-2.0, 4.0]])
BIAS = np.array([0.4, -0.8])


def cuba(**changes: float) -> Any:
    """Two neurons: tau_syn of 2 steps, tau_mem of 4, input weighted 2, resistance 3: the gain is 2/2 * 3/4 = 0.75."""
    given = {"tau_syn": 2 * DT, "tau_mem": 4 * DT, "r": 3.0, "w_in": 2.0, "v_leak": 0.0, "v_threshold": 1.0}
    given |= {"v_reset": 0.0, **changes}
    return nir.CubaLIF(**{key: np.full(2, value) for key, value in given.items()})


def graph(edges: Sequence[tuple[str, str]], **nodes: Any) -> Any:
    """Nodes between an input of two and an output of two."""
    ends = {"input": nir.Input({"input": np.array([2])}), "output": nir.Output({"output": np.array([2])})}
    return nir.NIRGraph(ends | nodes, list(edges), type_check=False)


def chain(*names: str) -> list[tuple[str, str]]:
    return list(pairwise(names))


FORWARD = chain("input", "fc", "lif", "output")


def recurrent() -> Any:
    return graph(
        [*FORWARD, ("lif", "back"), ("back", "lif")],
        fc=nir.Linear(WEIGHTS),
        lif=cuba(),
        back=nir.Affine(np.array([[0.0, 1.0], [-1.0, 0.0]]), BIAS),
    )


def with_lif(**changes: float) -> Any:
    return graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=cuba(**changes))


def read(source: Any, **settings: Any) -> FloatGraph:
    """The graph, whatever is told of it."""
    given: dict[str, Any] = {"dt": DT, "tell": lambda sentence: None}
    return read_nir(source, **(given | settings))


def told(source: Any, **settings: Any) -> list[str]:
    """What is told of a graph while it is read."""
    sentences: list[str] = []
    given: dict[str, Any] = {"dt": DT, "tell": sentences.append}
    read_nir(source, **(given | settings))
    return sentences


def refused(source: Any, **settings: Any) -> str:
    with pytest.raises(InputError) as error:
        read(source, **settings)
    return str(error.value)
