"""The torch loop against a plain numpy transcription of the float dynamics, and its gradients against differences."""

import numpy as np
import pytest
import torch

from search.training.kernels.loop import Delays, Places, Wire, run
from search.training.neuron import Cells, GradientRule, Surrogate
from search.training.tssl import TsslBp
from targets.contracts.errors import InputError
from tests.search.training.kernels.plain_network import Case, plain_run, score_of, torch_gradients, torch_run

RULE = Surrogate(5.0)
NEURON = {"tau_s": 1.0, "tau_m": 1.0, "resistance": 1.0, "threshold": 9.0, "bias": 0.0}


@pytest.mark.parametrize("rule", [RULE, TsslBp()])
@pytest.mark.parametrize("seed", range(5))
def test_spikes_equal_the_plain_equations_and_voltages_agree(seed: int, rule: GradientRule) -> None:
    case = Case(seed)
    plain = plain_run(case, case.values)
    fast = torch_run(case, {key: torch.from_numpy(value) for key, value in case.values.items()}, rule)
    for name, record in plain.items():
        assert 3 <= record.spikes.sum() < 0.9 * record.spikes.size
        assert np.array_equal(fast[name].spikes.numpy(), record.spikes)
        np.testing.assert_allclose(fast[name].voltages.numpy(), record.voltages, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_gradients_are_those_of_the_network_with_the_surrogates_primitive(seed: int) -> None:
    case = Case(seed)
    fixed = plain_run(case, case.values)
    generator = np.random.default_rng(seed)
    step = 1e-6
    # One of the weights of every wire (delays 1 to 3, recurrent or not), one tau_s, tau_m, R, vth and b per population.
    for key, gradient in torch_gradients(case, RULE, list(case.values)).items():
        place = tuple(int(generator.integers(size)) for size in gradient.shape)
        up, down = (
            score_of(case, plain_run(case, case.moved(key, place, by), RULE.slope, fixed)) for by in (step, -step)
        )
        assert gradient[place] == pytest.approx((up - down) / (2 * step), rel=1e-5, abs=1e-6), key


def test_a_delay_longer_than_the_run_delivers_nothing() -> None:
    one = torch.ones(1)
    cells = {"a": Cells(one, one, one, one, 0 * one)}
    traces = run({"in": torch.ones(3, 1, 1)}, cells, [Wire("in", "a", torch.ones(1, 1), delay=5)], RULE)
    assert traces["a"].voltages.flatten().tolist() == [0.0, 0.0, 0.0]


def test_without_inputs_only_the_bias_drives() -> None:
    cells = {"a": Cells(torch.ones(1), torch.full((1,), 2.0), torch.ones(1), torch.ones(1), torch.full((1,), 0.75))}
    traces = run({"in": torch.zeros(4, 1, 1)}, cells, [], RULE)
    # 0.75, 0.375 + 0.75 = 1.125 > 1 spikes, then from zero again
    assert traces["a"].voltages.flatten().tolist() == [0.75, 1.125, 0.75, 1.125]
    assert traces["a"].spikes.flatten().tolist() == [0.0, 1.0, 0.0, 1.0]


def test_links_with_delays_of_their_own_are_as_many_wires_of_one_delay_each() -> None:
    """A spike at 0 reaches the first neuron after 1 and 3 steps, the second after 2."""
    cells = {"a": Cells(**{key: torch.full((2,), value) for key, value in NEURON.items()})}
    spikes = torch.zeros(5, 1, 2)
    spikes[0] = 1
    matrix, steps = torch.tensor([[1.0, 1.0], [0.0, 1.0]]), torch.tensor([[1, 3], [4, 2]])
    (trace,) = run({"in": spikes}, cells, [Wire("in", "a", matrix, Delays(steps))], RULE).values()
    assert trace.voltages[:, 0, 0].tolist() == [0, 1, 0, 1, 0]
    assert trace.voltages[:, 0, 1].tolist() == [0, 0, 1, 0, 0]
    places = Places(torch.tensor([0, 1, 3]), (2, 2))
    listed = Wire("in", "a", torch.ones(3), Delays(torch.tensor([1, 3, 2])), places)
    (again,) = run({"in": spikes}, cells, [listed], RULE).values()
    assert torch.equal(again.voltages, trace.voltages)


def test_delays_have_the_shape_of_the_weights_and_are_at_least_one_step() -> None:
    with pytest.raises(InputError, match=r"the least of them 0; give int64 from 1 step on"):
        Delays(torch.tensor([1, 0]))
    with pytest.raises(InputError, match="float32"):
        Delays(torch.tensor([1.0]))
    with pytest.raises(InputError, match=r"has weights \(2, 3\) and delays \(3, 2\); give one delay for each"):
        Wire("in", "a", torch.ones(2, 3), Delays.of_neurons(torch.tensor([1, 2, 3]), 2))
