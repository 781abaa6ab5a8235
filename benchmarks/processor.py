"""CPU time and threads, for benchmarks whose work is done by other processes."""

import resource

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Variables of a process that works with one thread."""


def processor_seconds() -> float:
    """Seconds of the processor so far, of this process and of those of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)  # finer than the ticks of `os.times`
