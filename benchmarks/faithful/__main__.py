"""Run it with: python -m benchmarks.faithful"""

from benchmarks.faithful.command import main

if __name__ == "__main__":
    main()
