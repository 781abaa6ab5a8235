"""Plant a known motif, search for it, and count how often it is found; write docs/results/planted_truth.md and .png.

Run it with: python -m benchmarks.studies.planted_truth --seeds 15 --relaxations gumbel plain
"""

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from benchmarks.refusals import refusing
from benchmarks.runs import Row, chosen, complete
from benchmarks.studies.command import parser
from benchmarks.studies.planted import CPU, SIZES, counts, planted, settings
from benchmarks.studies.planted_page import draw, page
from search.data.loader import DataLoader
from search.data.task import labels_of
from search.motif import Motif
from search.nas.derive import derive
from search.nas.hrmas import explore, new_supernet
from search.nas.relaxation import Draw, decided
from search.nas.relaxed_layer import OPTIONS, Choices
from search.nas.supernet import Supernet
from search.network import Network
from search.training.initialize import reinitialize
from search.training.torch_network import tensor
from search.training.train import fit
from targets.contracts.writing import write_text

BOUNDED = 5  # seeds whose bounds are measured


@refusing
def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is missing, then write the page and the picture."""
    options = parser("Plant a known motif, search for it, and count how often it is found.", seeds=15)
    options.add_argument("--relaxations", nargs="+", default=["gumbel", "plain"])
    given = options.parse_args(arguments)
    tasks = [{"seed": seed, "relaxation": kind} for seed in range(given.seeds) for kind in given.relaxations]
    bounded = [{"seed": seed} for seed in range(min(given.seeds, BOUNDED))]
    runs = chosen(complete(given.rows / "planted_truth.json", tasks, sought, given.jobs), tasks)
    limits = chosen(complete(given.rows / "planted_bounds.json", bounded, bounds, given.jobs), bounded)
    groups = {kind: [run for run in runs if run["relaxation"] == kind] for kind in given.relaxations}
    draw(groups, given.out / "planted_truth.png")
    write_text(given.out / "planted_truth.md", page(groups, limits))


def sought(seed: int, relaxation: str) -> list[Row]:
    """Search with the teacher's feed-forward weights known and fixed; what was planted and what was found."""
    torch.set_num_threads(1)
    teacher, split, motif = planted(seed)
    chosen = settings(relaxation)
    start = time.process_time()
    supernet = new_supernet(split, DataLoader.of(CPU, split.train).batch(np.arange(64)), chosen, seed)
    known = {c.name: tensor(c.synapses.weights, CPU) for c in teacher.connections if c.source != c.target}
    supernet = replace(supernet, weights={**supernet.weights, **known})
    history = explore(supernet, split, chosen, seed)
    layer, choices = supernet.layers["hidden"], supernet.alpha["hidden"]
    found = derive(layer, choices)
    return [
        {
            "planted": told(motif),
            "found": told(found),
            "p": choices.shares.tolist(),
            "drive_found": lateral_drive(supernet, choices.leader),
            "drive_planted": lateral_drive(supernet, SIZES.index(motif.size)),
            **link_types(supernet, motif),
            "valid": history[-1]["accuracy"],
            "q_max": history[-1]["hidden.q_max"],
            "links": history[-1]["hidden.links"],
            "seconds": time.process_time() - start,
        }
    ]


def told(motif: Motif) -> dict[str, float]:
    """Size, share of excitatory among all links, lateral links per neuron."""
    types = np.concatenate([motif.intra.ravel(), motif.lateral.ravel()])
    return {
        "size": motif.size,
        "balance": float((types == 1).sum() / max((types != 0).sum(), 1)),
        "lateral": float(np.count_nonzero(motif.lateral) / motif.size),
    }


def lateral_drive(supernet: Supernet, candidate: int) -> float:
    """Share of lateral links in the sum of all recurrent weights' magnitudes, the network of that size decided."""
    layer, choices = supernet.layers["hidden"], supernet.alpha["hidden"]
    types = tuple(1e3 * decided(each, size) for each, size in zip(choices.types, layer.sizes, strict=True))
    sure = Choices(1e3 * torch.eye(len(layer.sizes))[candidate], types)
    magnitudes = {
        name.removeprefix("hidden."): value for name, value in supernet.weights.items() if name.startswith("hidden.")
    }
    with torch.no_grad():
        matrix = supernet.relaxation.weights(layer, sure, magnitudes, candidate, Draw()).abs().flatten()
        inside, *across = (float(matrix[places.flatten()].sum()) for places in layer.indices[candidate])
    return sum(across) / (inside + sum(across))


def link_types(supernet: Supernet, motif: Motif) -> dict[str, float]:
    """Share of the planted links inside a motif found with their type at the planted size, and that by chance.

    By chance: the same found types, in any order.
    """
    candidate = SIZES.index(motif.size)
    options = decided(supernet.alpha["hidden"].types[candidate].detach(), motif.size)[0].argmax(-1).numpy()
    types, links = np.array(OPTIONS)[options], motif.intra != 0
    shares = [(types == kind).mean() * (motif.intra[links] == kind).mean() for kind in (1, -1)]
    return {"types_right": float((types == motif.intra)[links].mean()), "types_chance": float(sum(shares))}


def bounds(seed: int) -> list[Row]:
    """Accuracy on the valid part without recurrence, and of two architectures trained on the train part alone."""
    torch.set_num_threads(1)
    teacher, split, _ = planted(seed)
    chosen = settings("plain")
    labels = labels_of(split.valid)

    def accuracy(network: Network) -> float:
        found = counts(network, split.valid.dense())[0]
        return float(np.mean((found.argmax(1) == labels) & ((found == found.max(1, keepdims=True)).sum(1) == 1)))

    cut = replace(
        teacher,
        layers=tuple(replace(layer, motif=None) for layer in teacher.layers),
        connections=tuple(c for c in teacher.connections if c.source != c.target),
    )
    alone = replace(split, valid=split.valid.take(slice(0, 0)))
    first = DataLoader.of(CPU, split.train).batch(np.arange(64))

    def retrained(network: Network) -> float:
        return accuracy(fit(reinitialize(network, first, chosen.start, seed), alone, chosen.training, seed, CPU)[0])

    return [
        {
            "cut": accuracy(cut),
            "no_recurrence": retrained(cut),
            "teacher_retrained": retrained(teacher),
        }
    ]


if __name__ == "__main__":
    main()
