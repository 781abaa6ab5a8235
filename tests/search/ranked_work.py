"""What a rank does in the tests of many: `python ranked_work.py CHECKPOINT [on]`; it prints one line of JSON."""

import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path

import torch

from search.nas.methods import search_by
from search.ranks import Ranks, joined
from search.settings import SearchSettings, Settings
from search.training.progress import Listener, Progress
from search.training.train import train
from targets.contracts.errors import InputError
from tests.search.tiny import TINY, tiny_split

BRIEF = replace(
    TINY,
    search=SearchSettings(epochs=1, batch=18, chip="loihi2", cost=0.1),
    training=replace(TINY.training, epochs=2, batch=18, drop=0.2, shards=4),
    plasticity=replace(TINY.plasticity, window=2),
)
"""Batches of 18 make shards of 5, 5, 4 and 4, the last batch smaller ones."""


def variants() -> dict[str, tuple[str, Settings]]:
    """Method and settings of searches that take different ways through the code."""
    second = replace(BRIEF, search=replace(BRIEF.search, order=2))
    mixed = replace(BRIEF, search=replace(BRIEF.search, relaxation="mixture", chip="none", cost=0.0))
    grid = replace(BRIEF, training=replace(BRIEF.training, grid="loihi2", gradient="tssl-bp"))
    plain = replace(BRIEF, search=replace(BRIEF.search, chip="none", cost=0.0))
    return {
        "first order": ("hrmas", BRIEF),
        "second order": ("hrmas", second),
        "mixture": ("hrmas", mixed),
        "grid and tssl": ("hrmas", grid),
        "random search": ("random-search", plain),
    }


def _sums(ranks: Ranks) -> object:
    """Rows and sums of shards, and what is broadcast."""
    found = []
    for shards, samples in ((4, 10), (5, 3), (4, 4), (7, 1)):
        cut = ranks.sharing(shards)
        generator = torch.Generator().manual_seed(shards)
        rows, each = torch.randn(samples, 3, generator=generator), torch.randn(shards, 2, generator=generator)
        own = {number: rows[number::shards] for number in cut.own if number < samples}
        whole = cut.joined_rows(own, samples, rows.new_empty((1, 3)))
        total = cut.summed({number: each[number] for number in cut.own}, 2, each)
        found.append([torch.equal(whole, rows), total.tolist()])
    return [found, [ranks.broadcast(text if ranks.first else b"other").decode() for text in (b"", b"of rank 0")]]


def searched(ranks: Ranks) -> dict[str, list[str]]:
    """Of all variants the digest of the network, and one of the figures of every epoch to the last bit."""
    found = {}
    for name, (method, settings) in variants().items():
        network = search_by(method, tiny_split(samples=24), settings, 0, "cpu", ranks=ranks)
        figures = json.dumps(network.settings, default=dict).encode()
        found[name] = [network.digest, hashlib.sha256(figures).hexdigest()]
    return found


def _stop(epoch: Progress) -> None:
    raise InputError("stopped here.")


def resumed(ranks: Ranks, checkpoint: Path | None, progress: Listener | None = None) -> str:
    """The digest of a search that goes on from the checkpoint, if there is one, and of a training after it."""
    settings = replace(BRIEF, search=replace(BRIEF.search, epochs=2))
    network = search_by("hrmas", tiny_split(samples=24), settings, 0, "cpu", progress, checkpoint, ranks)
    return train(network, tiny_split(1, 24), settings, 1, "cpu", progress, ranks=ranks).digest


def _heard(ranks: Ranks, checkpoint: Path) -> object:
    """What `resumed` finds, and whether it told this rank of progress."""
    heard: list[Progress] = []
    return [resumed(ranks, checkpoint, heard.append), bool(heard)]


def _different(ranks: Ranks) -> object:
    """What is said of data of another seed on each rank."""
    try:
        return search_by("recurrent", tiny_split(ranks.rank, 24), TINY, 0, "cpu", ranks=ranks).digest
    except InputError as error:
        return str(error)


def main() -> None:
    """Do all of it as one of the ranks that the environment tells of; begin a search that fails, or go "on" with it."""
    torch.set_num_threads(1)
    checkpoint, goes_on = Path(sys.argv[1]), sys.argv[2:] == ["on"]
    with joined("cpu") as ranks:
        found = {"sums": _sums(ranks), "searched": searched(ranks), "different": _different(ranks)}
        if goes_on:
            found["resumed"] = _heard(ranks, checkpoint)
        sys.stdout.write(json.dumps(found) + "\n")
        if not goes_on:
            resumed(ranks, checkpoint, _stop)


if __name__ == "__main__":
    main()
