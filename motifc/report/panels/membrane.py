"""Membranes of chosen neurons against their thresholds, in float and in integers, one after the other to look at."""

from collections.abc import Mapping, Sequence

import numpy as np

from motifc.membrane import Membrane, membranes_of
from motifc.plot.membrane import membrane
from motifc.report.drawing import drawn
from motifc.report.panel import Choice, Panel
from motifc.report.panels.rasters import chosen_samples
from motifc.report.run import Run

_POPULATIONS = 4
"""Populations whose neurons can be chosen, the first of them."""
Watched = Mapping[str, Mapping[int, str]]
"""Population -> neuron -> why it is shown."""


def panel(run: Run) -> Panel | None:
    """Nothing of a program that was not run."""
    program = run.program
    if program is None or not run.integers:
        return None
    sample = next(iter(chosen_samples(run)))
    watched = chosen_neurons(run, sample)
    wanted = {name: list(neurons) for name, neurons in watched.items()}
    found = membranes_of(program, run.inputs, wanted, sample, run.graph)
    choices = [_choice(run.name, each, watched[each.population][each.neuron]) for each in found]
    notes = () if run.graph is not None else ("The floats that it was compiled from are not among the files.",)
    return Panel("membrane", _answer(found), notes, choices=choices, of=f"Neurons to choose from, in sample {sample}")


def _answer(found: Sequence[Membrane]) -> str:
    """Of how many neurons the two sides agree, and which is the farthest apart."""
    both = [each for each in found if len(each.sides) > 1]
    spiking = [each for each in both if each.spiking]
    if not both:
        return found[0].sentence
    told = []
    if spiking:
        agreeing = sum(each.agrees for each in spiking)
        told.append(
            f"Of {len(spiking)} neurons to choose from, {agreeing} {'spikes' if agreeing == 1 else 'spike'} in "
            "the same steps in float and in integers."
        )
    farthest = max(both, key=lambda each: each.apart)
    return " ".join([*told, f"The farthest apart: {farthest.sentence[0].lower()}{farthest.sentence[1:]}"])


def chosen_neurons(run: Run, sample: int) -> Watched:
    """Those that were asked for; of every population that which differs most from the float one, and by spikes."""
    found: dict[str, dict[int, str]] = {}
    for name, neuron in run.neurons:
        found.setdefault(name, {})[neuron] = "asked for"
    for each in run.program.own[:_POPULATIONS] if run.program else ():
        counts = run.integers[each.name].take([sample]).dense()[0].astype(np.int64)
        by_spikes = np.argsort(-counts.sum(axis=0), kind="stable")
        told = {int(by_spikes[0]): "most spikes", int(by_spikes[len(by_spikes) // 2]): "median"}
        told.setdefault(int(by_spikes[-1]), "fewest spikes")
        if each.unit is not None:
            told = dict.fromkeys(range(min(3, each.neurons)), "voltage")
        elif each.name in run.floats:
            apart = (counts != run.floats[each.name].take([sample]).dense()[0]).sum(axis=0)
            if apart.any():
                told = {int(apart.argmax()): "differs most"} | told
        asked = found.get(each.name, {})
        found[each.name] = asked | {neuron: why for neuron, why in told.items() if neuron not in asked}
    return found


def _choice(run: str, found: Membrane, why: str) -> Choice:
    caption = f"v of neuron {found.neuron} of {found.population} in sample {found.sample}, marks where it spikes"
    name = f"{run} membrane {found.population} {found.neuron}"
    drawings = drawn(name, caption, lambda axes: membrane(found, axes), height=3.0, below=0.85)
    return Choice(f"{found.population} {found.neuron}: {why}", found.sentence, drawings)
