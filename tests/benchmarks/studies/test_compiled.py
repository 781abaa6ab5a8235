"""Gaps of compilation and the page of the large network, from made-up rows; motifs that are cut are noticed."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")

from benchmarks.studies import compiled_page, large_page
from benchmarks.studies.compiled import networks
from benchmarks.studies.large import SETTINGS, equality, motifs_are_whole
from compiler.pipeline import compile_network
from search.data.task import Split
from targets.contracts.chip import Limit, chip_named
from targets.contracts.errors import InputError
from targets.program.program import Core
from tests.networks import labelled_spikes, random_network


def way(floats: float, program: float, **differing: int) -> dict[str, Any]:
    figures = {"cores": 1, "synapses": 4_000, "messages": 3.5, "energy": 17.0, "time": 2_400.0}
    return {**figures, "float": floats, "program": program, "differing": {"torch": 0, **differing}}


def rows(gap: float) -> list[dict[str, Any]]:
    """Two replicates of two tasks; of the second task the gap is 0."""
    return [
        {
            "task": task,
            "seed": 101 + replicate,
            "replicate": replicate,
            "samples": 360,
            "seconds": 30.0,
            "plain": way(0.9, 0.9 - gap * (task == "a") * (1 + replicate) / 100, lava=0),
            "faithful": way(0.9, 0.9),
            "quantize-aware": way(0.88, 0.88),
        }
        for replicate in range(2)
        for task in ("a", "b")
    ]


def test_gaps_are_pooled_with_equal_weight_per_task_and_paired_by_replicate() -> None:
    written = compiled_page.page(rows(0.2), "halving")
    half = 12.7062 * 0.05  # of gaps of 0.1 and 0.2 points, pooled
    assert (
        f"| plain | +0.30 [-0.97, +1.57] | +0.00 [+0.00, +0.00] | +0.15 [{0.15 - half:+.2f}, {0.15 + half:+.2f}] | 2 |"
        in written
    )
    assert "pooled: kept." in " ".join(written.split())
    assert "torch (12 programs), lava (4 programs): 0 differences" in " ".join(written.split())


@pytest.mark.parametrize("gap", [3.0, 0.7])
def test_a_gap_that_is_too_large_is_told(gap: float) -> None:
    assert "pooled: not kept." in " ".join(compiled_page.page(rows(gap), "halving").split())


def test_a_folder_without_networks_is_told(tmp_path: Any) -> None:
    with pytest.raises(InputError, match="holds no network of arm 'halving'; run the study"):
        networks(tmp_path, "halving", 10)


def test_cut_motifs_are_noticed() -> None:
    chip = replace(chip_named("loihi1"), neurons_per_core=Limit(8, "neurons", "this test"))
    program = compile_network(random_network(0), chip)
    assert motifs_are_whole(program)
    first, second, *rest = program.cores
    hidden = np.concatenate([first.members["hidden"], second.members["hidden"]])
    cores = (Core(0, 0, {"hidden": hidden[:7]}), Core(0, 0, {"hidden": hidden[7:]}), *rest)
    assert not motifs_are_whole(replace(program, cores=cores))


def test_a_comparison_counts_bins_of_every_population() -> None:
    spikes = labelled_spikes(1, 11, 9)
    split = Split(spikes, spikes, spikes, 3, "touch")
    seconds: dict[str, float] = {}
    found = equality(compile_network(random_network(0), "loihi1"), split, "torch", 2, seconds)
    assert (found["differing"], found["equal"], found["samples"]) == (0, True, 2)
    assert found["bins"] == 2 * spikes.steps * 27
    assert set(seconds) == {"verify on torch"}


def test_the_large_network_stands_beside_the_dense_one() -> None:
    figures = {
        "every": 3,
        "samples": [500, 167, 500],
        "motifs": [{"layer": "hidden1", "size": 8, "links": 60, "delays": [1, 4, 1], "late": [8, 0], "heard": 9}],
        "whole_motifs": True,
        "accuracy": 0.5,
        "program_accuracy": 0.49,
        "units": {"search": 10.4, "training": 10.7},
        "delayed": 40,
        "bytes": 900,
        "most_slots": 8192,
        "operations": 100.0,
        "equal": [{"backend": "lava", "samples": 3, "bins": 99, "spikes": 9, "differing": 0}],
        "seconds": {"search": 18.0, "verify on lava": 5.0},
    }
    fan_in = {"network": "with fan-in", "synapses": 60, "cores": 5, "messages": 100.0, **figures}
    dense = {"network": "dense", "synapses": 240, "cores": 10, "messages": 400.0, **figures}
    written = large_page.page([fan_in, dense], SETTINGS, "halving", 1)
    assert "| synapses | 60 (0.25) | 240 |" in written
    assert "| cores | 5 (0.50) | 10 |" in written
    assert "| messages a step | 100.0 (0.25) | 400.0 |" in written
    assert "| hidden1 | 8 | 60 | 1, 4, 1 | 8, 0 |" in written
    assert "| all | 23.0 | 23.0 |" in written
    assert "not been measured" not in written
    assert "The dense network has not been measured yet." in large_page.page([fan_in], SETTINGS, "halving", 1)
