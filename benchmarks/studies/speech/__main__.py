"""python -m benchmarks.studies.speech."""

from benchmarks.studies.speech.command import main

if __name__ == "__main__":
    main()
