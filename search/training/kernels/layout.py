"""Layout: the arrays that the kernels of a stage work on, the same for every device.

Everything that one number per neuron and sample is kept of is an array [row, lane] whose rows are neurons, or steps
times neurons, and whose lanes are 16 or 64 samples. Neurons of all copies of a stage stand one after the other.
"""

from typing import NamedTuple

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


class Events(NamedTuple):
    """Spikes from outside, in the order of steps and twice within a step.

    first    int32 [time * lane + 1]: where the events of each step and lane begin
    channel  int32 [event]: which input neuron has spiked
    ordered, lane  int32, uint8 [event]: input neuron and lane of the same events of a step, ordered by input neuron
    """

    first: Array
    channel: Array
    ordered: Array
    lane: Array


class Port(NamedTuple):
    """Spikes from outside and where they lead.

    channels number of input neurons
    weights  [64 neurons of one copy, then channel; neuron], the last ones filled up with zeros: a piece of 64 neurons
             is read for all events before the next one is
    delay    int32 [neuron of one copy]: steps from an event to its arrival, >= 1
    """

    events: Events
    channels: int
    weights: Array
    delay: Array


class Rule(NamedTuple):
    """How gradients pass a spike: `Surrogate` by its slope, or, where `tssl` is set, `TsslBp` by the other three."""

    tssl: bool
    slope: float
    clamp: float
    width: float
    silent: float
