import numpy as np

from targets.contracts.splitmix import GAMMA, mixed


def test_the_first_numbers_of_seed_0_are_those_of_the_published_generator() -> None:
    with np.errstate(over="ignore"):
        states = [np.uint64(0) + np.uint64(k) * GAMMA for k in (1, 2, 3)]
    assert [int(mixed(state)) for state in states] == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
