"""TSSL-BP against a slow transcription of the published rule, and on traces worked out by hand."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
import torch

from search.data.loader import DataLoader
from search.nas.derive import motif_network
from search.settings import TrainingSettings
from search.training.initialize import reinitialize
from search.training.kernels.loop import Wire, run
from search.training.neuron import Cells, Surrogate
from search.training.rules import gradient_rule
from search.training.train import train
from search.training.tssl import TsslBp
from targets.contracts.arrays import Array
from targets.contracts.errors import InputError
from tests.search.tiny import TINY, tiny_split
from tests.search.training.kernels.plain_network import (
    BATCH,
    INPUT,
    POPULATIONS,
    STEPS,
    WIDTHS,
    WIRES,
    Case,
    Key,
    Record,
    plain_run,
    torch_gradients,
)


def published_psp(spikes: Array, tau_s: float) -> Array:
    """a[t] = a[t-1] + (s[t] - a[t-1]) / tau_s, time first."""
    psp, a = np.zeros_like(spikes), np.zeros_like(spikes[0])
    for t in range(len(spikes)):
        a = a + (spikes[t] - a) / tau_s
        psp[t] = a
    return psp


def through_psps(case: Case, inflow: Mapping[str, Array], name: str, t: int, batch: int, j: int) -> float:
    """Sum over k >= 0 of kernel[k] dL/da[t + k], and the loss of the spike itself.

    kernel[k] = (1/tau_s) (1 - 1/tau_s)^k is what a spike leaves of itself in the PSP k steps later. Here every receiver
    has its own tau_s, takes R / tau_m of a weighted PSP, and hears it after the delay.
    """
    total = float(case.scores[name][0, t, batch, j])
    for pre, post, delay in WIRES:
        if pre != name:
            continue
        for i in range(WIDTHS[post]):
            tau_s, tau_m, resistance = (case.values[post, key][i] for key in ("tau_s", "tau_m", "resistance"))
            for k in range(STEPS - t - delay):
                by_psp = (
                    inflow[post][t + delay + k, batch, i] * case.values[pre, post, delay][i, j] * resistance / tau_m
                )
                total += (1 / tau_s) * (1 - 1 / tau_s) ** k * by_psp
    return total


def transcribed(case: Case, records: Mapping[str, Record], rule: TsslBp, seen: Counter[str]) -> dict[str, Array]:
    """Gradients of u + b [time, batch, neuron]; counts in `seen` how often each case of the rule came up.

    `rule` holds three constants, published as 8, 0.2 and 1/4, the last divided by tau_s.
    """
    inflow = {name: np.zeros((STEPS, BATCH, WIDTHS[name])) for name in POPULATIONS}
    for batch in range(BATCH):
        theta = {name: np.zeros(WIDTHS[name]) for name in POPULATIONS}
        by_voltage = {name: np.zeros(WIDTHS[name]) for name in POPULATIONS}
        for t in reversed(range(STEPS)):
            for name, record in records.items():
                for i in range(WIDTHS[name]):
                    here = t, batch, i
                    tau_s, tau_m = case.values[name, "tau_s"][i], case.values[name, "tau_m"][i]
                    received = through_psps(case, inflow, name, *here)
                    fired = record.spikes[here] > 0
                    if fired:
                        after_reset = t == 0 or record.spikes[t - 1, batch, i] > 0
                        increment = record.voltages[here] - (0.0 if after_reset else record.voltages[t - 1, batch, i])
                        time_by_voltage = max(-1 / increment, -rule.clamp)
                        seen["clamped"] += int(time_by_voltage == -rule.clamp)
                        seen["with a next spike" if theta[name][i] else "last spike"] += 1
                        gradient = -received * time_by_voltage
                        gradient += theta[name][i] * record.voltages[here] * (-1 / tau_m) * time_by_voltage
                        theta[name][i] = gradient
                    else:
                        seen["before a spike" if theta[name][i] else "after the last"] += 1
                        gradient = theta[name][i] = theta[name][i] * (1 - 1 / tau_m)
                    if published_psp(record.spikes[: t + 1, batch, i], tau_s)[t] < rule.silent / tau_s:
                        seen["nearly silent"] += 1
                        z = math.exp(min(max(-record.above[here] / rule.width, -8.0), 8.0))
                        gradient = received * z / ((1 + z) ** 2 * rule.width)
                    # Ours: the loss on voltages, by the chain rule up to the last reset.
                    by_voltage[name][i] = 0.0 if fired else by_voltage[name][i] * (1 - 1 / tau_m)
                    by_voltage[name][i] += case.scores[name][1][here]
                    inflow[name][here] = gradient + by_voltage[name][i]
    return inflow


def parameter_gradient(case: Case, records: Mapping[str, Record], inflow: Mapping[str, Array], key: Key) -> Array:
    """Gradient of the weights of a wire, or of the bias or R of a population."""
    if key in WIRES:
        pre, post, delay = WIRES[WIRES.index(key)]
        gradient = np.zeros((WIDTHS[post], WIDTHS[pre]))
        spikes = case.inputs if pre == INPUT else records[pre].spikes
        for i in range(WIDTHS[post]):
            tau_s, tau_m, resistance = (case.values[post, name][i] for name in ("tau_s", "tau_m", "resistance"))
            psp = published_psp(spikes, tau_s)
            for t in range(delay, STEPS):
                gradient[i] += resistance / tau_m * (inflow[post][t, :, i] @ psp[t - delay])
        return gradient
    name, parameter = str(key[0]), key[1]
    by_bias: Array = inflow[name].sum((0, 1))
    by_resistance: Array = (inflow[name] * records[name].currents).sum((0, 1)) / case.values[name, "resistance"]
    return by_bias if parameter == "bias" else by_resistance


@pytest.mark.slow
def test_gradients_are_those_of_the_transcription() -> None:
    seen: Counter[str] = Counter()
    keys: list[Key] = [*WIRES, *((name, key) for name in POPULATIONS for key in ("bias", "resistance"))]
    published, other = TsslBp(), TsslBp(clamp=1.0, width=0.5, silent=0.1)
    for seed, strength, rule in ((0, 1.5, published), (1, 0.7, published), (2, 1.5, other), (3, 0.7, other)):
        case = Case(seed, strength)
        records = plain_run(case, case.values)
        inflow = transcribed(case, records, rule, seen)
        for key, gradient in torch_gradients(case, rule, keys).items():
            expected = parameter_gradient(case, records, inflow, key)
            np.testing.assert_allclose(gradient, expected, rtol=1e-9, atol=1e-9, err_msg=f"seed {seed}, {key}")
    assert len(seen) == 6
    assert min(seen.values()) >= 20, seen


def cells(tau_s: float, tau_m: float, resistance: float) -> Cells:
    """One neuron with threshold 1 and no bias."""
    return Cells(*(torch.tensor([value], dtype=torch.float64) for value in (tau_s, tau_m, resistance, 1.0, 0.0)))


def sequence(values: Sequence[float]) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64).view(-1, 1, 1).requires_grad_()


def weight(value: float) -> torch.Tensor:
    return torch.tensor([[value]], dtype=torch.float64, requires_grad=True)


FAR_BELOW = math.exp(-5) / (1 + math.exp(-5)) ** 2 / 0.2
"""The gradient of a nearly silent neuron at v = 0: (v - vth) / width = -5, so 0.033240."""


@pytest.mark.parametrize(
    ("x", "v", "spikes", "by_x", "by_bias"),
    [
        # tau_s = tau_m = 2, R = 4, so g = 1: u halves and takes x of the step before, v halves and takes u.
        # u    0  1.5  0.75  0.875  0.4375
        # v    0  1.5  0.75  1.25   0.4375      spikes at 1 and 3; p = 0, 1, 0.5, 1.25, 0.625: nearly silent at 0 only
        # L = 1 s0 + 2 s1 + 3 s2 + 4 s3 + 5 s4, so E = 1, 2, 3, 4, 5. Backward:
        # t=4  after the last spike           A = 0                                       G = 0
        # t=3  rise 1.25 - 0.75 = 0.5, c = 2  A = 2 (4 + 1.25 * 0 / 2) = 8                G = 8
        # t=2  before a spike                 A = 8 / 2 = 4                               G = 4
        # t=1  rise 1.5, c = 2/3              A = 2/3 (2 + 1.5 * 4 / 2) = 10/3            G = 10/3
        # t=0  nearly silent                                                              G = 1 * 0.03324
        # u sums G back with 1/2 per step: du = 22/3 at 1, 8 at 2, 8 at 3, 0 at 4, and x comes one step earlier.
        (
            (1.5, 0, 0.5, 0, 0),
            (0, 1.5, 0.75, 1.25, 0.4375),
            (0, 1, 0, 1, 0),
            (22 / 3, 8, 8, 0, 0),
            8 + 4 + 10 / 3 + FAR_BELOW,
        ),
        # u    0  1.5  0.96  0.48  0.56
        # v    0  1.5  0.96  0.96  1.04         spikes at 1 and 4; p = 0, 1, 0.5, 0.25, 1.125: 0.25 is not below 0.25
        # t=4  rise 0.08 would give c = 12.5, clamped to 8: A = 8 * 5 = 40;   t=3  A = 20;   t=2  A = 10
        # t=1  A = 2/3 (2 + 1.5 * 10 / 2) = 19/3;   du = 64/3, 30, 40, 40
        (
            (1.5, 0.21, 0, 0.32, 0),
            (0, 1.5, 0.96, 0.96, 1.04),
            (0, 1, 0, 0, 1),
            (64 / 3, 30, 40, 40, 0),
            40 + 20 + 10 + 19 / 3 + FAR_BELOW,
        ),
    ],
)
def test_one_neuron_by_hand(
    x: Sequence[float], v: Sequence[float], spikes: Sequence[float], by_x: Sequence[float], by_bias: float
) -> None:
    inputs, bias = sequence(x), torch.zeros(1, dtype=torch.float64, requires_grad=True)
    populations = {"a": replace(cells(2, 2, 4), bias=bias)}
    trace = run({"in": inputs}, populations, [Wire("in", "a", weight(1.0))], TsslBp())["a"]
    assert trace.voltages.flatten().tolist() == pytest.approx(v)
    assert trace.spikes.flatten().tolist() == list(spikes)
    loss = (trace.spikes * sequence([1, 2, 3, 4, 5])).sum()
    gradients = torch.autograd.grad(loss, (inputs, bias))
    assert gradients[0].flatten().tolist() == pytest.approx(by_x)
    assert gradients[1].tolist() == pytest.approx([by_bias])


@pytest.mark.parametrize(("v", "z"), [(-1.0, -8.0), (-0.5, -7.5), (2.5, 7.5), (3.0, 8.0)])
def test_the_gradient_of_the_nearly_silent_is_clamped_at_eight_widths(v: float, z: float) -> None:
    # With `silent` above any PSP all neurons count as nearly silent; (v - 1) / 0.2 is -10, -7.5, 7.5 and 10.
    bias = torch.tensor([v], dtype=torch.float64, requires_grad=True)
    populations = {"a": replace(cells(2, 2, 4), bias=bias)}
    trace = run({"in": sequence([0])}, populations, [Wire("in", "a", weight(1.0))], TsslBp(silent=100.0))["a"]
    (gradient,) = torch.autograd.grad(trace.spikes.sum(), bias)
    share = 1 / (1 + math.exp(-z))
    assert gradient.tolist() == pytest.approx([share * (1 - share) / 0.2], rel=1e-9)


def test_two_neurons_that_hear_each_other_by_hand() -> None:
    # a as above; it hears b with weight 1/4. b: tau_s = 1, tau_m = R = 2, so g = 1, u is the input, p = s.
    # b hears a with weight 5/4. All delays are 1.
    # a    u = 0  1.5  0.75  0.375 + 0.25 (in) + 0.25 (b)  0.4375;   v = 0  1.5  0.75  1.25  0.4375;   spikes at 1, 3
    # b    u = v = 0  0  1.25  0  1.25;   spikes at 2, 4
    inputs = sequence([1.5, 0, 0.25, 0, 0])
    wires = [Wire("in", "a", weight(1.0)), Wire("a", "b", weight(1.25)), Wire("b", "a", weight(0.25))]
    traces = run({"in": inputs}, {"a": cells(2, 2, 4), "b": cells(1, 2, 2)}, wires, TsslBp())
    assert traces["a"].spikes.flatten().tolist() == [0, 1, 0, 1, 0]
    assert traces["b"].spikes.flatten().tolist() == [0, 0, 1, 0, 1]
    loss = (traces["b"].spikes * sequence([0, 0, 2, 1, 3])).sum()
    # U is the gradient of a's u, which keeps half per step; b's u keeps nothing. f = 0.03324.
    # t=4  b: c = 1/1.25, A = 0.8 * 3 = 2.4                                           G = 2.4
    #      a: after its last spike                                                    G = 0        U = 0
    # t=3  b: nearly silent, E = 1 + U[4] / 4 = 1                   A = 2.4 / 2       G = f
    #      a: c = 2, E = 1.25 * 2.4 = 3                             A = 6             G = 6        U = 6
    # t=2  b: E = 2 + 6 / 4 = 3.5, A = 0.8 (3.5 + 1.25 * 1.2 / 2) = 3.4               G = 3.4
    #      a: before a spike                                        A = 3             G = 3        U = 3 + 6/2 = 6
    # t=1  b: nearly silent, E = 6 / 4                                                G = 1.5 f
    #      a: E = 1.25 * 3.4, A = 2/3 (4.25 + 1.5 * 3 / 2) = 13/3                     G = 13/3     U = 13/3 + 3 = 22/3
    # Weights: in 1.5 U[1] + 0.25 U[3] = 12.5;  a to b: b's G at 2 and 4, 5.8;  b to a: U[3] = 6.
    gradients = torch.autograd.grad(loss, [wire.weights for wire in wires])
    assert [gradient.item() for gradient in gradients] == pytest.approx([12.5, 5.8, 6.0])


def test_a_loss_on_voltages_passes_by_the_chain_rule_up_to_the_reset() -> None:
    # As the first trace above: v[3] = u[3] + u[2] / 2 after the reset at 1, v[4] = u[4] after that at 3.
    inputs = sequence([1.5, 0, 0.5, 0, 0])
    trace = run({"in": inputs}, {"a": cells(2, 2, 4)}, [Wire("in", "a", weight(1.0))], TsslBp())["a"]
    (gradient,) = torch.autograd.grad(trace.voltages[3].sum(), inputs)
    # u[3] = x[2] + x[1] / 2 + x[0] / 4, u[2] = x[1] + x[0] / 2
    assert gradient.flatten().tolist() == pytest.approx([0.5, 1.0, 1.0, 0, 0])


def test_no_gradient_of_a_gradient_is_promised() -> None:
    """The rule is no derivative, so that its own derivative would mean nothing."""
    bias = torch.tensor([1.5], dtype=torch.float64, requires_grad=True)
    populations = {"a": replace(cells(2, 2, 4), bias=bias)}
    trace = run({"in": sequence([0, 0])}, populations, [Wire("in", "a", weight(1.0))], TsslBp())["a"]
    (gradient,) = torch.autograd.grad(trace.spikes.square().sum(), bias, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        torch.autograd.backward(gradient.sum())


def test_the_setting_chooses_the_rule() -> None:
    assert gradient_rule(TrainingSettings()) == Surrogate(5.0)
    assert gradient_rule(TrainingSettings(gradient="tssl-bp")) == TsslBp()
    with pytest.raises(FrozenInstanceError):
        TsslBp().clamp = 1.0  # type: ignore[misc]
    with pytest.raises(InputError) as raised:
        TrainingSettings(gradient="exact")
    assert str(raised.value) == (
        "setting training.gradient is 'exact'; allowed are surrogate, tssl-bp, so choose one of them."
    )


def test_training_learns_from_spike_counts_alone() -> None:
    split, start = tiny_split(), {"hidden": np.full(16, 20.0)}
    first = DataLoader.of(torch.device("cpu"), split.train).batch(np.arange(16))
    network = reinitialize(motif_network({}, start, start, split, TINY.model), first, TINY.start, 0)
    training = replace(TINY.training, epochs=4, rate=0.1, loss="count", gradient="tssl-bp")
    history = train(network, split, replace(TINY, training=training), 0, "cpu").settings["training"]
    assert history[-1]["accuracy"] > 0.95 > history[0]["accuracy"]
