"""check_outputs: which neurons the Outputs of a graph hear, told where nothing else would show it."""

from collections.abc import Mapping, Sequence

from compiler.frontends.nir.nodes import NEURONS, PASSING, Node
from compiler.frontends.nir.unnest import Edges, Tell
from targets.contracts.errors import InputError

_MOST = 5
"""Names in a sentence."""


def check_outputs(nodes: Mapping[str, Node], edges: Edges, tell: Tell) -> None:
    """Raise InputError for an Output of what is no spike; `tell` what a graph of spikes alone does not show.

    That is the neurons behind every Output where there are several, or where one sums several; neurons that are heard
    by no Output, not even through others, though there are Outputs; and neurons that hear nothing.
    """
    before: dict[str, list[str]] = {name: [] for name in nodes}
    for start, end in edges:
        before[end].append(start)
    outputs = [name for name, node in nodes.items() if node.kind == "Output"]
    sources = {name: _sources(name, nodes, before) for name in outputs}
    if len(outputs) > 1 or any(len(heard) != 1 for heard in sources.values()):
        for name, heard in sources.items():
            tell(_sentence(name, heard))
    neurons = [name for name, node in nodes.items() if node.kind in NEURONS]
    used = _ancestors(outputs, before)
    unheard = [name for name in neurons if name not in used]
    if outputs and unheard:
        tell(
            f"no Output hears {_listed(unheard)}, not even through other neurons; compiled all the same, so remove "
            "what is not needed."
        )
    if deaf := [name for name in neurons if not before[name]]:
        tell(f"no edge leads to {_listed(deaf)}: nothing but v_leak can make them spike.")


def _sources(output: str, nodes: Mapping[str, Node], before: Mapping[str, Sequence[str]]) -> list[str]:
    """Neurons and Inputs whose spikes or voltages reach an Output unchanged; InputError for anything else that does."""
    found, waiting, seen = [], list(before[output]), {output}
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if nodes[name].kind in PASSING:
            waiting += before[name]
        elif nodes[name].kind in NEURONS or nodes[name].kind == "Input":
            found.append(name)
        else:
            raise InputError(
                f"output {output!r} is what {nodes[name].kind} {name!r} computes; only spikes can be recorded, "
                "so end the graph with a neuron."
            )
    return sorted(found)


def _sentence(output: str, heard: Sequence[str]) -> str:
    if not heard:
        return f"Output {output!r} hears nothing."
    if len(heard) == 1:
        return f"Output {output!r} is {heard[0]!r}, and is recorded under that name."
    return f"Output {output!r} is the sum of {_listed(heard)}, which are recorded each by itself."


def _ancestors(ends: Sequence[str], before: Mapping[str, Sequence[str]]) -> set[str]:
    """`ends` and everything from which a path leads to one of them."""
    found, waiting = set(ends), list(ends)
    while waiting:
        for name in before[waiting.pop()]:
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST:,} more" if len(names) > _MOST else ""
    return ", ".join(repr(name) for name in names[:_MOST]) + more
