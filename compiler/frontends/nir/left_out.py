"""tell_left_out: parameters that files of nir before 1.0 do not hold, and that may have been others than are read."""

from compiler.frontends.nir.unnest import FlatGraph, Tell

_READ = {
    "v_reset": "is read as a reset to 0; if it was trained with a reset by subtraction, its spikes will be others.",
    "w_in": "is read as w_in = 1; if it was trained with another, its spikes will be others.",
}


def tell_left_out(graph: FlatGraph, tell: Tell) -> None:
    """`tell` says which neurons have no v_reset, and which no w_in.

    The equations of that time subtracted the threshold, and producers did either; nir 1.0 reads 0, and so it is read
    here. w_in was written by nobody, whatever it was.
    """
    for key, read in _READ.items():
        without = [name for name, node in graph.nodes.items() if key in node.missing]
        if without:
            more = f" and {len(without) - 3} more" if without[3:] else ""
            some = ", ".join(repr(name) for name in without[:3]) + more
            tell(f"the file has no {key} for {some}, as before nir 1.0, and {read}")
