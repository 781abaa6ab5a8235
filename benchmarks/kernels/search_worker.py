"""A process that searches once with whichever checkout comes first on its path, and says how well that went.

It imports only what every checkout since the first kernels has under the same name.
"""

import json
import sys
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch

from search.data.load import load_split
from search.data.loader import DataLoader
from search.nas.evaluate import evaluate_network
from search.nas.hrmas import search
from search.settings import Settings
from search.training.progress import Progress


def main(
    data: str, seed: int, folder: str | None, plain: bool, epochs: int | None = None, training: int | None = None
) -> None:
    """Write accuracy on the test part, CPU seconds of all and of every epoch of the search, as JSON, in one line."""
    torch.set_num_threads(1)
    if plain:
        DataLoader.shuffled = _shuffled  # type: ignore[method-assign]
    settings = Settings()
    if epochs is not None:
        settings = replace(settings, search=replace(settings.search, epochs=epochs))
    if training is not None:
        settings = replace(settings, training=replace(settings.training, epochs=training))
    split = load_split(data, None if folder is None else Path(folder), seed)
    begun = time.process_time()
    ended: list[float] = [begun]

    def listen(epoch: Progress) -> None:
        if epoch.phase == "search":
            ended.append(time.process_time())

    network = search(split, settings, seed, "cpu", listen)
    seconds = time.process_time() - begun
    if network.readout is None:
        raise ValueError("the searched network has no readout; data with classes are needed")
    test = DataLoader.of(torch.device("cpu"), split.test)
    told = evaluate_network(network, network.readout, test, settings.training)
    each = [round(end - begin, 3) for begin, end in pairwise(ended)]
    sys.stdout.write(json.dumps({"accuracy": told["accuracy"], "seconds": round(seconds, 1), "epochs": each}) + "\n")


def _shuffled(self: DataLoader, size: int, *seed: int) -> list[Any]:
    """Indices of all samples in random batches, whatever their lengths."""
    order = np.random.default_rng(seed).permutation(len(self))
    return [order[start : start + size] for start in range(0, len(self), size)]


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
