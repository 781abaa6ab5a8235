"""motifc damage and motifc repair, as a user meets them."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motifc import Network, Program, compile_network, save_rasters
from search.network import Network as Net
from targets.program.check import check
from tests.motifc.command_line import Motifc
from tests.networks import labelled_spikes, random_network, random_spikes

DATA = ("--data", "unlabelled.npz")


@pytest.fixture
def healthy(motifc: Motifc) -> Net:
    """Files: healthy.network, its program, spikes without and with labels."""
    network = random_network(0)
    network.save("healthy.network")
    compile_network(network, "loihi2").save("net.program")
    save_rasters({"spikes": random_spikes(3, 11, samples=20)}, "unlabelled.npz")
    save_rasters({"spikes": labelled_spikes(3, 11, 12)}, "test.npz")
    return network


def test_a_network_is_damaged_and_repaired(motifc: Motifc, healthy: Net) -> None:
    done = motifc("damage", "healthy.network", "--kind", "thresholds", "--seed", "4", "--out", "bad.network")
    assert done.status == 0, done.err
    assert done.out.startswith("bad.network: thresholds 0.3 (standard deviation of the logarithm")
    arguments = ("bad.network", "--reference", "healthy.network", *DATA)
    told = motifc("repair", *arguments, "--out", "good.network", "--json")
    assert told.status == 0, told.err
    plain = json.loads(told.out)
    assert plain["after"] < plain["before"] / 2
    assert plain["own"].startswith("healthy.network on unlabelled.npz")
    repaired = Network.load("good.network")
    assert repaired.digest == plain["digest"]
    assert repaired.settings["repair"]["own_digest"] == repaired.settings["repair"]["digest"]
    assert repaired.own_rates is not None
    again = motifc("repair", "good.network", *DATA, "--out", "again.network", "--json")  # it remembers its rates now
    assert again.status == 0, again.err


@pytest.mark.slow
def test_the_machine_of_a_program_is_damaged_and_repaired(motifc: Motifc, healthy: Net) -> None:
    before = Path("net.program").read_bytes()
    done = motifc(
        "damage", "net.program", "--kind", "thresholds", "--strength", "0.5", "--out", "faults.json", "--json"
    )
    assert done.status == 0, done.err
    assert json.loads(done.out)["thresholds"] == 24
    assert Path("net.program").read_bytes() == before
    repaired = motifc("repair", "net.program", "--faults", "faults.json", *DATA, "--out", "good.program")
    assert repaired.status == 0, repaired.err
    assert "own rates are those of the program without its faults on unlabelled.npz" in repaired.out
    program = Program.load("good.program")
    assert check(program) == ()
    assert np.array_equal(program.projection("input").dense(), Program.load("net.program").projection("input").dense())
    for name in ("net.program", "good.program"):
        verified = motifc("verify", name, "--faults", "faults.json", "--input", "test.npz")
        assert verified.status == 0, verified.err
    ran = motifc("run", "good.program", "--faults", "faults.json", "--input", "test.npz", "--out", "o.npz", "--json")
    plain = motifc("run", "good.program", "--input", "test.npz", "--out", "p.npz", "--json")
    assert json.loads(ran.out)["spikes"] != json.loads(plain.out)["spikes"]
    against = motifc(
        "verify", "net.program", "--against", "good.program", "--faults", "faults.json", "--input", "test.npz"
    )
    assert against.status == 1  # other thresholds, other spikes


def test_rates_are_remembered_by_compiling(motifc: Motifc, healthy: Net) -> None:
    compiled = motifc("compile", "healthy.network", "--calibrate", "unlabelled.npz", "--out", "known.program")
    assert compiled.status == 0, compiled.err
    own = Program.load("known.program").own_rates
    assert own is not None
    assert own.data == "unlabelled.npz, samples"
    assert own.rates.keys() == {"hidden", "answer"}
    found = motifc("repair", "known.program", *DATA, "--out", "same.program", "--json")
    assert json.loads(found.out)["moved"] == 0
    assert motifc("compile", "healthy.network", "--out", "plain.program").status == 0
    assert Program.load("plain.program").own_rates is None
    replace(healthy, own_rates=own).save("told.network")
    assert motifc("compile", "told.network", "--out", "told.program").status == 0
    handed = Program.load("told.program").own_rates
    assert handed is not None
    assert handed.digest == own.digest


def test_a_network_is_a_reference_for_a_program(motifc: Motifc, healthy: Net) -> None:
    found = motifc("repair", "net.program", "--reference", "healthy.network", *DATA, "--out", "near.program", "--json")
    assert found.status == 0, found.err
    assert json.loads(found.out)["own"].startswith("healthy.network on ")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("repair", "healthy.network", *DATA, "--out", "x.network"),
            "motifc: healthy.network does not remember the rates that its neurons had before the damage; give the "
            "network or program from before it as --reference.",
        ),
        (
            ("repair", "net.program", *DATA, "--out", "x.program"),
            "motifc: net.program does not remember the rates",
        ),
        (
            ("repair", "healthy.network", "--faults", "f.json", *DATA, "--out", "x.network"),
            "motifc: healthy.network is a network, which has no cores and whose faults are in itself; leave --faults",
        ),
        (
            ("repair", "healthy.network", "--reference", "net.program", *DATA, "--out", "x.network"),
            "motifc: net.program is a program; a network is needed here",
        ),
        (
            ("repair", "net.program", "--faults", "test.npz", *DATA, "--out", "x.program"),
            "motifc: test.npz is not readable JSON",
        ),
        (
            ("repair", "healthy.network", "--reference", "healthy.network", "--out", "x.network"),
            "motifc: healthy.network does not say which data it was trained on; say which data to take, by --data.",
        ),
        (
            ("repair", "net.program", "--reference", "healthy.network", *DATA, "--out", "healthy.network", "--force"),
            "motifc: healthy.network is read from, as healthy.network",
        ),
        (("damage", "healthy.network", "--kind", "rust", "--out", "x"), "motifc: unknown damage 'rust'"),
        (("damage", "healthy.network", "--kind", "cores", "--out", "x"), "motifc: a network has no cores; "),
        (("damage", "net.program", "--kind", "dead", "--where", "b", "--out", "x"), "there is no population 'b'"),
        (("damage", "test.npz", "--kind", "dead", "--out", "x"), "motifc: test.npz is a zip archive"),
        (("run", "healthy.network", "--faults", "f", "--input", "test.npz", "--out", "x"), " is a network, "),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_sentence(
    motifc: Motifc, healthy: Net, arguments: tuple[str, ...], told: str
) -> None:
    outcome = motifc(*arguments)
    assert outcome.status == 2
    assert told in outcome.err
    assert len(outcome.err.strip().splitlines()) == 1
    assert not Path("x.network").exists()
