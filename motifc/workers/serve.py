"""serve: the side of a worker; it answers every line with a line and never outlives who asks."""

import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def serve(handle: Callable[[str], str]) -> None:
    """Answer each line of standard input with what `handle` gives for it, a line without its end, until there is none.

    Once standard input is closed, as it is by the end of whoever wrote to it, however it ended, the process ends at
    once, whatever it is doing. Ctrl-C is left to the one who asks. What is printed goes to standard error.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    lines: queue.Queue[str] = queue.Queue()
    # A thread of its own, so that the end is noticed in the middle of work too.
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()
    while True:
        answer = handle(lines.get())
        answers.write(f"{answer}\n")
        answers.flush()


@contextmanager
def printing_to(path: Path) -> Iterator[None]:
    """What this process prints inside, its libraries included, is added to a file."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    try:
        for place in (1, 2):
            os.dup2(handle, place)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for old, place in zip(kept, (1, 2), strict=True):
            os.dup2(old, place)
            os.close(old)
        os.close(handle)


def _listen(lines: "queue.Queue[str]") -> None:
    for line in sys.stdin:
        lines.put(line.rstrip("\n"))
    os._exit(0)
