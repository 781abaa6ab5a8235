"""Graphs are read back, compared, and refused where they are none."""

import json
from pathlib import Path
from typing import Any

import pytest

from compiler.analysis.deployment import deployment
from compiler.analysis.deployment_file import differences, read_deployment
from compiler.pipeline import compile_network
from targets.contracts.errors import InputError
from tests.networks import random_network

WRONG: tuple[Any, ...] = (None, [1], {"totals": {}})


def _graph(seed: int = 0) -> dict[str, Any]:
    return deployment(compile_network(random_network(seed)))


def test_a_graph_equals_itself_read_back(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(_graph()), encoding="utf-8")
    assert differences(_graph(), read_deployment(tmp_path / "a.json")) == ()


def test_every_change_is_found_where_it_is() -> None:
    mine, theirs = _graph(), _graph()
    theirs["nodes"][1]["synapses"] += 1
    theirs["graph"]["projections"][0]["weights"] = "x"
    del theirs["edges"][0]
    found = {(each.place, each.field) for each in differences(mine, theirs)}
    assert found == {
        ("core 0", "synapses"),
        (f"projection {mine['graph']['projections'][0]['name']}", "weights"),
        (f"route {mine['edges'][0]['source']} to {mine['edges'][0]['target']}", ""),
    }


def test_other_weights_are_told_by_projection() -> None:
    places = {each.place for each in differences(_graph(0), _graph(1))}
    assert {"program", "projection intra", "totals"} <= places


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "is no JSON"),
        ("[]", "is no deployment graph"),
        ('{"schema": "motifc-deployment", "version": 99}', "of version 99; this motifc reads 1"),
        ('{"schema": "motifc-deployment", "version": 1}', "is a damaged deployment graph"),
        ("[" * 100_000, "is no JSON"),
    ],
)
def test_what_is_no_graph_is_refused(content: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_deployment(tmp_path / "a.json")
    assert sentence in str(error.value)


@pytest.mark.parametrize("key", ["nodes", "edges", "graph"])
def test_a_damaged_graph_is_refused(key: str, tmp_path: Path) -> None:
    for wrong in WRONG:
        (tmp_path / "a.json").write_text(json.dumps(_graph() | {key: wrong}), encoding="utf-8")
        with pytest.raises(InputError, match="is a damaged deployment graph"):
            read_deployment(tmp_path / "a.json")
