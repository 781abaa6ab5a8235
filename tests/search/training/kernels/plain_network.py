"""A random recurrent network of two populations, and its equations in numpy, one scalar sum at a time."""

from collections.abc import Mapping

import numpy as np
import torch

from search.training.kernels.loop import Trace, Wire, run
from search.training.neuron import Cells, GradientRule
from targets.contracts.arrays import Array

STEPS, BATCH = 20, 3
INPUT = "in"
WIDTHS = {INPUT: 6, "a": 7, "b": 5}
POPULATIONS = ("a", "b")
PARAMETERS = ("tau_s", "tau_m", "resistance", "threshold", "bias")
WIRES = ((INPUT, "a", 1), (INPUT, "b", 3), ("a", "a", 1), ("a", "a", 2), ("a", "b", 2), ("b", "a", 3), ("b", "b", 1))
"""Source, target and delay of all connections."""

Key = tuple[str | int, ...]


class Case:
    """A network in float64 with weights of that strength, its inputs, and the score of every spike and voltage.

    values  weights [post, pre] by source, target and delay; parameters [neuron] by population and name
    scores  population -> [spikes and voltages, time, batch, neuron]
    """

    def __init__(self, seed: int, strength: float = 1.5) -> None:
        generator = np.random.default_rng(seed)
        self.inputs: Array = (generator.random((STEPS, BATCH, WIDTHS[INPUT])) < 0.3).astype(np.float64)
        self.values: dict[Key, Array] = {
            (pre, post, delay): strength * generator.standard_normal((WIDTHS[post], WIDTHS[pre]))
            for pre, post, delay in WIRES
        }
        ranges = {"tau_s": (1, 5), "tau_m": (1, 12), "resistance": (2, 15), "threshold": (0.5, 1.5), "bias": (0, 0.1)}
        for name in POPULATIONS:
            self.values |= {(name, key): generator.uniform(*ranges[key], WIDTHS[name]) for key in PARAMETERS}
        self.scores = {name: generator.standard_normal((2, STEPS, BATCH, WIDTHS[name])) for name in POPULATIONS}

    def moved(self, key: Key, place: tuple[int, ...], by: float) -> dict[Key, Array]:
        """All values, one of them moved."""
        value = self.values[key].copy()
        value[place] += by
        return {**self.values, key: value}


def torch_run(case: Case, values: Mapping[Key, torch.Tensor], rule: GradientRule) -> dict[str, Trace]:
    """What the torch loop makes of the case with these values."""
    cells = {name: Cells(**{key: values[name, key] for key in PARAMETERS}) for name in POPULATIONS}
    wires = [Wire(pre, post, values[pre, post, delay], delay) for pre, post, delay in WIRES]
    return run({INPUT: torch.from_numpy(case.inputs)}, cells, wires, rule)


def torch_gradients(case: Case, rule: GradientRule, keys: list[Key]) -> dict[Key, Array]:
    """Gradients of the scored spikes and voltages with respect to some of the values."""
    values = {key: torch.from_numpy(value).requires_grad_() for key, value in case.values.items()}
    traces = torch_run(case, values, rule)
    parts = [
        (torch.from_numpy(case.scores[name]) * torch.stack([trace.spikes, trace.voltages])).sum()
        for name, trace in traces.items()
    ]
    gradients = torch.autograd.grad(torch.stack(parts).sum(), [values[key] for key in keys])
    return {key: gradient.numpy() for key, gradient in zip(keys, gradients, strict=True)}


class Record:
    """What a population of the plain network did, arrays [time, batch, neuron]; voltages are those before the reset."""

    def __init__(self, neurons: int) -> None:
        self.currents, self.voltages, self.above, self.spikes = np.zeros((4, STEPS, BATCH, neurons))


def plain_run(
    case: Case, values: Mapping[Key, Array], slope: float = 0.0, fixed: Mapping[str, Record] | None = None
) -> dict[str, Record]:
    """The equations, step by step.

    With `fixed` (another run) the network is smooth: resets happen where that run spiked, and a neuron emits that run's
    spike plus x / (1 + slope |x|), the surrogate's primitive at x = v - vth, taken relative to that run's.
    """
    records = {name: Record(WIDTHS[name]) for name in POPULATIONS}
    spikes = {INPUT: case.inputs} | {name: record.spikes for name, record in records.items()}
    for batch in range(BATCH):
        u = {name: np.zeros(WIDTHS[name]) for name in POPULATIONS}
        v = {name: np.zeros(WIDTHS[name]) for name in POPULATIONS}
        for t in range(STEPS):
            for name in POPULATIONS:
                tau_s, tau_m, resistance, threshold, bias = (values[name, key] for key in PARAMETERS)
                for i in range(WIDTHS[name]):
                    total = 0.0
                    for pre, post, delay in WIRES:
                        if post == name and t >= delay:
                            total += float(np.dot(values[pre, post, delay][i], spikes[pre][t - delay, batch]))
                    u[name][i] = (1 - 1 / tau_s[i]) * u[name][i] + resistance[i] / (tau_m[i] * tau_s[i]) * total
                    v[name][i] = (1 - 1 / tau_m[i]) * v[name][i] + u[name][i] + bias[i]
                    here = t, batch, i
                    above = v[name][i] - threshold[i]
                    records[name].currents[here] = u[name][i]
                    records[name].voltages[here] = v[name][i]
                    records[name].above[here] = above
                    if fixed is None:
                        fired = above > 0
                        records[name].spikes[here] = fired
                    else:
                        fired, was = fixed[name].spikes[here] > 0, fixed[name].above[here]
                        smooth = above / (1 + slope * abs(above)) - was / (1 + slope * abs(was))
                        records[name].spikes[here] = fired + smooth
                    if fired:
                        v[name][i] = 0.0
    return records


def score_of(case: Case, records: Mapping[str, Record]) -> float:
    """The loss: scored spikes and voltages."""
    return sum(
        float((case.scores[name] * np.stack([record.spikes, record.voltages])).sum())
        for name, record in records.items()
    )
