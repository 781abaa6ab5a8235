"""Level crossings: a signal as events, one each time it has moved by a threshold (send-on-delta)."""

import numpy as np

from targets.contracts.arrays import Array, Floats


def delta_spikes(signal: Floats, threshold: float, repeat: int) -> Array:
    """ON and OFF events of a signal [time, channel], interpolated to `repeat` steps per sample: bool [step, neuron].

    ```
    x      signal, linear between its samples, the first one held for the first `repeat` steps
    on[t]  = x[t] - ref >= threshold
    off[t] = ref - x[t] >= threshold
    ref    = ref + threshold * (on[t] - off[t])              # at most one event per channel and step; ref starts at 0
    ```
    As the reference starts at 0 the first events tell the level and the later ones its changes; a signal that moves
    faster than one threshold per step is followed with a lag. Result: step = time * repeat, neuron = polarity *
    channels + channel, polarity 0 being OFF and 1 ON (M. Miskowicz, "Send-On-Delta Concept", Sensors 6(1), 2006).
    """
    samples, channels = signal.shape
    at = np.arange(1, samples * repeat + 1) / repeat - 1
    fine = np.stack([np.interp(at, np.arange(samples), channel) for channel in signal.T], axis=1)
    spikes = np.zeros((len(fine), 2, channels), dtype=bool)
    reference = np.zeros(channels)
    for t, value in enumerate(fine):
        change = value - reference
        spikes[t] = change <= -threshold, change >= threshold
        reference += threshold * (spikes[t, 1].astype(np.float64) - spikes[t, 0])
    return spikes.reshape(len(fine), 2 * channels)
