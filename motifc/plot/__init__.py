"""Plots of what motifc holds, on axes of matplotlib: in a notebook, in a paper, and on the page of `motifc report`."""

from motifc.plot.chip_map import chip_map, routes
from motifc.plot.history import history
from motifc.plot.membrane import membrane
from motifc.plot.motif import motif, motif_graph
from motifc.plot.raster import raster

__all__ = ("chip_map", "history", "membrane", "motif", "motif_graph", "raster", "routes")
