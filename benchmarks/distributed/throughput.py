"""What a rank does while it is measured: `python -m benchmarks.distributed.throughput SAMPLES`, a line of JSON."""

import json
import os
import sys
import time
from dataclasses import replace
from typing import Any

import torch

from benchmarks.distributed.memory import Recordings
from search.data.recordings import recordings_split
from search.nas.methods import search_by
from search.ranks import Ranks, joined
from search.settings import ModelSettings, SearchSettings, Settings, TrainingSettings

_SETTINGS = Settings(
    model=ModelSettings(neurons=(256,), sizes=(4, 8)),
    search=SearchSettings(epochs=2),
    training=TrainingSettings(epochs=4, shards=4),
)


def measured(ranks: Ranks, samples: int, shards: int) -> dict[str, Any]:
    """Wall and CPU seconds of a search by HRMAS, and what it finds; a short one before it loads what is compiled."""
    split = recordings_split(Recordings(samples), seed=0)
    settings = replace(_SETTINGS, training=replace(_SETTINGS.training, shards=shards))
    brief = replace(settings, search=SearchSettings(epochs=1), training=replace(settings.training, epochs=1))
    search_by("hrmas", split, brief, 0, "cpu", ranks=ranks)
    ranks.broadcast()  # all begin together
    wall, cpu = time.perf_counter(), time.process_time()
    network = search_by("hrmas", split, settings, 0, "cpu", ranks=ranks)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    taken = sum(network.settings["passes"].values())
    return {"digest": network.digest, "passes": taken, "wall": wall, "cpu": cpu, "load": os.getloadavg()[0]}


def main() -> None:
    """Measure as one of the ranks that the environment tells of."""
    torch.set_num_threads(1)
    with joined("cpu") as ranks:
        found = measured(ranks, int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(json.dumps({"rank": ranks.rank, **found}) + "\n")


if __name__ == "__main__":
    main()
