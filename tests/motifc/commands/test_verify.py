"""motifc verify: equal sides, the first difference, drift from float."""

import json
from dataclasses import replace

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.frontends.network import lower
from motifc.evaluation import evaluate
from search.network import Network
from targets.contracts.raster import SpikeRaster, load_rasters, save_rasters
from targets.contracts.spike_digest import spike_digest
from targets.contracts.synapses import with_weights
from targets.program.program import Program
from targets.runtime.backend import ready_backends, run
from tests.conftest import GOLDEN
from tests.motifc.command_line import Motifc
from tests.networks import labelled_spikes, random_network, random_spikes

QUICK = [known.name for known in ready_backends() if known.pace == "quick"]


def test_verify_of_equal_backends_exits_0(motifc: Motifc) -> None:
    outcome = motifc("verify", "net.program", "--backends", ",".join(QUICK), "--input", "spikes.npz")
    assert outcome.status == 0
    for name in QUICK[1:]:
        assert f"{QUICK[0]} and {name} are equal: 0 of 4,050 bins differ" in outcome.out


def test_the_digests_are_those_of_a_run(motifc: Motifc) -> None:
    spikes = random_spikes(0, 11, samples=5)
    save_rasters({"spikes": replace(spikes, lengths=np.array([3, 0, 30, 7, 30]))}, "short.npz")
    ran = motifc("run", "net.program", "--input", "short.npz", "--out", "o.npz", "--json")
    told = json.loads(ran.out)["spike_digest"]
    assert told == spike_digest(load_rasters("o.npz"))
    outcome = motifc("verify", "net.program", "--input", "short.npz", "--json")
    (verdict,) = json.loads(outcome.out)["verdicts"]
    assert verdict["spike_digests"] == {"numpy": told, "numba": told}
    alone = motifc("verify", "net.program", "--against-float", "net.network", "--input", "short.npz", "--json")
    assert json.loads(alone.out)["spike_digests"]["program"] == told


@pytest.mark.slow
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


def test_files_of_version_1_are_known_to_belong_together(motifc: Motifc) -> None:
    """The digest by which a program of version 1 knows its network is that of the network's file, not of today's."""
    program, network = (str(GOLDEN / "version1" / name) for name in ("random1-small.program", "random1.network"))
    outcome = motifc("verify", program, "--against-float", network, "--input", "spikes.npz")
    assert outcome.status == 0, outcome.err


def test_both_accuracies_are_named(motifc: Motifc) -> None:
    spikes = labelled_spikes(0, 11, 9)
    save_rasters({"spikes": spikes}, "labelled.npz")
    arguments = ("verify", "net.program", "--input", "labelled.npz", "--against-float", "net.network")
    both = motifc(*arguments)
    assert both.status == 0, both.err
    assert both.out.startswith("labelled.npz; net.program does not say what it was trained on: 9 samples\n")
    program, network = Program.load("net.program"), Network.load("net.network")
    assert program.readout is not None
    integer = program.readout.accuracy(run(program, spikes).spikes["answer"].counts(), np.asarray(spikes.labels))
    for name, accuracy in (("program", integer), ("float network", evaluate(network, spikes).accuracy)):
        assert f"accuracy of the {name} {accuracy:.2%} of 9 (95 % interval " in both.out
    plain = json.loads(motifc(*arguments, "--backends", "numpy,torch", "--json").out)
    assert plain["accuracy"] == {"program": integer, "float network": evaluate(network, spikes).accuracy}
    assert plain["data"]["samples"] == 9
    assert json.loads(motifc(*arguments[:2], "--input", "spikes.npz", *arguments[4:], "--json").out)["accuracy"] == {}


def recorded(flip: bool = False) -> None:
    """Writes theirs.npz: spikes, and what the float network makes of them, or all of that but one bin."""
    spikes = random_spikes(4, 11, samples=2)
    found = interpret(lower(Network.load("net.network")), {"touch": spikes})["hidden"].dense()
    found[1, 20, 3] ^= flip
    save_rasters({"touch": spikes, "hidden": SpikeRaster.pack(found)}, "theirs.npz")


def test_a_faithful_program_follows_a_recording_that_holds_its_input(motifc: Motifc) -> None:
    assert motifc("compile", "net.network", "--faithful", "--out", "o.program").status == 0
    recorded()
    arguments = ("verify", "o.program", "--against-float", "net.network", "--recording", "theirs.npz")
    outcome = motifc(*arguments)
    assert outcome.status == 0, outcome.out
    lines = outcome.out.splitlines()
    assert lines[0] == "theirs.npz; o.program does not say what it was trained on: 2 samples"
    assert lines[1].startswith("float network and theirs.npz are equal: 0 of 1,440 bins differ, ")
    assert lines[2].startswith("program and theirs.npz are equal: 0 of 1,440 bins differ, ")
    assert any(line.startswith("hidden, of 1,440 bins: u wrapped never, v saturated ") for line in lines)
    plain = json.loads(motifc(*arguments, "--limit", "1", "--json").out)
    assert [each["differing"] for each in plain["recording"]] == [0, 0]
    assert plain["data"]["samples"] == 1
    assert [each["population"] for each in plain["overflows"]] == ["hidden", "answer"]
    assert plain["unproved"] == []


def test_another_recording_is_told_apart_and_exits_1(motifc: Motifc) -> None:
    recorded(flip=True)
    outcome = motifc("verify", "net.program", "--against-float", "net.network", "--recording", "theirs.npz")
    assert outcome.status == 1
    assert "float network and theirs.npz differ in 1 of 1,440 bins, first in sample 1, step 20, " in outcome.out
    assert "program and theirs.npz differ in " in outcome.out
    assert "The float network itself differs; motifc explain finds the reading of theirs.npz, if any." in outcome.out


def test_a_recording_needs_the_float_network_and_its_input(motifc: Motifc) -> None:
    recorded()
    alone = motifc("verify", "net.program", "--recording", "theirs.npz")
    assert alone.status == 2
    assert alone.err == (
        "motifc: --recording was given without the float network that was recorded; give it as --against-float.\n"
    )
    save_rasters({"hidden": load_rasters("theirs.npz")["hidden"]}, "bare.npz")
    arguments = ("verify", "net.program", "--against-float", "net.network", "--recording", "bare.npz")
    lacking = motifc(*arguments)
    assert lacking.status == 2
    assert "bare.npz holds no spikes of input 'touch', to which its populations answered; " in lacking.err
    save_rasters({"spikes": load_rasters("theirs.npz")["touch"]}, "input.npz")
    given = motifc(*arguments, "--input", "input.npz")
    assert given.status == 1, given.err
    assert "float network and bare.npz are equal: 0 of 1,440 bins differ" in given.out
