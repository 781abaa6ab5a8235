"""What is written is read by nir and by us as what it was written of."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.exporting import export_caveats, export_program
from compiler.exports.nir.advance import advance
from compiler.exports.nir.floats import floats_of
from compiler.exports.nir.write import caveats, export, nir_of
from compiler.frontends.network import lower
from compiler.frontends.nir.read import read_nir
from compiler.ir.graph import FloatGraph
from compiler.pipeline import compile_network
from search.network import Layer, Network
from targets.contracts.errors import InputError
from targets.contracts.ports import Input
from targets.program.program import Program
from tests.networks import random_network, random_spikes, tiny_network
from tests.strategies import random_program

nir = pytest.importorskip("nir", reason="nir is not installed")


@pytest.mark.parametrize("seed", range(6))
def test_the_graph_alone_spikes_as_the_source(seed: int) -> None:
    """Read as any NIR graph, without a look at the source in its metadata."""
    program, spikes = random_program(np.random.default_rng(seed))
    advanced = advance(floats_of(program)).graph
    told: list[str] = []
    found = read_nir(nir_of(program), tell=told.append)
    assert told[0] == "dt = 0.0001 s, as the metadata of the graph tell."
    meant = interpret(advanced, spikes)
    given = {each.name: spikes[mine.name] for each, mine in zip(_in(found), _in(advanced), strict=True)}
    for name, raster in interpret(found, given).items():
        assert np.array_equal(raster.dense(), meant[name].dense()), name


def _in(graph: FloatGraph) -> list[Input]:
    return sorted(graph.inputs, key=lambda each: each.name)


def test_a_network_spikes_as_it_did(tmp_path: Path) -> None:
    network = random_network(0)
    export(network, tmp_path / "a.nir")
    found = read_nir(tmp_path / "a.nir", tell=lambda _: None)
    given = random_spikes(3, 11)
    meant, got = interpret(lower(network), {"touch": given}), interpret(found, {"input": given})
    assert np.array_equal(meant["hidden"].dense(), got["hidden"].dense())
    assert np.array_equal(meant["answer"].dense()[:, 1:], got["answer"].dense()[:, :-1])


def test_nir_reads_it(tmp_path: Path) -> None:
    program = compile_network(tiny_network())
    export_program(program, "nir", tmp_path / "a.nir")
    graph = nir.read(tmp_path / "a.nir")
    assert graph.metadata["digest"] == program.digest
    assert graph.metadata["dt"] == 1e-4
    assert graph.nodes["hidden"].metadata["core"].tolist() == [0, 0, 0, 0]
    export_program(program, "nir", tmp_path / "b.nir")
    assert (tmp_path / "a.nir").read_bytes() == (tmp_path / "b.nir").read_bytes()


def test_voltages_are_in_their_own_unit() -> None:
    network = tiny_network()
    answer = Layer.of("answer", 2, tau_s=2, tau_m=4, answers="voltage")
    mute = replace(network, layers=(network.layers[0], answer), readout=None)
    for source in (mute, compile_network(mute)):
        graph = nir_of(source)
        assert type(graph.nodes["answer"]).__name__ == "CubaLI"
        (found,) = [each for each in read_nir(graph, tell=lambda _: None).projections if each.target == "answer"]
        meant = lower(mute).into("answer")[0].synapses.weights
        assert np.allclose(found.synapses.weights, meant, atol=0.01)


def test_caveats() -> None:
    resting = replace(tiny_network().layers[0], refractory=np.array([2, 0, 0, 0], np.int32))
    network: Network = replace(tiny_network(), layers=(resting, tiny_network().layers[1]))
    assert caveats(network) == (
        "1 populations rest after a spike, 'hidden' the first; NIR has no refractory period, so others will have more "
        "spikes.",
    )
    program = compile_network(tiny_network())
    assert export_caveats(program, "nir") == ()
    coarse: Program = replace(program, projections=(replace(program.projections[0], exponent=-1),))
    assert caveats(coarse) == (
        "1 projections have an exponent below 0, 'input' the first, and round what they sum; NIR rounds nothing.",
    )


def test_other_formats_take_no_network(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^a network has no cores yet, which format 'json' tells of; compile it"):
        export_program(tiny_network(), "json", tmp_path / "a")


def test_nir_is_asked_for_where_it_is_missing(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['nir'] = None\n"
        "from compiler.exports.nir.write import export\n"
        "from tests.networks import tiny_network\n"
        f"export(tiny_network(), {str(tmp_path / 'a.nir')!r})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert 'install it with: pip install "motifc[nir]"' in done.stderr
    assert not list(tmp_path.iterdir())
