"""Run the network of this folder in Lava: `python run.py spikes.npz recording.npz`."""

import multiprocessing
import os
import sys
import tempfile
import traceback
from pathlib import Path

from targets.backends.lava.scratch import scratch
from targets.backends.lava.simulate import simulate_folder
from targets.contracts.shown import shown


def main(arguments: list[str]) -> int:
    """Run, write the recording, print the spike counts of every population; 2 when the arguments are wrong."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python run.py spikes.npz recording.npz\n")
        return 2
    tempfile.tempdir = str(scratch())
    spikes, recording = (Path(argument) for argument in arguments)
    for name, population in simulate_folder(Path(__file__).parent, spikes, recording).items():
        for sample, counts in enumerate(population.spikes.sum(axis=(1, 2))):
            sys.stdout.write(f"{shown(name)} sample {sample}: {counts} spikes\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Exception:
        traceback.print_exc()
        # Lava's processes wait for ever after a failure, and the interpreter for them.
        for process in multiprocessing.active_children():
            process.kill()
        os._exit(1)
