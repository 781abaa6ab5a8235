"""cluster_decays: few (du, dv) pairs for many time constants."""

import numpy as np
import pytest

from targets.contracts.arithmetic import Arithmetic
from targets.contracts.profiles import cluster_decays

LAVA = Arithmetic(24, 12, 6)


def test_few_constants_are_only_rounded() -> None:
    du, dv = cluster_decays({"a": (np.array([4.0, 2.0]), np.array([10.0, 20.0]))}, 31, LAVA)["a"]
    assert du.tolist() == [1023, 2047]
    assert dv.tolist() == [410, 205]


@pytest.mark.parametrize("seed", range(5))
def test_many_constants_become_few_close_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tau_s, tau_m = np.full(500, 4.0), rng.uniform(5, 40, 500)
    du, dv = cluster_decays({"a": (tau_s[:200], tau_m[:200]), "b": (tau_s[200:], tau_m[200:])}, 31, LAVA)["b"]
    assert (du == 1023).all()
    assert len(np.unique(dv)) <= 31
    relative = np.abs(4096 / dv - tau_m[200:]) / tau_m[200:]
    assert relative.max() < 0.15  # 31 steps over a factor of 8 are 7 % wide when evenly spread


def test_all_populations_share_the_profiles_and_runs_agree() -> None:
    rng = np.random.default_rng(1)
    constants = {name: (rng.uniform(2, 8, 60), rng.uniform(5, 40, 60)) for name in "abc"}
    first, second = cluster_decays(constants, 7, LAVA), cluster_decays(constants, 7, LAVA)
    pairs = {(int(u), int(v)) for du, dv in first.values() for u, v in zip(du, dv, strict=True)}
    assert 2 <= len(pairs) <= 7
    for name in constants:
        np.testing.assert_array_equal(first[name], second[name])
