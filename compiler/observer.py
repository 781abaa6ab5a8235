"""Observer: what watches a chain of passes, names the one that fails and hands every stage on."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
Watch = Callable[[str, object], None]
"""Called with the name of a pass and what it returned, pass after pass."""


class Observer:
    """Runs passes one after the other: `step(quantize, graph, chip)` is `quantize(graph, chip)`, observed.

    An exception gets a note that names its pass and those before it.
    """

    def __init__(self, watch: Watch | None, begins: Callable[[str], None] | None = None) -> None:
        self._watch, self._begins = watch, begins
        self._done: list[str] = []

    def __call__(self, run: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What `run` returns for these arguments."""
        name = getattr(run, "__name__", repr(run))
        if self._begins is not None:
            self._begins(name)
        try:
            stage = run(*args, **kwargs)
        except Exception as error:
            error.add_note(f"in pass {name!r}, after {', '.join(self._done) or 'no other'}")
            raise
        self.tell(name, stage)
        return stage

    def tell(self, name: str, stage: object) -> None:
        """Note a stage that no pass made, such as the graph a chain begins with."""
        self._done.append(name)
        if self._watch is not None:
            self._watch(name, stage)
