"""compare: which bin is the first, and what the report says."""

import numpy as np
import pytest

from targets.conformance.equivalence import Agreement, Difference, compare
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster


def _rasters(**spikes: list[tuple[int, int, int]]) -> dict[str, SpikeRaster]:
    """Two samples, four steps, ten neurons per population; spikes as (sample, step, neuron)."""
    rasters = {}
    for name, bins in spikes.items():
        dense = np.zeros((2, 4, 10), dtype=bool)
        for sample, step, neuron in bins:
            dense[sample, step, neuron] = True
        rasters[name] = SpikeRaster.pack(dense)
    return rasters


def test_equal_recordings() -> None:
    report = compare(_rasters(a=[(0, 1, 2)], b=[(1, 3, 9)]), _rasters(b=[(1, 3, 9)], a=[(0, 1, 2)]), ("numpy", "torch"))
    assert report.equal
    assert report.sentence() == "numpy and torch are equal: 0 of 160 bins differ, 2 spikes compared."
    assert report.populations == (Agreement("a", 80, 1, 0), Agreement("b", 80, 1, 0))


def test_first_is_by_sample_then_step_then_population_then_neuron() -> None:
    """Differences are taken away one by one, in the order in which they must be named."""
    ordered = [("b", (0, 1, 9)), ("a", (0, 2, 3)), ("a", (0, 2, 8)), ("b", (0, 2, 0)), ("a", (1, 0, 5))]
    for start, (population, (sample, step, neuron)) in enumerate(ordered):
        left: dict[str, list[tuple[int, int, int]]] = {"a": [], "b": []}
        for name, where in ordered[start:]:
            left[name].append(where)
        report = compare(_rasters(**left), _rasters(a=[], b=[]))
        assert report.first == Difference(sample, step, population, neuron, True, False)
        assert report.differing == report.spikes == len(ordered) - start


def test_sentence_names_both_sides() -> None:
    report = compare(_rasters(a=[(0, 0, 0)]), _rasters(a=[(0, 0, 0), (1, 2, 9), (1, 3, 0)]), ("numpy", "lava"))
    assert not report.equal
    assert report.sentence() == (
        "numpy and lava differ in 2 of 80 bins, first in sample 1, step 2, population 'a', neuron 9: "
        "numpy is silent, lava spikes."
    )


def test_padding_is_compared() -> None:
    left, right = (SpikeRaster.pack(np.full((1, 2, 1), value), lengths=[0]) for value in (0, 1))
    assert compare({"a": left}, {"a": right}).differing == 2


def test_plain_values() -> None:
    plain = compare(_rasters(a=[(0, 0, 1)]), _rasters(a=[])).as_dict()
    assert plain == {
        "left": "left",
        "right": "right",
        "populations": ({"population": "a", "bins": 80, "spikes": 1, "differing": 1},),
        "first": {"sample": 0, "step": 0, "population": "a", "neuron": 1, "left": True, "right": False},
        "equal": False,
        "differing": 1,
        "spikes": 1,
    }


def test_other_populations_are_refused() -> None:
    with pytest.raises(InputError) as error:
        compare(_rasters(a=[]), _rasters(b=[]), ("numpy", "torch"))
    assert str(error.value) == (
        "numpy has populations ['a'] and torch ['b']; only equal sets can be compared, "
        "so compare programs of the same network."
    )


def test_other_sizes_are_refused() -> None:
    short = {"a": SpikeRaster.pack(np.zeros((2, 3, 10)))}
    with pytest.raises(InputError) as error:
        compare(_rasters(a=[]), short, ("numpy", "torch"))
    assert str(error.value) == (
        "population 'a' has (samples, steps, neurons) (2, 4, 10) in numpy and (2, 3, 10) in torch; "
        "both must be equal, so run both on the same input."
    )
