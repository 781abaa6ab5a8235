"""python -m benchmarks.distributed."""

from benchmarks.distributed.command import main

main()
