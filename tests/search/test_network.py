"""Networks: what may be built, what is refused in one sentence, and what a file keeps."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from search.motif import Motif, neighbours
from search.network import Connection, Layer, Network
from targets.contracts.artefact import stored_digest
from targets.contracts.errors import InputError
from targets.contracts.ports import Input, Readout
from targets.contracts.synapses import Banded, BlockDiagonal, Dense
from tests.networks import random_network, tiny_network
from tests.provenances import PROVENANCE

MOTIF = Motif(2, np.array([[0, -1], [1, 0]]), "ring", np.array([[[1, 0], [0, 0]], [[0, 0], [0, -1]]]))


def test_a_layer_takes_numbers_for_all_and_one_for_each() -> None:
    layer = Layer.of("hidden", 3, tau_m=[2, 4, 8], threshold=0.5)
    assert layer.tau_s.tolist() == [4, 4, 4]
    assert layer.threshold.tolist() == [0.5, 0.5, 0.5]
    assert layer.bias.tolist() == [0, 0, 0]
    assert (layer.neurons, layer.motif_size) == (3, 1)


def test_without_a_resistance_the_gain_is_that_of_the_synapse_alone() -> None:
    assert Layer.of("hidden", 3, tau_s=5, tau_m=[2, 4, 8]).gain == pytest.approx([0.2, 0.2, 0.2])
    assert Layer.of("hidden", 2, tau_s=5, tau_m=[2, 4], resistance=10).gain == pytest.approx([1.0, 0.5])


def test_hidden_layers_are_all_but_the_readout() -> None:
    network = tiny_network()
    names = [layer.name for layer in network.layers]
    assert network.readout is not None
    assert [layer.name for layer in network.hidden] == [name for name in names if name != network.readout.population]
    assert [layer.name for layer in replace(network, readout=None).hidden] == names


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            {"tau_m": [2, 4]},
            "layer 'hidden' has 4 values of tau_s but 2 of tau_m; one per neuron is needed, so match them.",
        ),
        (
            {"tau_s": 0.5},
            "layer 'hidden' has tau_s down to 0.5 steps; at least 1 is needed, so raise it or use smaller steps.",
        ),
        ({"resistance": [1, 1, 0, 1]}, "layer 'hidden' has resistance down to 0; it must be above 0."),
        ({"threshold": -1}, "layer 'hidden' has threshold down to -1; it must be above 0."),
        (
            {"motif": Motif(3, np.zeros((3, 3), int), "none", np.zeros((0, 3, 3), int))},
            "layer 'hidden' has 4 neurons in motifs of 3; motifs must fill it exactly, so change one of the two.",
        ),
    ],
)
def test_a_layer_that_cannot_be_is_refused(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as error:
        Layer.of("hidden", 4, **given)
    assert str(error.value) == sentence


def test_a_layer_needs_neurons() -> None:
    with pytest.raises(InputError, match=r"^layer 'hidden' has 0 neurons in motifs of 1; "):
        Layer.of("hidden", 0)


def test_a_spike_takes_a_step() -> None:
    with pytest.raises(InputError) as error:
        Connection("in", "touch", "hidden", Dense(np.ones((2, 2))), delay=0)
    assert str(error.value) == "connection 'in' has delay 0; a spike takes at least 1 step, so give 1 or more."


def test_names_and_shapes_must_fit() -> None:
    network = tiny_network()
    with pytest.raises(InputError, match=r"^connection|^projection 'input' has weights"):
        replace(network, inputs=(Input("touch", 3),))
    with pytest.raises(InputError, match=r"^output 'voice' is no population of the network"):
        replace(network, readout=Readout("voice", 2))


def inside(synapses: Dense | BlockDiagonal | Banded) -> Network:
    """A layer of two motifs with one connection inside."""
    return Network(
        (Input("touch", 1),), (Layer.of("hidden", 4, motif=MOTIF),), (Connection("x", "hidden", "hidden", synapses),)
    )


def test_links_inside_a_layer_keep_to_the_types_of_its_motif() -> None:
    assert inside(BlockDiagonal(np.array([[[0, -1.0], [2, 0]], [[0, 0.0], [0, 0]]]))).neurons == 4
    sentence = (
        "connection 'x' has weights whose signs contradict the link types of its motif; excitatory links need weights "
        ">= 0, inhibitory <= 0, absent links 0."
    )
    for wrong in ([[0, 1.0], [0, 0]], [[0, 0], [-1.0, 0]], [[1.0, 0], [0, 0]]):
        with pytest.raises(InputError) as error:
            inside(BlockDiagonal(np.array([wrong, np.zeros((2, 2))])))
        assert str(error.value) == sentence


def test_links_between_motifs_are_those_of_the_wiring() -> None:
    weights = np.zeros((2, 2, 2, 2))
    assert inside(Banded(weights, neighbours("ring", 2), 2)).neurons == 4
    with pytest.raises(InputError) as error:
        inside(Banded(weights, np.array([[0, 1], [0, 1]]), 2))
    assert str(error.value) == (
        "connection 'x' does not link the ring neighbours of its layer; take `sources` from search.motif.neighbours."
    )


def test_a_layer_of_motifs_has_no_other_links_inside() -> None:
    with pytest.raises(InputError) as error:
        inside(Dense(np.zeros((4, 4))))
    assert str(error.value) == (
        "connection 'x' is dense inside layer 'hidden' of motifs; only block-diagonal and banded links are allowed, "
        "so store it so or drop the motif."
    )


def test_a_file_keeps_everything(tmp_path: Path) -> None:
    network = replace(random_network(0), origin="a split").with_settings(seed=7)
    digest = network.save(tmp_path / "net.network")
    loaded = Network.load(tmp_path / "net.network")
    assert loaded.digest == network.digest == digest
    assert (loaded.inputs, loaded.readout, loaded.steps) == (network.inputs, network.readout, network.steps)
    assert (loaded.origin, dict(loaded.settings)) == ("a split", {"seed": 7})
    for left, right in zip(loaded.layers, network.layers, strict=True):
        for key in ("tau_s", "tau_m", "resistance", "threshold", "bias"):
            assert np.array_equal(getattr(left, key), getattr(right, key))
    for one, other in zip(loaded.connections, network.connections, strict=True):
        assert (one.name, one.source, one.target, one.delay) == (other.name, other.source, other.target, other.delay)
        assert np.array_equal(one.synapses.weights, other.synapses.weights)


@pytest.mark.parametrize(
    "changes",
    [{"steps": 31}, {"readout": None}, {"inputs": (Input("t", 2),)}],
)
def test_the_digest_tells_everything_that_computes_apart(changes: dict[str, Any]) -> None:
    network = tiny_network()
    if "inputs" in changes:
        first, *others = network.connections
        changes = changes | {"connections": (replace(first, source="t"), *others)}
    assert replace(network, **changes).digest != network.digest


def test_what_only_tells_of_a_network_is_in_the_digest_of_its_file_alone(tmp_path: Path) -> None:
    network = tiny_network()
    there = replace(PROVENANCE, made=(replace(PROVENANCE.made[0], date="2027-01-01T00:00:00+00:00", cpu="another"),))
    told = [
        replace(network, origin="x"),
        network.with_settings(seed=1),
        replace(network, provenance=PROVENANCE),
        replace(network, provenance=there),
    ]
    files = set()
    for each in (network, *told):
        assert each.save(tmp_path / "net.network") == network.digest == Network.load(tmp_path / "net.network").digest
        files.add(stored_digest(tmp_path / "net.network", "network"))
    assert len(files) == 1 + len(told)


def test_provenance_survives_the_file(tmp_path: Path) -> None:
    replace(tiny_network(), provenance=PROVENANCE).save(tmp_path / "net.network")
    again = Network.load(tmp_path / "net.network").provenance
    assert again.made == PROVENANCE.made
    assert again.rows() == PROVENANCE.rows()
    assert again.trained_on[0].trained.tolist() == PROVENANCE.trained_on[0].trained.tolist()


def test_nothing_of_it_can_be_written() -> None:
    network = tiny_network()
    for array in (network.layers[0].tau_m, network.connections[0].synapses.weights):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(TypeError):
        network.settings["seed"] = 1  # type: ignore[index]


def test_settings_are_added_to_a_new_network() -> None:
    network = tiny_network().with_settings(a=1)
    more = network.with_settings(b=2)
    assert (dict(network.settings), dict(more.settings)) == ({"a": 1}, {"a": 1, "b": 2})


def test_layers_are_found_by_name() -> None:
    network = tiny_network()
    assert network.layer("answer") is network.layers[1]
    assert network.neurons == 6
    with pytest.raises(KeyError):
        network.layer("voice")


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Input("x", 0), "width of input 'x' is 0; 1 to 16,777,216 are allowed"),
        (lambda: Input("x", True), "width of input 'x' is True; a whole number is needed"),
        (lambda: Input(3, 4), "the name of an input is 3; a text is needed"),  # type: ignore[arg-type]
        (lambda: Readout("x", 1.0), "number of classes of readout 'x' is 1.0"),  # type: ignore[arg-type]
        (lambda: Layer.of("x" * 256, 1), "the name of a layer is 'xxx"),
        (lambda: Connection("c", "a", "b", Dense(np.ones((1, 1))), delay=1.5), "delay of connection 'c' is 1.5"),  # type: ignore[arg-type]
        (lambda: replace(tiny_network(), steps=0), "the number of steps of a network is 0"),
        (lambda: replace(MOTIF, size=2.0), "size of a motif is 2.0; a whole number is needed"),  # type: ignore[arg-type]
    ],
)
def test_numbers_are_whole_and_names_are_texts(make: Callable[[], object], told: str) -> None:
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value).startswith(told)


def test_a_layer_whose_name_begins_like_another_s_keeps_its_own_numbers(tmp_path: Path) -> None:
    """Layers "a" and "a.z": keys of arrays once began with the names of their owners."""
    layers = (Layer.of("a", 2, tau_m=4), Layer.of("a.z", 2, tau_m=9))
    weights = Dense(np.eye(2))
    connections = (Connection("x", "in", "a", weights), Connection("x.weights", "a", "a.z", weights))
    network = Network((Input("in", 2),), layers, connections)
    network.save(tmp_path / "n.network")
    again = Network.load(tmp_path / "n.network")
    assert again.digest == network.digest
    assert {layer.name: layer.tau_m.tolist() for layer in again.layers} == {"a": [4, 4], "a.z": [9, 9]}
