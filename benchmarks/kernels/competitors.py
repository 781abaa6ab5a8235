"""Competitors: what runs a case once, forward and backward; gradients of links, input weights, R and tau_m.

All compute the same equations in float32 (`search.training.kernels.loop`), but for what two say of themselves. Ours
reads packed bits; the others are given the spikes as numbers. Other libraries take a dense recurrent matrix, of which a
mask leaves the links.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from benchmarks.kernels.case import CLASSES, Case
from search.training.kernels.loop import Trace, Wire, run
from search.training.kernels.network import Summary, summaries, traces
from search.training.links import dense_matrix
from search.training.loss import readout_loss
from search.training.neuron import Cells, Surrogate

Pass = Callable[[], list[Tensor]]
"""One forward and backward pass; gives the gradients."""
TAU_S, TAU_M, SLOPE, DEVIATION = 4.0, 20.0, 5.0, 0.5


def kernels(case: Case) -> Pass:
    """Ours: the fused kernels."""
    given = _given(case)
    score = case.drawn(7, case.steps, case.neurons, case.batch).transpose(1, 2)  # as it lies in memory here

    def once() -> list[Tensor]:
        batch, cells, wires, over = replace(case.packed), *_network(case, given)
        if case.readout:
            told = summaries(batch, ["in"], cells, wires, Surrogate(SLOPE), ["readout"])
            return _of_loss(told["readout"], case, over)
        spikes = traces(batch, ["in"], cells, wires, Surrogate(SLOPE))["layer"].spikes
        return list(torch.autograd.grad(spikes, over, score))

    return once


def loop(case: Case) -> Pass:
    """Ours: the plain loop in torch."""
    given = _given(case)
    score = case.drawn(7, case.steps, case.neurons, case.batch).transpose(1, 2).contiguous()

    def once() -> list[Tensor]:
        cells, wires, over = _network(case, given)
        told = run({"in": case.spikes}, cells, wires, Surrogate(SLOPE))
        if case.readout:
            return _of_loss(told["readout"], case, over)
        return list(torch.autograd.grad(told["layer"].spikes, over, score))

    return once


def snntorch(case: Case) -> Pass:
    """SnnTorch's RSynaptic with a mask on its recurrence and a reset to zero."""
    import snntorch
    from snntorch.surrogate import fast_sigmoid

    links, matrix, resistance, tau_m, _ = _given(case)
    neuron = snntorch.RSynaptic(
        alpha=torch.full((case.neurons,), 1 - 1 / TAU_S),
        beta=torch.full((case.neurons,), 1 - 1 / TAU_M),
        linear_features=case.neurons,
        reset_mechanism="zero",
        spike_grad=fast_sigmoid(slope=SLOPE),
        learn_beta=True,
    )
    score = case.drawn(7, case.steps, case.neurons, case.batch).transpose(1, 2).contiguous()
    recurrent = dense_matrix(links.detach(), case.places.indices, case.places.size).requires_grad_()
    mask = dense_matrix(torch.ones_like(links.detach()), case.places.indices, case.places.size)
    masked = _Masked()
    neuron.recurrent = masked
    over = [recurrent, matrix, resistance, neuron.beta]

    def once() -> list[Tensor]:
        gain = (resistance / (tau_m * TAU_S))[:, None]
        masked.matrix = gain * (recurrent * mask)
        currents = (case.spikes @ (gain * matrix).T).unbind(0)
        spike = synapse = membrane = torch.zeros(case.batch, case.neurons)
        spikes = []
        for current in currents:
            spike, synapse, membrane = neuron(current, spike, synapse, membrane)
            spikes.append(spike)
        return list(torch.autograd.grad(torch.stack(spikes), over, score))

    return once


def norse(case: Case) -> Pass:
    """Norse's LIFRecurrentCell: its current is heard a step later, else the equations are the same."""
    from norse.torch import LIFParameters, LIFRecurrentCell

    links, matrix, *_ = _given(case)
    rates = {"tau_syn_inv": torch.tensor(1 / TAU_S), "tau_mem_inv": torch.tensor(1 / TAU_M).requires_grad_()}
    parameters = LIFParameters(**rates, method="super", alpha=torch.tensor(SLOPE))
    cell = LIFRecurrentCell(case.channels, case.neurons, parameters, autapses=True, dt=1.0)
    mask = dense_matrix(torch.ones_like(links.detach()), case.places.indices, case.places.size)
    cell.input_weights.data = matrix.detach() / TAU_S
    cell.recurrent_weights.data = dense_matrix(links.detach(), case.places.indices, case.places.size) / TAU_S
    score = case.drawn(7, case.steps, case.neurons, case.batch).transpose(1, 2).contiguous()
    over = [cell.recurrent_weights, cell.input_weights, rates["tau_mem_inv"]]

    def once() -> list[Tensor]:
        spikes, state = [], None
        for given in case.spikes.unbind(0):
            spike, state = cell(given, state)
            spikes.append(spike)
        recurrent, *others = torch.autograd.grad(torch.stack(spikes), over, score)
        return [recurrent * mask, *others]

    return once


def spikingjelly(case: Case) -> Pass:
    """SpikingJelly's LinearRecurrentContainer around its LIFNode, which has no synaptic current to keep."""
    from spikingjelly.activation_based import functional, layer, neuron, surrogate

    links, matrix, *_ = _given(case)
    node = neuron.LIFNode(
        tau=TAU_M, decay_input=False, surrogate_function=surrogate.ATan(), detach_reset=True, step_mode="s"
    )
    container = layer.LinearRecurrentContainer(node, case.neurons, case.neurons, bias=False)
    mask = dense_matrix(torch.ones_like(links.detach()), case.places.indices, case.places.size)
    recurrent = dense_matrix(links.detach(), case.places.indices, case.places.size)
    container.rc.weight.data = torch.cat([torch.eye(case.neurons), recurrent], 1)
    score = case.drawn(7, case.steps, case.neurons, case.batch).transpose(1, 2).contiguous()

    def once() -> list[Tensor]:
        functional.reset_net(container)
        currents = (case.spikes @ matrix.T).unbind(0)
        spikes = torch.stack([container(current) for current in currents])
        whole, own = torch.autograd.grad(spikes, [container.rc.weight, matrix], score)
        return [whole[:, case.neurons :] * mask, own]

    return once


class _Masked(torch.nn.Module):
    """A linear layer whose matrix is set once in a pass."""

    matrix: Tensor

    def forward(self, spikes: Tensor) -> Tensor:
        return torch.nn.functional.linear(spikes, self.matrix)


COMPETITORS: dict[str, Callable[[Case], Pass]] = {
    "kernels": kernels,
    "loop": loop,
    "snntorch": snntorch,
    "norse": norse,
    "spikingjelly": spikingjelly,
}
OTHERS = ("snntorch", "norse", "spikingjelly")
"""Competitors that are packages of others, which have to be installed."""


def _given(case: Case) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Weights of the links and of the input, R, tau_m, weights of the readout."""
    links = case.drawn(3, case.neurons * case.links, deviation=DEVIATION).requires_grad_()
    matrix = case.drawn(4, case.neurons, case.channels, deviation=DEVIATION).requires_grad_()
    resistance, tau_m = (torch.full((case.neurons,), TAU_M).requires_grad_() for _ in range(2))
    output = case.drawn(5, case.readout, case.neurons, deviation=case.neurons**-0.5).requires_grad_()
    return links, matrix, resistance, tau_m, output


def _network(case: Case, given: tuple[Tensor, ...]) -> tuple[dict[str, Cells], list[Wire], list[Tensor]]:
    """Cells, wires, and what gradients are asked of."""
    links, matrix, resistance, tau_m, output = given
    cells = {"layer": _cells(resistance, tau_m)}
    wires = [Wire("in", "layer", matrix), Wire("layer", "layer", links, 1, case.places)]
    if not case.readout:
        return cells, wires, [*given[:4]]
    cells["readout"] = _cells(*(torch.full((case.readout,), 10.0) for _ in range(2)))
    return cells, [*wires, Wire("layer", "readout", output)], [*given]


def _cells(resistance: Tensor, tau_m: Tensor) -> Cells:
    one = torch.ones(len(tau_m))
    return Cells(TAU_S * one, tau_m, resistance, one, 0 * one)


def _of_loss(told: Trace | Summary, case: Case, over: list[Tensor]) -> list[Tensor]:
    loss = readout_loss(told, case.packed, CLASSES, "both")
    found: Any = torch.autograd.grad(loss, over)
    return list(found)
