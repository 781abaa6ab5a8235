"""Files and graphs in memory: what they hold, and one sentence for what is none of either."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from compiler.frontends.nir.read import read_nir
from compiler.text import text
from tests.compiler.frontends.nir.graphs import DT, chain, cuba, graph, nir, recurrent, refused, told, with_lif


@pytest.fixture
def unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read at once and not by another process first, which takes its time."""
    monkeypatch.setattr("search.data.readers.hdf5._why_unread", lambda file: "")


def nested() -> Any:
    return graph(chain("input", "part", "output"), part=recurrent())


@pytest.mark.usefixtures("unwatched")
@pytest.mark.parametrize("whole", [recurrent, nested])
def test_a_file_reads_as_the_graph_it_was_written_from(tmp_path: Path, whole: Any) -> None:
    nir.write(tmp_path / "net.nir", whole())
    from_file, from_graph = read_nir(tmp_path / "net.nir", dt=DT), read_nir(whole(), dt=DT)
    assert text(from_file) == text(from_graph)
    assert from_file.origin == from_graph.origin


def test_what_is_no_graph_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.nir"
    assert refused(path) == f"{path} does not exist; a .nir file is needed, so check the path."
    path.write_text("spikes")
    assert refused(path).startswith(f"{path} is no readable HDF5 file (")
    assert refused(cuba()) == "a CubaLIF is no NIR graph; give a .nir file or a nir.NIRGraph."


def _types(file: Any) -> None:
    del file["node/nodes/lif/type"]
    file["node/nodes/lif/type"] = "Izhikevich"


def _nameless(file: Any) -> None:
    del file["node/nodes/lif/type"]


def _edges(file: Any) -> None:
    del file["node/edges"]
    file["node/edges"] = [b"lif"]


def _elsewhere(file: Any) -> None:
    file.move("node", "graph")


def _one(file: Any) -> None:
    file.move("node/nodes/lif", "lif")
    del file["node"]
    file.move("lif", "node")


def _short(file: Any) -> None:
    del file["node/nodes/lif/r"]


@pytest.mark.usefixtures("unwatched")
@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (_types, "node 'lif' is a Izhikevich; "),
        (_nameless, "node 'lif' has no type in the file; every node needs one, so copy the file again."),
        (_edges, "the graph has edges of shape (1,); [edge, 2] is needed, so copy the file again."),
        (_elsewhere, " holds no NIR graph, having no group 'node'; give a file that nir.write made."),
        (_one, " holds a single CubaLIF and no graph; put it between an Input and an Output."),
        (_short, "node 'lif' is a CubaLIF without r; write it again with that."),
    ],
)
def test_a_file_that_is_not_whole_is_told_in_a_sentence(tmp_path: Path, damage: Any, sentence: str) -> None:
    path = tmp_path / "net.nir"
    nir.write(path, with_lif())
    with h5py.File(path, "r+") as file:
        damage(file)
    assert sentence in refused(path)


def test_weights_that_the_file_cannot_hold_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "net.nir"
    nir.write(path, with_lif())
    with h5py.File(path, "r+") as file:
        del file["node/nodes/fc/weight"]
        file.create_dataset("node/nodes/fc/weight", (10**6, 10**6), "f4", chunks=(1000, 1000))
    assert refused(path) == (
        f"{path} is no readable HDF5 file (/node/nodes/fc/weight is declared as float32 (1000000, 1000000), more "
        "than it can hold); unpack or copy it again."
    )


@pytest.mark.usefixtures("unwatched")
def test_a_file_of_nir_before_1_is_read_and_told(tmp_path: Path) -> None:
    """Without v_reset, whose place another reset had; without w_in, which is 1 then; and of one value for all."""
    path = tmp_path / "old.nir"
    nir.write(path, with_lif(w_in=1.0))
    with h5py.File(path, "r+") as file:
        for key in ("v_reset", "w_in", "tau_mem", "v_threshold"):
            del file[f"node/nodes/lif/{key}"]
        file["node/nodes/lif/tau_mem"] = 4 * DT
        file["node/nodes/lif/v_threshold"] = [1.0]
    assert told(path) == [
        "the file has no v_reset for 'lif', as before nir 1.0, and is read as a reset to 0; if it was trained with a "
        "reset by subtraction, its spikes will be others.",
        "the file has no w_in for 'lif', as before nir 1.0, and is read as w_in = 1; if it was trained with another, "
        "its spikes will be others.",
    ]
    assert text(read_nir(path, dt=DT, tell=lambda sentence: None)) == text(read_nir(with_lif(w_in=1.0), dt=DT))


def test_names_and_edges_that_are_none_are_refused() -> None:
    wrong = with_lif()
    wrong.nodes[7] = cuba()
    assert refused(wrong) == "a node of the graph is called 7; names are texts, so give it one."
    wrong = with_lif()
    wrong.edges.append(("input",))
    assert refused(wrong) == "an edge of the graph is ('input',); two names of nodes are needed, so correct it."


def test_a_graph_that_holds_itself_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = with_lif()
    endless.nodes["part"] = endless
    assert refused(endless) == (
        "the graph holds graphs more than 32 deep or more than 65,536 nodes in all; flatten or split it."
    )
    monkeypatch.setattr("compiler.frontends.nir.content._MOST", 1000)
    twice = with_lif()
    for _ in range(30):  # 2^30 nodes in all
        twice = nir.NIRGraph({"a": twice, "b": twice}, [("a", "b")], type_check=False)
    assert refused(twice).startswith("the graph holds graphs more than 32 deep or more than 1,000 nodes in all; ")


@pytest.mark.usefixtures("unwatched")
def test_numbers_of_h5py_and_numpy_are_alike(tmp_path: Path) -> None:
    whole = graph(chain("input", "late", "lif", "output"), late=nir.Delay(np.full(2, 3 * DT)), lif=cuba())
    whole.metadata = {"dt": DT}
    nir.write(tmp_path / "net.nir", whole)
    (projection,) = read_nir(tmp_path / "net.nir", tell=lambda sentence: None).projections
    assert projection.delay == 3
