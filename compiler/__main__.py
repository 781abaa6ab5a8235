"""python -m compiler is motifc."""

from compiler.cli import main

main()
