"""Strange graphs in memory are read or refused; a slice of those that the command tries."""

import pytest

from benchmarks.producers.strange import judged, lines


@pytest.mark.slow
def test_no_strange_graph_ends_in_a_traceback() -> None:
    told, good = lines(1_000_000, 1_500)
    assert good, "\n".join(told)
    kinds = [judged(seed).kind for seed in range(300)]
    assert 40 < kinds.count("read") < 200
