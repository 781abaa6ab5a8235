"""The chain: Network to Program."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.frontends.network import lower
from compiler.frontends.nir.read import read_nir
from compiler.ir.graph import IntGraph
from compiler.passes.bounds import bounds
from compiler.passes.fold import fold
from compiler.pipeline import compile_graph, compile_network
from compiler.stage import ORDER
from compiler.text import text
from search.network import Connection, Layer, Network
from targets.contracts.chip import Limit, chip_named
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense, with_weights
from targets.program.check import check
from targets.program.program import Program
from targets.program.usage import chips_used
from targets.runtime.backend import load, run
from tests.compiler.mapped import system
from tests.networks import random_network, random_spikes


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("chip", ["loihi1", "loihi2"])
def test_every_neuron_and_every_synapse_arrives(seed: int, chip: str) -> None:
    network = random_network(seed)
    program = compile_network(network, replace(chip_named(chip), neurons_per_core=Limit(7, "neurons", "this test")))
    assert len(program.cores) > 3
    for layer in network.layers:
        held = np.concatenate([core.members.get(layer.name, np.empty(0, int)) for core in program.cores])
        assert sorted(held.tolist()) == list(range(layer.neurons))
    for connection, projection in zip(network.connections, program.projections, strict=True):
        assert projection.delay == connection.delay
        before, after = connection.synapses.weights, projection.synapses.weights
        assert (after[before == 0] == 0).all()
        assert (np.sign(after) * np.sign(before) >= 0).all()


@pytest.mark.parametrize("seed", range(5))
def test_the_program_is_the_float_network_with_rounded_numbers(seed: int) -> None:
    """Put the program's rounded numbers back into the float equations: nearly every bin must be the program's own.

    The plain float network drifts away from both, since one moved spike moves others; only its counts stay close.
    """
    graph = fold(lower(random_network(seed)))
    program = compile_network(random_network(seed))
    rounded = replace(
        graph,
        populations=tuple(
            replace(exact, tau_s=4096 / (own.du + 1.0), tau_m=4096.0 / own.dv, bias=own.bias / own.vth / 64.0)
            for exact, own in zip(graph.populations, program.populations, strict=True)
        ),
        projections=tuple(
            replace(
                exact,
                synapses=with_weights(
                    exact.synapses,
                    own.synapses.weights
                    * 2.0**own.exponent
                    / program.population(own.target).vth[own.synapses.row_of()],
                ),
            )
            for exact, own in zip(graph.projections, program.projections, strict=True)
        ),
    )
    raster = random_spikes(seed, 11, samples=20)
    integers = run(program, raster).spikes
    plain = interpret(graph, {"touch": raster})
    for name, spikes in interpret(rounded, {"touch": raster}).items():
        total = int(spikes.counts().sum())
        assert total > 100
        assert (spikes.dense() != integers[name].dense()).sum() <= 0.05 * total
        assert abs(int(plain[name].counts().sum()) - total) <= 0.15 * total


@pytest.mark.slow
def test_the_same_network_gives_the_same_digest_in_another_process() -> None:
    code = (
        "from compiler.pipeline import compile_network; from tests.networks import random_network;"
        "print(compile_network(random_network(3)).digest)"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert compile_network(random_network(3)).digest == other
    assert compile_network(random_network(4)).digest != other


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="threads cannot be bound here")
def test_the_same_network_gives_the_same_digest_with_another_number_of_threads() -> None:
    """As many cores as make Mt-KaHyPar the cutter, once with one processor and once with all there are."""
    code = (
        "import os, sys; os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(sys.argv[1])]);"
        "from benchmarks.mapping.networks import float_form, generated; from compiler.pipeline import compile_graph;"
        "program = compile_graph(float_form(generated('modular', 2400, 8, 1).graph), 'loihi1', seed=5);"
        "print(len(program.cores), program.digest)"
    )
    made = []
    for threads in ("1", "99"):
        done = subprocess.run(
            [sys.executable, "-c", code, threads],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "OMP_NUM_THREADS": threads},
        )
        made.append(done.stdout)
    assert made[0] == made[1]
    assert int(made[0].split()[0]) >= 3


def test_the_program_names_its_network() -> None:
    network = random_network(0)
    assert compile_network(network).origin == network.digest


def test_compiling_needs_no_torch() -> None:
    code = (
        "import sys; from compiler.pipeline import compile_network; from tests.networks import tiny_network;"
        "compile_network(tiny_network()); print(sorted({'torch', 'onnx', 'lava', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_chip_too_small_is_named_with_its_numbers() -> None:
    chip = replace(
        chip_named("loihi1"),
        chips=Limit(2, "chips", "this test"),
        cores=Limit(3, "cores", "this test"),
        neurons_per_core=Limit(5, "neurons", "this test"),
    )
    with pytest.raises(InputError) as error:
        compile_network(random_network(0), chip)
    assert str(error.value) == (
        "the program has 7 cores for 27 neurons; the largest system of loihi1 has 2 chips of 3 cores (cores), "
        "so remove 3 neurons (those on the 1 emptiest cores), or use a system of 3 chips."
    )


def test_following_every_remedy_makes_a_network_fit_that_fits_nowhere() -> None:
    """Ten neurons that listen to 60 sources each, on four chips of a core that takes 50 and 2 neurons."""

    def network(sources: int) -> Network:
        weights = np.random.default_rng(0).uniform(0.2, 1, (10, 60))
        weights[:, sources:] = 0
        return Network((Input("x", 60),), (Layer.of("n", 10),), (Connection("w", "x", "n", Dense(weights)),))

    chip = replace(
        chip_named("loihi1"),
        chips=Limit(4, "chips", "this test"),
        cores=Limit(1, "cores", "this test"),
        neurons_per_core=Limit(2, "neurons", "this test"),
        axons_in_per_core=Limit(50, "axons", "this test"),
    )
    with pytest.raises(InputError) as error:
        compile_network(network(60), chip)
    first, second = str(error.value).splitlines()
    fewer = re.search(r"^population 'n' has 10 neurons with up to 60 sources; .* let each listen to (\d+) fewer", first)
    needed = re.search(r"^the network has 10 neurons; .* or use a system of (\d+) chips", second)
    assert fewer is not None
    assert needed is not None
    sources, wider = 60 - int(fewer[1]), replace(chip, chips=Limit(int(needed[1]), "chips", "this test"))
    assert compile_network(network(sources), wider).neurons == 10
    for kept, tried in ((60, wider), (sources + 1, wider), (sources, chip)):
        with pytest.raises(InputError):
            compile_network(network(kept), tried)


@pytest.mark.slow
def test_a_large_sparse_network_is_spread_over_two_chips() -> None:
    network = Network(
        (Input("x", 1),), (Layer.of("n", 140_000),), (Connection("w", "x", "n", Dense(np.ones((140_000, 1)))),)
    )
    program = compile_network(network, "loihi1")
    assert len(program.cores) == 137
    assert chips_used(program) == 2


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_program_on_several_chips_is_legal_and_runs_as_on_one(seed: int) -> None:
    """Chips of 2 x 1 tiles with one core each, a core for each of six motifs and of the readout: four chips."""
    pytest.importorskip("torch", reason="torch is not installed")
    chip = system(cores=2, neurons_per_core=4)
    network = random_network(seed)
    program = compile_network(network, chip)
    assert check(program, chip) == ()
    assert len(program.cores) == 7
    assert chips_used(program) == 4
    assert program.digest == compile_network(network, chip).digest
    raster = random_spikes(seed, 11)
    whole = run(compile_network(network, "loihi1"), raster).spikes
    for backend in ("numpy", "torch:cpu"):
        for name, spikes in run(program, raster, backend).spikes.items():
            assert np.array_equal(spikes.dense(), whole[name].dense())
    assert whole["hidden"].dense().sum() > 100


def test_every_pass_is_watched() -> None:
    seen: dict[str, object] = {}
    program = compile_network(random_network(0), watch=seen.__setitem__)
    assert list(seen) == ["lower", *ORDER, "assemble"]
    texts = {name: text(stage) for name, stage in seen.items()}
    assert texts["assemble"] == text(program)
    assert texts["retime"] == texts["lower"] != texts["fold"]
    assert texts["bounds"].count("proof ") == 2
    assert texts["partition"] == texts["place"] == "mapping onto 1 cores\ncore 0 at (0, 0): units 0-8\n"
    assert program.digest == compile_network(random_network(0)).digest


def test_a_failing_pass_names_itself_and_those_before_it() -> None:
    network = random_network(0)
    huge = with_weights(network.connections[0].synapses, 1e9 * network.connections[0].synapses.weights)
    with pytest.raises(InputError, match=r"^population 'hidden' has weights up to ") as error:
        compile_network(replace(network, connections=(replace(network.connections[0], synapses=huge),)))
    assert error.value.__notes__ == ["in pass 'quantize', after lower, retime, fold"]


def test_the_program_carries_its_proofs() -> None:
    program = compile_network(random_network(0))
    integers = IntGraph(
        program.inputs, program.populations, program.projections, program.readout, program.steps, program.origin
    )
    for carried, proven in zip(program.proofs, bounds(integers, program.chip.arithmetic), strict=True):
        assert (carried.population, carried.a, carried.u, carried.v) == (
            proven.population,
            (proven.a_low.min(), proven.a_high.max()),
            (proven.u_low.min(), proven.u_high.max()),
            (proven.v_low.min(), proven.v_high.max()),
        )
        assert carried.wraps.tolist() == proven.wraps.tolist()
        assert carried.saturates.tolist() == proven.saturates.tolist()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_graph_without_delays_is_compiled_and_late_by_its_latency(seed: int) -> None:
    """Against the same graph with the delays that retiming gives: integer spikes shift as the float ones do."""
    graph = lower(random_network(seed))
    plain = replace(
        graph,
        populations=tuple(replace(population, bias=np.zeros(population.neurons)) for population in graph.populations),
    )
    instant = replace(
        plain,
        projections=tuple(
            replace(projection, delay=0) if projection.source != projection.target else projection
            for projection in plain.projections
        ),
    )
    program = compile_graph(instant)
    assert dict(program.latency) == {"hidden": 1, "answer": 2}
    assert program.steps == graph.steps + 2
    assert compile_graph(replace(instant, readout=None), outputs=["hidden"]).steps == graph.steps + 1
    raster = random_spikes(seed, 11)
    with load(program) as loaded:
        early, late, own = (
            run(compile_graph(plain), raster).spikes,
            loaded.raw(raster).spikes,
            loaded.run(raster).spikes,
        )
    for name, steps in program.latency.items():
        assert np.array_equal(early[name].dense(), late[name].dense())  # delays 1 and 1 after hidden's first step
        assert np.array_equal(late[name].dense()[:, steps:], own[name].dense()[:, : raster.steps - steps])
    assert not compile_graph(plain).latency


def test_nothing_of_a_late_output_is_cut_off() -> None:
    """A NIR graph whose output answers in the very step of its input: in the program one step after the sample."""
    nir = pytest.importorskip("nir", reason="nir is not installed")
    ends = {"input": nir.Input({"input": np.array([2])}), "output": nir.Output({"output": np.array([2])})}
    cells = {"tau_syn": 2e-3, "tau_mem": 4e-3, "r": 3.0, "w_in": 2.0, "v_leak": 0.0, "v_threshold": 1.0, "v_reset": 0.0}
    neurons = nir.CubaLIF(**{name: np.full(2, value) for name, value in cells.items()})
    nodes = ends | {"fc": nir.Linear(2 * np.eye(2)), "lif": neurons}
    edges = [("input", "fc"), ("fc", "lif"), ("lif", "output")]
    graph = read_nir(nir.NIRGraph(nodes, edges, type_check=False), dt=1e-3, steps=5)
    program = compile_graph(graph)
    assert program.latency == {"lif": 1}
    assert (graph.steps, program.steps) == (5, 6)
    spikes = np.zeros((1, graph.steps, 2), np.uint8)
    spikes[0, 4, 1] = 1
    raster = SpikeRaster.pack(spikes)
    with load(program) as loaded:
        late, own = loaded.raw(raster.padded(1)).spikes["lif"].dense(), loaded.run(raster).spikes["lif"].dense()
    assert np.argwhere(interpret(graph, {"input": raster})["lif"].dense()[0]).tolist() == [[4, 1]]
    assert np.argwhere(late[0]).tolist() == [[5, 1]]
    assert np.argwhere(own[0]).tolist() == [[4, 1]]


def test_what_no_output_hears_is_left_out() -> None:
    network = random_network(0)
    hidden = network.layer("hidden")
    aside = replace(hidden, name="aside")
    first = network.connections[0]
    wider = replace(
        network,
        layers=(*network.layers, aside),
        connections=(*network.connections, replace(first, name="side", target="aside")),
    )
    inputs = {"touch": random_spikes(0, 11)}
    assert len(compile_network(wider).populations) == 3
    pruned = compile_network(wider, outputs=["hidden"], calibration=inputs)
    assert [population.name for population in pruned.populations] == ["hidden", "answer"]
    whole = compile_network(wider, calibration=inputs)
    assert whole.settings["calibrated"]
    assert whole.digest == compile_network(wider, calibration=inputs).digest
    assert whole.digest != compile_network(wider).digest


def test_the_seed_is_told_and_of_no_digest_where_it_changes_nothing() -> None:
    programs = [compile_network(random_network(0), seed=seed) for seed in (0, 7)]
    assert [program.settings["seed"] for program in programs] == [0, 7]
    assert programs[0].digest == programs[1].digest


def test_a_chip_of_one_s_own_compiles_saves_loads_checks_and_shows(tmp_path: Path) -> None:
    """A value under a new name, and one under the name of a chip that it is not."""
    for name in ("mine", "loihi1"):
        own = replace(chip_named("loihi1"), name=name, neurons_per_core=Limit(5, "neurons", "this test"))
        program = compile_network(random_network(0), own)
        program.save(tmp_path / "own.program")
        again = Program.load(tmp_path / "own.program")
        assert (again.chip, again.digest) == (own, program.digest)
        assert check(again) == ()
        assert len(again.cores) == 7  # six motifs of four, one each, and the answer
        assert f"for {name}\n" in text(again)
        smaller = replace(again, chip=replace(own, neurons_per_core=Limit(3, "neurons", "this test")))
        assert {violation.rule for violation in check(smaller)} == {"neurons"}
