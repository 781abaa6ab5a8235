"""Statistics of pairs, beside figures worked out by hand and those of scipy."""

import math

import numpy as np
import pytest
from scipy import stats

from motifc.sweep.statistics import holm, paired, paired_difference
from targets.contracts.errors import InputError


def test_interval_and_p_are_those_of_the_paired_t_test() -> None:
    rng = np.random.default_rng(0)
    left, right = rng.normal(0, 1, 9), rng.normal(0.5, 1, 9)
    told = paired_difference(list(left - right))
    known = stats.ttest_rel(left, right)
    assert told.p == pytest.approx(known.pvalue)
    assert told.interval == pytest.approx(tuple(known.confidence_interval()))
    assert told.interval == pytest.approx(
        (paired(left - right)[0] - paired(left - right)[1], sum(paired(left - right)))
    )
    assert told.sd == pytest.approx((left - right).std(ddof=1))
    assert told.corrected is None
    assert told.bootstrap is None
    assert told.honest_p == told.p


def test_the_corrected_interval_by_hand() -> None:
    """Differences 1, 2, 3: mean 2, variance 1; 1/3 + 1/4 of it; t of 2 degrees of freedom is 4.302653 at 97.5 %."""
    told = paired_difference([1, 2, 3], overlap=0.25)
    half = 4.302652729911275 * math.sqrt(1 / 3 + 1 / 4)
    assert told.corrected == pytest.approx((2 - half, 2 + half))
    assert told.corrected_p == pytest.approx(2 * stats.t.sf(2 / math.sqrt(7 / 12), 2))
    assert told.honest_p == told.corrected_p
    assert told.corrected_p is not None
    assert told.p is not None
    assert told.corrected_p > told.p


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))
    assert holm([0.5, 0.6]) == pytest.approx((1.0, 1.0))
    assert holm([0.02, None]) == (0.04, None)
    assert holm([None, None]) == (None, None)
    assert holm([]) == ()


def test_what_so_few_or_so_equal_pairs_cannot_tell_is_none() -> None:
    nothing = paired_difference([])
    assert (nothing.n, nothing.mean, nothing.p) == (0, None, None)
    one = paired_difference([0.5], overlap=0.25)
    assert (one.mean, one.sd, one.interval, one.honest_p) == (0.5, None, None, None)
    equal = paired_difference([0.1 + 0.2, 0.3, 0.3])
    assert (equal.sd, equal.interval, equal.p) == (0.0, None, None)
    zero = paired_difference([0, 0, 0], overlap=0.25)
    assert (zero.interval, zero.p, zero.corrected, zero.corrected_p) == ((0.0, 0.0), 1.0, (0.0, 0.0), 1.0)


def test_the_bootstrap_begins_at_twenty_pairs_and_comes_out_again() -> None:
    given = list(np.random.default_rng(1).normal(1, 1, 20))
    assert paired_difference(given[:19]).bootstrap is None
    first = paired_difference(given, name="a").bootstrap
    assert first == paired_difference(given[::-1], name="a").bootstrap
    assert first != paired_difference(given, name="b").bootstrap
    assert first is not None
    assert first[0] < np.mean(given) < first[1]
    t_interval = paired_difference(given).interval
    assert t_interval is not None
    assert first == pytest.approx(t_interval, abs=0.15)


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(InputError, match=r"a difference is nan; finite numbers are needed, so leave it out\."):
        paired_difference([1.0, float("nan")])
    with pytest.raises(InputError, match="the overlap of splits is 0"):
        paired_difference([1.0], overlap=0)
