"""What runs a network, and that whoever does tells the same."""

from dataclasses import replace

import pytest
import torch

import search.training.kernels.network as network
from search.training.kernels.network import fits, summaries, summaries_of_copies, traces
from search.training.neuron import Cells, Surrogate
from tests.search.training.kernels.random_case import INPUT, Network, random_network


def given(case: Network) -> bool:
    return fits(case.populations, [*case.common, *(wire for wires in case.own for wire in wires)], case.rule)


def test_the_kernels_take_what_they_can() -> None:
    case = random_network(0)
    assert given(case)
    assert given(random_network(0, torch.float32))
    assert not given(random_network(0, torch.float16))
    single = {name: replace(cells, bias=cells.bias.float()) for name, cells in case.populations.items()}
    assert not given(replace(case, populations=single))
    away = {
        name: Cells(**{key: value.to("meta") for key, value in vars(cells).items() if key in Cells.__annotations__})
        for name, cells in case.populations.items()
    }
    assert not given(replace(case, populations=away))

    class Other(Surrogate):
        """A rule that the kernels have not seen."""

    assert not given(replace(case, rule=Other(5.0)))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_kernels_and_loop_tell_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    case = random_network(seed)

    def told() -> list[torch.Tensor]:
        copies = summaries_of_copies(case.batch, [INPUT], case.populations, case.common, case.own, case.rule)
        alone = summaries(case.batch, [INPUT], case.populations, [*case.common, *case.own[0]], case.rule)
        few = summaries(case.batch, [INPUT], case.populations, [*case.common, *case.own[0]], case.rule, ["a"])
        assert list(few) == ["a"]
        assert torch.equal(few["a"].counts, alone["a"].counts)
        assert torch.equal(few["a"].voltages, alone["a"].voltages)
        steps = traces(case.batch, [INPUT], case.populations, [*case.common, *case.own[0]], case.rule)
        parts = [tensor for each in (*copies, alone) for one in each.values() for tensor in (one.counts, one.voltages)]
        return [*parts, *(tensor for each in steps.values() for tensor in (each.spikes, each.voltages))]

    fast = told()
    monkeypatch.setattr(network, "fits", lambda *rest: False)
    for one, other in zip(fast, told(), strict=True):
        torch.testing.assert_close(one, other.to(one.dtype), rtol=1e-6, atol=1e-6)
