"""Every test of a task has a cache of its own."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_cache(own_cache: Path) -> None:
    pass
