"""python -m motifc is motifc."""

from motifc.cli import main

main()
