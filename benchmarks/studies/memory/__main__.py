"""python -m benchmarks.studies.memory."""

import sys

from benchmarks.studies.memory.command import main

if __name__ == "__main__":
    sys.exit(main())
