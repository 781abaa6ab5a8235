"""Run mutants: python -m benchmarks.mutation --seed 1 --sample 640"""

from benchmarks.mutation.command import main

if __name__ == "__main__":
    main()
