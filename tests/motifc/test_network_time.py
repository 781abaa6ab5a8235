"""Late programs through the command line: what `run` writes is in the time of the network, step by step."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.frontends.nir.read import read_nir
from targets.contracts.raster import SpikeRaster, load_rasters, save_rasters
from targets.program.program import Program
from targets.runtime.backend import ready_backends
from tests.motifc.command_line import Motifc

nir = pytest.importorskip("nir", reason="nir is not installed")

DT = 1e-4
QUICK = [known.name for known in ready_backends() if known.pace == "quick"]


def lif(neurons: int, leak: float = 0.0) -> Any:
    """tau = 2 dt and r = 2: half of v is left in every step, and an input is added as it is."""
    return nir.LIF(np.full(neurons, 2 * DT), np.full(neurons, 2.0), np.full(neurons, leak), np.ones(neurons))


def write_graph(path: Path, layers: int, leak: float = 0.0) -> Path:
    """Layers of four LIF neurons behind three inputs, weights in eighths: all exactly held by eight bits."""
    rng = np.random.default_rng(5)
    nodes = {"input": nir.Input({"input": np.array([3])}), "output": nir.Output({"output": np.array([4])})}
    chain = ["input"]
    for number in range(layers):
        weights = rng.integers(-8, 12, (4, 4 if number else 3)) / 8
        nodes |= {f"f{number}": nir.Linear(weights), f"lif{number}": lif(4, leak if number else 0.0)}
        chain += [f"f{number}", f"lif{number}"]
    edges = list(zip(chain, [*chain[1:], "output"], strict=True))
    nir.write(path, nir.NIRGraph(nodes, edges, type_check=False))
    return path


def write_spikes(path: Path, steps: int) -> SpikeRaster:
    spikes = SpikeRaster.pack(np.random.default_rng(1).random((20, steps, 3)) < 0.4)
    save_rasters({"spikes": spikes}, path)
    return spikes


@pytest.mark.slow
@pytest.mark.parametrize(
    ("backend", "layers", "steps"),
    [*((backend, layers, 40) for backend in QUICK for layers in (2, 3)), ("numpy", 3, 1), ("numpy", 3, 2)],
)
def test_run_writes_the_very_spikes_of_the_float_graph(motifc: Motifc, backend: str, layers: int, steps: int) -> None:
    """Every bin of every step, none lost at the end, also where samples are shorter than the latency."""
    graph = read_nir(write_graph(Path("late.nir"), layers), dt=DT)
    assert motifc("compile", "late.nir", "--out", "late.program").status == 0
    assert Program.load("late.program").latency == {f"lif{number}": number + 1 for number in range(layers)}
    spikes = write_spikes(Path("x.npz"), steps)
    outcome = motifc("run", "late.program", "--backend", backend, "--input", "x.npz", "--out", "o.npz")
    assert outcome.status == 0, outcome.err
    floats, written = interpret(graph, {"input": spikes}), load_rasters("o.npz")
    assert written.keys() == floats.keys()
    for name, raster in floats.items():
        assert np.array_equal(written[name].dense(), raster.dense())
        assert f"{name}: {raster.counts().sum():,} spikes in 20 samples\n" in outcome.out
    if steps == 40:
        assert all(raster.dense()[:, -1].any() for raster in floats.values())


def test_what_follows_the_length_of_a_sample_changes_nothing_within(motifc: Motifc) -> None:
    write_graph(Path("late.nir"), 3)
    motifc("compile", "late.nir", "--out", "late.program")
    printed = []
    for steps, path in ((20, "short.npz"), (40, "long.npz")):
        spikes = np.ones((3, steps, 3), bool)
        spikes[:, :20] = np.random.default_rng(1).random((3, 20, 3)) < 0.4
        save_rasters({"spikes": SpikeRaster.pack(spikes, [20, 7, 0])}, path)
        out = motifc("run", "late.program", "--input", path, "--out", f"o-{path}").out
        printed.append(out.replace(path, "x.npz"))
    assert printed[0] == printed[1]
    short, long = load_rasters("o-short.npz"), load_rasters("o-long.npz")
    for name, raster in short.items():
        assert np.array_equal(raster.dense(), long[name].dense()[:, :20])
        assert np.array_equal(raster.counts(), long[name].counts())


def test_probes_are_in_the_time_of_the_network_too(motifc: Motifc) -> None:
    write_graph(Path("late.nir"), 2)
    motifc("compile", "late.nir", "--out", "late.program")
    write_spikes(Path("x.npz"), 6)
    assert motifc("run", "late.program", "--input", "x.npz", "--out", "o.npz", "--probe", "lif1:u,v").status == 0
    with np.load("o.npz") as written:
        assert written["lif1.u"].shape == written["lif1.v"].shape == (20, 6, 4)
        spikes = np.unpackbits(written["lif1"], axis=2, count=4)
        assert not written["lif1.v"][spikes > 0].any()  # v is 0 after the step of a spike, in that very step


def test_nothing_drifts_and_the_latency_is_told(motifc: Motifc) -> None:
    write_graph(Path("late.nir"), 2)
    motifc("compile", "late.nir", "--out", "late.program")
    write_spikes(Path("x.npz"), 40)
    asked = ("verify", "late.program", "--backends", "numpy,torch", "--against-float", "late.nir", "--input", "x.npz")
    outcome = motifc(*asked)
    assert outcome.status == 0, outcome.err
    told = "Populations of the program are late, in steps: 'lif0' by 1, 'lif1' by 2; samples are run 2 steps longer.\n"
    assert told in outcome.out
    plain = json.loads(motifc(*asked, "--json").out)
    assert plain["latency"] == {"lif0": 1, "lif1": 2}
    assert [(found["differing"], found["victor_purpura"]) for found in plain["drift"]] == [(0, 0), (0, 0)]
    shown = motifc("show", "late.program").out
    assert "population lif0: 4 neurons, 1 step late\n" in shown
    assert "population lif1: 4 neurons, 2 steps late\n" in shown


def test_a_nir_graph_of_another_time_step_is_not_the_one(motifc: Motifc) -> None:
    write_graph(Path("late.nir"), 2)
    motifc("compile", "late.nir", "--out", "late.program")
    write_spikes(Path("x.npz"), 40)
    asked = ("verify", "late.program", "--against-float", "late.nir", "--input", "x.npz")
    outcome = motifc(*asked, "--dt", "5e-5")
    assert outcome.status == 2
    assert "so give that one, in the --dt and the --reading it was compiled with." in outcome.err


@pytest.mark.slow
@pytest.mark.parametrize("source", ["late.program", "late.nir"])
def test_what_run_wrote_needs_no_explanation(motifc: Motifc, source: str) -> None:
    write_graph(Path("late.nir"), 3)
    motifc("compile", "late.nir", "--out", "late.program")
    write_spikes(Path("x.npz"), 40)
    motifc("run", "late.program", "--input", "x.npz", "--out", "o.npz")
    outcome = motifc("explain", source, "--input", "x.npz", "--recording", "o.npz")
    assert outcome.status == 0
    if source.endswith(".program"):
        assert outcome.out == "The oracle reproduces o.npz exactly, with no switch thrown.\n"
    else:
        told = "is explained in every one of 3,200 bins: it follows the reading of docs/nir.md"
        assert [told in line for line in outcome.out.splitlines()] == [True] * 3


@pytest.mark.slow
def test_what_stands_for_biases_is_no_population_of_any_output(motifc: Motifc) -> None:
    graph = read_nir(write_graph(Path("late.nir"), 2, leak=0.25), dt=DT)
    compiled = motifc("compile", "late.nir", "--out", "late.program")
    assert "late.program: 8 neurons on 1 core of loihi2" in compiled.out
    program = Program.load("late.program")
    assert {population.name: population.invented for population in program.populations} == {
        "lif0": "",
        "lif1": "",
        "always on": "every step",
    }
    assert program.outputs == ("lif0", "lif1")
    spikes = write_spikes(Path("x.npz"), 40)
    ran = motifc("run", "late.program", "--input", "x.npz", "--out", "o.npz")
    written = load_rasters("o.npz")
    for name, raster in interpret(graph, {"input": spikes}).items():
        assert np.array_equal(written[name].dense(), raster.dense())
    asked = ("--backends", "numpy,torch", "--against-float", "late.nir", "--input", "x.npz")
    verified = motifc("verify", "late.program", *asked)
    plain = json.loads(motifc("verify", "late.program", *asked, "--json").out)
    motifc("report", "late.program", "--out", "page.html")
    page = Path("page.html").read_text(encoding="utf-8")
    assert set(written) == {"lif0", "lif1"}
    assert [each["population"] for each in plain["verdicts"][0]["populations"]] == ["lif0", "lif1"]
    for told in (ran.out, verified.out, json.dumps(plain), page):
        assert "always on" not in told
    refused = motifc("run", "late.program", "--input", "x.npz", "--out", "o.npz", "--probe", "always on:v")
    assert refused.status == 2
    assert "a probe asks for population 'always on'; the program has lif0, lif1, so correct it." in refused.err
