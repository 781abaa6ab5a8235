"""motifc export."""

import json
from pathlib import Path

import pytest

from tests.motifc.command_line import Motifc


def test_export_writes_onnx_and_lava(motifc: Motifc) -> None:
    assert motifc("export", "net.program", "--format", "onnx", "--out", "net.onnx").status == 0
    assert motifc("export", "net.program", "--format", "lava", "--out", "net_lava").status == 0
    assert Path("net.onnx").stat().st_size > 1000
    assert Path("net_lava").is_dir()


@pytest.mark.slow
def test_a_nir_file_stands_for_what_it_was_written_of(motifc: Motifc) -> None:
    pytest.importorskip("nir", reason="nir is not installed")
    assert motifc("export", "net.program", "--format", "nir", "--out", "program.nir").status == 0
    assert motifc("export", "net.network", "--format", "nir", "--out", "network.nir").status == 0
    assert motifc("diff", "net.program", "program.nir").status == 0
    shown = [json.loads(motifc("show", name, "--json").out) for name in ("net.network", "network.nir")]
    assert shown[0] == shown[1]
    assert shown[0]["kind"] == "network"
    again = motifc("compile", "network.nir", "--out", "again.program", "--json")
    assert "was written of network" in again.err
    assert json.loads(again.out)["digest"] == json.loads(motifc("show", "net.program", "--json").out)["digest"]
    graph = motifc("compile", "program.nir", "--out", "graph.program")
    assert graph.status == 0
    assert "which run and verify take as it is" in graph.err


def test_a_network_is_written_as_nir_alone(motifc: Motifc) -> None:
    refused = motifc("export", "net.network", "--format", "json", "--out", "net.json")
    assert refused.status == 2
    assert "a network has no cores yet, which format 'json' tells of; compile it and export that." in refused.err
    counted = motifc("export", "net.network", "--format", "nir", "--out", "a.nir", "--input", "spikes.npz")
    assert "net.network is a network, which has no messages to count; leave --input out." in counted.err
    assert not Path("a.nir").exists()
