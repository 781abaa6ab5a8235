"""The program in PyTorch, on CPU or GPU: batched over samples, exact in floating-point matrix products."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from targets.contracts.arithmetic import Arithmetic
from targets.contracts.arrays import Array, Ints
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Dense, Sparse, Synapses
from targets.program.program import IntPopulation, IntProjection, Program
from targets.runtime.exact import ExactProjection, exact
from targets.runtime.machine import StepMachine
from targets.runtime.recording import Probe, Recording

with suppress(ImportError):  # `requirement` then tells what to install
    import torch

if TYPE_CHECKING:
    from targets.backends.torch.fused import Fused

PACKAGES = ("torch",)


def requirement() -> str | None:
    """None where PyTorch can be imported, else the sentence that tells how to install it."""
    try:
        import torch  # noqa: F401
    except ImportError as error:
        return f'the torch backend needs PyTorch ({error}); install it with: pip install "motifc[torch]"'
    return None


def load(program: Program, device: str = "auto") -> TorchMachine:
    """The program on `device`: "auto" (a GPU where there is one), "cpu", "cuda" or "cuda:1"; InputError for others."""
    return TorchMachine.of(program, _device(device))


@dataclass(frozen=True, eq=False)
class State:
    """u, v: int32 [batch, neuron] by population; past: latest spikes float32 [delay, batch, neuron] by source.

    resting: steps that are left of a refractory period, int32 [batch, neuron], of populations that have one.
    """

    u: Mapping[str, torch.Tensor]
    v: Mapping[str, torch.Tensor]
    past: Mapping[str, torch.Tensor]
    resting: Mapping[str, torch.Tensor] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class _Neurons:
    """Parameters of one population on the device, [neuron]; keep_u, keep_v: share of u, v that is left, float64.

    limit       one more than the largest v
    refractory  steps of rest after a spike, int32, or None
    """

    name: str
    keep_u: torch.Tensor
    keep_v: torch.Tensor
    bias: torch.Tensor
    threshold: torch.Tensor
    limit: int
    refractory: torch.Tensor | None


@dataclass(frozen=True, eq=False)
class _Synapses:
    """One projection on the device; `arriving`: spikes float32 [batch, pre] -> aligned input int32 [batch, post]."""

    source: str
    target: str
    delay: int
    arriving: Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True, eq=False)
class TorchMachine(StepMachine[State]):
    """A program on a device; spikes, u and v are those of targets/backends/numpy.py, bit for bit.

    Sums over synapses are float32 products where sum |w| < 2^24 makes them exact and float64 elsewhere
    (targets/runtime/exact.py); decays are float64 products, exact because |u| 2^16 < 2^53, and cut toward zero by the
    conversion to int32; all else is int32, which wraps around.

    On a GPU, where Triton is installed, all of it is `fused`: see targets/backends/torch/fused.py. Elsewhere, and where
    neurons have a refractory period, `stages` are groups of populations that feed back on one another, each group after
    all that feed it. Projections from earlier stages are one matrix product for all steps; only those inside a stage
    must go step by step.
    """

    program: Program
    stages: tuple[tuple[_Neurons, ...], ...]
    synapses: tuple[_Synapses, ...]
    widths: Mapping[str, int]
    depths: Mapping[str, int]
    device: torch.device
    fused: Fused | None = None

    @classmethod
    def of(cls, program: Program, device: torch.device) -> TorchMachine:
        """The program's numbers on `device`."""
        rests = any(population.refractory is not None for population in program.populations)
        if device.type == "cuda" and not rests and find_spec("triton") is not None:
            return cls(program, (), (), _widths(program), program.depths, device, fused_program(program, device))
        return cls.by_steps(program, device)

    @classmethod
    def by_steps(cls, program: Program, device: torch.device) -> TorchMachine:
        """The same, run by operations of PyTorch on every device."""
        arithmetic = program.chip.arithmetic
        return cls(
            program=program,
            stages=tuple(tuple(_neurons(p, arithmetic, device) for p in stage) for stage in _stages(program)),
            synapses=tuple(
                _Synapses(p.source, p.target, p.delay, _arriving(p, arithmetic.align_bits, device))
                for p in program.projections
                if p.synapses.weights.size
            ),
            widths=_widths(program),
            depths=program.depths,
            device=device,
        )

    def run(self, inputs: Mapping[str, SpikeRaster], probes: Sequence[Probe] = ()) -> Recording:
        """Record every population on `inputs`, without gradients."""
        with torch.inference_mode():
            return super().run(inputs, probes)

    def start(self, samples: int) -> State:
        """Zero u and v, and no spike on its way."""
        names = [population.name for population in self.program.populations]
        zeros = {n: torch.zeros(samples, self.widths[n], dtype=torch.int32, device=self.device) for n in names}
        past = {name: self._silence(self.depths[name], samples, name) for name in self.widths}
        return State(
            zeros, zeros, past, {p.name: zeros[p.name] for p in self.program.populations if p.refractory is not None}
        )

    def advance(self, state: State, spikes: Mapping[str, Array]) -> tuple[State, dict[str, Array]]:
        """The state after all steps of `spikes`, uint8 [sample, time, neuron], and bool spikes of all populations."""
        given = {name: torch.from_numpy(dense).to(self.device) for name, dense in spikes.items()}
        state, emitted = self.simulate(state, given)
        return state, {name: dense.cpu().numpy() for name, dense in emitted.items()}

    def registers(self, state: State) -> tuple[Mapping[str, Ints], Mapping[str, Ints]]:
        """(u, v) of every population: int32 [sample, neuron]."""
        u, v = ({name: values.cpu().numpy() for name, values in held.items()} for held in (state.u, state.v))
        return u, v

    def simulate(self, state: State, given: Mapping[str, torch.Tensor]) -> tuple[State, dict[str, torch.Tensor]]:
        """`advance` between tensors on the device; touches no other device."""
        if self.fused is not None:
            ends, emitted = self.fused.simulate((state.u, state.v, state.past), given)
            return State(*ends), emitted
        samples, steps, _ = next(iter(given.values())).shape
        trains = {}
        for name in self.widths:
            trains[name] = self._silence(self.depths[name] + steps, samples, name)
            trains[name][: self.depths[name]] = state.past[name]
            if name in given:
                trains[name][self.depths[name] :] = given[name].transpose(0, 1)
        u, v, resting = dict(state.u), dict(state.v), dict(state.resting)
        for stage in self.stages:
            members = {neurons.name for neurons in stage}
            inner = {name: [s for s in self.synapses if s.target == name and s.source in members] for name in members}
            driven = {neurons.name: self._driven(neurons.name, members, trains, steps, samples) for neurons in stage}
            for t in range(steps):
                for neurons in stage:
                    name = neurons.name
                    a = driven[name][t]
                    for synapses in inner[name]:
                        sent = self.depths[synapses.source] + t - synapses.delay
                        a = a + synapses.arriving(trains[synapses.source][sent])
                    u[name], v[name], s = _step(u[name], v[name], a, neurons)
                    if neurons.refractory is not None:
                        v[name], s, resting[name] = _rest(v[name], s, resting[name], neurons.refractory)
                    trains[name][self.depths[name] + t] = s
        emitted = {name: trains[name][self.depths[name] :].transpose(0, 1).to(torch.bool) for name in u}
        past = {name: train[steps:].clone() for name, train in trains.items()}
        return State(u, v, past, resting), emitted

    def _silence(self, steps: int, samples: int, name: str) -> torch.Tensor:
        return torch.zeros(steps, samples, self.widths[name], dtype=torch.float32, device=self.device)

    def _driven(
        self, target: str, members: set[str], trains: Mapping[str, torch.Tensor], steps: int, samples: int
    ) -> torch.Tensor:
        """What arrives at `target` from outside its stage: int32 [time, batch, neuron]."""
        a = torch.zeros(steps, samples, self.widths[target], dtype=torch.int32, device=self.device)
        for synapses in self.synapses:
            if synapses.target == target and synapses.source not in members:
                sent = self.depths[synapses.source] - synapses.delay
                rows = trains[synapses.source][sent : sent + steps].flatten(0, 1)
                a += synapses.arriving(rows).reshape(a.shape)
        return a


def _widths(program: Program) -> dict[str, int]:
    """Neurons of every input and population."""
    inputs = {source.name: source.neurons for source in program.inputs}
    return inputs | {population.name: population.neurons for population in program.populations}


def fused_program(program: Program, device: torch.device) -> Fused:
    """The program for one launch, on `device`."""
    from targets.backends.torch.fused import Fused

    neurons = [_neurons(population, program.chip.arithmetic, device) for population in program.populations]
    keys = ("keep_u", "keep_v", "bias", "threshold")
    return Fused.of(program, tuple(torch.cat([getattr(each, key) for each in neurons]) for key in keys), device)


def _step(
    u: torch.Tensor, v: torch.Tensor, a: torch.Tensor, neurons: _Neurons
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """`targets.runtime.neuron.step` on tensors; `a` is aligned already."""
    u = (u * neurons.keep_u).to(torch.int32) + a
    limit = neurons.limit
    over, under = u > limit, u <= -limit
    u = u.add(over, alpha=-2 * limit).add(under, alpha=2 * limit)
    v = (v * neurons.keep_v).to(torch.int32) + u + neurons.bias
    v = v.clamp(1 - limit, limit - 1)
    s = v > neurons.threshold
    return u, v.masked_fill(s, 0), s


def _rest(
    v: torch.Tensor, s: torch.Tensor, resting: torch.Tensor, refractory: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """`targets.runtime.neuron.rest` on tensors."""
    asleep = resting > 0
    s = s & ~asleep
    return v.masked_fill(asleep, 0), s, torch.where(s, refractory, (resting - 1).clamp(min=0))


def _neurons(population: IntPopulation, arithmetic: Arithmetic, device: torch.device) -> _Neurons:
    int32, one = np.iinfo(np.int32), arithmetic.decay_one
    threshold = np.clip(population.vth.astype(np.int64) << arithmetic.align_bits, int32.min, int32.max)
    return _Neurons(
        name=population.name,
        keep_u=_tensor((one - 1 - population.du.astype(np.float64)) / one, device),
        keep_v=_tensor((one - population.dv.astype(np.float64)) / one, device),
        bias=_tensor(population.bias, device),
        threshold=_tensor(threshold.astype(np.int32), device),
        limit=arithmetic.state_limit,
        refractory=None if population.refractory is None else _tensor(population.refractory, device),
    )


def _arriving(
    projection: IntProjection, align_bits: int, device: torch.device
) -> Callable[[torch.Tensor], torch.Tensor]:
    """Spikes float32 [batch, pre] -> shift(weights spikes, exponent) << align_bits as int32 [batch, post]."""
    form = exact(projection, align_bits)
    product = _product(projection.synapses, form, device)
    dtype = torch.float32 if form.weights.dtype == np.float32 else torch.float64
    integer = torch.int32 if form.integer == "int32" else torch.int64

    def arriving(spikes: torch.Tensor) -> torch.Tensor:
        summed = product(spikes.to(dtype)).to(integer)
        if form.floor:
            summed = (summed >> form.floor) << align_bits
        return summed.to(torch.int32)

    return arriving


def _product(synapses: Synapses, form: ExactProjection, device: torch.device) -> Callable[[torch.Tensor], torch.Tensor]:
    """Spikes [batch, pre] -> sums [batch, post], both in the type of the weights."""
    weights = _tensor(form.weights, device)
    if isinstance(synapses, Dense):
        return lambda spikes: spikes @ weights
    if isinstance(synapses, Sparse):
        ends = _tensor(np.stack([synapses.row_of(), synapses.indices]), device)
        matrix = torch.sparse_coo_tensor(ends, weights, synapses.shape, check_invariants=False)
        return lambda spikes: torch.sparse.mm(matrix, spikes.t()).t()
    pre = synapses.weights.shape[-1]
    sources = _tensor(form.sources.ravel(), device)

    def product(spikes: torch.Tensor) -> torch.Tensor:
        motifs, reach, _ = weights.shape
        incoming = spikes.reshape(len(spikes), -1, pre).index_select(1, sources).reshape(-1, motifs, reach)
        return torch.bmm(incoming.transpose(0, 1), weights).transpose(0, 1).flatten(1)

    return product


def _stages(program: Program) -> list[list[IntPopulation]]:
    """Populations that feed back on one another in one list, lists in the order of the data."""
    index = {population.name: number for number, population in enumerate(program.populations)}
    reaches = np.eye(len(index), dtype=bool)
    for projection in program.projections:
        if projection.source in index:
            reaches[index[projection.source], index[projection.target]] = True
    for _ in range(len(index).bit_length()):
        reaches = reaches @ reaches
    # Whoever comes later in the data's order is reached by more, and members of one loop by the same.
    order: dict[bytes, list[IntPopulation]] = {}
    for number in np.argsort(reaches.sum(axis=0), kind="stable"):
        loop = reaches[number] & reaches[:, number]
        order.setdefault(loop.tobytes(), []).append(program.populations[number])
    return list(order.values())


def _tensor(values: Array, device: torch.device) -> torch.Tensor:
    return torch.tensor(values, device=device)


def _device(name: str) -> torch.device:
    """The device of that name; InputError when it is not there."""
    gpus = [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    known = ["cpu", *(["cuda"] if gpus else []), *gpus]
    if name == "auto":
        return torch.device("cuda" if gpus else "cpu")
    if name not in known:
        raise InputError(f"device {name!r} is not available to torch here; choose auto, {', '.join(known)}.")
    return torch.device(name)
