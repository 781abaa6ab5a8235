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


def test_what_comes_again_is_recorded_and_replayed_with_other_numbers(recordings: list[Any]) -> None:
    graphs, ones = Graphs(), torch.ones(2)

    def launch(a: Any, b: Any) -> tuple[Any, ...]:
        return a + b, a * b

    for inference in (False, True):  # what was recorded outside may be used inside, and the other way round
        for number in range(4):
            with torch.inference_mode(inference):
                told = graphs.run(inference, launch, ((1.0 + number) * ones, 3 * ones))
            with torch.inference_mode(not inference):
                other = graphs.run(inference, launch, ((2.0 + number) * ones, 5 * ones))
            assert [each.tolist() for each in told] == [[4.0 + number] * 2, [3.0 + 3 * number] * 2]
            assert [each.tolist() for each in other] == [[7.0 + number] * 2, [10.0 + 5 * number] * 2]
    assert len(recordings) == 2


def same(each: Any) -> tuple[Any, ...]:
    return (each,)


def test_another_key_shape_or_type_is_another_recording_and_the_latest_four_stay(recordings: list[Any]) -> None:
    graphs, one = Graphs(), torch.ones(2)
    cases = [("a", one), ("b", one), ("a", torch.ones(3)), ("a", one.double())]
    for key, given in cases * 3:
        graphs.run(key, same, (given,))
    assert len(recordings) == 4
    graphs.run("a", same, (one,))
    graphs.run("c", same, (one,))
    graphs.run("a", same, (one,))
    assert len(recordings) == 4
    for _ in range(2):
        graphs.run("b", same, (one,))  # forgotten when "c" came
    assert len(recordings) == 5


def test_shapes_that_come_in_turn_too_many_to_remember_are_never_recorded(recordings: list[Any]) -> None:
    graphs = Graphs()
    for size in [*range(1, 7)] * 3:
        assert graphs.run("a", same, (torch.ones(size),))[0].tolist() == [1.0] * size
    assert not recordings


def test_what_cannot_be_recorded_leaves_nothing_behind(recordings: list[Any]) -> None:
    def fail(each: Any) -> tuple[Any, ...]:
        raise ValueError("of no use")

    graphs = Graphs()
    graphs.run("a", same, (torch.ones(1),))
    for _ in range(2):
        with pytest.raises(ValueError, match="of no use"):
            graphs.run("a", fail, (torch.ones(1),))
    assert not recordings
    for _ in range(3):
        assert graphs.run("a", same, (torch.zeros(1),))[0].tolist() == [0.0]
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
