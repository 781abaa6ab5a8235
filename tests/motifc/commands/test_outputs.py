"""What every command that writes does with what is there already: told before the work, and never lost."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

import motifc.demo
from motifc.commands.searching import checkpoint_of
from search.data.load import load_split
from search.network import Network
from targets.contracts.errors import InputError
from targets.contracts.provenance import Making, Provenance
from targets.contracts.raster import save_rasters
from targets.program.program import Program
from tests.motifc.command_line import Motifc
from tests.networks import labelled_spikes

PRECIOUS = "precious"
# What each command would do first that takes long: none of it is done where the output is refused.
WORK = {
    "search": (("search", "--data", "digits"), "motifc.commands.search.searched"),
    "train": (("train", "--network", "net.network", "--data", "digits"), "motifc.train"),
    "compile": (("compile", "net.network"), "motifc.compile_graph"),
    "opt": (("opt", "net.network", "--pass", "fold"), "compiler.stage.run_pass"),
    "run": (("run", "net.program", "--input", "spikes.npz"), "motifc.run"),
    "run in float": (("run", "net.network", "--input", "spikes.npz"), "motifc.evaluation.float_spikes"),
    "export": (("export", "net.program", "--format", "onnx"), "motifc.export_program"),
    "report": (("report", "net.program"), "motifc.report.run.measured"),
    "report of a network": (("report", "net.network"), "motifc.report.run.measured"),
    "bench": (("bench", "backends", "--backends", "numpy"), "motifc.bench.backends.bench_backends"),
}
QUICK = {
    "compile": ("net.network", "--seed", "0"),
    "opt": ("net.network", "--pass", "fold"),
    "run": ("net.program", "--input", "spikes.npz"),
    "export": ("net.program", "--format", "onnx"),
    "report": ("net.program",),
}

INPUTS = {
    "compile net.network": "net.network",
    "opt net.network --pass fold": "net.network",
    "run net.program --input spikes.npz": "spikes.npz",
    "run net.network --input spikes.npz": "net.network",
    "export net.program --format onnx": "net.program",
    "report net.network": "net.network",
    "search --data spikes.npz": "spikes.npz",
    "search --data digits --config search.toml": "search.toml",
    "train --network net.network --data digits": "net.network",
}
"""Commands and what they read."""


def quick_ones(commands: Iterable[str], *quick: str) -> list[object]:
    """Parameters: all commands, of which those that are not named are slow."""
    return [each if each in quick else pytest.param(each, marks=pytest.mark.slow) for each in commands]


def too_early(*_: object, **__: object) -> NoReturn:
    raise AssertionError("the work began")


@pytest.mark.parametrize("command", quick_ones(WORK, "search", "run", "report"))
def test_a_file_that_is_there_is_told_before_the_work(
    motifc: Motifc, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    arguments, work = WORK[command]
    monkeypatch.setattr(work, too_early)
    Path("o.x").write_text(PRECIOUS)
    outcome = motifc(*arguments, "--out", "o.x")
    assert outcome.err == "motifc: o.x is there already; give --force to replace it, or another name.\n"
    assert (outcome.status, Path("o.x").read_text()) == (2, PRECIOUS)
    os.mkfifo("pipe")
    outcome = motifc(*arguments, "--out", "pipe", "--force")
    assert (outcome.status, outcome.err) == (
        2,
        "motifc: pipe is no regular file; a file name is needed to write to, so give one.\n",
    )


@pytest.mark.parametrize("command", quick_ones(QUICK, "run"))
def test_with_force_it_is_replaced_and_its_mode_stays(motifc: Motifc, command: str) -> None:
    Path("o.x").write_text(PRECIOUS)
    Path("o.x").chmod(0o640)
    outcome = motifc(command, *QUICK[command], "--out", "o.x", "--force")
    assert outcome.status == 0, outcome.err
    assert Path("o.x").read_bytes() != PRECIOUS.encode()
    assert Path("o.x").stat().st_mode & 0o777 == 0o640
    assert not list(Path().glob(".motifc-*"))


@pytest.mark.parametrize("command", quick_ones(INPUTS, "run net.program --input spikes.npz"))
def test_no_input_is_written_over_not_even_with_force(motifc: Motifc, command: str) -> None:
    source = INPUTS[command]
    Path("search.toml").write_text("")
    before = Path(source).read_bytes()
    os.link(source, "hard.x")
    Path("soft.x").symlink_to(source)
    for name in ("hard.x", "soft.x", source):
        outcome = motifc(*command.split(), "--out", name, "--force")
        assert outcome.err == (
            f"motifc: {name} is read from, as {source}; it would be lost, so write to another name.\n"
        )
        assert outcome.status == 2
    assert Path(source).read_bytes() == before


@pytest.mark.slow
def test_data_that_only_the_network_knows_of_are_not_written_over(motifc: Motifc) -> None:
    save_rasters({"spikes": labelled_spikes(0, 11, 30)}, "mine.npz")
    Path("folder").mkdir()
    save_rasters({"spikes": labelled_spikes(0, 11, 30)}, "folder/some.npz")
    for data, out in (("mine.npz", "mine.npz"), ("folder", "folder/some.npz")):
        provenance = Provenance().after_training(load_split(data, seed=3).origin)
        replace(Program.load("net.program"), provenance=provenance).save("net.program")
        before = Path(out).read_bytes()
        outcome = motifc("run", "net.program", "--out", out, "--force")
        assert outcome.err == f"motifc: {out} is read from, as {data}; it would be lost, so write to another name.\n"
        assert (outcome.status, Path(out).read_bytes()) == (2, before)
    written = motifc("report", "net.program", "--out", "folder/page.html")
    assert written.status == 0, written.err
    assert motifc("report", "net.program", "--out", "folder/page.html", "--force").status == 0


@pytest.mark.slow
def test_a_dump_is_replaced_only_with_force(motifc: Motifc) -> None:
    assert motifc("compile", "net.network", "--out", "a.program", "--dump", "stages").status == 0
    kept = Path("stages/00-lower.txt")
    kept.write_text(PRECIOUS)
    outcome = motifc("compile", "net.network", "--out", "b.program", "--dump", "stages")
    assert (outcome.status, Path("b.program").exists(), kept.read_text()) == (2, False, PRECIOUS)
    first = min(path.name for path in Path("stages").iterdir())
    assert outcome.err == (
        f"motifc: stages holds {first} of an earlier run; give --force to replace its files, or another folder.\n"
    )
    assert motifc("compile", "net.network", "--out", "b.program", "--dump", "stages", "--force").status == 0
    assert kept.read_text() != PRECIOUS


def test_failures_of_an_earlier_fuzz_are_replaced_only_with_force(
    motifc: Motifc, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("fuzz-0-2-torch.npz").write_text(PRECIOUS)
    run = ("fuzz", "--backends", "numpy,torch", "--programs", "1")
    assert motifc(*run, "--start", "3").status == 0  # it would write others
    monkeypatch.setattr("motifc.fuzz", too_early)
    outcome = motifc(*run, "--start", "2")
    assert outcome.err == (
        "motifc: fuzz-0-2-torch.npz is there already; give --force to replace it, or another name.\n"
    )
    assert outcome.status == 2
    assert motifc(*run, "--out", "absent").err == (
        "motifc: absent/fuzz.program cannot be written: absent is no folder; make it first.\n"
    )


def test_an_export_folder_is_never_replaced(motifc: Motifc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("motifc.export_program", too_early)
    Path("folder").mkdir()
    Path("folder/mine").write_text(PRECIOUS)
    outcome = motifc("export", "net.program", "--format", "lava", "--out", "folder", "--force")
    assert outcome.err == (
        "motifc: folder is there already; a new folder is written, so give another name, or remove it.\n"
    )
    assert Path("folder/mine").read_text() == PRECIOUS


def test_a_search_does_not_delete_its_own_result(motifc: Motifc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("motifc.commands.search.searched", too_early)
    Path("x.network").symlink_to("x.checkpoint")
    for name in ("o.checkpoint", "./o.checkpoint", "x.network"):
        outcome = motifc("search", "--data", "digits", "--out", name)
        assert (outcome.status, outcome.out) == (2, "")
        told = Path(name)
        assert outcome.err == (
            f"motifc: {told} is where the checkpoint is kept; give --out another name, such as "
            f"{'o.network' if told.stem == 'o' else 'x.network'}.\n"
        )


def test_a_checkpoint_has_a_name_that_is_allowed(tmp_path: Path) -> None:
    assert checkpoint_of(tmp_path / "net.network") == tmp_path / "net.checkpoint"
    long = checkpoint_of(tmp_path / f"{'x' * 247}.network")
    assert (long.parent, long.suffix, len(long.name)) == (tmp_path, ".checkpoint", 43)
    long.touch()
    assert checkpoint_of(tmp_path / f"{'y' * 247}.network") != long
    os.link(long, tmp_path / "net.checkpoint")
    os.link(long, tmp_path / "net.network")
    with pytest.raises(InputError, match="is where the checkpoint is kept"):
        checkpoint_of(tmp_path / "net.network")


@pytest.mark.usefixtures("motifc")
def test_a_folder_of_a_demo_is_known_by_its_network() -> None:
    network = Network.load("net.network")
    Path("made").mkdir()
    assert not motifc.demo.is_of_demo(Path("made"))
    for command, known in (
        ("motifc demo --out 'my demo'", True),
        ("motifc search --data demo", False),
        ("demo 'unbalanced", False),
    ):
        step = Making("search by hrmas", command, {}, "cpu", 1, "cpu", "2026-11-28T12:00:00+00:00")
        replace(network, provenance=Provenance().after(step)).save("made/demo.network")
        assert motifc.demo.is_of_demo(Path("made")) == known
    Path("made/demo.network").write_text(PRECIOUS)
    assert not motifc.demo.is_of_demo(Path("made"))


@pytest.mark.parametrize("name", quick_ones(motifc.demo.FILES, "demo.network"))
def test_a_demo_replaces_only_its_own(motifc: Motifc, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("motifc.commands.demo.searched", too_early)
    Path("made").mkdir()
    Path("made", name).write_text(PRECIOUS)
    outcome = motifc("demo", "--out", "made")
    assert outcome.err == f"motifc: made/{name} is there already; give --force to replace it, or another name.\n"
    assert (outcome.status, Path("made", name).read_text()) == (2, PRECIOUS)
