"""The oracle: the integer step of targets/runtime/neuron.py run over time, in plain numpy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from targets.contracts.arrays import Array, Ints
from targets.contracts.semantics import LAVA, Semantics
from targets.contracts.synapses import Synapses, with_weights
from targets.program.program import IntProjection, Program
from targets.runtime.machine import StepMachine
from targets.runtime.neuron import inject, rest, step

PACKAGES = ("numpy",)


def requirement() -> str | None:
    """None: numpy is always there."""
    return None


def load(program: Program, device: str = "auto") -> "NumpyMachine":
    """The program with motifc's own semantics; `device` is ignored."""
    return NumpyMachine(program)


@dataclass(frozen=True, eq=False)
class State:
    """What is left after t steps.

    u, v  population -> int32 [batch, neuron]
    past  input or population -> the spikes of its latest steps, newest first, bool [batch, neuron] each
    resting  population with a refractory period -> steps that are left of it, int32 [batch, neuron]
    """

    t: int
    u: Mapping[str, Ints]
    v: Mapping[str, Ints]
    past: Mapping[str, tuple[Array, ...]]
    resting: Mapping[str, Ints]


@dataclass(frozen=True, eq=False)
class NumpyMachine(StepMachine[State]):
    """A program under any semantics, one step after the other.

    ```
    a[t] = sum over incoming projections of shift(weights s[t - delay], exponent)
    u[t], v[t], s[t] = targets.runtime.neuron.step(u[t-1], v[t-1], a[t])
    v[t], s[t] = targets.runtime.neuron.rest(v[t], s[t])                    # with a refractory period
    ```
    Under recurrence "same step" a population's own projections are not in a[t]; what they bring at t + 1 enters u[t]
    after the threshold was asked. Under output "next step" s[t-1] is recorded at t. Under first_bias "missing" the
    bias is zero at t = 0.

    incoming, recurrent  projections by target: those received within a step, and at its end
    """

    program: Program
    semantics: Semantics = LAVA
    incoming: Mapping[str, Sequence["Afferent"]] = field(init=False)
    recurrent: Mapping[str, Sequence["Afferent"]] = field(init=False)

    def __post_init__(self) -> None:
        incoming: dict[str, list[Afferent]] = {population.name: [] for population in self.program.populations}
        recurrent: dict[str, list[Afferent]] = {population.name: [] for population in self.program.populations}
        for projection in self.program.projections:
            early = self.semantics.recurrence == "same step" and projection.source == projection.target
            (recurrent if early else incoming)[projection.target].append(Afferent.of(projection, self.semantics))
        object.__setattr__(self, "incoming", incoming)
        object.__setattr__(self, "recurrent", recurrent)

    def start(self, samples: int) -> State:
        """Zero u and v, and no spike on its way."""
        widths = {source.name: source.neurons for source in self.program.inputs}
        widths |= {population.name: population.neurons for population in self.program.populations}
        depths = dict.fromkeys(widths, 1)
        for projection in self.program.projections:
            depths[projection.source] = max(depths[projection.source], projection.delay)
        past = {name: (np.zeros((samples, size), dtype=bool),) * depths[name] for name, size in widths.items()}
        zeros = {p.name: np.zeros((samples, p.neurons), dtype=np.int32) for p in self.program.populations}
        resting = {p.name: zeros[p.name] for p in self.program.populations if p.refractory is not None}
        return State(0, zeros, zeros, past, resting)

    def advance(self, state: State, spikes: Mapping[str, Array]) -> tuple[State, dict[str, Array]]:
        """The state after all steps of `spikes`, uint8 [sample, time, neuron], and bool spikes of all populations."""
        samples, steps, _ = next(iter(spikes.values())).shape
        emitted = {p.name: np.zeros((samples, steps, p.neurons), dtype=bool) for p in self.program.populations}
        for t in range(steps):
            before, state = state, self._step(state, {name: dense[:, t] == 1 for name, dense in spikes.items()})
            recorded = state if self.semantics.output == "same step" else before
            for name, train in emitted.items():
                train[:, t] = recorded.past[name][0]
        return state, emitted

    def registers(self, state: State) -> tuple[Mapping[str, Ints], Mapping[str, Ints]]:
        """(u, v) of every population: int32 [sample, neuron]."""
        return state.u, state.v

    def _step(self, state: State, given: Mapping[str, Array]) -> State:
        """The state one step later; `given` are the spikes of the inputs in this step, bool [batch, neuron]."""
        u, v, spikes, resting = {}, {}, dict(given), {}
        for population in self.program.populations:
            name = population.name
            silent = self.semantics.first_bias == "missing" and state.t == 0
            u[name], v[name], spikes[name] = step(
                state.u[name],
                state.v[name],
                _input(self.incoming[name], state.past),
                du=population.du,
                dv=population.dv,
                vth=population.vth,
                bias=np.zeros_like(population.bias) if silent else population.bias,
                arithmetic=self.program.chip.arithmetic,
                fired=state.past[name][0],
                semantics=self.semantics,
            )
            if population.refractory is not None:
                v[name], spikes[name], resting[name] = rest(
                    v[name], spikes[name], state.resting[name], population.refractory
                )
        past = {name: (latest, *state.past[name][:-1]) for name, latest in spikes.items()}
        for name, own in self.recurrent.items():
            if own:
                arrived = _input(own, past)
                u[name] = inject(u[name].astype(np.int64), arrived, self.program.chip.arithmetic, self.semantics)
        return State(state.t + 1, u, v, past, resting)


@dataclass(frozen=True, eq=False)
class Afferent:
    """A projection as its target receives it; weights float64, whose sums of integers are exact below 2^53."""

    source: str
    delay: int
    synapses: Synapses
    exponent: int

    @classmethod
    def of(cls, projection: IntProjection, semantics: Semantics = LAVA) -> "Afferent":
        """The projection under `semantics`: a negative exponent shifts the sum, or each synapse."""
        weights, exponent = projection.synapses.weights, projection.exponent
        if exponent < 0 and semantics.shift == "synapse":
            weights, exponent = weights >> -exponent, 0
        synapses = with_weights(projection.synapses, weights.astype(np.float64))
        return cls(projection.source, projection.delay, synapses, exponent)

    def arriving(self, spikes: Array) -> Ints:
        """shift(weights spikes, exponent), floor for exponents < 0: bool [batch, pre] -> int64 [batch, post]."""
        summed = self.synapses.accumulate(spikes.astype(np.float64)).astype(np.int64)
        return summed << self.exponent if self.exponent >= 0 else summed >> -self.exponent


def arriving(projection: IntProjection, spikes: Array, semantics: Semantics = LAVA) -> Ints:
    """What spikes [batch, pre] of `delay` steps ago add to the target's input: int64 [batch, post]."""
    return Afferent.of(projection, semantics).arriving(spikes)


def _input(afferents: Sequence[Afferent], past: Mapping[str, tuple[Array, ...]]) -> Ints:
    """The sum of what arrives through `afferents`: int32 [batch, post], or a scalar 0 for none."""
    a = np.zeros((), dtype=np.int64)
    for afferent in afferents:
        a = a + afferent.arriving(past[afferent.source][afferent.delay - 1])
    return a.astype(np.int32)
