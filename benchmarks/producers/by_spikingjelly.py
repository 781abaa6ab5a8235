"""SpikingJelly: nodes behind a linear layer, images and lines."""

from typing import Any

from benchmarks.producers.made import INPUTS, NEURONS, SIDE, Made, drawn, image, line, recorded, spikes, strided


def spikingjelly_network(kind: str, **settings: Any) -> Made:
    """A node behind a linear layer."""
    import torch
    from spikingjelly.activation_based import functional, layer, neuron, nir_exchange

    front = layer.Linear(INPUTS, NEURONS)
    linear = drawn(4)
    with torch.no_grad():
        front.weight.copy_(linear.weight)
        front.bias.copy_(linear.bias)
    net = torch.nn.Sequential(front, getattr(neuron, kind)(**settings))
    given, answers = spikes(5), []
    with torch.no_grad():
        for step in torch.from_numpy(given):
            answers.append(net(step[None]))  # noqa: PERF401
        functional.reset_net(net)
        written = nir_exchange.export_to_nir(net, torch.rand(1, INPUTS), dt=1e-4)
    return Made(written, 1e-4, given, recorded(answers))


def spikingjelly_image(front: str = "image", kind: str = "IFNode", **settings: Any) -> Made:
    """A node behind the dense layer of an averaged image or of a line, or in space behind a convolution."""
    import torch
    from spikingjelly.activation_based import functional, neuron, nir_exchange

    before = [strided()]
    if front != "space":
        before = line() if front == "line" else image(torch.nn.AvgPool2d(2))
    net = torch.nn.Sequential(*before, getattr(neuron, kind)(v_reset=0.0, **settings))
    shape = (2, SIDE) if front == "line" else (2, SIDE, SIDE)
    given = spikes(9, shape)
    with torch.no_grad():
        answers = [net(step[None]) for step in torch.from_numpy(given)]
        functional.reset_net(net)
        written = nir_exchange.export_to_nir(net, torch.rand(1, *shape), dt=1e-4)
    return Made(written, 1e-4, given, recorded(answers))
