"""own_time: a recording in the time of the network, however late its populations are; lengthened: inputs for that."""

from collections.abc import Mapping

from targets.contracts.raster import SpikeRaster
from targets.program.program import Program
from targets.runtime.recording import Recording, Trace


def lengthened(inputs: Mapping[str, SpikeRaster], latest: int) -> dict[str, SpikeRaster]:
    """Inputs as a program runs them whose latest population is `latest` steps late.

    Silent after each sample's length, since what does not count must not be heard, and longer by `latest` steps, which
    do not count either: in these the late populations end what the last steps of the input began.
    """
    return {name: raster.counted().padded(latest) for name, raster in inputs.items()}


def own_time(program: Program, recording: Recording, steps: int) -> Recording:
    """What the network did in `steps` steps, from what a machine recorded of `program` on `lengthened` inputs.

    Step t of each population is the network's step t, so of spikes and traces the first `latency` steps are left out,
    and what follows the last of `steps`. Populations that stand for biases are left out too. u and v remain those
    after the last step of the machine, for all populations at once.
    """
    if not program.latest and len(program.own) == len(program.populations):
        return recording
    own = {population.name: population.latency for population in program.own}
    spikes = {
        name: raster.between(own[name], own[name] + steps) for name, raster in recording.spikes.items() if name in own
    }
    traces = {
        name: Trace(*(register[:, own[name] : own[name] + steps] for register in (trace.u, trace.v)))
        for name, trace in recording.traces.items()
        if name in own
    }
    u, v = ({name: values for name, values in state.items() if name in own} for state in (recording.u, recording.v))
    return Recording(spikes, u, v, traces)
