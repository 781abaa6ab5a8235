"""NIR: a program or network as a graph of the Neuromorphic Intermediate Representation, which others import."""

from compiler.exports.nir.write import TAKES_NETWORKS, caveats, export

__all__ = ["TAKES_NETWORKS", "caveats", "export"]
