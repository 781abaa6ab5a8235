"""Names and shapes of networks, graphs and programs: every fault, one sentence each."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from targets.contracts.ports import Input, Readout
from targets.contracts.synapses import Dense, Synapses
from targets.contracts.wiring import wiring_faults


@dataclass(frozen=True)
class Node:
    name: str
    neurons: int


@dataclass(frozen=True)
class Edge:
    name: str
    source: str
    target: str
    synapses: Synapses


def dense(post: int, pre: int) -> Dense:
    return Dense(np.ones((post, pre)))


GOOD: dict[str, Any] = {
    "inputs": (Input("touch", 3),),
    "nodes": (Node("hidden", 4), Node("answer", 2)),
    "edges": (Edge("in", "touch", "hidden", dense(4, 3)), Edge("out", "hidden", "answer", dense(2, 4))),
    "outputs": ("hidden",),
    "readout": Readout("answer", 2),
}
FAULTS = {
    "no inputs": (
        {"inputs": (), "edges": GOOD["edges"][1:]},
        "the graph has 0 inputs and 2 populations; it needs one of each.",
    ),
    "twins among nodes": (
        {"nodes": (*GOOD["nodes"], Node("touch", 3))},
        "two inputs or populations of the graph have the same name; rename one.",
    ),
    "twins among edges": (
        {"edges": (GOOD["edges"][0], replace(GOOD["edges"][1], name="in"))},
        "two projections of the graph have the same name; rename one.",
    ),
    "unknown source": (
        {"edges": (Edge("in", "ear", "hidden", dense(4, 3)),)},
        "projection 'in' goes from 'ear' to 'hidden'; the graph has ['answer', 'hidden', 'touch'], so correct the "
        "name.",
    ),
    "an input as target": (
        {"edges": (Edge("back", "hidden", "touch", dense(3, 4)),)},
        "projection 'back' goes from 'hidden' to 'touch'; the graph has ['answer', 'hidden', 'touch'], so correct "
        "the name.",
    ),
    "turned weights": (
        {"edges": (Edge("in", "touch", "hidden", dense(3, 4)),)},
        "projection 'in' has weights (3, 4) [post, pre]; its ends need (4, 3), so match them.",
    ),
    "unknown output": (
        {"outputs": ("touch",)},
        "output 'touch' is no population of the graph, which has ['answer', 'hidden']; correct the name.",
    ),
    "unknown readout": (
        {"readout": Readout("voice", 2)},
        "output 'voice' is no population of the graph, which has ['answer', 'hidden']; correct the name.",
    ),
    "uneven readout": (
        {"readout": Readout("hidden", 3)},
        "readout 'hidden' has 4 neurons for 3 classes; every class needs the same number of neurons, so change one "
        "of the two.",
    ),
}


def test_what_fits_has_no_fault() -> None:
    assert wiring_faults("graph", **GOOD) == ()


@pytest.mark.parametrize(("changes", "sentence"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_one_sentence(changes: dict[str, Any], sentence: str) -> None:
    assert wiring_faults("graph", **(GOOD | changes)) == (sentence,)


def test_all_faults_are_told_not_only_the_first() -> None:
    faults = wiring_faults("network", **(GOOD | {"outputs": ("a", "b"), "readout": Readout("answer", 3)}))
    assert len(faults) == 3
    assert all("network" in fault for fault in faults[:2])
