"""Events of a cochlea in steps of equal duration."""

from search.data.encoders.events import frames
from targets.contracts.arrays import Array


def channel_bins(events: Array, channels: int, step: int, longest: int) -> Array:
    """Spikes bool [time, channel] of events with fields x, t, p; `step` in microseconds from the start of the clock.

    As many steps as reach over the last event, at least 1 and at most `longest`; what comes later is cut. Several
    events of a channel in one step are one spike.
    """
    last = int(events["t"].max()) if events.size else 0
    return frames(events, (channels, 1, 1), min(last // step + 1, longest), step, 0)
