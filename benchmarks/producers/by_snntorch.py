"""snnTorch: layers behind a linear one, and images."""

from collections.abc import Callable
from typing import Any

from benchmarks.producers.made import INPUTS, NEURONS, SIDE, Made, drawn, image, recorded, spikes, strided


def snntorch_network(layer: Callable[[], Any], seed: int = 0) -> Made:
    """A snnTorch layer behind a linear one."""
    import torch
    from snntorch.export_nir import export_to_nir

    front, cell, given = drawn(seed), layer(), spikes(seed)
    name, answers = type(cell).__name__, []
    state: Any = None
    with torch.no_grad():
        if name == "RLeaky":
            state = cell.init_rleaky()
        elif name == "RSynaptic":
            state = cell.init_rsynaptic()
        elif name == "Synaptic":
            state = cell.init_synaptic()
        else:
            state = (cell.init_leaky(),)
        for step in torch.from_numpy(given):
            out = cell(front(step[None]), *state)
            answers.append(out[0])
            state = out if name.startswith("R") else out[1:]
        written = export_to_nir(torch.nn.Sequential(front, layer_like(cell)), torch.rand(1, INPUTS), ignore_dims=[0])
    return Made(written, 1e-4, given, recorded(answers))


def layer_like(cell: Any) -> Any:
    """The same layer without the state that a run has left."""
    for key in ("mem", "syn", "spk"):
        if getattr(cell, key, None) is not None and not callable(getattr(cell, key)):
            setattr(cell, key, getattr(cell, key).detach())
    return cell


def leaky(decay: float = 0.8, **settings: Any) -> Callable[[], Any]:
    """What makes Leaky neurons."""

    def made() -> Any:
        import snntorch
        import torch

        one = torch.ones(NEURONS)
        return snntorch.Leaky(beta=decay * one, threshold=one, **settings)

    return made


def synaptic(decay: float = 0.8, **settings: Any) -> Callable[[], Any]:
    """What makes Synaptic neurons."""

    def made() -> Any:
        import snntorch
        import torch

        one = torch.ones(NEURONS)
        return snntorch.Synaptic(alpha=0.6 * one, beta=decay * one, threshold=one, **settings)

    return made


def recurrent(kind: str, one_to_one: bool = False, **settings: Any) -> Callable[[], Any]:
    """What makes RLeaky or RSynaptic neurons, wired all to all or each to itself."""

    def made() -> Any:
        import snntorch
        import torch

        torch.manual_seed(3)
        alpha = {"alpha": 0.6} if kind == "RSynaptic" else {}
        wiring: dict[str, Any] = {"linear_features": NEURONS, "all_to_all": True}
        if one_to_one:
            wiring = {"V": torch.linspace(-0.6, 0.6, NEURONS), "all_to_all": False}
        own: dict[str, Any] = {**alpha, "beta": 0.8, **wiring, **settings}
        return getattr(snntorch, kind)(**own)

    return made


def snntorch_image(space: bool = False, groups: int = 1) -> Made:
    """Leaky behind a convolution, in space, or behind the dense layer of an image."""
    import snntorch
    import torch
    from snntorch.export_nir import export_to_nir

    front = [strided(groups)] if space else image(torch.nn.AvgPool2d(2))
    one = torch.ones(*((2, SIDE // 2, SIDE // 2) if space else (NEURONS,)))
    cell = snntorch.Leaky(beta=0.8 * one, threshold=one, reset_mechanism="zero")
    given, memory, answers = spikes(1, (2, SIDE, SIDE)), cell.init_leaky(), []
    with torch.no_grad():
        for step in torch.from_numpy(given):
            x = step[None]
            for each in front:
                x = each(x)
            spike, memory = cell(x, memory)
            answers.append(spike)
        written = export_to_nir(torch.nn.Sequential(*front, cell), torch.rand(1, 2, SIDE, SIDE), ignore_dims=[0])
    return Made(written, 1e-4, given, recorded(answers))
