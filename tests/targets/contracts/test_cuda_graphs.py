"""Recordings of launches: with a stand-in for the graph, which no CPU has, and on a GPU where there is one."""

from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from targets.contracts import cuda_graphs  # noqa: E402
from targets.contracts.cuda_graphs import Graphs  # noqa: E402


@pytest.fixture
def recordings(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], Any]]:
    """All that was recorded; a recording repeats the work on the tensors it was made with, in place of its results."""
    made: list[Callable[[], Any]] = []

    def recorded(work: Callable[[], tuple[Any, ...]]) -> Callable[[], Any]:
        results = work()
        made.append(work)

        def replay() -> Any:
            for place, each in zip(results, work(), strict=True):
                place.copy_(each)
            return results

        return replay

    monkeypatch.setattr(cuda_graphs, "_replays", lambda given: True)
    monkeypatch.setattr(cuda_graphs, "recorded", recorded)
    return made


def test_a_recording_is_replayed_with_other_numbers(recordings: list[Any]) -> None:
    graphs, calls = Graphs(), []

    def launch(a: Any, b: Any) -> tuple[Any, ...]:
        calls.append(a.tolist())
        return a + b, a * b

    first = graphs.run("sum", launch, (torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])))
    with torch.inference_mode():  # what was recorded outside may be used inside, and the other way round
        second = graphs.run("sum", launch, (torch.tensor([5.0, 6.0]), torch.tensor([7.0, 8.0])))
    assert [each.tolist() for each in first] == [[4.0, 6.0], [3.0, 8.0]]
    assert [each.tolist() for each in second] == [[12.0, 14.0], [35.0, 48.0]]
    assert len(recordings) == 1
    with torch.inference_mode():
        graphs.run("other", launch, (torch.ones(2), torch.ones(2)))
    graphs.run("other", launch, (torch.zeros(2), torch.ones(2)))
    assert len(recordings) == 2


def test_another_key_shape_or_type_is_another_recording_and_few_are_kept(recordings: list[Any]) -> None:
    graphs, one = Graphs(), torch.ones(2)
    cases = [("a", one), ("b", one), ("a", torch.ones(3)), ("a", one.double())]
    for key, given in cases * 2:
        graphs.run(key, lambda each: (each,), (given,))
    assert len(recordings) == len(cases)
    graphs.run("a", lambda each: (each,), (one,))
    graphs.run("c", lambda each: (each,), (one,))  # the latest used stay
    graphs.run("a", lambda each: (each,), (one,))
    assert len(recordings) == len(cases) + 1
    graphs.run("b", lambda each: (each,), (one,))
    assert len(recordings) == len(cases) + 2


def test_what_cannot_be_recorded_leaves_nothing_behind(recordings: list[Any]) -> None:
    def fail(each: Any) -> tuple[Any, ...]:
        raise ValueError("of no use")

    graphs = Graphs()
    for _ in range(2):
        with pytest.raises(ValueError, match="of no use"):
            graphs.run("a", fail, (torch.ones(1),))
    graphs.run("a", lambda each: (each,), (torch.ones(1),))
    assert len(recordings) == 1


def test_on_a_cpu_the_work_is_done_as_it_is() -> None:
    given = (torch.ones(2),)
    assert Graphs().run("a", lambda each: (each,), given)[0] is given[0]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_a_graph_gives_what_the_work_gives() -> None:
    graphs = Graphs()
    for value in (1.0, 2.0, 3.0):
        given = torch.full((4,), value, device="cuda")
        (told,) = graphs.run("a", lambda each: (each.cumsum(0),), (given,))
        assert told.tolist() == given.cumsum(0).tolist()
