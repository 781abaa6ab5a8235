import pytest

from benchmarks.kernels.case import Case
from benchmarks.kernels.command import measured


@pytest.mark.slow
@pytest.mark.parametrize("neurons", [512, 4096])
def test_a_pass_takes_at_most_a_third_of_the_memory_of_the_loop(neurons: int) -> None:
    ours, plain = measured(Case(neurons=neurons), ("kernels", "loop"), 1)
    assert ours["mebibytes"] < plain["mebibytes"] / 3
