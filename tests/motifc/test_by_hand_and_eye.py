"""What one types in a notebook: arrays in and out, weights by name."""

import numpy as np
import pytest

from motifc import Banded, BlockDiagonal, Dense, InputError, SpikeRaster, Synapses, compile_network, run
from targets.contracts.synapses import Sparse, dense
from tests.networks import random_network

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    "synapses",
    [
        Dense(RNG.integers(-9, 9, (4, 6))),
        BlockDiagonal(RNG.integers(-9, 9, (2, 2, 3))),
        Banded(RNG.integers(-9, 9, (2, 2, 2, 2)), np.array([[0, 2], [1, -1]]), 3),
        Sparse(np.array([3, -4, 5]), np.array([0, 0, 5]), np.array([0, 1, 1, 3, 3]), 6),
    ],
    ids=lambda synapses: synapses.kind,
)
def test_dense_weights_are_those_that_are_summed(synapses: Synapses) -> None:
    full = dense(synapses)
    assert full.shape == synapses.shape
    assert full.dtype == synapses.weights.dtype
    spikes = (RNG.random((50, synapses.shape[1])) < 0.4).astype(float)
    np.testing.assert_array_equal(spikes @ full.T, synapses.accumulate(spikes))


def test_weights_by_name() -> None:
    network = random_network(0)
    program = compile_network(network)
    connection = network.connections[0]
    assert network.connection(connection.name).dense().shape == connection.synapses.shape
    projection = program.projections[0]
    np.testing.assert_array_equal(program.projection(projection.name).dense(), dense(projection.synapses))
    for missing in (network.connection, program.projection):
        with pytest.raises(KeyError):
            missing("none")


def test_arrays_will_do_for_rasters() -> None:
    program = compile_network(random_network(0))
    (name, width) = program.inputs[0].name, program.inputs[0].neurons
    given = {each.name: RNG.random((3, 20, each.neurons)) < 0.3 for each in program.inputs}
    recording = run(program, given)
    same = run(program, {key: SpikeRaster.pack(each) for key, each in given.items()})
    last = program.own[-1].name
    assert recording[last].shape == (3, 20, program.own[-1].neurons)
    np.testing.assert_array_equal(recording[last], same.spikes[last].dense())
    one = run(program, {key: each[0] for key, each in given.items()})
    np.testing.assert_array_equal(one[last][0], recording[last][0])
    with pytest.raises(InputError, match="three axes"):
        run(program, given | {name: np.zeros(width)})
    with pytest.raises(KeyError):
        recording["none"]
