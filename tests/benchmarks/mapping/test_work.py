"""work: what compiling may take, on the smaller of its networks."""

import numpy as np
import pytest

from benchmarks.mapping.work import CASES, COMPILED, chain, chatter, least, recurrent, warm_up
from compiler.mapping.partitioning import metis


@pytest.fixture(scope="module", autouse=True)
def _compiled_loops() -> None:
    warm_up()


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["8,000 neurons with 400 sources each", "1,500 neurons with 300 sources each", "100,000 neurons of one source"],
)
def test_what_no_chip_fits_is_refused_in_time(name: str) -> None:
    (case,) = (case for case in CASES if case.name == name)
    outcome, seconds = least(case.make(), case.chip, 2)
    assert outcome == "refused"
    assert seconds <= case.allowed


@pytest.mark.slow
def test_dense_layers_are_compiled_in_time() -> None:
    """A sixteenth of the synapses of the largest case, in a quarter of the time that is allowed for that."""
    outcome, seconds = least(chain(1000, 500, scale=0.02), "loihi2", 2)
    assert outcome.endswith(" cores")
    assert seconds <= COMPILED / 4


@pytest.mark.slow
def test_metis_writes_nothing_and_would_but_for_heavy_units(monkeypatch: pytest.MonkeyPatch) -> None:
    parts, written = chatter(1555, 270)
    assert parts > 200
    assert written == b""
    monkeypatch.setattr(metis, "_heavy", lambda weights, cores: np.empty(0, np.int64))
    assert chatter(1555, 270)[1] != b""


def test_every_neuron_has_its_sources() -> None:
    graph = recurrent(30, 7)
    assert np.bincount(graph.projections[1].synapses.row_of()).tolist() == [7] * 30
    assert [projection.synapses.shape for projection in chain(2, 3, 4).projections] == [(3, 2), (4, 3)]
