"""Large random programs: legal, lively, and decided by seed and number alone."""

import numpy as np
import pytest

from benchmarks.agreement.programs import LIVELY, SAMPLES, lively, rates
from targets.backends.numpy import NumpyMachine
from targets.program.check import check


@pytest.mark.slow
def test_all_populations_spike_in_1_to_30_percent_of_their_bins() -> None:
    program, spikes = lively(1, 0)
    assert check(program) == ()
    assert {raster.samples for raster in spikes.values()} == {SAMPLES}
    few = {name: raster.take(slice(8)) for name, raster in spikes.items()}
    found = rates(NumpyMachine(program).run(few))
    assert all(LIVELY[0] <= rate <= LIVELY[1] for rate in found.values()), found
    again, same = lively(1, 0)
    assert again.digest == program.digest
    assert all(np.array_equal(same[name].packed, spikes[name].packed) for name in spikes)
