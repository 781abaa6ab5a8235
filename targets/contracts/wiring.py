"""wiring_faults: do names and shapes fit together? Asked alike of networks, graphs and programs."""

from collections.abc import Sequence
from typing import Protocol

from targets.contracts.ports import Input, Readout
from targets.contracts.shown import brief
from targets.contracts.synapses import Synapses


class Node(Protocol):
    """A layer or population."""

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def neurons(self) -> int: ...  # noqa: D102


class Edge(Protocol):
    """A connection or projection."""

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def source(self) -> str: ...  # noqa: D102

    @property
    def target(self) -> str: ...  # noqa: D102

    @property
    def synapses(self) -> Synapses: ...  # noqa: D102

    @property
    def delay(self) -> int: ...  # noqa: D102


def wiring_faults(
    whole: str,
    inputs: Sequence[Input],
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    outputs: Sequence[str] = (),
    readout: Readout | None = None,
) -> tuple[str, ...]:
    """Every fault of names and shapes, one sentence each; `whole` is "network", "graph" or "program"."""
    widths = {source.name: source.neurons for source in inputs} | {node.name: node.neurons for node in nodes}
    targets = {node.name: node.neurons for node in nodes}
    faults = []
    if not inputs or not nodes:
        faults.append(f"the {whole} has {len(inputs)} inputs and {len(nodes)} populations; it needs one of each.")
    if len(widths) < len(inputs) + len(nodes):
        faults.append(f"two inputs or populations of the {whole} have the same name; rename one.")
    if len({edge.name for edge in edges}) < len(edges):
        faults.append(f"two projections of the {whole} have the same name; rename one.")
    for edge in edges:
        if edge.source not in widths or edge.target not in targets:
            faults.append(
                f"projection {edge.name!r} goes from {brief(edge.source)} to {brief(edge.target)}; "
                f"the {whole} has {sorted(widths)}, so correct the name."
            )
        elif edge.synapses.shape != (needed := (widths[edge.target], widths[edge.source])):
            faults.append(
                f"projection {edge.name!r} has weights {edge.synapses.shape} [post, pre]; "
                f"its ends need {needed}, so match them."
            )
    named = (*outputs, *(() if readout is None else (readout.population,)))
    faults += [
        f"output {brief(name)} is no population of the {whole}, which has {sorted(targets)}; correct the name."
        for name in named
        if name not in targets
    ]
    if readout is not None and readout.population in targets:
        neurons = targets[readout.population]
        if readout.classes < 1 or neurons % readout.classes:
            faults.append(
                f"readout {readout.population!r} has {neurons} neurons for {readout.classes} classes; "
                "every class needs the same number of neurons, so change one of the two."
            )
        voltages = {node.name for node in nodes if getattr(node, "unit", None) is not None}
        if (readout.by == "spikes") == (readout.population in voltages):
            answer = "voltage" if readout.population in voltages else "spikes"
            legal = "'last', 'peak' or 'value' of the voltage" if answer == "voltage" else "'spikes'"
            faults.append(
                f"readout {readout.population!r} goes by {readout.by!r} of neurons that answer in {answer}; {legal} "
                "is needed, so change it."
            )
    return tuple(faults)
