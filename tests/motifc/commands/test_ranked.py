"""torchrun with motifc: one speaks and writes, one fails, none waits in vain."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from motifc import Network, Settings, load_split
from motifc.commands import ranked
from search.nas.methods import search_by
from search.settings import in_shards, load_settings
from tests.conftest import REPOSITORY
from tests.search.spawned import spawned

BRIEF = "[model]\nneurons = [16]\nsizes = [2]\n[search]\nepochs = 1\nbatch = 128\n[training]\nepochs = 1\nbatch = 128\n"
SEARCH = ("-m", "motifc", "search", "--data", "digits", "--config", "brief.toml", "--method", "recurrent", "--json")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    (tmp_path / "brief.toml").write_text(BRIEF, encoding="utf-8")
    return tmp_path


def test_the_first_rank_of_a_command_that_shares_its_work_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ranked.first()
    assert not ranked.silent(["search"])
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    for rank, speaks in (("0", True), ("1", False)):
        monkeypatch.setenv("RANK", rank)
        assert ranked.first() is speaks
        assert ranked.tells() is speaks
        assert ranked.silent(["train", "a.network"]) is not speaks
        assert not ranked.silent(["compile"])
        assert not ranked.silent([])


@pytest.mark.slow
def test_torchrun_finds_what_one_process_finds_with_as_many_shards(folder: Path) -> None:
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    ran = subprocess.run(
        [*torchrun, *SEARCH, "--out", "net.network"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "MOTIFC_PROGRESS": "off"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("digest") == 1
    assert ran.stderr.count("train: ") == 1
    assert sorted(path.name for path in folder.iterdir()) == ["brief.toml", "net.network"]
    settings = in_shards(load_settings(folder / "brief.toml"), 4)
    assert isinstance(settings, Settings)
    alone = search_by("recurrent", load_split("digits"), settings, 0, "cpu")
    assert Network.load(folder / "net.network").digest == alone.digest


@pytest.mark.slow
def test_what_is_wrong_on_one_rank_ends_all_with_one_sentence(folder: Path) -> None:
    """The second rank alone cannot read its settings."""
    command = [*SEARCH, "--out", "net.network"]
    other = ["missing.toml" if word == "brief.toml" else word for word in command]
    ended = spawned(command, 2, folder, rank1=other)
    assert [each.status for each in ended] == [2, 2]
    said = "".join(each.err for each in ended)
    assert said.count("motifc: ") == 1
    assert "motifc: missing.toml does not exist; a TOML file is needed, so check the path.\n" in said
    assert sorted(path.name for path in folder.iterdir()) == ["brief.toml"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (["--data", "digitz"], "motifc: unknown task 'digitz'"),
        (["--method", "hrmass"], "motifc: unknown method 'hrmass'"),
    ],
)
def test_what_is_wrong_on_all_ranks_is_said_once(folder: Path, wrong: list[str], sentence: str) -> None:
    ended = spawned([*SEARCH, "--out", "net.network", *wrong], 2, folder)
    assert [each.status for each in ended] == [2, 2]
    said = "".join(each.err for each in ended)
    assert said.count("motifc: ") == 1
    assert sentence in said


@pytest.mark.slow
def test_a_rank_that_is_killed_ends_the_other(folder: Path) -> None:
    """The second kills itself once it has read the data."""
    killed = (
        "import os, signal, sys\n"
        "from motifc.commands import searching\n"
        "searching.searched.__globals__['doing'] = lambda what: os.kill(os.getpid(), signal.SIGKILL)\n"
        "sys.argv[0] = 'motifc'\n"
        "from motifc.cli import main\n"
        "main()\n"
    )
    begun = time.monotonic()
    ended = spawned([*SEARCH, "--out", "net.network"], 2, folder, rank1=["-c", killed, *SEARCH[2:], "--out", "other"])
    assert ended[1].status == -signal.SIGKILL
    assert ended[0].status == 3
    assert "motifc: another rank has ended without a word" in ended[0].err
    assert time.monotonic() - begun < 100
    assert sorted(path.name for path in folder.iterdir()) == ["brief.toml"]
