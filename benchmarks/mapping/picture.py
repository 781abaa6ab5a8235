"""draw: CPU seconds against neurons as a figure with logarithmic axes."""

from pathlib import Path

import numpy as np

from benchmarks.mapping.growth import COMPARABLE, exponent, mapping_alone, whole_chain
from benchmarks.mapping.results import Results

_ASKED = 1.2


def draw(results: Results, path: Path) -> None:
    """Write the figure: the whole chain, and coarsen to refine alone, on grids of motifs of 8."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    whole, mapping = whole_chain(results), mapping_alone(results)
    figure, axes = pyplot.subplots(figsize=(6.4, 4.2), layout="constrained")
    for name, points, marker, size, colour in (
        ("whole chain", whole, "o", 10, "#0072b2"),
        ("coarsen to refine alone", mapping, "^", 6, "#d55e00"),
    ):
        if points:
            slope = exponent(points)
            label = name if slope is None else f"{name}, exponent {slope:.2f} up to {COMPARABLE:,}"
            axes.plot(*zip(*points, strict=True), marker, color=colour, markersize=size, fillstyle="none", label=label)
    if points := whole or mapping:
        ends = np.array([points[0][0], points[-1][0]], dtype=float)
        asked = points[0][1] * (ends / ends[0]) ** _ASKED
        axes.plot(ends, asked, "--", color="#666666", label=f"asked: exponent {_ASKED}")
    axes.set(xscale="log", yscale="log", xlabel="neurons", ylabel="CPU seconds", title="Grids, motifs of 8 neurons")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
