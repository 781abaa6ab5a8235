"""Run the network of this folder in Lava: `python run.py spikes.npz recording.npz --steps 40`."""

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from targets.backends.lava.network import TOLD, load
from targets.backends.lava.scratch import scratch
from targets.backends.lava.simulate import Array, Recorded, allow_many_files, read, simulate, write
from targets.contracts.shown import shown
from targets.contracts.spike_digest import spike_digest


class Packed(NamedTuple):
    """Spikes as `spike_digest` takes them."""

    packed: Array
    neurons: int
    lengths: Array


def main(arguments: list[str]) -> int:
    """Run, write the recording, print spike counts of every population and the spike digest."""
    parser = argparse.ArgumentParser(prog="run.py", description="Run the network of this folder in Lava.")
    parser.add_argument("spikes", type=Path, help=".npz: 0 and 1 [sample, time, neuron] under the name of every input")
    parser.add_argument("recording", type=Path, nargs="?", help=".npz to write")
    parser.add_argument("--steps", type=int, help="run the first steps of every sample only")
    asked = parser.parse_args(arguments)
    here = Path(__file__).parent
    network, told = load(here), json.loads((here / TOLD).read_text(encoding="utf-8"))
    given = read(asked.spikes, network)
    most = min(dense.shape[1] for dense, _ in given.values())
    steps = most if asked.steps is None else asked.steps
    if not 0 < steps <= most:
        parser.error(f"--steps is {steps}; the spikes have {most} steps, so choose 1 to {most}")
    lengths = np.minimum(next(iter(given.values()))[1], steps).astype(np.int32)
    heard = np.arange(steps)[:, None] < lengths[:, None, None]
    late = max(told["latency"].values(), default=0)
    inputs = {name: np.pad(dense[:, :steps] * heard, ((0, 0), (0, late), (0, 0))) for name, (dense, _) in given.items()}
    tempfile.tempdir = str(scratch())
    allow_many_files()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        recorded = _own(simulate(network, inputs, Path(folder)), told, steps)
    if asked.recording is not None:
        write(recorded, asked.recording)
    for name, population in recorded.items():
        counted = population.spikes & heard
        for sample, count in enumerate(counted.sum(axis=(1, 2))):
            sys.stdout.write(f"{shown(name)} sample {sample}: {count} spikes\n")
    packed = {
        name: Packed(np.packbits(each.spikes, axis=2), each.spikes.shape[2], lengths) for name, each in recorded.items()
    }
    sys.stdout.write(f"spike digest {spike_digest(packed)}\n")
    return 0


def _own(recorded: Mapping[str, Recorded], told: Mapping[str, Mapping[str, int]], steps: int) -> dict[str, Recorded]:
    """The populations that are read, each in the time of the network: a late one is shifted back."""
    found = {}
    for name, population in recorded.items():
        if name not in told["unread"]:
            first = told["latency"].get(name, 0)
            found[name] = population._replace(spikes=population.spikes[:, first : first + steps])
    return found


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Exception:
        traceback.print_exc()
        # Lava's processes wait for ever after a failure, and the interpreter for them.
        for process in multiprocessing.active_children():
            process.kill()
        os._exit(1)
