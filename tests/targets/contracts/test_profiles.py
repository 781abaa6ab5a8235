"""cluster_decays, nearest_decays: few (du, dv) pairs for many time constants."""

import numpy as np
import pytest

from targets.contracts import profiles
from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Floats, Ints
from targets.contracts.profiles import cluster_decays, nearest_decays

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


def test_nearest_decays_are_rounded_alone_where_they_fit() -> None:
    constants = {"a": (np.array([4.0, 2.0]), np.array([10.0, 20.0])), "b": (np.array([4.0]), np.array([10.0]))}
    found, clustered = nearest_decays(constants, 2, LAVA), cluster_decays(constants, 2, LAVA)
    for name, pair in found.items():
        np.testing.assert_array_equal(np.stack(pair), np.stack(clustered[name]))


def relative(found: dict[str, tuple[Ints, Ints]], constants: dict[str, tuple[Floats, Floats]]) -> Floats:
    """Squared change of both decays of every neuron, relative to themselves."""
    pairs = [(constants[name], found[name]) for name in constants]
    return np.concatenate(
        [(tau_s * (du + 1) / 4096 - 1) ** 2 + (tau_m * dv / 4096 - 1) ** 2 for (tau_s, tau_m), (du, dv) in pairs]
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("neurons", [60, 700])
def test_nearest_decays_are_few_and_nearer_than_centres_of_clusters(seed: int, neurons: int) -> None:
    """Also where the pairs are too many to choose among, and each neuron has the nearest of those chosen."""
    rng = np.random.default_rng(seed)
    constants = {name: (rng.uniform(2, 8, neurons), rng.uniform(5, 40, neurons)) for name in "ab"}
    found = nearest_decays(constants, 31, LAVA)
    pairs = np.unique(np.concatenate([np.stack(pair, axis=1) for pair in found.values()]), axis=0)
    assert 20 <= len(pairs) <= 31
    off = relative(found, constants)
    assert off.sum() <= relative(cluster_decays(constants, 31, LAVA), constants).sum()
    for du, dv in pairs:
        other = {name: (np.full(neurons, du), np.full(neurons, dv)) for name in constants}
        assert (off <= relative(other, constants) + 1e-12).all()


@pytest.mark.parametrize("axes", [(8.0, 8.0), (2.0, 9.0)])
def test_compiled_steps_of_clusters_are_those_of_numpy(
    monkeypatch: pytest.MonkeyPatch, axes: tuple[float, float]
) -> None:
    rng = np.random.default_rng(3)
    constants = {"a": (rng.uniform(*axes, 1300), rng.uniform(5, 40, 1300).round(1))}
    plain = cluster_decays(constants, 12, LAVA)["a"]
    monkeypatch.setattr(profiles, "_MANY", 1)
    np.testing.assert_array_equal(cluster_decays(constants, 12, LAVA)["a"], plain)
    points, centres = rng.normal(size=(1025, 2)).round(1), rng.normal(size=(5, 2)).round(1)
    compiled = profiles._step(points, centres)
    monkeypatch.setattr(profiles, "_MANY", 1 << 20)
    for got, wanted in zip(compiled, profiles._step(points, centres), strict=True):
        np.testing.assert_array_equal(got, wanted)
