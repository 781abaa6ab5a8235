"""read_nir: tiny graphs built by nir itself, every number readable."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.frontends.nir.read import read_nir
from compiler.text import text
from targets.contracts.raster import SpikeRaster
from tests.compiler.frontends.nir.graphs import (
    BIAS,
    DT,
    FORWARD,
    WEIGHTS,
    cuba,
    graph,
    nir,
    recurrent,
    refused,
    with_lif,
)


def test_the_gains_are_in_the_weights_and_in_the_bias() -> None:
    read = read_nir(graph(FORWARD, fc=nir.Affine(WEIGHTS, BIAS), lif=cuba(v_leak=0.2)), dt=DT, steps=7)
    (population,), (projection,) = read.populations, read.projections
    assert (population.name, projection.name, projection.delay, read.steps) == ("lif", "fc", 0, 7)
    assert (projection.source, projection.target) == ("input", "lif")
    np.testing.assert_allclose(population.tau_s, [2, 2])
    np.testing.assert_allclose(population.tau_m, [4, 4])
    np.testing.assert_allclose(population.bias, [0.05, 0.05])
    np.testing.assert_allclose(projection.synapses.weights, 0.75 * WEIGHTS)
    assert projection.bias is not None
    np.testing.assert_allclose(projection.bias, 0.75 * BIAS)


def euler(x: np.ndarray[Any, Any], steps: int) -> np.ndarray[Any, Any]:
    """The equations of NIR for `recurrent`, written once more: I and v apart, nothing folded."""
    current, v, s, out = np.zeros(2), np.zeros(2), np.zeros(2), []
    back = np.array([[0.0, 1.0], [-1.0, 0.0]])
    for t in range(steps):
        current = current + DT / (2 * DT) * (-current + 2.0 * (WEIGHTS @ x[t] + back @ s + BIAS))
        v = v + DT / (4 * DT) * (0 - v + 3.0 * current)
        s = (v > 1).astype(float)
        v = np.where(v > 1, 0, v)
        out.append(s)
    return np.array(out)


@pytest.mark.parametrize("seed", range(5))
def test_the_spikes_are_those_of_forward_euler(seed: int) -> None:
    x = np.random.default_rng(seed).random((60, 2)) < 0.4
    spikes = interpret(read_nir(recurrent(), dt=DT), {"input": SpikeRaster.pack(x[None])})["lif"].dense()[0]
    assert 5 < spikes.sum() < 115
    np.testing.assert_array_equal(spikes, euler(x.astype(float), 60))


def test_a_file_reads_as_the_graph_it_was_written_from(tmp_path: Path) -> None:
    nir.write(tmp_path / "net.nir", recurrent())
    from_file, from_graph = read_nir(tmp_path / "net.nir", dt=DT), read_nir(recurrent(), dt=DT)
    assert text(from_file) == text(from_graph)
    assert from_file.origin == from_graph.origin


def test_the_origin_tells_content_and_time_step() -> None:
    origins = [
        read_nir(recurrent(), dt=DT).origin,
        read_nir(recurrent(), dt=DT / 2).origin,
        read_nir(graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=cuba()), dt=DT).origin,
        read_nir(graph(FORWARD, fc=nir.Linear(2 * WEIGHTS), lif=cuba()), dt=DT).origin,
    ]
    assert len(set(origins)) == 4
    assert all(len(origin) == 64 for origin in origins)


def test_the_time_step_must_be_one() -> None:
    for dt in (0.0, -1.0, float("nan")):
        assert refused(with_lif(), dt=dt) == (
            f"dt is {dt}; a time step in seconds above 0 is needed, so give one such as 1e-4."
        )


def test_what_is_no_graph_is_refused(tmp_path: Path) -> None:
    absent, damaged = tmp_path / "absent.nir", tmp_path / "damaged.nir"
    assert refused(absent) == f"{absent} does not exist; a .nir file is needed, so check the path."
    damaged.write_text("spikes")
    assert refused(damaged).startswith(f"{damaged} is not a readable NIR file (")
    assert refused(damaged).endswith("); write it anew with nir.write.")
    assert refused(cuba()) == "a CubaLIF is no NIR graph; give a .nir file or a nir.NIRGraph."


def test_a_missing_package_is_told_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nir", None)
    message = refused("net.nir")
    assert message.startswith("reading NIR needs the package nir (")
    assert message.endswith('); install it with: pip install "motifc[nir]"')


def test_a_file_whose_weights_lie_in_another_is_refused_unread(tmp_path: Path) -> None:
    import h5py

    nir.write(tmp_path / "other.nir", recurrent())
    with h5py.File(tmp_path / "net.nir", "w") as file:
        file["node"] = h5py.ExternalLink("other.nir", "/node")
    assert "(its values lie in other files, which are never opened)" in refused(tmp_path / "net.nir")


def test_a_small_file_that_tells_of_large_weights_is_refused_unread(tmp_path: Path) -> None:
    import h5py

    nir.write(tmp_path / "net.nir", recurrent())
    with h5py.File(tmp_path / "net.nir", "r+") as file:
        file.create_dataset("node/nodes/large/weight", (10**6, 10**6), "f8", chunks=(64, 64))
    assert "(reading it takes more than 256 MiB)" in refused(tmp_path / "net.nir")
