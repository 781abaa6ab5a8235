"""What opens the exports says so of a small network, and says what differs."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.interchange import openers
from benchmarks.interchange.importers import Imported, imported
from benchmarks.interchange.subjects import Subject, drawn_spikes, uniform
from compiler.exporting import export_program
from compiler.pipeline import compile_network
from targets.backends.c.toolchain import compiler

NETWORK = uniform(recurrent=True)
PROGRAM = compile_network(NETWORK)
SUBJECT = Subject("recurrent", PROGRAM, NETWORK, drawn_spikes(PROGRAM, 2, 10))


def test_networkx_opens_both_graphs(tmp_path: Path) -> None:
    assert openers.networkx_json(PROGRAM, SUBJECT.spikes, tmp_path).endswith("cores and digest equal")
    assert openers.networkx_graphml(PROGRAM, SUBJECT.spikes, tmp_path).endswith("keys all declared")


@pytest.mark.skipif(compiler() is None, reason="there is no C compiler")
def test_c_is_compiled_and_run(tmp_path: Path) -> None:
    told = openers.c_compiler(PROGRAM, SUBJECT.spikes, tmp_path)
    assert told.startswith("digest equal; text ")


def test_a_digest_that_differs_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openers, "spike_digest", lambda _: "another")
    if compiler() is not None:
        assert openers.c_compiler(PROGRAM, SUBJECT.spikes, tmp_path).startswith("digest DIFFERS")


@pytest.mark.slow
def test_onnx_runs_in_both_evaluators(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    assert openers.onnx_evaluators(PROGRAM, SUBJECT.spikes, tmp_path).count(" 0 of 200 bins differ") == 2


def test_sanafe_counts_the_same(tmp_path: Path) -> None:
    pytest.importorskip("sanafe", reason="sanafe is not installed")
    told = openers.sanafe(PROGRAM, SUBJECT.spikes, tmp_path)
    operations, ours = told.removeprefix("operations ").partition(",")[0].split(" (ours ")
    assert operations == ours.rstrip(")")


def test_a_framework_that_is_missing_is_told(tmp_path: Path) -> None:
    pytest.importorskip("nir", reason="nir is not installed")
    assert Imported("Norse 1.1", 0, 400).told == "0 of 400 bins differ"
    assert replace(Imported("Norse 1.1", None, 0), why="refused: no").told == "refused: no"
    export_program(NETWORK, "nir", tmp_path / "a.nir")
    pytest.importorskip("norse", reason="Norse is not installed")
    (found,) = imported(tmp_path / "a.nir", SUBJECT.spikes["x"].dense()[0], ("Norse",))
    assert found.differing == 0
