"""motifc eval: the accuracy of a network in float."""

import json

from motifc.evaluation import evaluate
from search.network import Network
from targets.contracts.raster import save_rasters
from tests.motifc.command_line import Motifc
from tests.networks import labelled_spikes


def test_accuracy_interval_recall_and_confusion(motifc: Motifc) -> None:
    spikes = labelled_spikes(0, 11, 12)
    save_rasters({"spikes": spikes}, "labelled.npz")
    found = evaluate(Network.load("net.network"), spikes)
    outcome = motifc("eval", "net.network", "--input", "labelled.npz")
    assert outcome.status == 0, outcome.err
    assert outcome.out == (
        "labelled.npz; net.network does not say what it was trained on: 12 samples\n"
        f"accuracy of the float network {found.sentence}, ties count as wrong\n"
    )
    plain = json.loads(motifc("eval", "net.network", "--input", "labelled.npz", "--json").out)
    assert plain["data"]["trained_on"] is None
    assert plain["network"] == Network.load("net.network").digest
    assert {key: plain[key] for key in found.as_dict()} == found.as_dict()
    few = json.loads(motifc("eval", "net.network", "--input", "labelled.npz", "--limit", "5", "--json").out)
    assert few["samples"] == 5


def test_a_network_that_tells_no_data_needs_some(motifc: Motifc) -> None:
    outcome = motifc("eval", "net.network")
    assert outcome.status == 2
    assert outcome.err == (
        "motifc: net.network does not say which data it was trained on; say which data to take, by --data or --input.\n"
    )
