"""The bounds of a population, and the summary of them that a program carries."""

import numpy as np
import pytest

from compiler.ir.registers import ENDLESS, Bounds


def bounds() -> Bounds:
    return Bounds(
        "hidden",
        a_low=np.array([-3, 0]),
        a_high=np.array([5, 9]),
        u_low=np.array([-30, -1]),
        u_high=np.array([50, 7]),
        v_low=np.array([-ENDLESS, 0]),
        v_high=np.array([100, 200]),
        wraps=np.array([0], np.int32),
        saturates=np.array([0, 1], np.int32),
    )


def test_the_proof_spans_all_neurons() -> None:
    proof = bounds().proof
    assert (proof.population, proof.a, proof.u, proof.v) == ("hidden", (-3, 9), (-30, 50), (-ENDLESS, 200))
    assert (proof.wraps.tolist(), proof.saturates.tolist()) == ([0], [0, 1])


def test_endless_fits_the_integers_it_is_kept_in() -> None:
    assert bounds().v_low.dtype == np.int64
    assert int(bounds().v_low[0]) == -ENDLESS


@pytest.mark.parametrize("key", ["a_low", "a_high", "u_low", "u_high", "v_low", "v_high"])
def test_nothing_of_it_can_be_written(key: str) -> None:
    with pytest.raises(ValueError, match="read-only"):
        getattr(bounds(), key)[0] = 1
