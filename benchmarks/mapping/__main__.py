"""Run the mapping benchmark: python -m benchmarks.mapping --out docs/benchmarks/map.md"""

from benchmarks.mapping.command import main

if __name__ == "__main__":
    main()
