"""Run it with: python -m benchmarks.studies.paper --data FOLDER."""

import sys

from benchmarks.studies.paper.command import main

if __name__ == "__main__":
    sys.exit(main())
