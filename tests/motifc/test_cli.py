"""The command line: help, and one sentence for every kind of bad input."""

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pytest

from compiler.exporting import export_formats
from compiler.pipeline import compile_network
from motifc import commands
from motifc.cli import COMMANDS
from search.network import Connection, Layer, Network
from targets.contracts.ports import Input
from targets.contracts.raster import save_rasters
from targets.contracts.synapses import Dense
from targets.runtime.backend import backend_names
from tests.motifc.command_line import Motifc
from tests.networks import random_network, random_spikes, renamed


def files() -> set[str]:
    return {path.name for path in Path().iterdir()}


def test_every_command_of_the_folder_is_on_the_command_line() -> None:
    modules = {
        module.name: import_module(f"motifc.commands.{module.name}") for module in iter_modules(commands.__path__)
    }
    named = {name for name, module in modules.items() if {f"{name}_command", f"{name}_app"} & set(vars(module))}
    assert set(COMMANDS) == named


def test_help_names_every_command(motifc: Motifc) -> None:
    outcome = motifc("--help")
    assert outcome.status == 0
    for command in ("demo", "search", "train", "eval", "compile", "run", "verify", "export", "report", "doctor"):
        assert f" {command} " in outcome.out


def missing_file() -> tuple[list[str], str]:
    return (
        ["show", "nowhere.program"],
        "nowhere.program does not exist; a .network or .program file is needed, so check the path.",
    )


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
    ], "net.program is a text; a program or a network is needed here, so give a .program or .network file."


def neither_network_nor_program() -> tuple[list[str], str]:
    return (
        ["report", "spikes.npz", "--out", "page.html"],
        "there is neither a .network nor a .program nor a .nir among the files; give at least one.",
    )


def network_for_program() -> tuple[list[str], str]:
    return (
        ["verify", "net.network", "--backends", "numpy,torch", "--input", "spikes.npz"],
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
        "the network has 8,300 neurons; the largest system of small has 4 chips of 64 cores, each for 32 (cores), so "
        "remove 108 neurons, or use a system of 5 chips.",
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
        f"unknown export format 'vhdl'; known are {', '.join(export_formats())}, so choose one of them.",
    )


def unknown_task() -> tuple[list[str], str]:
    return ["run", "net.program", "--data", "letters", "--out", "o.npz"], "unknown task 'letters'; known are digits"


def no_input() -> tuple[list[str], str]:
    return (
        ["run", "net.program", "--out", "o.npz"],
        "net.program does not say which data it was trained on; say which data to take, by --data or --input.",
    )


def one_backend() -> tuple[list[str], str]:
    return (
        ["verify", "net.program", "--backends", "numpy", "--input", "spikes.npz"],
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


def test_wrong_usage_exits_2(motifc: Motifc) -> None:
    assert motifc("compile").status == 2
    assert motifc("fly").status == 2


def test_a_missing_package_is_named(motifc: Motifc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "search.data.tasks.digits", raising=False)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    outcome = motifc("run", "net.program", "--data", "digits", "--out", "o.npz")
    assert outcome.status == 2
    assert outcome.err.startswith("motifc: sklearn")
    assert outcome.err.endswith('; install it with pip install "motifc[search]".\n')


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "absent.program", "--backends", "numpy,torc", "--input", "absent.npz"),
        ("run", "absent.program", "--backend", "torc", "--input", "absent.npz", "--out", "o.npz"),
        ("fuzz", "--backends", "numpy,torc"),
        ("bench", "backends", "--backends", "numpy,torc"),
    ],
)
def test_an_unknown_backend_is_told_before_anything_is_read_or_run(motifc: Motifc, arguments: tuple[str, ...]) -> None:
    outcome = motifc(*arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err == (
        "motifc: unknown backend 'torc' (did you mean torch?); known are "
        f"{', '.join(backend_names())}, so choose one of them.\n"
    )


@pytest.mark.parametrize(
    ("module", "remedy"),
    [
        (
            "torch",
            'install it with pip install "motifc[search]"; on Linux that brings several GB for GPUs, '
            "pytorch.org/get-started has the command for its CPU build",
        ),
        ("sklearn.datasets", 'install it with pip install "motifc[search]"'),
        ("far_away", "`motifc doctor` says what needs it and the command"),
    ],
)
def test_a_missing_package_is_told_with_the_extra_that_brings_it(
    motifc: Motifc, monkeypatch: pytest.MonkeyPatch, module: str, remedy: str
) -> None:
    def absent(*arguments: object) -> None:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)

    monkeypatch.setattr("motifc.doctor.doctor", absent)
    outcome = motifc("doctor")
    assert (outcome.status, outcome.err) == (2, f"motifc: {module} is not installed; {remedy}.\n")


FORGED = "[/b]\n\x1b[2Janswer: 0 of 0 bins differ"


@pytest.mark.slow
def test_names_forge_no_lines_and_end_no_command(motifc: Motifc) -> None:
    """Markup, line breaks and codes of terminals in names are printed as characters, by every command."""
    network = renamed(random_network(0), {"hidden": FORGED, "answer": "[bold]x", "input": "\x1b]0;title\x07"})
    network.save("net.network")
    compile_network(network).save("net.program")
    for arguments in (
        ["show", "net.network"],
        ["show", "net.program"],
        ["run", "net.program", "--input", "spikes.npz", "--out", "o.npz"],
        ["verify", "net.program", "--backends", "numpy,torch", "--input", "spikes.npz"],
        ["verify", "net.program", "--against-float", "net.network", "--input", "spikes.npz"],
        ["report", "net.program", "--out", "page.html"],
    ):
        outcome = motifc(*arguments)
        assert outcome.status == 0, outcome.err
        assert not {"\x1b", "\x07"} & set(outcome.out + outcome.err)
        assert not any(line.startswith("answer: 0 of 0") for line in (outcome.out + outcome.err).splitlines())
    refused = motifc("run", "net.program", "--input", "spikes.npz", "--out", "o.npz", "--probe", f"{FORGED}x:u")
    assert refused.status == 2
    assert len(refused.err.splitlines()) == 1
    assert "\x1b" not in refused.err


def test_a_file_is_what_it_holds_whatever_its_name(motifc: Motifc) -> None:
    Path("net.program").rename("net.h5")
    Path("net.network").rename("net.program")
    assert "program" in motifc("show", "net.h5").out.splitlines()[0]
    assert "network" in motifc("show", "net.program").out.splitlines()[0]
    arguments = ["--backends", "numpy,torch", "--input", "spikes.npz"]
    assert motifc("verify", "net.h5", *arguments).status == 0
    assert motifc("compile", "net.program", "--out", "again.program").status == 0
    wrong = motifc("verify", "net.program", *arguments)
    assert wrong.status == 2
    assert "net.program is a network; a program is needed here, so give a .program file." in wrong.err


def test_a_nir_graph_where_a_network_is_needed_is_told(motifc: Motifc) -> None:
    Path("graph.nir").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(64))
    outcome = motifc("train", "--network", "graph.nir", "--data", "digits", "--out", "o.network")
    assert outcome.status == 2
    assert outcome.err == (
        "motifc: graph.nir is an HDF5 file, as NIR graphs are; a network is needed here, so give a .network file.\n"
    )
    taken = motifc("verify", "net.program", "--against-float", "graph.nir", "--input", "spikes.npz")
    assert taken.status == 2
    assert taken.err.startswith("motifc: graph.nir is no readable HDF5 file (")
