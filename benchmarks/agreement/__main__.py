"""`python -m benchmarks.agreement`."""

import sys

from benchmarks.agreement.command import main

if __name__ == "__main__":
    sys.exit(main())
