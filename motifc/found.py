"""found: one line on a network that was just searched or trained, with the next command to type."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from motifc.evaluation import evaluate
from search.data.task import Split
from search.motif import DIRECTIONS, Motif
from search.network import Layer, Network


def found(network: Network, path: Path, split: Split) -> str:
    """What was found, its accuracies, the seed of the split, and the next command, on one line.

    The test accuracy is that of the float network, as `motifc eval` tells it.
    """
    seed = "" if split.seed is None else f", seed {split.seed}"
    following = shlex.join(["motifc", "compile", str(path), "--out", str(path.with_suffix(".program"))])
    return (
        f"{path}: {structure(network)}; validation accuracy {_validation(network.settings)}, test accuracy "
        f"{evaluate(network, split.test).sentence} in float, ties count as wrong{seed}, digest {network.digest[:16]}; "
        f"next: {following}"
    )


def structure(network: Network) -> str:
    """Every hidden layer: its motif, its links of how many, how probable the search found each size."""
    readout = None if network.readout is None else network.readout.population
    history = network.settings.get("search")
    last = history[-1] if isinstance(history, list | tuple) and history else {}
    layers = [_layer(network, layer, last) for layer in network.layers if layer.name != readout]
    candidates = network.settings.get("candidates")
    if candidates:
        layers.append(f"candidate {network.settings.get('chosen')} of {len(candidates)}")
    return ", ".join(layers)


def _layer(network: Network, layer: Layer, last: Mapping[str, Any]) -> str:
    told = f"{layer.name} of {layer.neurons:,} neurons"
    if layer.motif is not None:
        return f"{told} in motifs of {layer.motif.size}{_sizes(layer.name, last)} with {_links(layer.motif)}"
    own = [edge.synapses for edge in network.connections if edge.source == edge.target == layer.name]
    if not own:
        return f"{told} without recurrent links"
    return f"{told} with {sum(np.count_nonzero(synapses.weights) for synapses in own):,} recurrent links"


def _links(motif: Motif) -> str:
    """Links that are there, of those that a motif could have."""
    there = np.count_nonzero(motif.intra) + np.count_nonzero(motif.lateral)
    return f"{there:,} of {motif.size**2 * (1 + len(DIRECTIONS[motif.wiring])):,} links"


def _sizes(name: str, last: Mapping[str, Any]) -> str:
    """Probabilities of the sizes in the last epoch of a search; nothing where none was searched."""
    prefix = f"{name}.p_"
    shares = {int(key.removeprefix(prefix)): share for key, share in last.items() if key.startswith(prefix)}
    listed = ", ".join(f"{size}: {share:.1%}" for size, share in sorted(shares.items()))
    return f" ({listed})" if listed else ""


def _validation(settings: Mapping[str, Any]) -> str:
    """That of the last stage that did not train on the validation part."""
    history, candidates = settings.get("search"), settings.get("candidates")
    if candidates:
        return f"{candidates[settings['chosen'] - 1]['accuracy']:.2%} (of the candidate, before it was trained on)"
    if history:
        return f"{history[-1]['accuracy']:.2%} (of the search, before it was trained on)"
    return "none (it was trained on)"
