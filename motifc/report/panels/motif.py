"""The motif of every layer: its links as matrices, those inside it as a small graph, and in words."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from motifc.plot.motif import INSIDE, motif as matrix, motif_graph, steps_of, types_of
from motifc.report.drawing import AROUND, drawn
from motifc.report.panel import Drawing, Highlight, Panel, Table
from motifc.report.run import Run
from search.motif import DIRECTIONS, EXCITATORY, INHIBITORY, NONE, Motif
from search.network import Layer
from targets.contracts.arrays import Array
from targets.contracts.shown import listed

_LISTED = 32
"""Neurons up to which a motif's links are listed one by one, and drawn as a graph."""
_BESIDE = 0.75
"""Inches of a drawing's right side where input delays stand."""


def panel(run: Run) -> Panel | None:
    """Nothing of a run without layers of motifs."""
    if run.network is None:
        return None
    layers = [(layer, layer.motif) for layer in run.network.layers if layer.motif is not None]
    if not layers:
        return None
    derived = run.network.settings.get("derived")
    answer, *notes = [_answer(layer, own, derived) for layer, own in layers]
    drawings = [drawing for layer, own in layers for drawing in _drawings(run.name, layer.name, own)]
    tables = [table for layer, own in layers for table in _tables(layer.name, own)]
    highlights = [each for layer, own in layers for each in _highlights(run.name, layer.name, own)]
    return Panel("motif", answer, notes, drawings, tables, highlights=highlights)


def _answer(layer: Layer, motif: Motif, derived: object) -> str:
    every = np.concatenate([motif.intra.ravel(), motif.lateral.ravel()])
    excitatory, inhibitory = (int(np.count_nonzero(every == kind)) for kind in (EXCITATORY, INHIBITORY))
    neighbours = "no neighbours" if motif.wiring == "none" else f"neighbours in a {motif.wiring}"
    told = (
        f"Layer {layer.name} repeats {layer.neurons // motif.size:,} times one motif of {motif.size} neurons with "
        f"{neighbours}: {excitatory:,} excitatory and {inhibitory:,} inhibitory links of {every.size:,} possible."
    )
    return " ".join([told, *_delays(motif), *(f"It has {reason}." for reason in _missing(layer.name, motif, derived))])


def _delays(motif: Motif) -> list[str]:
    """The steps that each group of links takes, and how late the neurons hear what is before their layer."""
    told = []
    if motif.delays is not None:
        places = ("inside it", *(f"from the {direction} motif" for direction in DIRECTIONS[motif.wiring]))
        groups = (INSIDE, *DIRECTIONS[motif.wiring])
        steps = [f"{steps_of(motif, links)} {place}" for links, place in zip(groups, places, strict=True)]
        told.append(f"Spikes take {listed(steps)}.")
    if motif.late is not None:
        least, most = int(motif.late.min()), int(motif.late.max())
        late = f"{least}" if least == most else f"{least} to {most}"
        told.append(f"Its neurons hear what is before the layer {late} steps late.")
    return told


def _missing(name: str, motif: Motif, derived: object) -> list[str]:
    """Which types no link has, with the reasons where the search has left some."""
    own = derived.get(name) if isinstance(derived, Mapping) else None
    if isinstance(own, Mapping) and own.get("reasons"):
        return [str(reason) for reason in own["reasons"]]
    kinds = ((EXCITATORY, "excitatory"), (INHIBITORY, "inhibitory"))
    return [f"no {word} link" for kind, word in kinds if kind not in motif.intra and kind not in motif.lateral]


def _drawings(run: str, layer: str, motif: Motif) -> list[Drawing]:
    found: list[Drawing] = []
    for links in (INSIDE, *DIRECTIONS[motif.wiring]):
        types = types_of(motif, links)
        where = "inside the motif" if links == INSIDE else f"from the {links} motif"
        after = "" if (steps := steps_of(motif, links)) is None else f", after {steps}"
        told = f"{layer}, {where}{after}: {_counts(types)}"
        if types.any() or links == INSIDE:
            name = f"{run} motif {layer} {links}"
            right = _BESIDE if motif.late is not None and links == INSIDE else AROUND
            found += drawn(name, told, partial(matrix, motif, links), height=4.6, right=right)
    return found


def _highlights(run: str, layer: str, motif: Motif) -> list[Highlight]:
    """The links inside a motif as a graph, its neurons to choose from; nothing where there are too many, or no link."""
    if not motif.intra.any() or motif.size > _LISTED:
        return []
    caption = f"{layer}, the same as a graph: full lines with arrows excite, dashed lines with bars inhibit"
    name = f"{run} graph {layer}"
    sentences = [
        f"Neuron {neuron} of {layer} hears {_heard(motif.intra[neuron])}; heard by {_heard(motif.intra[:, neuron])}."
        + ("" if motif.late is None else f" It hears what is before the layer {motif.late[neuron]:,} steps late.")
        for neuron in range(motif.size)
    ]
    drawings = drawn(name, caption, lambda axes: motif_graph(motif, axes), height=4.6, left=0.1, below=0.1)
    return [Highlight(f"Neurons of {layer} to choose from", drawing, sentences) for drawing in drawings]


def _counts(types: Array) -> str:
    excitatory, inhibitory = (int(np.count_nonzero(types == kind)) for kind in (EXCITATORY, INHIBITORY))
    return f"{excitatory} + (excitatory) and {inhibitory} \N{MINUS SIGN} (inhibitory)"


def _tables(layer: str, motif: Motif) -> list[Table]:
    """Links by where they come from, and all of them one by one."""
    places = (INSIDE, *DIRECTIONS[motif.wiring])
    kinds = (EXCITATORY, INHIBITORY, NONE)
    rows = [(place, *(f"{np.count_nonzero(types_of(motif, place) == kind):,}" for kind in kinds)) for place in places]
    rows.insert(1, ("thereof to itself", *(f"{np.count_nonzero(np.diag(motif.intra) == kind):,}" for kind in kinds)))
    titles = ["from", "excitatory", "inhibitory", "none"]
    if motif.delays is not None:
        titles.append("steps")
        after = [f"{steps:,}" for steps in motif.delays.tolist()]
        rows = [(*row, steps) for row, steps in zip(rows, (after[0], *after), strict=True)]
    tables = [Table(f"Links of the motif of {layer}", tuple(titles), rows)]
    if motif.size <= _LISTED:
        hears = [(f"{post}", *(_heard(types_of(motif, place)[post]) for place in places)) for post in range(motif.size)]
        head = ("neuron", *(place if place == INSIDE else f"from {place}" for place in places))
        if motif.late is not None:
            head = (*head, "hears its input late by")
            hears = [(*row, f"{steps:,}") for row, steps in zip(hears, motif.late.tolist(), strict=True)]
        tables.append(Table(f"What each neuron of the motif of {layer} hears", head, hears, folded=True))
    return tables


def _heard(types: Array) -> str:
    """The sources of one neuron with their signs, such as +0 \N{MINUS SIGN}3."""
    signs = {EXCITATORY: "+", INHIBITORY: "\N{MINUS SIGN}"}
    return " ".join(f"{signs[int(types[pre])]}{pre}" for pre in np.flatnonzero(types)) or "none"
