"""Rockpool: modules behind a linear one."""

from typing import Any

from benchmarks.producers.made import INPUTS, NEURONS, STEPS, Made, spikes


def rockpool_network(kind: str, voltage: bool = False, **settings: Any) -> Made:
    """A module of torch behind a linear one."""
    import torch
    from rockpool.nn import combinators
    from rockpool.nn.modules import torch as modules
    from rockpool.nn.modules.torch.nir import to_nir

    torch.manual_seed(6)
    linear = modules.LinearTorch((INPUTS, NEURONS))
    with torch.no_grad():
        linear.weight.normal_(0.1, 0.3)
    cell = getattr(modules, kind)(NEURONS, dt=1e-3, **settings)
    net = combinators.Sequential(linear, cell)
    given = spikes(6)
    with torch.no_grad():
        answers, _, _ = net(torch.from_numpy(given)[None])
        net.reset_state()
        written = to_nir(net, torch.rand(1, 1, INPUTS))
    for node in written.nodes.values():
        for key, value in vars(node).items():
            if isinstance(value, torch.Tensor):  # with a gradient, which nir.write does not take
                setattr(node, key, value.detach())
    return Made(written, 1e-3, given, answers[0].numpy().reshape(STEPS, -1), voltage)
