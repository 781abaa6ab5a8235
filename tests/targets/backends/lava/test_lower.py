"""What Lava is to build, computed in plain numpy, is the program itself, whichever processes hold its neurons."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from targets.backends.lava.lower import lower, with_probes
from targets.backends.lava.network import LavaNetwork, LavaNeurons, load, save
from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import BlockDiagonal, Dense
from targets.program.program import Core, IntProjection, Program
from targets.runtime.backend import run
from targets.runtime.neuron import step
from targets.runtime.recording import Probe
from tests.seeds import seeds
from tests.strategies import random_program
from tests.targets.backends.lava.jobs import population, program, scattered

GRANULARITIES = ("layer", "core")


def interpret(network: LavaNetwork, inputs: Mapping[str, SpikeRaster]) -> dict[str, tuple[Array, Array, Array]]:
    """(spikes, u, v) of every population, computed process by process."""
    spikes: dict[str, Array] = {name: raster.dense() for name, raster in inputs.items()}
    samples, steps, _ = spikes[next(iter(spikes))].shape
    u, v = ({group.name: np.zeros((samples, group.du.size), np.int32) for group in network.neurons} for _ in range(2))
    spikes |= {group.name: np.zeros((samples, steps, group.du.size), np.uint8) for group in network.neurons}
    for t in range(steps):
        for group in network.neurons:
            name, sums = group.name, np.zeros((samples, group.sum_neuron.size), dtype=np.int64)
            heard = np.zeros((samples, group.du.size), dtype=np.int64)
            for synapses in network.synapses:
                if synapses.target == name and t >= synapses.delay:
                    arrived = (synapses.weights @ spikes[synapses.source][:, t - synapses.delay].astype(np.int64).T).T
                    exponent = synapses.exponent
                    arrived = arrived << exponent if exponent >= 0 else arrived >> -exponent
                    (sums if synapses.partial else heard)[:] += arrived
            for number, (neuron, shift) in enumerate(zip(group.sum_neuron, group.sum_shift, strict=True)):
                heard[:, neuron] += sums[:, number] >> shift
            u[name], v[name], spikes[name][:, t] = step(
                u[name],
                v[name],
                heard.astype(np.int32),
                du=group.du,
                dv=group.dv,
                vth=group.vth,
                bias=group.bias_mant << group.bias_exp,
                arithmetic=Arithmetic(24, 12, 6),
            )
    return populations(network, {name: (spikes[name], u[name], v[name]) for name in u})


def populations(
    network: LavaNetwork, recorded: Mapping[str, tuple[Array, Array, Array]]
) -> dict[str, tuple[Array, Array, Array]]:
    shares = [share for group in network.neurons for share in group.shares]
    found = {}
    for name in {share.population for share in shares}:
        size = sum(share.neurons.size for share in shares if share.population == name)
        arrays = tuple(np.full((*values.shape[:-1], size), -1) for values in next(iter(recorded.values())))
        for group in network.neurons:
            start = 0
            for share in group.shares:
                if share.population == name:
                    for array, values in zip(arrays, recorded[group.name], strict=True):
                        array[..., share.neurons] = values[..., start : start + share.neurons.size]
                start += share.neurons.size
        found[name] = (arrays[0], arrays[1], arrays[2])
    return found


def equal_to_oracle(given: Program, inputs: Mapping[str, SpikeRaster], granularity: str) -> LavaNetwork:
    network = lower(given, granularity)
    expected, got = run(given, inputs), interpret(network, inputs)
    for name, (spikes, u, v) in got.items():
        assert np.array_equal(spikes, expected.spikes[name].dense())
        assert np.array_equal(u, expected.u[name])
        assert np.array_equal(v, expected.v[name])
    assert set(got) == set(expected.spikes)
    return network


@pytest.mark.parametrize("granularity", GRANULARITIES)
@pytest.mark.parametrize("seed", seeds(50, 8))
def test_random_programs(seed: int, granularity: str) -> None:
    rng = np.random.default_rng(seed)
    given, inputs = random_program(rng)
    equal_to_oracle(given, inputs, granularity)
    equal_to_oracle(scattered(given, 3, rng), inputs, granularity)


def _pair(exponent: int) -> Program:
    """Two projections onto the same two neurons; each neuron of `a`, and of `h`, on a core of its own."""
    a, h = population("a", 2, bias=[70, 80], dv=4095), population("h", 2, bias=[9, -9])
    given = program(
        {"x": 1},
        (a, h),
        IntProjection("first", "a", "h", Dense(np.array([[6, 2], [-2, -6]])), exponent, 2),
        IntProjection("second", "a", "h", BlockDiagonal(np.array([[[10]], [[14]]])), exponent, 2),
    )
    one = np.array([0]), np.array([1])
    return replace(given, cores=tuple(Core(n % 2, n // 2, {p: one[n % 2]}) for n, p in enumerate("aahh")))


def test_synapses_of_one_exponent_and_delay_are_one_process() -> None:
    given = _pair(3)
    layer, core = (lower(given, granularity) for granularity in GRANULARITIES)
    assert [synapses.weights.toarray().tolist() for synapses in layer.synapses] == [[[16, 2], [-2, 8]]]
    assert {(s.source, s.target): s.weights.toarray().tolist() for s in core.synapses} == {
        ("core 0", "core 2"): [[16]],
        ("core 0", "core 3"): [[-2]],
        ("core 1", "core 2"): [[2]],
        ("core 1", "core 3"): [[8]],
    }
    assert not any(synapses.partial for synapses in (*layer.synapses, *core.synapses))
    assert layer.leaves == 1 + 2 + 1
    assert core.leaves == 1 + 4 + 4


def test_sums_that_are_shifted_down_are_whole_before_they_are() -> None:
    """-2 >> 2 is -1 and -6 >> 2 is -2, but (-2 - 6) >> 2 is -2: parts on two cores must not be shifted apart."""
    given = _pair(-2)
    network = lower(given, "core")
    assert all(synapses.partial and synapses.exponent == 0 for synapses in network.synapses)
    assert {group.name: (group.sum_neuron.tolist(), group.sum_shift.tolist()) for group in network.neurons} == {
        "core 0": ([], []),
        "core 1": ([], []),
        "core 2": ([0, 0], [2, 2]),
        "core 3": ([0, 0], [2, 2]),
    }
    silent = {"x": SpikeRaster.pack(np.zeros((1, 12, 1)))}
    for granularity in GRANULARITIES:
        equal_to_oracle(given, silent, granularity)
    assert run(given, silent).u["h"][0].any()


def test_rows_that_meet_nothing_are_shifted_by_lava() -> None:
    given = program(
        {"x": 2, "y": 2},
        (population("h", 2),),
        IntProjection("one", "x", "h", Dense(np.array([[2, 4], [0, 0]])), -2, 1),
        IntProjection("other", "y", "h", Dense(np.array([[6, 8], [0, 0]])), -2, 1),
        IntProjection("own", "h", "h", Dense(np.array([[2, 0], [4, 2]])), -2, 1),
    )
    network = lower(replace(given, cores=(Core(0, 0, {"h": np.array([1, 0])}),)), "core")
    assert [synapses.partial for synapses in network.synapses] == [False, False, False]
    assert [synapses.exponent for synapses in network.synapses] == [-2, -2, -2]
    own = next(synapses for synapses in network.synapses if synapses.source == "core 0")
    assert own.weights.toarray().tolist() == [[2, 4], [0, 2]]


def test_a_core_shares_its_process_among_populations_and_an_empty_core_has_none() -> None:
    given = program({"core 0": 1}, (population("a", 3, vth=[1, 2, 3]), population("b", 2, vth=[4, 5])))
    cores = (
        Core(0, 0, {"b": np.array([1]), "a": np.array([2, 0])}),
        Core(0, 0, {}),
        Core(1, 0, {"a": np.array([1]), "b": np.array([0])}),
    )
    probes = (Probe("a", np.array([1, 0, 1])), Probe("b", np.array([1])))
    network = with_probes(lower(replace(given, cores=cores), "core"), probes)
    assert [group.name for group in network.neurons] == ["program core 0", "program core 2"]
    assert [group.vth.tolist() for group in network.neurons] == [[5, 3, 1], [2, 4]]
    assert [_shares(group) for group in network.neurons] == [
        [("b", [1], [0], [0]), ("a", [2, 0], [1], [1])],
        [("a", [1], [0, 0], [0, 2]), ("b", [0], [], [])],
    ]


def _shares(group: LavaNeurons) -> list[tuple[str, list[int], list[int], list[int]]]:
    return [(s.population, s.neurons.tolist(), s.probed.tolist(), s.slots.tolist()) for s in group.shares]


def test_a_network_is_read_as_it_was_saved(tmp_path: Path) -> None:
    network = with_probes(lower(_pair(-2), "core"), (Probe("h", np.array([1, 0])),))
    save(network, tmp_path)
    again = load(tmp_path)
    assert again.inputs == network.inputs
    assert (tmp_path / "network.json").read_text().count("core 2") == 3
    for group, read in zip(network.neurons, again.neurons, strict=True):
        assert read.name == group.name
        assert _shares(read) == _shares(group)
        for key in ("du", "dv", "vth", "bias_mant", "bias_exp", "sum_neuron", "sum_shift"):
            assert getattr(read, key).tolist() == getattr(group, key).tolist()
    for synapses, other in zip(network.synapses, again.synapses, strict=True):
        for key in ("source", "target", "exponent", "delay", "partial"):
            assert getattr(other, key) == getattr(synapses, key)
        assert other.weights.toarray().tolist() == synapses.weights.toarray().tolist()


def test_too_many_processes_are_refused() -> None:
    given = program(
        {"x": 1},
        (population("h", 14),),
        IntProjection("in", "x", "h", Dense(np.full((14, 1), 2)), 0, 1),
        IntProjection("back", "h", "h", Dense(np.full((14, 14), 2)), 0, 1),
    )
    apart = tuple(Core(0, 0, {"h": np.array([number])}) for number in range(14))
    with pytest.raises(InputError) as error:
        lower(replace(given, cores=apart), "core")
    assert str(error.value) == (
        "the program needs 225 Lava processes at granularity 'core' (inputs: 1, cores: 14, groups of synapses: 210); "
        "at most 200 are started, so choose granularity 'layer'."
    )
    together = (*apart[:12], Core(0, 0, {"h": np.array([12, 13])}))
    assert lower(replace(given, cores=together), "core").leaves == 1 + 13 + 13 + 13 * 13
    assert lower(replace(given, cores=apart)).leaves == 4


def test_every_neuron_needs_one_core() -> None:
    given = program({"x": 1}, (population("h", 5),))
    for cores, none, several in (((), 5, 0), (([0, 1, 2], [2, 3]), 1, 1)):
        placed = replace(given, cores=tuple(Core(0, 0, {"h": np.array(members)}) for members in cores))
        with pytest.raises(InputError) as error:
            lower(placed, "core")
        assert str(error.value) == (
            f"population 'h' has {none} neurons on no core and {several} on several; granularity 'core' needs each on "
            "exactly one, so compile the network again or choose granularity 'layer'."
        )
