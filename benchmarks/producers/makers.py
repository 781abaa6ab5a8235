"""Networks that the real producers make, run and write as NIR: what each construct of theirs means is recorded here.

Nothing of them is needed for reading: `benchmarks.producers.constructs` keeps what they recorded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from targets.contracts.arrays import Array

STEPS, INPUTS, NEURONS = 60, 6, 8
SIDE = 6
"""Places of an image along either axis."""


@dataclass(frozen=True, eq=False)
class Made:
    """A graph, what was given to it [time, ...], and what its last layer answered [time, neuron].

    dt       the time step that goes with the producer's time constants
    voltage  whether it answered in voltage
    """

    graph: Any
    dt: float
    given: Array
    answered: Array
    voltage: bool = False


Maker = Callable[[], Made]


def spikes(seed: int, shape: tuple[int, ...] = (INPUTS,), rate: float = 0.35) -> Array:
    """Random spikes, float32 [time, ...]."""
    return (np.random.default_rng(seed).random((STEPS, *shape)) < rate).astype(np.float32)


def _recorded(answers: list[Any]) -> Array:
    return np.stack([np.asarray(each.detach()).ravel() for each in answers])


def _drawn(seed: int) -> Any:
    """A linear layer of torch with weights that make its neurons spike."""
    import torch

    torch.manual_seed(seed)
    layer: Any = torch.nn.Linear(INPUTS, NEURONS)
    with torch.no_grad():
        layer.weight.normal_(0.3, 0.6)
        layer.bias.normal_(0, 0.05)
    return layer


def _image(pool: Any, channels: int = 3) -> list[Any]:
    """Convolution, what follows it, and a pool: all but the neurons."""
    import torch

    torch.manual_seed(5)
    convolution: Any = torch.nn.Conv2d(2, channels, 3, padding=1)
    with torch.no_grad():
        convolution.weight.normal_(0.2, 0.4)
        convolution.bias.normal_(0, 0.05)
    dense: Any = torch.nn.Linear(channels * (SIDE // 2) ** 2, NEURONS)
    with torch.no_grad():
        dense.weight.normal_(0.01, 0.15)
        dense.bias.normal_(0, 0.05)
    return [convolution, pool, torch.nn.Flatten(), dense]


def _strided(groups: int = 1) -> Any:
    """A convolution that halves an image, before neurons that stand in space."""
    import torch

    torch.manual_seed(7)
    convolution: Any = torch.nn.Conv2d(2, 2, 3, stride=2, padding=1, groups=groups)
    with torch.no_grad():
        convolution.weight.normal_(0.15, 0.4)
        convolution.bias.normal_(0, 0.05)
    return convolution


def _line() -> list[Any]:
    """Convolution along a line, flattened, and a dense layer."""
    import torch

    torch.manual_seed(5)
    front: list[Any] = [torch.nn.Conv1d(2, 3, 3, padding=1), torch.nn.Flatten(), torch.nn.Linear(3 * SIDE, NEURONS)]
    with torch.no_grad():
        front[0].weight.normal_(0.1, 0.4)
        front[2].weight.normal_(0.1, 0.4)
    return front


def _snntorch(layer: Callable[[], Any], seed: int = 0) -> Made:
    """A snnTorch layer behind a linear one."""
    import torch
    from snntorch.export_nir import export_to_nir

    front, cell, given = _drawn(seed), layer(), spikes(seed)
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
    return Made(written, 1e-4, given, _recorded(answers))


def layer_like(cell: Any) -> Any:
    """The same layer without the state that a run has left."""
    for key in ("mem", "syn", "spk"):
        if getattr(cell, key, None) is not None and not callable(getattr(cell, key)):
            setattr(cell, key, getattr(cell, key).detach())
    return cell


def _leaky(decay: float = 0.8, **settings: Any) -> Callable[[], Any]:
    def made() -> Any:
        import snntorch
        import torch

        one = torch.ones(NEURONS)
        return snntorch.Leaky(beta=decay * one, threshold=one, **settings)

    return made


def _synaptic(decay: float = 0.8, **settings: Any) -> Callable[[], Any]:
    def made() -> Any:
        import snntorch
        import torch

        one = torch.ones(NEURONS)
        return snntorch.Synaptic(alpha=0.6 * one, beta=decay * one, threshold=one, **settings)

    return made


def _recurrent(kind: str, one_to_one: bool = False, **settings: Any) -> Callable[[], Any]:
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


def _snntorch_image(space: bool = False, groups: int = 1) -> Made:
    """Leaky behind a convolution, in space, or behind the dense layer of an image."""
    import snntorch
    import torch
    from snntorch.export_nir import export_to_nir

    front = [_strided(groups)] if space else _image(torch.nn.AvgPool2d(2))
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
    return Made(written, 1e-4, given, _recorded(answers))


def _norse(
    kind: str,
    voltage: bool = False,
    one_value: bool = False,
    leak: float = 0.0,
    groups: int = 0,
) -> Made:
    """A cell behind a linear layer, or in space behind a convolution of `groups`, where they aren't 0."""
    import norse.torch as norse
    import torch
    from norse.torch.utils.export_nir import to_nir

    shape = (2, SIDE // 2, SIDE // 2) if groups else (NEURONS,)
    one = torch.ones(*((1,) if one_value else shape))
    zero = leak * one
    cells = {
        "LIFBoxCell": lambda: norse.LIFBoxCell(
            norse.LIFBoxParameters(tau_mem_inv=200 * one, v_th=0.4 * one, v_leak=zero)
        ),
        "LIFCell": lambda: norse.LIFCell(
            norse.LIFParameters(tau_syn_inv=300 * one, tau_mem_inv=200 * one, v_th=0.4 * one, v_leak=zero)
        ),
        "LIBoxCell": lambda: norse.LIBoxCell(norse.LIBoxParameters(tau_mem_inv=200 * one, v_leak=zero)),
        "IAFCell": lambda: norse.IAFCell(norse.IAFParameters(v_th=one)),
    }
    front, asked = (_strided(groups), (2, SIDE, SIDE)) if groups else (_drawn(1), (INPUTS,))
    net = norse.SequentialState(front, cells[kind]())
    given, state, answers = spikes(2, asked), None, []
    if leak:  # begun at 0: Norse begins at v_leak, of which its file tells nothing
        begun = {"LIFBoxCell": norse.LIFBoxFeedForwardState, "LIFCell": norse.LIFFeedForwardState}[kind]
        state = [None, begun(*(0 * one for _ in begun._fields))]
    with torch.no_grad():
        for step in torch.from_numpy(given):
            out, state = net(step[None], state)
            answers.append(out)
        written = to_nir(net, torch.rand(1, *asked))
    _sized(written)
    # It writes tau times its own dt of 1 ms.
    return Made(written, 1e-6 if kind != "IAFCell" else 1.0, given, _recorded(answers), voltage)


def _sinabs(kind: str, voltage: bool = False) -> Made:
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
    net = torch.nn.Sequential(_drawn(2), cell)
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


def _sinabs_image(front: str = "image") -> Made:
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
        before = _image(layers.SumPool2d(2))
    else:
        before = _line() if front == "line" else [_strided(2 if "groups" in front else 1)]
    net = torch.nn.Sequential(*before, cell)
    given = spikes(4, shape, 0.3 if front != "image" else 0.1)
    with torch.no_grad():
        answers = net(torch.from_numpy(given))
        cell.reset_states()
        net(torch.rand(1, *shape))
        written = to_nir(net, torch.rand(1, *shape))
    _sized(written, line=front == "line")
    return Made(written, 1.0, given, answers.numpy().reshape(STEPS, -1))


def _sized(written: Any, line: bool = False) -> None:
    """Put in the shapes that nir.write needs and that an exporter leaves out."""
    for node in written.nodes.values():
        if getattr(node, "input_shape", ()) is None:
            node.input_shape = SIDE if line else (SIDE, SIDE)
        if type(node).__name__ == "Flatten":
            node.input_type = {"input": np.array([3, SIDE] if line else [3, SIDE // 2, SIDE // 2])}


def _spikingjelly(kind: str, **settings: Any) -> Made:
    import torch
    from spikingjelly.activation_based import functional, layer, neuron, nir_exchange

    front = layer.Linear(INPUTS, NEURONS)
    drawn = _drawn(4)
    with torch.no_grad():
        front.weight.copy_(drawn.weight)
        front.bias.copy_(drawn.bias)
    net = torch.nn.Sequential(front, getattr(neuron, kind)(**settings))
    given, answers = spikes(5), []
    with torch.no_grad():
        for step in torch.from_numpy(given):
            answers.append(net(step[None]))  # noqa: PERF401
        functional.reset_net(net)
        written = nir_exchange.export_to_nir(net, torch.rand(1, INPUTS), dt=1e-4)
    return Made(written, 1e-4, given, _recorded(answers))


def _spikingjelly_image(front: str = "image", kind: str = "IFNode", **settings: Any) -> Made:
    """A node behind the dense layer of an averaged image or of a line, or in space behind a convolution."""
    import torch
    from spikingjelly.activation_based import functional, neuron, nir_exchange

    before = [_strided()]
    if front != "space":
        before = _line() if front == "line" else _image(torch.nn.AvgPool2d(2))
    net = torch.nn.Sequential(*before, getattr(neuron, kind)(v_reset=0.0, **settings))
    shape = (2, SIDE) if front == "line" else (2, SIDE, SIDE)
    given = spikes(9, shape)
    with torch.no_grad():
        answers = [net(step[None]) for step in torch.from_numpy(given)]
        functional.reset_net(net)
        written = nir_exchange.export_to_nir(net, torch.rand(1, *shape), dt=1e-4)
    return Made(written, 1e-4, given, _recorded(answers))


def _rockpool(kind: str, voltage: bool = False, **settings: Any) -> Made:
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


def _spyx(kind: str, voltage: bool = False, **settings: Any) -> Made:
    import jax.numpy as jnp
    from flax import nnx
    from spyx import nn
    from spyx.nir import to_nir

    rng = np.random.default_rng(8)
    linear = nnx.Linear(INPUTS, NEURONS, use_bias=False, rngs=nnx.Rngs(0))
    linear.kernel[...] = jnp.asarray(rng.normal(0.1, 0.3, (INPUTS, NEURONS)).astype(np.float32))
    cell = getattr(nn, kind)((NEURONS,), rngs=nnx.Rngs(1), **settings)
    net = nn.Sequential(linear, cell)
    given = spikes(7)
    state, answers = net.initial_state(1), []
    for step in given:
        out, state = net(jnp.asarray(step[None]), state)
        answers.append(np.asarray(out).ravel())
    written = to_nir(net, {"input": np.array([INPUTS])}, {"output": np.array([NEURONS])}, dt=1)
    return Made(written, 1.0, given, np.stack(answers), voltage)


def _spyx_image(kind: str, dense: bool = False, **settings: Any) -> Made:
    """A layer in space behind a convolution, or behind pool, Flatten and a dense layer.

    Spyx flattens channels last and its file channels first: before a Flatten the convolution has one channel.
    """
    import jax.numpy as jnp
    from flax import nnx
    from spyx import nn
    from spyx.nir import to_nir

    rng = np.random.default_rng(9)
    channels, side = (1, SIDE) if dense else (2, SIDE // 2)
    convolution = nnx.Conv(
        2, channels, (3, 3), strides=(1, 1) if dense else (2, 2), padding=((1, 1), (1, 1)), rngs=nnx.Rngs(0)
    )
    convolution.kernel[...] = jnp.asarray(rng.normal(0.1, 0.35, (3, 3, 2, channels)).astype(np.float32))
    front: list[Any] = [convolution]
    shape: tuple[int, ...] = (side, side, channels)
    if dense:
        linear = nnx.Linear((SIDE // 2) ** 2, NEURONS, rngs=nnx.Rngs(0))
        linear.kernel[...] = jnp.asarray(rng.normal(0.02, 0.12, linear.kernel.shape).astype(np.float32))
        front += [nn.SumPool((2, 2), (2, 2), "VALID"), nn.Flatten(), linear]
        shape = (NEURONS,)
    net = nn.Sequential(*front, getattr(nn, kind)(shape, rngs=nnx.Rngs(1), **settings))
    given = spikes(10, (2, SIDE, SIDE))
    state, answers = net.initial_state(1), []
    for step in given:
        out, state = net(jnp.asarray(step.transpose(1, 2, 0)[None]), state)
        first = np.asarray(out)[0]
        answers.append((first if dense else first.transpose(2, 0, 1)).ravel())
    last = np.array(shape if dense else (channels, side, side))
    written = to_nir(net, {"input": np.array([2, SIDE, SIDE])}, {"output": last}, dt=1)
    return Made(written, 1.0, given, np.stack(answers))


MAKERS: dict[tuple[str, str], Maker] = {
    ("snnTorch", "Leaky, reset to zero"): lambda: _snntorch(_leaky(reset_mechanism="zero")),
    ("snnTorch", "Leaky, subtraction"): lambda: _snntorch(_leaky()),
    ("snnTorch", "Leaky, no reset"): lambda: _snntorch(_leaky(reset_mechanism="none")),
    ("snnTorch", "Leaky, decay of 1 (tau infinite)"): lambda: _snntorch(_leaky(decay=1.0, reset_mechanism="zero")),
    ("snnTorch", "Synaptic, reset to zero"): lambda: _snntorch(_synaptic(reset_mechanism="zero")),
    ("snnTorch", "Synaptic, subtraction"): lambda: _snntorch(_synaptic()),
    ("snnTorch", "RLeaky, reset to zero"): lambda: _snntorch(_recurrent("RLeaky", reset_mechanism="zero")),
    ("snnTorch", "RLeaky, subtraction"): lambda: _snntorch(_recurrent("RLeaky")),
    ("snnTorch", "RSynaptic, reset to zero"): lambda: _snntorch(_recurrent("RSynaptic", reset_mechanism="zero")),
    ("snnTorch", "RSynaptic, subtraction"): lambda: _snntorch(_recurrent("RSynaptic")),
    ("snnTorch", "Conv2d, AvgPool2d, Flatten"): _snntorch_image,
    ("snnTorch", "RLeaky, one to one"): lambda: _snntorch(_recurrent("RLeaky", one_to_one=True)),
    ("snnTorch", "RSynaptic, one to one"): lambda: _snntorch(_recurrent("RSynaptic", one_to_one=True)),
    ("Norse", "LIFBoxCell"): lambda: _norse("LIFBoxCell"),
    ("Norse", "LIFCell"): lambda: _norse("LIFCell"),
    ("Norse", "IAFCell"): lambda: _norse("IAFCell"),
    ("Norse", "LIFBoxCell, parameters of one value"): lambda: _norse("LIFBoxCell", one_value=True),
    ("Norse", "LIFCell, parameters of one value"): lambda: _norse("LIFCell", one_value=True),
    ("Norse", "LIBoxCell readout"): lambda: _norse("LIBoxCell", voltage=True),
    ("sinabs", "LIFSqueeze, reset to zero"): lambda: _sinabs("LIFSqueeze, reset"),
    ("sinabs", "LIFSqueeze"): lambda: _sinabs("LIFSqueeze"),
    ("sinabs", "IAFSqueeze, reset to zero"): lambda: _sinabs("IAFSqueeze"),
    ("sinabs", "LIFSqueeze, parameters of one value"): lambda: _sinabs("LIFSqueeze, one value"),
    ("sinabs", "IAFSqueeze"): lambda: _sinabs("IAFSqueeze, subtraction"),
    ("sinabs", "ExpLeakSqueeze readout"): lambda: _sinabs("ExpLeakSqueeze", voltage=True),
    ("sinabs", "Conv2d, SumPool2d, Flatten"): _sinabs_image,
    ("SpikingJelly", "LIFNode"): lambda: _spikingjelly("LIFNode", tau=4.0, v_reset=0.0),
    ("SpikingJelly", "LIFNode, decay_input=False"): lambda: _spikingjelly(
        "LIFNode", tau=4.0, v_reset=0.0, decay_input=False
    ),
    ("SpikingJelly", "ParametricLIFNode"): lambda: _spikingjelly("ParametricLIFNode", init_tau=4.0, v_reset=0.0),
    ("SpikingJelly", "IFNode"): lambda: _spikingjelly("IFNode", v_reset=0.0),
    ("SpikingJelly", "LIFNode, reset below 0"): lambda: _spikingjelly("LIFNode", tau=4.0, v_reset=-0.25),
    ("SpikingJelly", "Conv2d, AvgPool2d, Flatten"): _spikingjelly_image,
    ("SpikingJelly", "Conv1d, Flatten"): lambda: _spikingjelly_image("line"),
    ("SpikingJelly", "CUBALIFNode"): lambda: _spikingjelly("CUBALIFNode"),
    ("Rockpool", "LIFTorch"): lambda: _rockpool("LIFTorch", tau_mem=8e-3, tau_syn=4e-3, max_spikes_per_dt=1),
    ("Rockpool", "LIFNeuronTorch"): lambda: _rockpool("LIFNeuronTorch", tau_mem=8e-3, max_spikes_per_dt=1),
    ("Spyx", "LIF"): lambda: _spyx("LIF", beta=0.8),
    ("Spyx", "CuBaLIF"): lambda: _spyx("CuBaLIF", alpha=0.6, beta=0.8),
    ("Spyx", "RLIF"): lambda: _spyx("RLIF", beta=0.8),
    ("Spyx", "RCuBaLIF"): lambda: _spyx("RCuBaLIF", alpha=0.6, beta=0.8),
    ("Spyx", "IF"): lambda: _spyx("IF"),
    ("Spyx", "RIF"): lambda: _spyx("RIF"),
    ("Spyx", "PSU_LIF"): lambda: _spyx("PSU_LIF", beta=0.8),
    ("Rockpool", "ExpSynTorch readout"): lambda: _rockpool("ExpSynTorch", voltage=True, tau=8e-3),
    ("snnTorch", "Synaptic, decay of 1 (tau infinite)"): lambda: _snntorch(
        _synaptic(decay=1.0, reset_mechanism="zero")
    ),
    ("snnTorch", "RLeaky, decay of 1 (tau infinite)"): lambda: _snntorch(
        _recurrent("RLeaky", beta=1.0, reset_mechanism="zero")
    ),
    ("snnTorch", "RSynaptic, decay of 1 (tau infinite)"): lambda: _snntorch(
        _recurrent("RSynaptic", beta=1.0, reset_mechanism="zero")
    ),
    ("snnTorch", "Conv2d with stride, Leaky in space"): lambda: _snntorch_image(space=True),
    ("snnTorch", "Conv2d of two groups, Leaky in space"): lambda: _snntorch_image(space=True, groups=2),
    ("Norse", "Conv2d with stride, LIFBoxCell in space"): lambda: _norse("LIFBoxCell", groups=1),
    ("Norse", "Conv2d with stride, LIFCell in space"): lambda: _norse("LIFCell", groups=1),
    ("Norse", "Conv2d with stride, LIBoxCell readout"): lambda: _norse("LIBoxCell", voltage=True, groups=1),
    ("Norse", "Conv2d of two groups, IAFCell in space"): lambda: _norse("IAFCell", groups=2),
    ("Norse", "LIFBoxCell, leak above 0, begun at 0"): lambda: _norse("LIFBoxCell", leak=0.1),
    ("Norse", "LIFCell, leak above 0, begun at 0"): lambda: _norse("LIFCell", leak=0.1),
    ("Norse", "IAFCell, parameters of one value"): lambda: _norse("IAFCell", one_value=True),
    ("Norse", "LIBoxCell readout, parameters of one value"): lambda: _norse("LIBoxCell", voltage=True, one_value=True),
    ("sinabs", "Conv1d, Flatten"): lambda: _sinabs_image("line"),
    ("sinabs", "Conv2d with stride, IAFSqueeze in space"): lambda: _sinabs_image("space"),
    ("sinabs", "Conv2d of two groups, IAFSqueeze in space"): lambda: _sinabs_image("space, groups"),
    ("sinabs", "Conv2d with stride, LIFSqueeze in space"): lambda: _sinabs_image("space, LIF"),
    ("sinabs", "LIFSqueeze, norm_input=False"): lambda: _sinabs("LIFSqueeze, not normed"),
    ("sinabs", "ExpLeakSqueeze readout, parameters of one value"): lambda: _sinabs(
        "ExpLeakSqueeze, one value", voltage=True
    ),
    ("SpikingJelly", "IFNode, reset below 0"): lambda: _spikingjelly("IFNode", v_reset=-0.25),
    ("SpikingJelly", "ParametricLIFNode, reset below 0"): lambda: _spikingjelly(
        "ParametricLIFNode", init_tau=4.0, v_reset=-0.25
    ),
    ("SpikingJelly", "CUBALIFNode, reset below 0"): lambda: _spikingjelly("CUBALIFNode", v_reset=-0.25),
    ("SpikingJelly", "Conv2d with stride, LIFNode in space"): lambda: _spikingjelly_image(
        "space", "LIFNode", tau=4.0, decay_input=False
    ),
    ("SpikingJelly", "Conv2d with stride, CUBALIFNode in space"): lambda: _spikingjelly_image("space", "CUBALIFNode"),
    ("Rockpool", "LIFNeuronTorch, tau infinite"): lambda: _rockpool(
        "LIFNeuronTorch", tau_mem=np.inf, max_spikes_per_dt=1
    ),
    ("Rockpool", "LIFTorch, tau_mem infinite"): lambda: _rockpool(
        "LIFTorch", tau_mem=np.inf, tau_syn=4e-3, max_spikes_per_dt=1
    ),
    ("Spyx", "Conv2d, SumPool2d, Flatten"): lambda: _spyx_image("IF", dense=True),
    ("Spyx", "Conv2d with stride, IF in space"): lambda: _spyx_image("IF"),
    ("Spyx", "Conv2d with stride, LIF in space"): lambda: _spyx_image("LIF", beta=0.8),
    ("Spyx", "Conv2d, SumPool2d, Flatten, CuBaLIF"): lambda: _spyx_image("CuBaLIF", dense=True, alpha=0.6, beta=0.8),
    ("Spyx", "LIF, decay of 1 (tau infinite)"): lambda: _spyx("LIF", beta=1.0),
    ("Spyx", "CuBaLIF, decay of 1 (tau infinite)"): lambda: _spyx("CuBaLIF", alpha=0.6, beta=1.0),
}
"""(producer, construct) -> what makes it: the rows of the table, fixed before any was tried."""
