"""Seeds of random tests: a few in `make quick`, all in `make test`."""

import pytest


def seeds(total: int, quick: int) -> list[object]:
    """Parameters 0 .. total - 1, of which those from `quick` on are slow."""
    return [*range(quick), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(quick, total))]
