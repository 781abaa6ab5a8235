"""A step of training on a device, from packed bits through the loss to its gradients: equality, and seconds."""

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from benchmarks.gpu.measuring import Pass, seconds_of
from benchmarks.kernels.case import CLASSES, Case
from benchmarks.kernels.competitors import DEVIATION, SLOPE, TAU_M, TAU_S
from search.data.loader import Batch
from search.training.kernels.device import by_stages
from search.training.kernels.loop import Places, Wire, run
from search.training.kernels.network import summarized
from search.training.kernels.triton_layer import Sizes
from search.training.loss import readout_loss
from search.training.neuron import Cells, GradientRule, Surrogate
from search.training.tssl import TsslBp
from targets.contracts.cuda_graphs import recorded

_READOUT_TAU_M = 10.0


RULES: dict[str, GradientRule] = {"surrogate gradients": Surrogate(SLOPE), "TSSL-BP": TsslBp()}


def equal(
    device: torch.device, case: Case, by: str, rule: str, delay: int = 1, back: bool = False, sizes: Sizes | None = None
) -> dict[str, Any]:
    """The loop or the kernels on the device beside the loop on the CPU: spikes and gradients that differ.

    Gradients differ by the largest difference of one tensor, relative to the norm of its gradient.

    rule   of `RULES`
    delay  of the links
    back   whether the layer hears the readout
    sizes  how the kernels share out neurons, instead of as they do by themselves
    """
    double = torch.float64  # in which no other order of summation moves a voltage across its threshold
    network = _Network(case, rule, delay, back, sizes)
    expected = _pass(network, torch.device("cpu"), double, "eager", True)()
    found = _pass(network, device, double, by, True)()
    return compared(expected, found)


def compared(expected: list[Tensor], found: list[Tensor]) -> dict[str, Any]:
    """Spikes first, then gradients."""
    spikes, others = expected[0].cpu(), found[0].cpu()
    relative = [
        float((one.cpu() - other.cpu()).norm() / one.cpu().norm().clamp(min=1e-30))
        for one, other in zip(expected[1:], found[1:], strict=True)
    ]
    return {"spikes": int(spikes.sum()), "differing": int((spikes != others).sum()), "gradients": max(relative)}


def step(device: torch.device, case: Case, by: str) -> dict[str, Any]:
    """Seconds of a step by the "kernels", by "eager" operations of torch (the plain loop) or by a "graph" of them."""
    once = _pass(_Network(case), device, torch.float32, by, False)
    return seconds_of(recorded(once) if by == "graph" else once, device)


@dataclass(frozen=True)
class _Network:
    """What is trained and how; see `equal`."""

    case: Case
    rule: str = "surrogate gradients"
    delay: int = 1
    back: bool = False
    sizes: Sizes | None = None


def _pass(network: _Network, device: torch.device, dtype: torch.dtype, by: str, told: bool) -> Pass:
    """A pass: gradients of links, input weights, R, tau_m and readout; the layer's spikes first where `told`."""
    case, rule = network.case, RULES[network.rule]
    given, places = parameters(case, device, dtype), _places(case, device)
    spikes = case.spikes.to(device, dtype)
    packed = on_device(case.packed, device)
    packed.mask, packed.steps  # noqa: B018 - a graph cannot make them

    def once() -> list[Tensor]:
        cells, wires = wired(given, places, network.delay, network.back)
        if by == "kernels":
            traces = by_stages({"in": spikes}, cells, wires, rule, network.sizes)
        else:
            traces = run({"in": spikes}, cells, wires, rule)
        loss = readout_loss(summarized(traces["readout"], packed), packed, CLASSES, "both")
        gradients = list(torch.autograd.grad(loss, given))
        return [traces["layer"].spikes.detach(), *gradients] if told else gradients

    return once


def parameters(case: Case, device: torch.device, dtype: torch.dtype) -> list[Tensor]:
    """Weights of the links and of the input, R and tau_m of the layer, weights of the readout."""
    drawn = [
        case.drawn(3, case.neurons * case.links, deviation=DEVIATION),
        case.drawn(4, case.neurons, case.channels, deviation=DEVIATION),
        torch.full((case.neurons,), TAU_M),
        torch.full((case.neurons,), TAU_M),
        case.drawn(5, case.readout, case.neurons, deviation=case.neurons**-0.5),
    ]
    return [each.to(device, dtype).requires_grad_() for each in drawn]


def wired(given: list[Tensor], places: Places, delay: int, back: bool) -> tuple[dict[str, Cells], list[Wire]]:
    """A recurrent layer and a readout with these weights and parameters; where `back`, the layer hears it."""
    links, matrix, resistance, tau_m, output = given
    ones = torch.ones_like(tau_m)
    few = torch.ones_like(output[:, 0])
    cells = {
        "layer": Cells(TAU_S * ones, tau_m, resistance, ones, 0 * ones),
        "readout": Cells(TAU_S * few, _READOUT_TAU_M * few, _READOUT_TAU_M * few, few, 0 * few),
    }
    wires = [
        Wire("in", "layer", matrix),
        Wire("layer", "layer", links, delay, places),
        Wire("layer", "readout", output, delay),
    ]
    return cells, [*wires, Wire("readout", "layer", output.T, delay)] if back else wires


def on_device(batch: Batch, device: torch.device) -> Batch:
    """The batch with its tensors there."""
    packed, lengths, labels = (each.to(device) for each in (batch.packed, batch.lengths, batch.labels))
    return replace(batch, packed=packed, lengths=lengths, labels=labels)


def _places(case: Case, device: torch.device) -> Places:
    return replace(case.places, indices=case.places.indices.to(device))
