"""ClusterJob: what submitit runs of a trial, on another machine or in another process."""

import fcntl
import os
import threading
from pathlib import Path
from typing import Any

from motifc.sweep.chain import run_trial
from motifc.sweep.outcome import LOG
from motifc.workers.serve import printing_to


class ClusterJob:
    """Called with the folder of a trial, its digest and a device; once time is over it is sent again as it is."""

    def __call__(self, folder: str, digest: str, device: str, alive: str) -> str:
        """Run the trial from where it stopped; the answer is read by nobody, the trial's folder tells all.

        `alive` is a file that whoever submitted holds the lock of, whose end is then ours; "" for none.
        """
        if alive:
            threading.Thread(target=_end_with, args=(alive,), daemon=True).start()
        with printing_to(Path(folder) / LOG):
            return "done" if run_trial(Path(folder), digest, device) else "failed"

    def checkpoint(self, folder: str, digest: str, device: str, alive: str) -> Any:
        """What submitit sends again: the same, which goes on from the trial's own checkpoint."""
        from submitit.helpers import DelayedSubmission

        return DelayedSubmission(self, folder, digest, device, alive)


def _end_with(alive: str) -> None:
    """End this process as soon as nobody holds the lock of a file."""
    handle = os.open(alive, os.O_RDONLY | os.O_CLOEXEC)
    fcntl.flock(handle, fcntl.LOCK_SH)
    os._exit(1)
