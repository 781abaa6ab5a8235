"""Run the benchmark of the kernels: python -m benchmarks.kernels --out docs/benchmarks/kernels.md"""

from benchmarks.kernels.command import main

if __name__ == "__main__":
    main()
