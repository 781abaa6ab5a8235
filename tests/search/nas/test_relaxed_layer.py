import numpy as np
import pytest
import torch

from search.nas.relaxed_layer import Choices, RelaxedLayer
from tests.search.decided import decided_choices

CPU = torch.device("cpu")


def test_the_matrix_of_a_size_holds_its_links_and_nothing_else() -> None:
    layer = RelaxedLayer.of(4, (2,), "ring", CPU)
    values = torch.arange(1.0, 25.0).view(3, 2, 2, 2)  # inside, from the previous, from the next: motif by motif
    found = layer.matrix(0, values)
    inside, previous, following = values
    assert found[:2, :2].tolist() == inside[0].tolist()
    assert found[2:, 2:].tolist() == inside[1].tolist()
    assert found[:2, 2:].tolist() == (previous[0] + following[0]).tolist()  # in a ring of two both are the same motif
    assert found[2:, :2].tolist() == (previous[1] + following[1]).tolist()


def test_the_report_by_hand() -> None:
    layer = RelaxedLayer.of(4, (1, 2), "ring", CPU)
    flat = tuple(torch.zeros(3, size, size, 3) for size in (1, 2))
    report = layer.report(Choices(torch.tensor([0.25, 0.75]).log(), flat))
    assert report["p_1"] == pytest.approx(0.25)
    assert report["p_2"] == pytest.approx(0.75)
    assert report["q_max"] == pytest.approx(1 / 3)
    assert report["entropy"] == pytest.approx(np.log(3))
    # 2/3 of the links inside, and from two neighbours at most one per neuron: 2/3 and 4/3, capped
    assert report["links"] == pytest.approx(0.25 * (2 / 3 + 2 * 2 / 3) + 0.75 * (4 / 3 + 2 * 1))


def test_a_decided_layer_reports_no_doubt() -> None:
    layer = RelaxedLayer.of(4, (1, 2), "none", CPU)
    report = layer.report(decided_choices(layer, 1, np.array([[[1, 0], [0, -1]]])))
    assert report["q_max"] == pytest.approx(1.0)
    assert report["entropy"] == pytest.approx(0.0)
    assert report["links"] == pytest.approx(1.0)
