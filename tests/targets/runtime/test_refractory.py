"""Refractory periods: by hand, against a loop over neurons, in files, on chips and between floats and integers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from compiler.analysis.interpret import interpret
from compiler.frontends.network import lower
from compiler.pipeline import compile_network
from search.network import Connection, Layer, Network
from search.training.torch_network import TorchNetwork
from targets.backends.numpy import load
from targets.conformance.random_program import random_program, with_rests
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense
from targets.program.check import check
from targets.program.program import IntPopulation, Program
from targets.program.usage import usage
from targets.runtime.neuron import rest

ONE = np.ones(3, np.int32)


def test_by_hand() -> None:
    """Three neurons that would spike in every step, with periods of 0, 1 and 3 steps."""
    resting, refractory, told = np.zeros((1, 3), np.int32), np.array([0, 1, 3], np.int32), []
    for _ in range(5):
        v, s, resting = rest(np.full((1, 3), 7, np.int32), np.ones((1, 3), bool), resting, refractory)
        told.append((s[0].tolist(), v[0].tolist(), resting[0].tolist()))
    assert told == [
        ([True, True, True], [7, 7, 7], [0, 1, 3]),
        ([True, False, False], [7, 0, 0], [0, 0, 2]),
        ([True, True, False], [7, 7, 0], [0, 1, 1]),
        ([True, False, False], [7, 0, 0], [0, 0, 0]),
        ([True, True, True], [7, 7, 7], [0, 1, 3]),
    ]


@pytest.mark.parametrize("seed", range(10))
def test_no_two_spikes_are_nearer_than_the_period(seed: int) -> None:
    program, spikes = with_rests(random_program(np.random.default_rng(seed)), np.random.default_rng([seed, 1]))
    recording = load(program).run(spikes)
    for population in program.populations:
        trains = recording.spikes[population.name].dense()
        for sample in trains:
            for neuron, most in enumerate(population.refractory_steps):
                gaps = np.diff(np.flatnonzero(sample[:, neuron]))
                assert (gaps > most).all(), f"seed {seed}, {population.name}, neuron {neuron}"


def test_none_is_the_same_as_zeros_and_changes_no_digest(tmp_path: Path) -> None:
    plain = _program()
    zeros = _program(refractory=0 * ONE)
    assert zeros.populations[0].refractory is None
    assert zeros.digest == plain.digest != _program(refractory=ONE).digest
    rested = _program(refractory=np.array([0, 2, 5], np.int32))
    assert rested.save(tmp_path / "a.program") == Program.load(tmp_path / "a.program").digest
    assert Program.load(tmp_path / "a.program").populations[0].refractory_steps.tolist() == [0, 2, 5]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.ones(2, np.int32), "3 neurons but 2 refractory periods"),
        (-ONE, "refractory periods of -1 to -1 steps"),
        (ONE / 2, "do not fit int32"),
    ],
)
def test_what_is_no_period_is_refused(given: Array, message: str) -> None:
    with pytest.raises(InputError, match=message):
        _population(given)


def test_chips_limit_it_and_profiles_tell_it_apart() -> None:
    program = compile_network(_network(refractory=np.array([0, 3, 62, 3], np.int32)), "loihi1")
    assert not check(program)
    assert usage(program)[0].decay_profiles == 3
    with pytest.raises(InputError, match=r"refractory period 0\.\.63; loihi1 allows 0\.\.62 .* shorten it to 62"):
        compile_network(_network(refractory=np.array([0, 0, 0, 63], np.int32)), "loihi1")
    none = replace(program.chip, refractory_max=replace(program.chip.refractory_max, value=0))
    assert [each.remedy for each in check(program, none)] == ["leave it out"]


def test_the_program_rests_as_the_network_does() -> None:
    rng = np.random.default_rng(0)
    spikes = {"x": SpikeRaster.pack(rng.random((20, 40, 4)) < 0.4)}
    network = _network(refractory=np.array([0, 1, 4, 9], np.int32))
    floats = interpret(lower(network), spikes)["n"]
    program = compile_network(network)
    integers = load(program).run(spikes).spikes["n"]
    assert floats.dense().sum() > 200
    np.testing.assert_array_equal(floats.packed, integers.packed)
    assert interpret(lower(_network()), spikes)["n"].dense().sum() > floats.dense().sum()


def test_training_says_that_it_has_none() -> None:
    torch = pytest.importorskip("torch")
    with pytest.raises(InputError, match="layer 'n' has a refractory period"):
        TorchNetwork.of(_network(refractory=np.array([0, 1, 4, 9], np.int32)), torch.device("cpu"))


def _population(refractory: Array | None) -> IntPopulation:
    return IntPopulation("p", 1, ONE, ONE, ONE, ONE, refractory=refractory)


def _program(refractory: Array | None = None) -> Program:
    made = compile_network(_network())
    return replace(
        made, populations=(_population(refractory),), projections=(), outputs=(), cores=(), readout=None, proofs=()
    )


def _network(refractory: npt.ArrayLike = 0) -> Network:
    """Four neurons that each hear one channel, in weights that the grid holds exactly."""
    layer = Layer.of("n", 4, tau_s=1.0, tau_m=1.0, threshold=0.75, refractory=refractory)
    return Network((Input("x", 4),), (layer,), (Connection("w", "x", "n", Dense(np.eye(4))),))
