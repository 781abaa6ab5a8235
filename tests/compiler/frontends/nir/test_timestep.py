"""The time step: asked for, told by the metadata, by the gains, or by nothing."""

from typing import Any

import numpy as np
import pytest

from tests.compiler.frontends.nir.graphs import FORWARD, WEIGHTS, cuba, graph, nir, read, refused, told, with_lif


def lif(tau: float, r: float) -> Any:
    node = nir.LIF(np.full(2, tau), np.full(2, r), np.zeros(2), np.ones(2))
    return graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=node)


def test_the_metadata_tell_it() -> None:
    for place in ("graph", "node"):
        whole = with_lif()
        (whole if place == "graph" else whole.nodes["lif"]).metadata = {"dt": np.array([2e-4])}
        where = "the graph" if place == "graph" else "node 'lif'"
        np.testing.assert_allclose(read(whole, dt=None).populations[0].tau_m, 20)
        assert told(whole, dt=None) == [f"dt = 0.0002 s, as the metadata of {where} tell."]
        assert read(whole, dt=2e-4).origin == read(whole, dt=None).origin
        assert refused(whole, dt=1e-3) == (
            f"dt is 0.001 s, but the metadata of {where} tell a time step of 0.0002 s; leave dt out to have that, or "
            "correct the metadata."
        )
    whole.metadata = {"time_step": "1e-3"}
    assert refused(whole, dt=None) == (
        "metadata of the graph tell a time step of 0.001 s and those of node 'lif' 0.0002 s; one is needed for all, so "
        "correct them."
    )
    whole.metadata = {"dt": "fast"}
    assert refused(whole) == (
        "metadata of the graph have dt 'fast'; a time step in seconds above 0 is needed, so give one such as 1e-4."
    )


def test_gains_of_one_tell_it() -> None:
    """As snnTorch and SpikingJelly write them: r dt / tau = 1, w_in dt / tau_syn = 1, of an IF r dt = 1."""
    rounded = lif(0.02, float(np.float32(0.02) / np.float32(1e-3)))
    assert read(rounded, dt=None).populations[0].tau_m.tolist() == [20, 20]
    assert told(rounded, dt=None) == [
        "dt = 0.001 s, where every input has a gain of 1; give dt if it was trained with another."
    ]
    assert told(rounded, dt=1e-4) == [
        "dt = 0.0001 s as asked, though every input of the graph has a gain of 1 at 0.001 s, as snnTorch, SpikingJelly "
        "and sinabs write it; check that it was trained with the step asked for."
    ]
    assert told(rounded, dt=1e-3) == []
    integrator = graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=nir.IF(np.ones(2), np.ones(2)))
    np.testing.assert_array_equal(read(integrator, dt=None).projections[0].synapses.weights, WEIGHTS)
    assert told(integrator, dt=None)[0].startswith("dt = 1 s, where every input has a gain of 1; ")


@pytest.mark.parametrize(
    "whole", [lif(0.02, 1.0), lif(0.02, 3.0), lif(0.02, 0.0), with_lif(), with_lif(tau_mem=3e-3, tau_syn=1e-3)]
)
def test_what_tells_nothing_is_read_in_the_usual_step(whole: Any) -> None:
    """r = 1 is what anybody writes; 20 / 3 ms is no time step; the others contradict themselves or dt <= tau."""
    assert told(whole, dt=None)[0] == (
        "the graph tells no time step; dt = 0.0001 s is taken, so give dt if it was trained with another."
    )
    assert read(whole, dt=None).origin == read(whole, dt=1e-4).origin


@pytest.mark.parametrize(
    ("dt", "shown"), [(0.0, "0.0"), (-1.0, "-1.0"), (float("nan"), "nan"), ("1e-4", "'1e-4'"), (True, "True")]
)
def test_the_time_step_must_be_one(dt: object, shown: str) -> None:
    assert refused(with_lif(), dt=dt) == (
        f"dt is {shown}; a time step in seconds above 0 is needed, so give one such as 1e-4."
    )


def test_numbers_of_numpy_are_time_steps() -> None:
    whole = graph(FORWARD, fc=nir.Linear(WEIGHTS), lif=cuba())
    assert read(whole, dt=np.float64(1e-3)).origin == read(whole, dt=1e-3).origin
