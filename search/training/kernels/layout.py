"""Layout: the arrays that the kernels of a network work on, the same for every device.

Everything that one number per neuron and sample is kept of is an array [row, lane] whose rows are neurons, or steps
times neurons, and whose lanes are 16 or 64 samples. All populations of a network stand one after the other, and its
copies one after the other.
"""

from typing import NamedTuple

from search.training.neuron import GradientRule, Surrogate
from search.training.tssl import TsslBp
from targets.contracts.arrays import Array


class Cells(NamedTuple):
    """Parameters [neuron] of `search.training.kernels.loop.run`; the gain is within the weights."""

    keep_u: Array
    keep_v: Array
    bias: Array
    threshold: Array


class Links(NamedTuple):
    """The links at one end of every neuron, as rows of a compressed matrix.

    first   int32 [neuron + 1]: where the links of each neuron begin
    other   int32 [link]: the neuron at the other end
    delay   int32 [link]: steps from a spike to its arrival, >= 1
    weight  [link], times the gain of the neuron it leads to
    """

    first: Array
    other: Array
    delay: Array
    weight: Array


class Matrices(NamedTuple):
    """Weights that are stored whole, seen from one end; four neurons of this end, a tile, are worked on at a time.

    rows     neurons of this end
    ends     int64 [matrix, 7]: the first row of this end and how many, the first neuron of the other end and how many,
             the delay, where the weights begin, and whether an earlier one has the same rows
    row      int32 [neuron]: which row it is, or -1 where no matrix ends
    weight   [tile, neuron of the other end, 4] of all matrices in a row, times the gain of the neuron they lead to;
             the last tile is filled up with zeros
    """

    rows: int
    ends: Array
    row: Array
    weight: Array


class Events(NamedTuple):
    """Spikes from outside, twice: lane by lane, and by input neuron.

    first    int32 [time * lane + 1]: where the events of each step and lane begin
    channel  int32 [event]: which input neuron has spiked
    heard    uint64 [time * input neuron, eight of them a byte]: the lanes it spikes in, the first one the lowest bit
    """

    first: Array
    channel: Array
    heard: Array


class Ports(NamedTuple):
    """Where spikes from outside lead: a port is a matrix of weights onto some neurons of every copy.

    channels number of input neurons
    latest   the longest delay
    widest   rows of the largest port
    ends     int64 [port, 5]: the first neuron of one copy and how many, the first row and how many, filled up to whole
             pieces of 64, and the row of an earlier port onto the same neurons, -1 where there is none
    row      int32 [neuron of one copy]: the row in which its current arrives, or -1
    delay    int32 [row]: steps from an event to its arrival, >= 1
    weight   [64 rows, then channel; row within the 64]: a piece of 64 rows is read for all events before the next one
    """

    channels: int
    latest: int
    widest: int
    ends: Array
    row: Array
    delay: Array
    weight: Array


class Rule(NamedTuple):
    """How gradients pass a spike: `Surrogate` by its slope, or, where `tssl` is set, `TsslBp` by the other three."""

    tssl: bool
    slope: float
    clamp: float
    width: float
    silent: float

    @classmethod
    def of(cls, rule: GradientRule) -> "Rule":
        """That of a rule the kernels know."""
        if isinstance(rule, TsslBp):
            return cls(True, 0.0, rule.clamp, rule.width, rule.silent)
        return cls(False, rule.slope if isinstance(rule, Surrogate) else 0.0, 0.0, 0.0, 0.0)


class Numbers(NamedTuple):
    """What the kernels of a network compute with; links and matrices by the neurons they lead to and come from.

    longest  the longest delay between neurons, at least 1
    """

    cells: Cells
    incoming: Links
    outgoing: Links
    matrices: Matrices
    leaving: Matrices
    ports: Ports
    rule: Rule
    longest: int


class Wanted(NamedTuple):
    """Which gradients are asked for: of weights or of the gain they are multiplied by, and of parameters."""

    weights: bool
    keep_u: bool
    keep_v: bool
    bias: bool
    threshold: bool


class Slopes(NamedTuple):
    """Gradients as they are added up; without rows where nobody asks.

    links            [link, 16], to be summed over the 16
    matrices, ports  laid out as their weights
    keep_u, keep_v, bias, threshold   [neuron of all copies, 16], to be summed over the 16 and the copies
    """

    links: Array
    matrices: Array
    ports: Array
    keep_u: Array
    keep_v: Array
    bias: Array
    threshold: Array
