"""Run the benchmark of speed: python -m benchmarks.mapping.speed --old FOLDER --out docs/benchmarks/mapping_speed.md"""

from benchmarks.mapping.speed.command import main

if __name__ == "__main__":
    raise SystemExit(main())
