"""SANA-FE counts the operations and hops that we count, on the same spikes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compiler.analysis.core_loads import core_loads
from compiler.analysis.estimate import estimate
from compiler.exports.sanafe.architecture import architecture_text, cores_of_tiles, mesh
from compiler.exports.sanafe.network import heard_by, network_text, replayed
from compiler.exports.sanafe.simulate import simulate
from compiler.exports.sanafe.write import export
from compiler.pipeline import compile_network
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.program.program import Core, Program
from targets.runtime.backend import run
from tests.networks import random_network, random_spikes
from tests.strategies import random_program


def _spread() -> Program:
    """On four cores of three tiles, motifs out of order."""
    cores = (
        Core(0, 0, {"hidden": np.r_[8:12, 0:4].astype(np.int32)}),
        Core(0, 0, {"hidden": np.r_[4:8].astype(np.int32)}),
        Core(2, 1, {"hidden": np.r_[12:24].astype(np.int32)}),
        Core(1, 0, {"answer": np.arange(3, dtype=np.int32)}),
    )
    return replace(compile_network(random_network(0)), cores=cores)


def _ran(program: Program, inputs: dict[str, SpikeRaster]) -> dict[str, SpikeRaster]:
    return {**inputs, **run(program, inputs, "numpy").spikes}


def test_what_is_written() -> None:
    program = _spread()
    assert mesh(program) == (3, 2)
    assert cores_of_tiles(program) == {0: [0, 1], 5: [2], 2: [3]}
    heard = heard_by(program)
    assert [each.tolist() for each in heard] == [list(range(11))] * 3 + [[]]
    text = architecture_text(program, [each.size for each in heard])
    assert text.count("name: tile_") == 6
    assert text.count("name: core_") == 7
    played = replayed(program, None)
    assert played.bits.shape == (11 + 24 + 3, 30)
    assert 0 < played.bits.mean() < 0.1
    net = network_text(program, played)
    synapses = sum(int(np.count_nonzero(each.synapses.weights)) for each in program.projections)
    assert net.count("[weight: 0]") == synapses
    assert '  - p0.12: [core: 5.0, soma: "neuron[0]", dendrite: "dendrites[0]", synapse: synapses]' in net


def test_samples_are_replayed_one_after_the_other() -> None:
    program = _spread()
    dense = np.zeros((3, 5, 11), bool)
    dense[0, 1, 2] = dense[2, 3, 4] = dense[1, 4, 0] = True
    inputs = {"touch": SpikeRaster.pack(dense, lengths=np.array([2, 0, 5], np.int32))}
    played = replayed(program, _ran(program, inputs))
    assert played.steps == 7
    assert np.argwhere(played.bits[:11]).tolist() == [[2, 1], [4, 5]]


def test_too_much_is_refused() -> None:
    program = replace(_spread(), steps=200_000)
    with pytest.raises(InputError, match=r"^38 inputs and neurons in 200,000 steps are 7,600,000 bits to replay; SANA"):
        replayed(program, None)


def test_the_folder_says_what_it_is(tmp_path: Path) -> None:
    export(_spread(), tmp_path / "out")
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == ["README.md", "arch.yaml", "net.yaml"]
    readme = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "spikes in 3 % of the steps are drawn and replayed for 30 steps" in readme


def test_it_is_asked_for_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sanafe", None)
    with pytest.raises(InputError, match=r'install it with: pip install "motifc\[sanafe\]"$'):
        simulate(_spread(), {})


def _assert_equal(program: Program, inputs: dict[str, SpikeRaster]) -> None:
    pytest.importorskip("sanafe", reason="sanafe is not installed")
    spikes = _ran(program, inputs)
    own, found, loads = estimate(program, spikes), simulate(program, spikes), core_loads(program, spikes)
    assert found.operations == pytest.approx(own.synaptic_operations, rel=1e-12)
    assert found.hops == pytest.approx(own.hops_east_west + own.hops_north_south, rel=1e-12)
    assert found.messages == pytest.approx(own.messages, rel=1e-12)
    assert found.core_operations == pytest.approx(loads.operations, rel=1e-12)


def test_operations_hops_and_messages_are_equal() -> None:
    _assert_equal(_spread(), {"touch": random_spikes(1, 11)})


def test_lengths_are_heeded() -> None:
    spikes = replace(random_spikes(2, 11), lengths=np.array([30, 1, 17, 0], np.int32))
    _assert_equal(_spread(), {"touch": spikes})


@pytest.mark.parametrize("seed", range(6))
def test_random_programs_are_equal(seed: int) -> None:
    program, spikes = random_program(np.random.default_rng(seed))
    cores = tuple(replace(core, x=number, y=number % 2) for number, core in enumerate(program.cores))
    _assert_equal(replace(program, cores=cores), spikes)
