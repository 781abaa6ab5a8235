"""The command line that all studies share, and where they write."""

from argparse import ArgumentParser
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGES = ROOT / "docs" / "results"
ROWS = Path(__file__).parent / "results"


def parser(about: str, seeds: int | None = None) -> ArgumentParser:
    """Options: how many seeds, where a study has several; processes at once; folders of the page and of the rows."""
    made = ArgumentParser(description=about)
    if seeds is not None:
        made.add_argument("--seeds", type=int, default=seeds, help="seeds from 0 on (default: %(default)s)")
    made.add_argument("--jobs", type=int, default=1, help="measured at the same time, one processor each")
    made.add_argument("--out", type=Path, default=PAGES, help="folder of the page and its pictures")
    made.add_argument("--rows", type=Path, default=ROWS, help="folder of the rows; what it holds is not measured again")
    return made
