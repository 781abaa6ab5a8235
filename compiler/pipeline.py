"""The chain from Network to Program, on one screen."""

from compiler.assemble import assemble
from compiler.frontends.network import lower
from compiler.passes.fold import fold
from compiler.passes.partition import partition
from compiler.passes.place import place
from compiler.passes.quantize import quantize
from search.network import Network
from targets.check import legal
from targets.chip import ChipSpec, chip_named
from targets.program import Program

_SETTINGS = {"partition": "first fit in index order", "place": "row-major"}


def compile_network(network: Network, chip: str | ChipSpec = "loihi2") -> Program:
    """Compile `network` for a chip, given by name or as a ChipSpec; the same network gives the same digest.

    Raises InputError with one sentence for every limit of the chip that the network would break.
    """
    spec = chip_named(chip) if isinstance(chip, str) else chip
    floats = fold(lower(network))
    integers = quantize(floats, spec)
    cut = partition(integers, spec)
    placed = place(cut, spec)
    return legal(assemble(integers, cut, placed, spec, _SETTINGS), spec)
