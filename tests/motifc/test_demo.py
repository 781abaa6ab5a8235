"""demo: one network, all installed backends, one table."""

from pathlib import Path

import numpy as np
import pytest

from motifc.demo import demo
from motifc.evidence import PROGRAM, Evidence
from motifc.tables import show_demo
from search.network import Network
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.program.program import Program
from targets.runtime.backend import backend_names, ready_backends
from targets.runtime.registry import ORACLE, in_order
from tests.networks import random_network, random_spikes


def labelled(seed: int) -> SpikeRaster:
    spikes = random_spikes(seed, 11, samples=6)
    return SpikeRaster(spikes.packed, 11, spikes.lengths, np.arange(6, dtype=np.int32) % 3)


def test_every_backend_is_compared_and_files_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps: list[str] = []
    result = demo(random_network(0), labelled(0), "loihi1", 7, tmp_path, steps.append)
    assert [row.backend for row in result.backends] == in_order(backend_names())
    ran = [row for row in result.backends if row.missing is None]
    assert {row.backend for row in ran} == {known.name for known in ready_backends()}
    assert result.equal
    assert {row.differing for row in ran} == {0}
    assert len({(row.spikes, row.accuracy) for row in ran}) == 1
    assert result.bins == 6 * 30 * 27
    assert 0 <= result.agreement <= 1
    assert Program.load(tmp_path / "demo.program").digest == result.program
    assert Network.load(tmp_path / "demo.network").digest == result.network
    evidence = Evidence.load(tmp_path / "demo.evidence")
    assert evidence.program == result.program
    assert {each.backend: each.differing for each in evidence.comparisons if each.ran} == {
        row.backend: row.differing for row in ran if row.backend != ORACLE
    }
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert f"The program is right in {evidence.evaluations[PROGRAM].sentence}, ties count as wrong" in page
    assert f"0 of {result.bins:,} bins differ, {ran[0].spikes:,} spikes compared." in page
    assert steps[:2] == ["running the float network", "compiling for loihi1"]
    show_demo(result)
    printed = capsys.readouterr().out
    assert "float network" in printed
    assert "1 core of loihi1 used." in printed


def test_samples_without_labels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^the network has no readout or the samples no labels;"):
        demo(random_network(0), random_spikes(0, 11), "loihi1", 0, tmp_path, lambda step: None)
