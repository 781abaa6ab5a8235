"""sinabs: squeezing layers behind a linear one, images and lines."""

from typing import Any

from benchmarks.producers.made import INPUTS, NEURONS, SIDE, STEPS, Made, drawn, image, line, sized, spikes, strided


def sinabs_network(kind: str, voltage: bool = False) -> Made:
    """A squeezing layer behind a linear one."""
    import sinabs.layers as layers
    import torch
    from sinabs.nir import to_nir

    taus = torch.full((NEURONS,), 8.0)
    cells = {
        "LIFSqueeze": lambda: layers.LIFSqueeze(
            tau_mem=taus, batch_size=1, spike_threshold=torch.full((NEURONS,), 0.4)
        ),
        "LIFSqueeze, reset": lambda: layers.LIFSqueeze(
            tau_mem=taus,
            batch_size=1,
            spike_threshold=torch.full((NEURONS,), 0.4),
            reset_fn=layers.lif.MembraneReset() if hasattr(layers.lif, "MembraneReset") else _membrane_reset(),
            spike_fn=_single_spike(),
        ),
        "LIFSqueeze, one value": lambda: layers.LIFSqueeze(
            tau_mem=taus[:1],
            batch_size=1,
            spike_threshold=torch.full((1,), 0.4),
            reset_fn=_membrane_reset(),
            spike_fn=_single_spike(),
        ),
        "IAFSqueeze, subtraction": lambda: layers.IAFSqueeze(batch_size=1, spike_fn=_single_spike()),
        "IAFSqueeze": lambda: layers.IAFSqueeze(batch_size=1, spike_fn=_single_spike(), reset_fn=_membrane_reset()),
        "LIFSqueeze, not normed": lambda: layers.LIFSqueeze(
            tau_mem=taus,
            batch_size=1,
            spike_threshold=torch.full((NEURONS,), 1.5),
            reset_fn=_membrane_reset(),
            spike_fn=_single_spike(),
            norm_input=False,
        ),
        "ExpLeakSqueeze": lambda: layers.ExpLeakSqueeze(tau_mem=taus, batch_size=1),
        "ExpLeakSqueeze, one value": lambda: layers.ExpLeakSqueeze(tau_mem=taus[:1], batch_size=1),
    }
    cell: Any = cells[kind]()
    net = torch.nn.Sequential(drawn(2), cell)
    given = spikes(3)
    with torch.no_grad():
        answers = net(torch.from_numpy(given))
        cell.reset_states()
        net(torch.rand(1, INPUTS))
        written = to_nir(net, torch.rand(1, INPUTS))
    return Made(written, 1.0, given, answers.numpy().reshape(STEPS, -1), voltage)


def _membrane_reset() -> Any:
    import sinabs.activation as activation

    return activation.MembraneReset()


def _single_spike() -> Any:
    import sinabs.activation as activation

    return activation.SingleSpike


def sinabs_image(front: str = "image") -> Made:
    """IAFSqueeze or LIFSqueeze behind the dense layer of an image or a line, or in space behind a convolution."""
    import sinabs.layers as layers
    import torch
    from sinabs.nir import to_nir

    rules: dict[str, Any] = {"batch_size": 1, "spike_fn": _single_spike(), "reset_fn": _membrane_reset()}
    shape: tuple[int, ...] = (2, SIDE) if front == "line" else (2, SIDE, SIDE)
    cell: Any = layers.IAFSqueeze(**rules)
    if front == "space, LIF":
        one = torch.ones(2, SIDE // 2, SIDE // 2)
        cell = layers.LIFSqueeze(tau_mem=8.0 * one, spike_threshold=0.2 * one, **rules)
    if front == "image":
        before = image(layers.SumPool2d(2))
    else:
        before = line() if front == "line" else [strided(2 if "groups" in front else 1)]
    net = torch.nn.Sequential(*before, cell)
    given = spikes(4, shape, 0.3 if front != "image" else 0.1)
    with torch.no_grad():
        answers = net(torch.from_numpy(given))
        cell.reset_states()
        net(torch.rand(1, *shape))
        written = to_nir(net, torch.rand(1, *shape))
    sized(written, line=front == "line")
    return Made(written, 1.0, given, answers.numpy().reshape(STEPS, -1))
