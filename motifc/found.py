"""found: one line on a network that was just searched or trained, with the next command to type."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motifc.evaluation import Evaluation, Judged, assess
from search.data.task import Split
from search.motif import DIRECTIONS, Motif
from search.network import Layer, Network


@dataclass(frozen=True)
class Found:
    """A network in the file at `path`, how well it does in float on the test part, and the seed of the split."""

    network: Network
    path: Path
    test: Judged
    seed: int | None

    @property
    def following(self) -> str:
        """The command to type next."""
        return shlex.join(["motifc", "compile", str(self.path), "--out", str(self.path.with_suffix(".program"))])

    @property
    def sentence(self) -> str:
        """What was found, its accuracies, the seed of the split, and the next command, on one line."""
        seed = "" if self.seed is None else f", seed {self.seed}"
        score, ties = ("accuracy", ", ties count as wrong") if isinstance(self.test, Evaluation) else ("sMAPE", "")
        return (
            f"{self.path}: {structure(self.network)}; validation {score} {_validation(self.network.settings)}, test "
            f"{score} {self.test.sentence} in float{ties}{seed}, digest {self.network.digest[:16]}; "
            f"next: {self.following}"
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "network": str(self.path),
            "digest": self.network.digest,
            "found": structure(self.network),
            "validation": _validation(self.network.settings),
            "test": self.test.as_dict(),
            "seed": self.seed,
            "next": self.following,
        }


def found(network: Network, path: Path, split: Split) -> Found:
    """What was found; the test score is that of the float network, as `motifc eval` tells it."""
    return Found(network, path, assess(network, split.test), split.seed)


def structure(network: Network) -> str:
    """Every hidden layer: its motif, its links of how many, how probable the search found each size."""
    history = network.settings.get("search")
    last = history[-1] if isinstance(history, list | tuple) and history else {}
    layers = [_layer(network, layer, last) for layer in network.hidden]
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
        return f"{_score(candidates[settings['chosen'] - 1])} (of the candidate, before it was trained on)"
    if history:
        return f"{_score(history[-1])} (of the search, before it was trained on)"
    return "none (it was trained on)"


def _score(figures: Mapping[str, float]) -> str:
    """Accuracy of classes, sMAPE of values."""
    return f"{figures['accuracy']:.2%}" if "accuracy" in figures else f"{figures['smape']:.4g} %"
