"""Run the benchmark of unseen networks: python -m benchmarks.mapping.unseen --out docs/benchmarks/unseen.md"""

from benchmarks.mapping.unseen.command import main

if __name__ == "__main__":
    raise SystemExit(main())
