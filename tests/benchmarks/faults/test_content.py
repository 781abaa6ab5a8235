"""content: equal for equal content, whatever the date; damage is seen."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.faults.content import DAMAGED, OLD, content, contents, epochs
from search.training.checkpoint import Stage, save_checkpoint
from targets.contracts.artefact import Artefact, save
from tests.networks import random_network


def test_a_network_is_known_by_what_it_computes(tmp_path: Path) -> None:
    random_network(0).save(tmp_path / "a.network")
    random_network(0).save(tmp_path / "b.network")
    random_network(1).save(tmp_path / "c.network")
    found = contents(tmp_path)
    assert found["a.network"] == found["b.network"] != found["c.network"]


@pytest.mark.parametrize("name", ["a.network", "a.program", "a.stage", "a.spikes", "a.npz", "a.html"])
def test_half_a_file_is_damaged(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "a.html":
        path.write_text("<html><body>")
    elif name == "a.npz":
        np.savez(path, a=np.arange(100))
    else:
        save(Artefact(path.suffix[1:], {}, {"a": np.arange(100)}), path)
    path.write_bytes(path.read_bytes()[:-20])
    assert content(path).startswith(DAMAGED)


def test_dates_do_not_count_and_what_was_there_before_is_known(tmp_path: Path) -> None:
    for name, date in (("a", "2026-01-01T00:00:00+00:00"), ("b", "2026-02-03T04:05:06+00:00")):
        (tmp_path / f"{name}.html").write_text(f"<p>search, {date}</p></html>\n")
    (tmp_path / "c.html").write_bytes(OLD)
    found = contents(tmp_path)
    assert found["a.html"] == found["b.html"]
    assert found["c.html"] == "old"


def test_epochs_of_a_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "a.checkpoint"
    assert epochs(path) == 0
    save_checkpoint(path, {}, {"search": Stage({}, ({}, {})), "train": Stage({}, ({},))})
    assert epochs(path) == 3
