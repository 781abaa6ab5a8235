"""A worker that does what it is told: answers, waits or dies."""

import os
import sys
import time
from pathlib import Path

from motifc.workers.serve import serve


def handle(line: str) -> str:
    word, *rest = line.split()
    if word == "die":
        tries = Path(rest[-1])
        tries.write_text((tries.read_text() if tries.exists() else "") + "x")
        if rest[0] == "once" and len(tries.read_text()) > 1:
            return "alive"
        os.kill(os.getpid(), 9)
    if word == "sleep":
        for place in rest:
            Path(place).write_text(str(os.getpid()))
        time.sleep(600)
    if word == "wait":
        time.sleep(1)
        return os.environ["NUMBER"]
    sys.stdout.write("what is printed is no answer\n")
    return f"{sys.argv[1] if sys.argv[1:] else ''} {line} on {os.environ['OMP_NUM_THREADS']} thread"


if __name__ == "__main__":
    serve(handle)
