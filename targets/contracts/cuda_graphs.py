"""Graphs: launches on a GPU, recorded once as a CUDA graph and replayed with other numbers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from torch import Tensor

T = TypeVar("T")
Tensors = tuple["Tensor", ...]
_MOST = 4
"""Recordings kept by one owner; each holds memory for all that it reads and writes."""


class Graphs:
    """The recordings of one owner, the latest used of them; launches on its behalf come from one stream."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[Tensors, Callable[[], Tensors]]] = OrderedDict()
        self._one_by_one = Lock()

    def run(self, key: Hashable, launch: Callable[..., Tensors], given: Tensors) -> Tensors:
        """What `launch(*given)` gives, at the cost of one launch where it was recorded before.

        `key` tells, with shapes and types of `given`, all else that the launches depend on. On a CPU, and while a graph
        is being recorded, they are made as they are.
        """
        if not _replays(given):
            return launch(*given)
        import torch

        whole = key, *((each.shape, each.dtype, each.device) for each in given)
        with self._one_by_one:
            if whole not in self._kept:
                with torch.inference_mode(False), torch.no_grad():
                    static = tuple(each.clone() for each in given)
                    self._kept[whole] = static, recorded(lambda: launch(*static))
                if len(self._kept) > _MOST:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(whole)
            static, replay = self._kept[whole]
            for place, each in zip(static, given, strict=True):
                place.copy_(each)
            return tuple(each.clone() for each in replay())


def _replays(given: Tensors) -> bool:
    """Whether a graph can be recorded here and now."""
    import torch

    return given[0].is_cuda and not torch.cuda.is_current_stream_capturing()


def recorded(work: Callable[[], T]) -> Callable[[], T]:
    """The launches of `work` as a CUDA graph: a function that replays them and gives the same results, anew.

    They are made three times before: what is compiled on the way cannot be recorded.
    """
    import torch

    stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            work()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, capture_error_mode="thread_local"):
        results = work()

    def replay() -> T:
        graph.replay()
        return results

    return replay
