"""motifc search, struck by SIGINT or SIGKILL at any moment and resumed, gives what it gives undisturbed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from search.network import Network
from targets.contracts.raster import save_rasters
from tests.search.event_file import shown_scalars
from tests.search.tiny import tiny_split

# Every attempt is a process of its own, forked where everything is imported already, which a real signal hits.
DRIVER = """
import json, os, signal, sys, traceback
import tensorboardX, torch
import motifc.cli, search.data.load, search.nas.hrmas, search.training.scalars, search.training.train
from targets.contracts import artefact
from search.training.adam import Adam

def attempt(moment, number, blow, arguments):
    calls = []
    def strike():
        calls.append(None)
        if len(calls) == number:
            os.kill(os.getpid(), getattr(signal, blow))
    def after(whole):
        def call(*arguments, **named):
            result = whole(*arguments, **named)
            strike()
            return result
        return call
    pieces = artefact._pieces
    def halved(array):
        for piece in pieces(array):
            yield piece[: len(piece) // 2]
            strike()
            yield piece[len(piece) // 2 :]
    if moment == "step":  # in the middle of an epoch
        Adam.step = after(Adam.step)
    elif moment == "write":  # while a file is half written
        artefact._pieces = halved
    elif moment == "saved":  # between two epochs, after the last of them beside the finished network
        artefact.save = after(artefact.save)
    sys.argv = ["motifc", *arguments]
    motifc.cli.main()

signal.signal(signal.SIGINT, signal.default_int_handler)  # also where the tests run in the background, which ignores it
torch.set_num_threads(1)
for line in sys.stdin:
    child = os.fork()
    if not child:
        try:
            attempt(*json.loads(line))
        except SystemExit as ended:
            os._exit(ended.code or 0)
        except BaseException:
            traceback.print_exc()
        os._exit(99)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
CONFIG = """
[model]
neurons = [8]
sizes = [2, 4]
readout_neurons = 1
[search]
epochs = 2
batch = 24
[training]
epochs = 2
batch = 24
"""
INT, KILL = ("SIGINT", 130), ("SIGKILL", -9)
# In each chain the next attempt goes on from where the last was struck: moment, at which one of its kind, signal.
CHAINS = {
    "search": [("step", 1, INT), ("saved", 1, KILL), ("step", 1, KILL), ("write", 1, INT), ("saved", 1, INT)],
    "train": [
        ("write", 2, KILL),
        ("saved", 1, KILL),
        ("step", 1, INT),
        ("write", 1, KILL),
        ("saved", 1, INT),
        ("step", 2, KILL),
        ("saved", 1, KILL),
        ("saved", 1, KILL),  # the network is there, the checkpoint not yet removed
    ],
}


@pytest.fixture(scope="module")
def struck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the networks of all chains and of a search that nobody disturbed."""
    folder = tmp_path_factory.mktemp("search")
    save_rasters({"spikes": tiny_split(samples=48).train}, folder / "mine.npz")
    (folder / "tiny.toml").write_text(CONFIG)
    search = ["search", "--data", "mine.npz", "--config", "tiny.toml", "--device", "cpu"]
    attempts, expected = [("never", 1, "SIGINT", [*search, "--out", "whole.network"])], [0]
    for name, chain in CHAINS.items():
        resumed = [*search, "--out", f"{name}.network", "--resume", "--tensorboard", f"{name}.scalars"]
        attempts += [(moment, number, signal, resumed) for moment, number, (signal, _) in chain]
        expected += [status for _, _, (_, status) in chain]
        attempts.append(("never", 1, "SIGINT", resumed))
        expected.append(0)
    lines = "".join(json.dumps(attempt) + "\n" for attempt in attempts)
    done = subprocess.run(
        [sys.executable, "-c", DRIVER],
        input=lines,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    statuses = [int(line) for line in done.stdout.splitlines() if line.lstrip("-").isdigit()]
    assert statuses == expected, done.stderr
    for name in CHAINS:
        hint = f"motifc: stopped; the same command with --resume goes on from {name}.checkpoint."
        assert done.stderr.splitlines().count(hint) == sum(status == 130 for _, _, (_, status) in CHAINS[name][1:])
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAINS)
def test_a_search_struck_again_and_again_gives_the_same_network(struck: Path, name: str) -> None:
    found, whole = Network.load(struck / f"{name}.network"), Network.load(struck / "whole.network")
    assert (found.digest, found.settings) == (whole.digest, whole.settings)
    assert not (struck / f"{name}.checkpoint").exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAINS)
def test_its_scalars_are_one_curve(struck: Path, name: str) -> None:
    settings = Network.load(struck / "whole.network").settings
    shown = shown_scalars(struck / f"{name}.scalars")
    for phase, history in (("search", settings["search"]), ("train", settings["training"])):
        for figure in history[0]:
            epochs, values = zip(*shown[f"{phase}/{figure}"], strict=True)
            assert epochs == tuple(range(1, len(history) + 1))
            assert values == pytest.approx([entry[figure] for entry in history])
