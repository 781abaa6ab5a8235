"""The torch loop against a plain numpy transcription of the float dynamics, and its gradients against differences."""

import numpy as np
import pytest
import torch

from search.kernels.loop import Wire, run
from search.neuron import Cells
from targets.arrays import Array

STEPS, BATCH, SLOPE = 20, 3, 5.0
WIDTHS = {"in": 6, "a": 7, "b": 5}
ENDS = (("in", "a", 1), ("in", "b", 3), ("a", "a", 1), ("a", "a", 2), ("a", "b", 2), ("b", "a", 3), ("b", "b", 1))


class Case:
    """A random recurrent network of two populations, in float64."""

    def __init__(self, seed: int) -> None:
        generator = np.random.default_rng(seed)
        self.spikes = (generator.random((STEPS, BATCH, WIDTHS["in"])) < 0.3).astype(np.float64)
        self.weights = [1.5 * generator.standard_normal((WIDTHS[post], WIDTHS[pre])) for pre, post, _ in ENDS]
        self.parameters = {
            name: {
                "tau_s": generator.uniform(1, 5, WIDTHS[name]),
                "tau_m": generator.uniform(1, 12, WIDTHS[name]),
                "resistance": generator.uniform(2, 15, WIDTHS[name]),
                "threshold": generator.uniform(0.5, 1.5, WIDTHS[name]),
                "bias": generator.uniform(0, 0.1, WIDTHS[name]),
            }
            for name in ("a", "b")
        }
        self.scores = {name: generator.standard_normal((2, STEPS, BATCH, WIDTHS[name])) for name in ("a", "b")}


def torch_run(case: Case, weights: list[torch.Tensor]) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    cells = {
        name: Cells(**{key: torch.from_numpy(values) for key, values in own.items()})
        for name, own in case.parameters.items()
    }
    wires = [Wire(pre, post, w, delay) for (pre, post, delay), w in zip(ENDS, weights, strict=True)]
    traces = run({"in": torch.from_numpy(case.spikes)}, cells, wires, SLOPE)
    return {name: (trace.spikes, trace.voltages) for name, trace in traces.items()}


def plain_run(
    case: Case, weights: list[Array], fixed: dict[str, tuple[Array, Array]] | None = None
) -> dict[str, tuple[Array, Array]]:
    """The equations, one scalar sum at a time; voltages are those before the reset.

    With `fixed` (spikes, voltages of another run) the network is smooth: resets happen where that run spiked, and a
    neuron emits that run's spike plus x / (1 + k |x|), the surrogate's primitive, taken relative to that run's.
    """
    spikes = {"in": case.spikes} | {name: np.zeros((STEPS, BATCH, WIDTHS[name])) for name in ("a", "b")}
    voltages = {name: np.zeros((STEPS, BATCH, WIDTHS[name])) for name in ("a", "b")}
    for batch in range(BATCH):
        u = {name: np.zeros(WIDTHS[name]) for name in ("a", "b")}
        v = {name: np.zeros(WIDTHS[name]) for name in ("a", "b")}
        for t in range(STEPS):
            for name, own in case.parameters.items():
                for i in range(WIDTHS[name]):
                    total = 0.0
                    for (pre, post, delay), w in zip(ENDS, weights, strict=True):
                        if post == name and t >= delay:
                            total += float(np.dot(w[i], spikes[pre][t - delay, batch]))
                    gain = own["resistance"][i] / (own["tau_m"][i] * own["tau_s"][i])
                    u[name][i] = (1 - 1 / own["tau_s"][i]) * u[name][i] + gain * total
                    v[name][i] = (1 - 1 / own["tau_m"][i]) * v[name][i] + u[name][i] + own["bias"][i]
                    voltages[name][t, batch, i] = v[name][i]
                    above = v[name][i] - own["threshold"][i]
                    if fixed is None:
                        spikes[name][t, batch, i] = fired = above > 0
                    else:
                        fired = fixed[name][0][t, batch, i] > 0
                        was = fixed[name][1][t, batch, i] - own["threshold"][i]
                        spikes[name][t, batch, i] = fired + above / (1 + SLOPE * abs(above))
                        spikes[name][t, batch, i] -= was / (1 + SLOPE * abs(was))
                    if fired:
                        v[name][i] = 0.0
    return {name: (spikes[name], voltages[name]) for name in ("a", "b")}


@pytest.mark.parametrize("seed", range(5))
def test_spikes_equal_the_plain_equations_and_voltages_agree(seed: int) -> None:
    case = Case(seed)
    plain = plain_run(case, case.weights)
    fast = torch_run(case, [torch.from_numpy(w) for w in case.weights])
    for name in ("a", "b"):
        assert 3 <= plain[name][0].sum() < 0.9 * plain[name][0].size
        assert np.array_equal(fast[name][0].numpy(), plain[name][0])
        np.testing.assert_allclose(fast[name][1].numpy(), plain[name][1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", range(2))
def test_gradients_are_those_of_the_network_with_the_surrogates_primitive(seed: int) -> None:
    case = Case(seed)
    weights = [torch.from_numpy(w).requires_grad_() for w in case.weights]
    traces = torch_run(case, weights)
    loss = torch.stack(
        [
            (torch.from_numpy(case.scores[name]) * torch.stack(traces[name])).sum()  # weighs spikes and voltages
            for name in ("a", "b")
        ]
    ).sum()
    gradients = torch.autograd.grad(loss, weights)
    fixed = plain_run(case, case.weights)
    step = 1e-6
    generator = np.random.default_rng(seed)
    for number, (w, gradient) in enumerate(zip(case.weights, gradients, strict=True)):
        place = tuple(int(generator.integers(size)) for size in w.shape)
        ends = []
        for sign in (1, -1):
            moved = [other.copy() for other in case.weights]
            moved[number][place] += sign * step
            smooth = plain_run(case, moved, fixed)
            ends.append(sum(float((case.scores[name] * np.stack(smooth[name])).sum()) for name in ("a", "b")))
        assert float(gradient[place]) == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-5, abs=1e-6)


def test_a_delay_longer_than_the_run_delivers_nothing() -> None:
    one = torch.ones(1)
    cells = {"a": Cells(one, one, one, one, 0 * one)}
    traces = run({"in": torch.ones(3, 1, 1)}, cells, [Wire("in", "a", torch.ones(1, 1), delay=5)], SLOPE)
    assert traces["a"].voltages.flatten().tolist() == [0.0, 0.0, 0.0]


def test_without_inputs_only_the_bias_drives() -> None:
    cells = {"a": Cells(torch.ones(1), torch.full((1,), 2.0), torch.ones(1), torch.ones(1), torch.full((1,), 0.75))}
    traces = run({"in": torch.zeros(4, 1, 1)}, cells, [], SLOPE)
    # 0.75, 0.375 + 0.75 = 1.125 > 1 spikes, then from zero again
    assert traces["a"].voltages.flatten().tolist() == [0.75, 1.125, 0.75, 1.125]
    assert traces["a"].spikes.flatten().tolist() == [0.0, 1.0, 0.0, 1.0]
