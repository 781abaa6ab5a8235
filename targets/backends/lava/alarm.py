"""alarm: a Lava process that dies takes the whole run with it, which would otherwise wait for it for ever."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def alarm() -> Iterator[None]:
    """While inside, end this process and its children as soon as a child dies, with one sentence on standard error.

    A child that ends with status 0 is left alone: that is how Lava's processes end, after an exception too.
    Where the system cannot wait for children without collecting them, nothing is noticed.
    """
    over = threading.Event()
    threading.Thread(target=_listen, args=(over,), daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _listen(over: threading.Event) -> None:
    if not hasattr(os, "waitid"):
        return
    while not over.is_set():
        try:
            # WNOWAIT leaves the dead to Lava, which collects its processes itself.
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        except ChildProcessError:
            ended = None
        if ended is None or not ended.si_status:
            over.wait(0.1)
        elif not over.is_set():
            _leave(_sentence(ended))


def _sentence(ended: os.waitid_result) -> str:
    if ended.si_code == os.CLD_EXITED:
        return f"a Lava process left with status {ended.si_status}"
    cause = signal.strsignal(ended.si_status)
    return f"a Lava process was killed by signal {ended.si_status} ({cause}); perhaps memory ran out"


def _leave(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
    for process in multiprocessing.active_children():
        process.kill()
    os._exit(1)
