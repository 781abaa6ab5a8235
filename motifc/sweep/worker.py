"""The process of a worker: python -m motifc.sweep.worker DEVICE, told a folder and a digest on every line."""

import json
import sys
from pathlib import Path

from motifc.sweep.chain import run_trial
from motifc.sweep.outcome import LOG
from motifc.workers.serve import printing_to, serve


def main() -> None:
    """Run what standard input names."""
    device = sys.argv[1]

    def run(line: str) -> str:
        folder, digest = json.loads(line)
        with printing_to(Path(folder) / LOG):
            return "done" if run_trial(Path(folder), digest, device) else "failed"

    serve(run)


if __name__ == "__main__":
    main()
