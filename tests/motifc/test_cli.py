"""The command line: good, failed checks, and one sentence for every kind of bad input."""

import importlib.util
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from compiler.pipeline import compile_network
from motifc.cli import main
from search.network import Connection, Layer, Network
from targets.backends.numpy import NumpyMachine
from targets.contracts.ports import Input
from targets.contracts.raster import SpikeRaster, load_rasters, save_rasters
from targets.contracts.semantics import LAVA
from targets.contracts.synapses import Dense, with_weights
from targets.program.program import Program
from targets.runtime.backend import backend_names, ready_backends
from tests.conftest import GOLDEN
from tests.networks import random_network, random_spikes
from tests.search.event_file import shown_scalars

QUICK = [known.name for known in ready_backends() if known.pace == "quick"]


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str


Motifc = Callable[..., Outcome]


@pytest.fixture
def motifc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Motifc:
    """Run the command line in a folder of its own that holds a network, its program and spikes for it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    network = random_network(0)
    network.save("net.network")
    compile_network(network).save("net.program")
    save_rasters({"spikes": random_spikes(0, 11, samples=5)}, "spikes.npz")

    def call(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["motifc", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), printed.out, printed.err)

    return call


def files() -> set[str]:
    return {path.name for path in Path().iterdir()}


def test_help_names_every_command(motifc: Motifc) -> None:
    outcome = motifc("--help")
    assert outcome.status == 0
    for command in ("demo", "search", "train", "compile", "show", "run", "verify", "export", "report", "doctor"):
        assert f" {command} " in outcome.out


def test_compile_writes_a_program_and_says_its_size(motifc: Motifc) -> None:
    outcome = motifc("compile", "net.network", "--chip", "loihi1", "--out", "other.program")
    assert outcome.status == 0
    program = Program.load("other.program")
    assert outcome.out == f"other.program: 27 neurons on 1 core of loihi1, digest {program.digest[:16]}\n"
    assert program.chip.name == "loihi1"


@pytest.mark.parametrize("name", ["net.network", "net.program"])
def test_show_prints_the_text(motifc: Motifc, name: str) -> None:
    outcome = motifc("show", name)
    assert outcome.status == 0
    assert "hidden: 24 neurons, 6 motifs of 4\n" in outcome.out


@pytest.mark.parametrize("backend", QUICK)
def test_run_writes_the_spikes_of_every_population(motifc: Motifc, backend: str) -> None:
    outcome = motifc(
        "run", "net.program", "--backend", backend, "--input", "spikes.npz", "--limit", "3", "--out", "o.npz"
    )
    assert outcome.status == 0, outcome.err
    written = load_rasters("o.npz")
    assert {name: (raster.samples, raster.neurons) for name, raster in written.items()} == {
        "hidden": (3, 24),
        "answer": (3, 3),
    }
    assert f"hidden: {written['hidden'].counts().sum():,} spikes in 3 samples\n" in outcome.out


def test_verify_of_equal_backends_exits_0(motifc: Motifc) -> None:
    outcome = motifc("verify", "net.program", "--backends", ",".join(QUICK), "--input", "spikes.npz")
    assert outcome.status == 0
    for name in QUICK[1:]:
        assert f"{QUICK[0]} and {name} are equal: 0 of 4,050 bins differ" in outcome.out


def test_verify_against_a_changed_program_names_the_first_difference(motifc: Motifc) -> None:
    program = Program.load("net.program")
    first = program.projections[0]
    weights = first.synapses.weights.copy()
    weights[5] = -256
    changed = replace(first, synapses=with_weights(first.synapses, weights))
    replace(program, projections=(changed, *program.projections[1:])).save("other.program")
    outcome = motifc("verify", "net.program", "--against", "other.program", "--input", "spikes.npz")
    assert outcome.status == 1
    assert "net.program and other.program differ in " in outcome.out
    assert "first in sample 0, step 19, population 'hidden', neuron 5: net.program spikes" in outcome.out
    plain = motifc("verify", "net.program", "--against", "other.program", "--input", "spikes.npz", "--json")
    assert plain.status == 1
    (report,) = json.loads(plain.out)["verdicts"]
    assert report["equal"] is False
    assert report["first"] | {"left": True} == {
        "sample": 0,
        "step": 19,
        "population": "hidden",
        "neuron": 5,
        "left": True,
        "right": False,
    }


def test_export_writes_onnx_and_lava(motifc: Motifc) -> None:
    assert motifc("export", "net.program", "--format", "onnx", "--out", "net.onnx").status == 0
    assert motifc("export", "net.program", "--format", "lava", "--out", "net_lava").status == 0
    assert Path("net.onnx").stat().st_size > 1000
    assert Path("net_lava").is_dir()


def test_report_writes_a_page(motifc: Motifc) -> None:
    assert motifc("report", "net.program", "--out", "page.html").status == 0
    assert Path("page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_report_draws_a_network(motifc: Motifc) -> None:
    outcome = motifc("report", "net.network", "--out", "page.html")
    assert (outcome.status, outcome.out) == (0, "page.html: written\n")
    assert "Motif of layer hidden" in Path("page.html").read_text(encoding="utf-8")


def test_train_writes_scalars_where_asked(motifc: Motifc) -> None:
    labels = np.arange(15, dtype=np.int32) % 3
    save_rasters({"spikes": replace(random_spikes(0, 11, samples=15), labels=labels)}, "train.npz")
    network = random_network(0)
    first, *others = network.connections
    first = replace(first, source="input")  # the name of a user's own spikes
    replace(network, inputs=(Input("input", 11),), connections=(first, *others)).save("net.network")
    Path("short.toml").write_text("[training]\nepochs = 2\n")
    arguments = ["--network", "net.network", "--data", "train.npz", "--config", "short.toml", "--out", "o.network"]
    outcome = motifc("train", *arguments, "--tensorboard", "scalars")
    assert outcome.status == 0, outcome.err
    told = Network.load("o.network").settings["training"]
    shown = shown_scalars(Path("scalars"))
    assert [epoch for epoch, _ in shown["train/loss"]] == [1, 2]
    assert [value for _, value in shown["train/loss"]] == pytest.approx([entry["loss"] for entry in told])


def test_doctor_lists_every_backend(motifc: Motifc) -> None:
    outcome = motifc("doctor", "--json")
    assert outcome.status == 0
    findings = {finding["name"]: finding["found"] for finding in json.loads(outcome.out)}
    assert {f"backend {name}" for name in backend_names()} | {"device", "Python"} <= set(findings)
    assert all(findings[f"backend {known.name}"] == "ready" for known in ready_backends())
    assert all(package in findings for known in ready_backends() for package in known.packages)


def missing_file() -> tuple[list[str], str]:
    return ["show", "nowhere.program"], "nowhere.program does not exist; a .program file is needed, so check the path."


def truncated() -> tuple[list[str], str]:
    whole = Path("net.program").read_bytes()
    Path("net.program").write_bytes(whole[: len(whole) // 2])
    return ["show", "net.program"], "it is truncated, damaged or of another kind; write it again with motifc compile."


def text_file() -> tuple[list[str], str]:
    Path("net.program").write_text("hello, I am a program")
    return [
        "run",
        "net.program",
        "--input",
        "spikes.npz",
        "--out",
        "o.npz",
    ], "net.program is not a readable .program file"


def neither_network_nor_program() -> tuple[list[str], str]:
    return (
        ["report", "spikes.npz", "--out", "page.html"],
        "spikes.npz is neither a .network nor a .program file; report one of these.",
    )


def network_for_program() -> tuple[list[str], str]:
    return (
        ["run", "net.network", "--input", "spikes.npz", "--out", "o.npz"],
        "net.network is a network; a program is needed here, so give a .program file.",
    )


def wrong_width() -> tuple[list[str], str]:
    save_rasters({"spikes": random_spikes(0, 12)}, "spikes.npz")
    return (
        ["run", "net.program", "--input", "spikes.npz", "--out", "o.npz"],
        "spikes for input 'touch' are 12 neurons wide; it has 11, so give the data it was made for.",
    )


def graded_spikes() -> tuple[list[str], str]:
    np.savez("spikes.npz", spikes=np.full((1, 4, 11), 2, np.uint8))
    return (
        ["run", "net.program", "--input", "spikes.npz", "--out", "o.npz"],
        "spikes hold values other than 0 and 1; only binary spikes are allowed, so binarise them.",
    )


def nan_weights() -> tuple[list[str], str]:
    """A network file whose weights turned NaN and whose digest was made to fit."""
    network = random_network(0)
    broken = network.connections[0].synapses
    weights = broken.weights.copy()
    weights[3, 4] = np.nan
    object.__setattr__(broken, "weights", weights)
    network.save("net.network")
    return (
        ["compile", "net.network", "--out", "o.program"],
        "a weight array holds 1 NaN or infinite of 264 values; all must be finite, so repair or retrain the network.",
    )


def small_chip() -> tuple[list[str], str]:
    Network(
        (Input("x", 1),),
        (Layer.of("n", 8_300),),
        (Connection("w", "x", "n", Dense(np.ones((8_300, 1)))),),
    ).save("net.network")
    return (
        ["compile", "net.network", "--chip", "small", "--out", "o.program"],
        "the program has 260 cores for 8,300 neurons; the largest system of small has 4 chips of 64 cores (cores), "
        "so remove 108 neurons (those on the 4 emptiest cores), or use a system of 5 chips.",
    )


def unknown_backend() -> tuple[list[str], str]:
    return (
        ["verify", "net.program", "--backends", "numpy,loihi", "--input", "spikes.npz"],
        f"unknown backend 'loihi'; known are {', '.join(backend_names())}, so choose one of them.",
    )


def unknown_chip() -> tuple[list[str], str]:
    return (
        ["compile", "net.network", "--chip", "truenorth", "--out", "o.program"],
        "unknown chip 'truenorth'; known are loihi1, loihi2, small, so choose one of them.",
    )


def unknown_format() -> tuple[list[str], str]:
    return (
        ["export", "net.program", "--format", "vhdl", "--out", "o"],
        "unknown export format 'vhdl'; known are lava, onnx, so choose one of them.",
    )


def unknown_task() -> tuple[list[str], str]:
    return ["run", "net.program", "--data", "letters", "--out", "o.npz"], "unknown task 'letters'; known are digits"


def no_input() -> tuple[list[str], str]:
    return (
        ["run", "net.program", "--out", "o.npz"],
        "either --input FILE.npz or --data TASK is needed, and not both; give one of them.",
    )


def one_backend() -> tuple[list[str], str]:
    return (
        ["verify", "net.program", "--input", "spikes.npz"],
        "one backend has nothing to agree with; give at least two in --backends, --against PROGRAM or "
        "--against-float NETWORK.",
    )


def no_folder() -> tuple[list[str], str]:
    return (
        ["compile", "net.network", "--out", "no/where.program"],
        "no/where.program cannot be written: no is no folder; make it first.",
    )


def unknown_setting() -> tuple[list[str], str]:
    Path("search.toml").write_text("neurones = 12\n")
    return ["search", "--data", "digits", "--config", "search.toml", "--out", "o.network"], "neurones"


def cost_without_chip() -> tuple[list[str], str]:
    return (
        ["search", "--data", "digits", "--cost", "0.5", "--out", "o.network"],
        "setting search.cost (--cost) is 0.5 without a chip; the cost is that of a chip, so name one in search.chip "
        "(--chip).",
    )


@pytest.mark.parametrize(
    "case",
    [
        missing_file,
        truncated,
        text_file,
        neither_network_nor_program,
        network_for_program,
        wrong_width,
        graded_spikes,
        nan_weights,
        small_chip,
        unknown_backend,
        unknown_chip,
        unknown_format,
        unknown_task,
        no_input,
        one_backend,
        no_folder,
        unknown_setting,
        cost_without_chip,
    ],
)
def test_bad_input_gives_one_sentence_and_no_file(motifc: Motifc, case: Callable[[], tuple[list[str], str]]) -> None:
    arguments, sentence = case()
    before = files()
    outcome = motifc(*arguments)
    assert outcome.status == 2
    assert sentence in outcome.err
    assert outcome.err.splitlines()[-1].startswith("motifc: ")
    assert outcome.err.splitlines()[-1].endswith(".")
    assert "Traceback" not in outcome.err
    assert files() == before


def test_lava_not_installed(motifc: Motifc, monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name.startswith("lava") else there(name, *rest)
    )
    outcome = motifc("run", "net.program", "--backend", "lava", "--input", "spikes.npz", "--out", "o.npz")
    assert outcome.status == 2
    assert "pip install --no-deps --ignore-requires-python lava-nc==0.10.0" in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert not Path("o.npz").exists()


def test_wrong_usage_exits_2(motifc: Motifc) -> None:
    assert motifc("compile").status == 2
    assert motifc("fly").status == 2


def test_a_left_checkpoint_is_not_overwritten(motifc: Motifc) -> None:
    Path("o.checkpoint").write_text("precious")
    outcome = motifc("search", "--data", "digits", "--out", "o.network")
    assert outcome.status == 2
    assert outcome.err == (
        "motifc: o.checkpoint is left from a search that was stopped; give --resume to go on, or remove it.\n"
    )
    assert Path("o.checkpoint").read_text() == "precious"


def test_a_missing_package_is_named(motifc: Motifc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "search.data.tasks.digits", raising=False)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    outcome = motifc("run", "net.program", "--data", "digits", "--out", "o.npz")
    assert outcome.status == 2
    assert outcome.err.startswith("motifc: sklearn")
    assert outcome.err.endswith("`motifc doctor` says what needs it and the command.\n")


def test_train_continues_a_network(motifc: Motifc) -> None:
    """One epoch on digits from a fresh search of one epoch, through the command line alone."""
    Path("quick.toml").write_text("[model]\nneurons = 16\n[search]\nepochs = 1\n[training]\nepochs = 1\n")
    searched = motifc("search", "--data", "digits", "--config", "quick.toml", "--quantize-aware", "--out", "a.network")
    assert searched.status == 0, searched.err
    assert Network.load("a.network").settings["grid"] == "loihi2"
    trained = motifc(
        "train", "--network", "a.network", "--data", "digits", "--config", "quick.toml", "--out", "b.network"
    )
    assert trained.status == 0, trained.err
    first, second = Network.load("a.network"), Network.load("b.network")
    assert second.settings["hyperparameters"]["model"]["neurons"] == [16]
    assert first.digest != second.digest
    assert first.layer("hidden").tau_m.tolist() == second.layer("hidden").tau_m.tolist()
    again = ("train", "--network", "a.network", "--data", "digits", "--config", "quick.toml", "--quantize-aware")
    aware = motifc(*again, "--chip", "loihi1", "--out", "c.network")
    assert aware.status == 0, aware.err
    assert Network.load("c.network").settings["grid"] == "loihi1"
    unknown = motifc(*again, "--chip", "loihi9", "--out", "d.network")
    assert unknown.status == 2
    assert unknown.err.startswith("motifc: setting training.grid is 'loihi9'; allowed are none, loihi1, loihi2, ")


def test_verify_explains_and_measures_drift(motifc: Motifc) -> None:
    outcome = motifc(
        "verify", "net.program", "--backends", "numpy,onnx", "--against-float", "net.network", "--input", "spikes.npz"
    )
    assert outcome.status == 0, outcome.err
    assert "program against float network" in outcome.out
    random_network(1).save("other.network")
    wrong = motifc("verify", "net.program", "--against-float", "other.network", "--input", "spikes.npz")
    assert wrong.status == 2
    assert "so give that one." in wrong.err


def test_probes_are_written_beside_the_spikes(motifc: Motifc) -> None:
    arguments = ("run", "net.program", "--input", "spikes.npz", "--out", "o.npz")
    assert motifc(*arguments, "--probe", "hidden[3,5-6]:u,v", "--probe", "answer:v", "--backend", "torch").status == 0
    with np.load("o.npz") as written:
        assert written["hidden.neurons"].tolist() == [3, 5, 6]
        assert written["hidden.u"].shape == written["hidden.v"].shape == (5, 30, 3)
        assert written["answer.v"].shape == (5, 30, 3)
        assert "answer.u" not in written
    assert set(load_rasters("o.npz")) == {"hidden", "answer"}


def test_explain_names_the_dialect_of_a_recording(motifc: Motifc) -> None:
    program = Program.load("net.program")
    spikes = random_spikes(0, 11, samples=5)
    for switches, status in ((("reset", "output"), 0), ((), 0)):
        recording = NumpyMachine(program, LAVA.switched(switches)).run({"touch": spikes}).spikes
        save_rasters({"hidden": recording["hidden"]}, "theirs.npz")
        outcome = motifc("explain", "net.program", "--input", "spikes.npz", "--recording", "theirs.npz", "--json")
        assert outcome.status == status
        assert [set(found) for found in json.loads(outcome.out)["sets"]] == [set(switches)]
    save_rasters({"hidden": random_spikes(3, 24, samples=5)}, "theirs.npz")
    assert motifc("explain", "net.program", "--input", "spikes.npz", "--recording", "theirs.npz").status == 1


def test_compile_writes_the_text_of_every_stage_and_takes_calibration(motifc: Motifc) -> None:
    spikes = random_spikes(0, 11, samples=30)
    save_rasters(
        {"spikes": SpikeRaster(spikes.packed, 11, spikes.lengths, np.arange(30, dtype=np.int32) % 3)}, "own.npz"
    )
    outcome = motifc("compile", "net.network", "--out", "o.program", "--dump", "stages", "--calibrate", "own.npz")
    assert outcome.status == 0, outcome.err
    assert Program.load("o.program").settings["calibrated"] is True
    names = [path.name for path in sorted(Path("stages").iterdir())]
    assert names[0] == "00-lower.txt"
    assert names[-1].endswith("-program.txt")
    assert any(name.endswith("-quantization.txt") for name in names)


def test_a_nir_graph_is_compiled(motifc: Motifc, shared: Path) -> None:
    graph = shared / "golden" / "braille" / "braille_noDelay_bias_zero.nir"
    outcome = motifc("compile", str(graph), "--chip", "loihi1", "--out", "braille.program")
    assert outcome.status == 0, outcome.err
    assert Program.load("braille.program").settings["latency"] == {"lif1.lif": 1, "lif2": 2}


def test_files_of_version_1_are_known_to_belong_together(motifc: Motifc) -> None:
    """The digest by which a program of version 1 knows its network is that of the network's file, not of today's."""
    program, network = (str(GOLDEN / "version1" / name) for name in ("random1-small.program", "random1.network"))
    outcome = motifc("verify", program, "--against-float", network, "--input", "spikes.npz")
    assert outcome.status == 0, outcome.err
