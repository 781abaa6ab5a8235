"""One file, one pass: each exports the function of its name, and the types that this returns."""

ORDER = ("retime", "fold", "quantize", "prune", "bounds", "coarsen", "partition", "place", "refine")
"""Passes in the order of the chain, compiler/pipeline.py."""
