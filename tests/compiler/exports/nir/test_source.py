"""A program or network is read back from NIR to the same digest, or it is said what has changed."""

from pathlib import Path

import numpy as np
import pytest

from compiler.exports.nir.source import source_in_nir, source_kind
from compiler.exports.nir.write import export
from compiler.pipeline import compile_network
from search.network import Network
from targets.conformance.random_program import with_rests
from targets.contracts.errors import InputError
from targets.program.program import Program
from tests.networks import random_network, tiny_network
from tests.strategies import random_program

nir = pytest.importorskip("nir", reason="nir is not installed")


@pytest.fixture(autouse=True)
def _unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read at once and not by another process first, which takes its time and has its own tests."""
    monkeypatch.setattr("search.data.readers.hdf5._why_unread", lambda file: "")


@pytest.mark.parametrize("seed", range(8))
def test_a_program_comes_back_with_its_digest(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    made = random_program(rng)
    program = (with_rests(made, rng) if seed % 2 else made)[0]
    export(program, tmp_path / "a.nir")
    found = source_in_nir(tmp_path / "a.nir")
    assert isinstance(found, Program)
    assert found.digest == program.digest
    assert found.origin == program.origin


@pytest.mark.parametrize("seed", range(3))
def test_a_network_comes_back_with_its_digest(seed: int, tmp_path: Path) -> None:
    network = random_network(seed)
    export(network, tmp_path / "a.nir")
    found = source_in_nir(tmp_path / "a.nir")
    assert isinstance(found, Network)
    assert found.digest == network.digest
    assert compile_network(found).digest == compile_network(network).digest


def _changed(path: Path, change: str) -> None:
    graph = nir.read(path)
    if change == "weight":
        graph.nodes["hidden_to_answer"].weight[0, 0] += 1e-9
    elif change == "kind":
        graph.nodes["hidden_to_answer"] = nir.Affine(graph.nodes["hidden_to_answer"].weight, np.ones(2))
    elif change == "edge":
        graph.edges = [each for each in graph.edges if each[1] != "output"] + [("hidden", "output")]
    elif change == "bytes":
        graph.metadata["motifc_program"][-1] ^= 1
    elif change == "no bytes":
        graph.metadata["motifc_program"] = "program"
    nir.write(path, graph)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("weight", "weight of node 'hidden_to_answer' is not as in that; compile the file as a graph, or export it"),
        ("kind", "node 'hidden_to_answer' is not as in that"),
        ("edge", "an edge is not as in that"),
        ("bytes", "what it was written of has been changed since it was written"),
        ("no bytes", "holds no bytes where its program should be; export it again."),
    ],
)
def test_what_was_changed_is_told(change: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "a.nir"
    export(compile_network(tiny_network()), path)
    assert source_kind(path) == "program"
    _changed(path, change)
    with pytest.raises(InputError) as caught:
        source_in_nir(path)
    assert sentence in str(caught.value)
    assert str(path) in str(caught.value)


def test_other_graphs_were_written_of_nothing(tmp_path: Path) -> None:
    path = Path(__file__).parents[3] / "golden" / "producers" / "norse-lifcell.nir"
    assert source_kind(path) is None
    assert source_in_nir(path) is None
    (tmp_path / "empty.nir").write_bytes(b"")
    assert source_kind(tmp_path / "empty.nir") is None
