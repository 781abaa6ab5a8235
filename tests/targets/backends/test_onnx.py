"""What only the onnx backend has: the file, its metadata, other runtimes, resuming."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from search.motif import neighbours
from targets.conformance.equivalence import compare
from targets.contracts.arrays import Array
from targets.contracts.chip import chip_named
from targets.contracts.errors import InputError
from targets.contracts.numbering import ranges
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Banded, Dense, Sparse, Synapses
from targets.contracts.writing import Destination
from targets.program.program import Core, IntPopulation, IntProjection, Program
from targets.runtime.backend import run
from targets.runtime.machine import record
from targets.runtime.recording import Recording
from tests.strategies import random_program

onnx = pytest.importorskip("onnx", reason="onnx is not installed")
onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

from onnx.reference import ReferenceEvaluator  # noqa: E402

from targets.backends.onnx import OnnxMachine, export, model  # noqa: E402


def test_file_has_standard_operators_and_tells_what_it_is(tmp_path: Path) -> None:
    program, _ = random_program(np.random.default_rng(3))
    export(program, tmp_path / "a.onnx")
    loaded = onnx.load(tmp_path / "a.onnx")
    onnx.checker.check_model(loaded, full_check=True)
    assert loaded.ir_version == 8
    assert [(entry.domain, entry.version) for entry in loaded.opset_import] == [("", 17), ("motifc", 1)]
    assert [node.op_type for node in loaded.graph.node] == ["Scan"]
    metadata = {entry.key: entry.value for entry in loaded.metadata_props}
    assert metadata.keys() == {"digest", "chip", "cores", "readout", "latency"}
    assert (metadata["digest"], metadata["chip"]) == (program.digest, "loihi2")
    held = [{name: ranges(indices) for name, indices in core.members.items()} for core in program.cores]
    assert json.loads(metadata["cores"]) == [{"x": 0, "y": 0, "members": members} for members in held]
    last = program.populations[-1]
    assert json.loads(metadata["readout"]) == {"population": last.name, "classes": last.neurons}


def test_same_program_gives_the_same_file(tmp_path: Path) -> None:
    program, _ = random_program(np.random.default_rng(4))
    for name in ("a", "b"):
        export(program, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_file_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    program, _ = random_program(np.random.default_rng(4))
    with pytest.raises(InputError) as error:
        export(program, tmp_path)
    assert str(error.value) == f"{tmp_path} is a folder; a file name is needed to write to, so give one."


@pytest.mark.parametrize("seed", range(8))
def test_file_runs_by_its_documented_names(tmp_path: Path, seed: int) -> None:
    """A user of onnxruntime who knows nothing of motifc gets the spikes of the oracle."""
    program, inputs = random_program(np.random.default_rng(seed))
    export(program, tmp_path / "a.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "a.onnx", providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    results = dict(zip(names, session.run(None, _feed(program, inputs)), strict=True))
    _assert_equal(run(program, inputs), results)


def test_every_part_is_a_function_and_every_operation_has_a_name() -> None:
    program, _ = random_program(np.random.default_rng(3))
    built = model(program)
    nodes = list(built.graph.node[0].attribute[0].g.node)
    functions = {function.name: function for function in built.functions}
    called = {node.name: node.op_type for node in nodes if node.domain == "motifc"}
    parts = [f"population {each.name}" for each in program.populations]
    parts += [f"projection {each.name}" for each in program.projections if each.synapses.weights.size]
    assert sorted(called) == sorted(parts)
    assert sorted(called.values()) == sorted(functions)
    names = [node.name for node in (*nodes, *(node for each in built.functions for node in each.node))]
    assert "" not in names
    assert len(set(names)) == len(names)


def test_weights_are_stored_in_the_narrowest_integers() -> None:
    program, _ = random_program(np.random.default_rng(3))
    body = model(program).graph.node[0].attribute[0].g
    stored = {each.name: onnx.numpy_helper.to_array(each) for each in body.initializer}
    weights = [values for name, values in stored.items() if name.endswith("/weights")]
    assert weights
    assert {values.dtype for values in weights} == {np.dtype(np.int8)}


def test_the_lines_of_its_description_feed_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program, inputs = next(
        made for made in (random_program(np.random.default_rng(seed)) for seed in range(20)) if len(made[1]) == 1
    )
    monkeypatch.chdir(tmp_path)
    export(program, "net.onnx")
    np.savez("spikes.npz", spikes=next(iter(inputs.values())).dense())
    readme = onnx.load("net.onnx").doc_string
    assert len(readme.splitlines()) <= 10
    exec(readme, {})
    last = program.populations[-1].name
    assert capsys.readouterr().out == f"{run(program, inputs).spikes[last].counts()}\n"


def _of_a_thousand(kind: str) -> Program:
    """A program of 1,000 neurons behind 64 inputs, its loop stored in one of the forms."""
    rng, neurons, size = np.random.default_rng(0), 1000, 8
    alive = rng.random((neurons, neurons)) < 0.02
    if kind == "ragged":
        alive &= rng.random((neurons, 1)) ** 3 < rng.random((neurons, neurons))
        alive[:2] = True
    counts = alive.sum(axis=1)
    weights = 2 * rng.integers(-128, 128, int(counts.sum()))
    sparse = Sparse(weights, np.nonzero(alive)[1], np.concatenate([[0], counts.cumsum()]), neurons)
    motifs = neurons // size
    band = Banded(2 * rng.integers(-128, 128, (2, motifs, size, size)), neighbours("ring", motifs), motifs)
    forms: dict[str, Synapses] = {
        "sparse": sparse,
        "ragged": sparse,
        "delays": sparse,
        "motif": band,
        "dense": Dense(2 * rng.integers(-128, 128, (neurons, neurons))),
    }
    du, dv, vth, bias = (rng.integers(0, 4096, neurons).astype(np.int32) for _ in range(4))
    population = IntPopulation("p", size, du, dv, vth, bias)
    outside = Dense(2 * rng.integers(-128, 128, (neurons, 64)))
    delay = 60 if kind == "delays" else 1
    projections = (
        IntProjection("x-p", "x", "p", outside, 0, 1),
        IntProjection("p-p", "p", "p", forms[kind], 0, delay),
    )
    parts = np.array_split(np.arange(neurons, dtype=np.int32), 10)
    cores = tuple(Core(number, 0, {"p": held}) for number, held in enumerate(parts))
    return Program(chip_named("loihi2"), (Input("x", 64),), (population,), projections, cores, ("p",), None, 9)


@pytest.mark.parametrize("kind", ["motif", "sparse", "ragged", "dense", "delays"])
def test_a_file_is_no_larger_than_the_synapses_of_the_program(kind: str) -> None:
    program = _of_a_thousand(kind)
    built = model(program)
    content = built.SerializeToString(deterministic=True)
    stored = sum(
        getattr(each.synapses, field).nbytes
        for each in program.projections
        for field in ("weights", "indices", "indptr", "sources")
        if hasattr(each.synapses, field)
    )
    metadata = sum(entry.ByteSize() for entry in built.metadata_props) + len(built.doc_string.encode())
    assert len(content) <= 1.5 * stored
    assert metadata <= 0.05 * len(content)


@pytest.mark.parametrize("seed", [*range(8), *(pytest.param(n, marks=pytest.mark.slow) for n in range(8, 20))])
def test_both_evaluators_equal_the_oracle(seed: int) -> None:
    program, inputs = random_program(np.random.default_rng(seed))
    reference = ReferenceEvaluator(model(program))
    results: Any = reference.run(None, _feed(program, inputs))
    _assert_equal(run(program, inputs), dict(zip(reference.output_names, results, strict=True)))
    session = onnxruntime.InferenceSession(model(program).SerializeToString(), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    _assert_equal(run(program, inputs), dict(zip(names, session.run(None, _feed(program, inputs)), strict=True)))


@pytest.mark.parametrize("seed", range(8))
def test_cut_run_resumes(seed: int) -> None:
    program, inputs = random_program(np.random.default_rng(seed))
    machine = OnnxMachine.of(program)
    first = next(iter(inputs.values()))
    whole, cut = run(program, inputs), first.steps // 2
    state = machine.start(first.samples)
    spikes: list[Any] = []
    for part in (slice(None, cut), slice(cut, None)) if cut else (slice(None),):
        state, emitted = machine.advance(state, {name: raster.dense()[:, part] for name, raster in inputs.items()})
        spikes.append(emitted)
    u, v = machine.registers(state)
    for name, raster in whole.spikes.items():
        joined = np.concatenate([part[name] for part in spikes], axis=1)
        assert np.array_equal(joined, raster.dense())
        assert np.array_equal(u[name], whole.u[name])
        assert np.array_equal(v[name], whole.v[name])


@pytest.mark.parametrize("bins", [1, 200])
def test_pieces_of_time_and_samples_change_nothing(bins: int) -> None:
    program, inputs = random_program(np.random.default_rng(5))
    assert compare(run(program, inputs).spikes, record(OnnxMachine.of(program), inputs, bins=bins).spikes).equal


@pytest.mark.parametrize(
    ("rows", "ragged"), [([3, 2, 3, 0], False), ([6, 3, 3, 0], False), ([12, 0, 0, 0], True), ([12, 0, 0, 1, 0], True)]
)
@pytest.mark.parametrize("exponent", [0, -2])
def test_sparse_rows_even_and_ragged(rows: list[int], ragged: bool, exponent: int) -> None:
    """Rows are filled up to the longest where that stores at most twice the synapses; a long row alone is not."""
    rng, post, pre = np.random.default_rng(len(rows)), len(rows), 12
    indices = np.concatenate([np.sort(rng.choice(pre, count, replace=False)) for count in rows])
    synapses = Sparse(2 * rng.integers(-128, 128, sum(rows)), indices, np.cumsum([0, *rows]), pre)
    du, dv, vth, bias = (np.full(post, value, np.int32) for value in (100, 200, 20, 0))
    population = IntPopulation("p", 1, du, dv, vth, bias)
    projection = IntProjection("x-p", "x", "p", synapses, exponent, 2)
    program = Program(chip_named("loihi2"), (Input("x", pre),), (population,), (projection,), (), ("p",), None, 9)
    operators = {node.op_type for function in model(program).functions for node in function.node}
    assert ("CumSum" in operators) == ragged
    inputs = {"x": SpikeRaster.pack(rng.random((3, 9, pre)) < 0.4)}
    oracle, mine = run(program, inputs), run(program, inputs, "onnx")
    assert oracle.spikes["p"].counts().any()
    assert compare(oracle.spikes, mine.spikes).equal
    assert np.array_equal(oracle.u["p"], mine.u["p"])
    assert np.array_equal(oracle.v["p"], mine.v["p"])


def test_nothing_heavy_at_import() -> None:
    modules = "targets.runtime.backend, targets.runtime.machine, targets.runtime.exact"
    script = f"import sys, {modules}; print({{'torch', 'onnx'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def _feed(program: Program, inputs: dict[str, SpikeRaster]) -> dict[str, Array]:
    """Zero states and all spikes under the names that `model` documents."""
    samples = next(iter(inputs.values())).samples
    depth = dict.fromkeys([x.name for x in program.inputs] + [p.name for p in program.populations], 1)
    for projection in program.projections:
        depth[projection.source] = max(depth[projection.source], projection.delay)
    widths = {x.name: x.neurons for x in program.inputs} | {p.name: p.neurons for p in program.populations}
    feed: dict[str, Array] = {f"spikes/{name}": raster.dense().transpose(1, 0, 2) for name, raster in inputs.items()}
    for population in program.populations:
        for key in ("u", "v"):
            feed[f"{key}/{population.name}"] = np.zeros((samples, population.neurons), np.int32)
    for name, steps in depth.items():
        feed[f"past/{name}"] = np.zeros((steps, samples, widths[name]), np.uint8)
    return feed


def _assert_equal(oracle: Recording, results: dict[str, Array]) -> None:
    for name, raster in oracle.spikes.items():
        assert np.array_equal(results[f"spikes/{name}"].transpose(1, 0, 2), raster.dense())
        assert np.array_equal(results[f"final/u/{name}"], oracle.u[name])
        assert np.array_equal(results[f"final/v/{name}"], oracle.v[name])


def test_the_file_tells_latency_and_has_no_output_of_what_stands_for_biases(tmp_path: Path) -> None:
    program, _ = random_program(np.random.default_rng(3))
    first, last = program.populations[0], program.populations[-1]
    late = (replace(last, latency=2), replace(first, name="s", invented="every step", bias=0 * first.bias))
    export(replace(program, populations=(*program.populations[:-1], *late)), tmp_path / "a.onnx")
    loaded = onnx.load(tmp_path / "a.onnx")
    onnx.checker.check_model(loaded, full_check=True)
    metadata = {entry.key: entry.value for entry in loaded.metadata_props}
    assert json.loads(metadata["latency"]) == {last.name: 2}
    spikes = [output.name for output in loaded.graph.output if output.name.startswith("spikes/")]
    assert spikes == [f"spikes/{population.name}" for population in program.populations]
    session = onnxruntime.InferenceSession(loaded.SerializeToString(), providers=["CPUExecutionProvider"])
    assert len(session.get_outputs()) == len(loaded.graph.output)


def test_a_readme_lies_beside_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, _ = random_program(np.random.default_rng(0))
    export(program, tmp_path / "mine.onnx")
    title, _, *lines = (tmp_path / "mine.onnx.md").read_text(encoding="utf-8").splitlines()
    assert title == f"# mine.onnx: spiking network {program.digest[:12]} for loihi2"
    assert len(lines) <= 10
    assert all(line.startswith("    ") for line in lines)
    (tmp_path / "other.onnx.md").write_text("a user's own", encoding="utf-8")
    with pytest.raises(InputError, match=r"other.onnx.md is there already"):
        export(program, Destination(tmp_path / "other.onnx"))
    assert not (tmp_path / "other.onnx").exists()
