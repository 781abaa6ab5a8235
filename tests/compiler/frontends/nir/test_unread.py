"""UnreadGraph: one graph, read in several ways."""

from typing import Any

import numpy as np
import pytest

from compiler.frontends.nir.read import read_nir
from compiler.frontends.nir.readings import PLAIN
from targets.contracts.errors import InputError
from targets.contracts.semantics import Semantics
from tests.compiler.frontends.nir.test_readings import DT, drawn


def test_nodes_may_be_read_one_by_one() -> None:
    rng = np.random.default_rng(1)
    given = drawn(rng, "LIF")

    def read(readings: Any) -> Any:
        return read_nir(given, DT, tell=lambda told: None, readings=readings)

    plain, other = read(""), read({"lif": "rockpool"})
    assert plain.origin == read({"": PLAIN}).origin != other.origin
    assert other.populations[0].semantics == Semantics(reset="subtract")
    assert read({"": "rockpool"}).origin == read("rockpool").origin == other.origin
    with pytest.raises(InputError) as error:
        read({"fc": "rockpool"})
    assert str(error.value) == ("a reading was given for 'fc'; the nodes of neurons are ['lif'], so correct the name.")
