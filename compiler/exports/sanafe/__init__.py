"""SANA-FE: a program on its chip, with recorded spikes, for that simulator of energy and time."""

from compiler.exports.sanafe.write import TAKES_SPIKES, export

__all__ = ["TAKES_SPIKES", "export"]
