"""rates: measured or assumed spikes per step by global number."""

import numpy as np
import pytest

from compiler.ir.rates import ASSUMED_RATE, rates_of, summed
from targets.contracts.errors import InputError
from tests.compiler.mapped import chain


def test_inputs_come_first_and_all_are_assumed_where_none_are_given() -> None:
    graph = chain(np.arange(2))
    given = {"motifs": np.array([0.1, 0.2, 0.3, 0.4]), "outside": np.array([0.5])}
    assert rates_of(graph, given).tolist() == [0.5, 0.1, 0.2, 0.3, 0.4]
    assert rates_of(graph, None).tolist() == [ASSUMED_RATE] * 5


def test_sums_are_floats_for_nothing_too() -> None:
    assert summed(np.array([0, 2, 0]), np.array([1.0, 2.0, 3.0]), 4).tolist() == [4.0, 0.0, 2.0, 0.0]
    assert summed(np.zeros(0, dtype=np.int64), np.zeros(0), 2).dtype == np.float64


@pytest.mark.parametrize(
    ("rates", "sentence"),
    [
        (
            {"motifs": np.ones(6)},
            "rates are given for 'motifs' but the graph has 'motifs', 'outside'; give one array for each.",
        ),
        (
            {"motifs": np.ones(5), "outside": np.ones(1)},
            "rates of 'motifs' have shape (5,) and must be 6 finite numbers of spikes per step, none negative; "
            "count them anew.",
        ),
    ],
)
def test_rates_must_fit(rates: dict[str, np.ndarray], sentence: str) -> None:
    with pytest.raises(InputError) as error:
        rates_of(chain(np.arange(3)), rates)
    assert str(error.value) == sentence
