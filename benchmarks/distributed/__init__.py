"""One search by several processes, and data that are larger than memory: `python -m benchmarks.distributed`."""
