"""python -m benchmarks.simulation."""

import sys

from benchmarks.simulation.command import main

if __name__ == "__main__":
    sys.exit(main())
