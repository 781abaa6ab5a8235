"""The tables hold every synapse once, in the smaller form."""

import numpy as np
import pytest

from targets.backends.c.tables import Blocks, Columns, afferent
from targets.contracts.synapses import Banded, BlockDiagonal, Dense, Synapses
from targets.program.program import IntProjection

RNG = np.random.default_rng(0)
SPARSE = np.where(RNG.random((16, 32)) < 0.1, -6, 0)
FORMS: dict[str, tuple[Synapses, type]] = {
    "dense": (Dense(2 * RNG.integers(-128, 128, (5, 7))), Blocks),
    "dense and empty": (Dense(SPARSE), Columns),
    "block": (BlockDiagonal(2 * RNG.integers(-128, 128, (3, 4, 2))), Blocks),
    "band": (Banded(4 * RNG.integers(-20, 20, (2, 3, 4, 2)), RNG.integers(-1, 5, (2, 3)), 5), Blocks),
}


@pytest.mark.parametrize("form", FORMS)
def test_weights_of_every_neuron_are_those_of_the_projection(form: str) -> None:
    synapses, kind = FORMS[form]
    found = afferent(IntProjection("x-p", "x", "p", synapses, 3, 1))
    assert found is not None
    table = found.table
    assert isinstance(table, kind)
    assert table.weights.dtype == np.int8
    full = np.zeros(synapses.shape, np.int64)
    for pre in range(synapses.shape[1]):
        if isinstance(table, Blocks):
            motif, within = divmod(pre, table.weights.shape[1])
            for block in range(table.first[motif], table.first[motif + 1]):
                post = table.to[block] + np.arange(table.weights.shape[2])
                np.add.at(full[:, pre], post, table.weights[block, within])
        else:
            held = slice(table.first[pre], table.first[pre + 1])
            np.add.at(full[:, pre], table.to[held].astype(int), table.weights[held])
    dense = IntProjection("x-p", "x", "p", synapses, 3, 1).dense()
    assert np.array_equal(full << found.shift, dense.astype(np.int64) << 3)


def test_weights_of_zero_make_no_table() -> None:
    assert afferent(IntProjection("x-p", "x", "p", Dense(np.zeros((2, 2), np.int32)), 0, 1)) is None
