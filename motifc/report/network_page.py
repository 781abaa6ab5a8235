"""network_page: a network as one HTML page that needs nothing else: motifs, sizes, parameters and the search."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from motifc.report.drawing import label, new_figure, svg
from motifc.report.html import document, escape, facts, table
from motifc.report.motif_drawing import motif_figure
from motifc.report.search_curves import History, curves_figure, lowered, search_panels, training_panels
from search.motif import DIRECTIONS, EXCITATORY, INHIBITORY, NONE, Motif
from search.network import Layer, Network
from targets.contracts.arrays import Array, Floats


def network_page(network: Network, measured: Sequence[tuple[str, str]] = ()) -> str:
    """HTML with the network's layers, their motifs drawn, and the curves of the search if one found it.

    `measured` are rows of (what, plain text) that stand among the facts, such as a test accuracy.
    Raises InputError without matplotlib.
    """
    parts = [
        f"<h1>Network {network.digest[:12]}</h1>",
        facts([*_facts(network), *((escape(what), escape(told)) for what, told in measured)]),
        "<h2>Layers</h2>",
        table(("name", "neurons", "motifs", "R", "tau_m", "tau_s", "threshold"), [_layer(e) for e in network.layers]),
        *_spread(network.layers),
        "<h2>Connections</h2>",
        table(("name", "from", "to", "stored as", "synapses", "delay"), _connections(network)),
    ]
    for layer in network.layers:
        if layer.motif is not None:
            parts += _motif(layer, layer.motif, network.settings.get("derived"))
    parts += _search(_history(network.settings.get("search")))
    training = _history(network.settings.get("training"))
    if training:
        figure = curves_figure(training_panels(training), "epoch")
        title = "Training after the search" if network.settings.get("search") else "Training"
        parts += [f"<h2>{title}</h2>", svg(figure, "training", "loss and accuracy on thinned training samples")]
    parts += _hyperparameters(network.settings.get("hyperparameters"), network.settings.get("idle"))
    return document(f"motifc network {network.digest[:12]}", parts)


def _facts(network: Network) -> list[tuple[str, str]]:
    inputs = ", ".join(f"{escape(source.name)}: {source.neurons:,} channels" for source in network.inputs)
    readout = "none" if network.readout is None else f"{network.readout.population}: {network.readout.classes} classes"
    rows = [
        ("network digest", f"<code>{network.digest}</code>"),
        ("digest of the data", f"<code>{escape(network.origin) or 'none'}</code>"),
        ("inputs", inputs or "none"),
        ("neurons", f"{network.neurons:,}"),
        ("readout", escape(readout)),
        ("steps of a sample", f"{network.steps:,}"),
    ]
    if "method" in network.settings:
        rows.append(("method", escape(str(network.settings["method"]))))
    rows += [(escape(what), escape(told)) for what, told in network.provenance.rows()]
    if "seed" in network.settings:
        rows.append(("seed", escape(str(network.settings["seed"]))))
    return rows


def _layer(layer: Layer) -> tuple[str, ...]:
    motifs = "none" if layer.motif is None else f"{layer.neurons // layer.motif.size:,} of {layer.motif.size}"
    values = (_range(getattr(layer, key)) for key in ("resistance", "tau_m", "tau_s", "threshold"))
    return (escape(layer.name), f"{layer.neurons:,}", motifs, *values)


def _range(values: Floats) -> str:
    least, middle, most = float(values.min()), float(np.median(values)), float(values.max())
    return f"{least:.3g}" if least == most else f"{least:.3g} .. {most:.3g}, median {middle:.3g}"


def _connections(network: Network) -> list[tuple[str, ...]]:
    return [
        (
            escape(c.name),
            escape(c.source),
            escape(c.target),
            c.synapses.kind,
            f"{np.count_nonzero(c.synapses.weights):,}",
            f"{c.delay}",
        )
        for c in network.connections
    ]


def _spread(layers: Sequence[Layer]) -> list[str]:
    """Histograms of R and tau_m of the layers whose neurons differ in them."""
    units = (("resistance", "R"), ("tau_m", "tau_m (steps)"))
    shown = [
        (layer.name, getattr(layer, key), unit)
        for layer in layers
        for key, unit in units
        if np.ptp(getattr(layer, key))
    ]
    if not shown:
        return []
    figure = new_figure(5.2 * len(shown) if len(shown) < 3 else 3.6 * len(shown), 2.3)
    for axes, (name, values, unit) in zip(figure.subplots(1, len(shown), squeeze=False)[0], shown, strict=True):
        axes.hist(values, bins=20, color="0.6", edgecolor="black", linewidth=0.5)
        axes.set(xlabel=unit, ylabel="neurons", title=label(f"layer {name}"))
        axes.title.set_fontsize(10)
    return [svg(figure, "spread", "histograms of the membrane resistance R and the time constant tau_m")]


def _motif(layer: Layer, motif: Motif, derived: object) -> list[str]:
    """The motif of one layer: in numbers, in a sentence where a type is missing, in a picture."""
    name, directions = escape(layer.name), DIRECTIONS[motif.wiring]
    rows = [
        _counts("inside a motif", motif.intra),
        _counts("thereof of a neuron to itself", np.diag(motif.intra)),
        *(_counts(f"from the {way} motif", types) for way, types in zip(directions, motif.lateral, strict=True)),
    ]
    title = f"Motif of layer {name}: {layer.neurons // motif.size:,} motifs of {motif.size} neurons, "
    title += "no neighbours" if motif.wiring == "none" else f"neighbours in a {motif.wiring}"
    return [
        f"<h2>{title}</h2>",
        table(("links", "excitatory", "inhibitory", "none"), rows),
        *(f"<p>This motif has {escape(reason)}.</p>" for reason in _missing(layer.name, motif, derived)),
        svg(motif_figure(motif), f"motif-{layer.name}", f"the motif of layer {layer.name}"),
    ]


def _missing(name: str, motif: Motif, derived: object) -> list[str]:
    """Which types no link has, with the reasons where the search has left some."""
    own = derived.get(name) if isinstance(derived, Mapping) else None
    if isinstance(own, Mapping) and own.get("reasons"):
        return [str(reason) for reason in own["reasons"]]
    kinds = ((EXCITATORY, "excitatory"), (INHIBITORY, "inhibitory"))
    return [f"no {word} link" for kind, word in kinds if kind not in motif.intra and kind not in motif.lateral]


def _counts(place: str, types: Array) -> tuple[str, ...]:
    return (place, *(f"{np.count_nonzero(types == kind):,}" for kind in (EXCITATORY, INHIBITORY, NONE)))


def _search(history: History) -> list[str]:
    """The curves of the search, first those of the whole network."""
    if not history:
        return []
    parts = ["<h2>Search</h2>", *_repair(history)]
    for layer, panels in sorted(search_panels(history).items()):
        parts += [f"<h3>Layer {escape(layer)}</h3>"] if layer else []
        about = f"curves of the search, layer {layer}" if layer else "curves of the search"
        parts.append(svg(curves_figure(panels, "iteration"), f"search-{layer}", about))
    return parts


def _repair(history: History) -> list[str]:
    """What the two steps are, and how often the second one did what it is for."""
    told = [
        f"the {what} in {found[0]} of {found[1]} iterations"
        for name, what in (("rate_kl", "rate KL divergence"), ("loss", "validation loss"))
        if (found := lowered(history, name)) is not None
    ]
    if not told:
        return []
    return [
        "<p>Step 1 moves architecture and weights down their losses, step 2 is intrinsic plasticity: it moves R and "
        f"tau_m of every neuron towards an exponential distribution of its rate. Step 2 lowered {' and '.join(told)}."
        "</p>"
    ]


def _hyperparameters(tables: object, idle: object) -> list[str]:
    """A table of all settings but those that were never used."""
    unused = {str(name) for name in idle} if isinstance(idle, list | tuple) else set()
    if not isinstance(tables, Mapping):
        return []
    rows = [
        (escape(str(name)), escape(str(key)), escape(str(value)))
        for name, values in tables.items()
        if isinstance(values, Mapping)
        for key, value in values.items()
        if f"{name}.{key}" not in unused
    ]
    return ["<h2>Hyperparameters</h2>", table(("table", "setting", "value"), rows)] if rows else []


def _history(stored: Any) -> History:
    """The figures of every iteration that the settings hold as a history; nothing for anything else."""
    entries = [entry for entry in stored if isinstance(entry, Mapping)] if isinstance(stored, list | tuple) else []
    return [{str(key): float(v) for key, v in entry.items() if isinstance(v, int | float)} for entry in entries]
