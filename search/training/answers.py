"""answers: what populations did on a batch, the readout in the steps that it looks at."""

from collections.abc import Collection, Mapping, Sequence

import torch

from search.data.loader import Batch
from search.training.kernels.loop import Trace, Wire
from search.training.kernels.network import Summary, summaries_of_copies, summarized, traces_of_copies
from search.training.neuron import Cells, GradientRule
from targets.contracts.ports import Readout


def answers_of_copies(
    batch: Batch,
    inputs: Collection[str],
    populations: Mapping[str, Cells],
    common: Sequence[Wire],
    own: Sequence[Sequence[Wire]],
    rule: GradientRule,
    readout: Readout,
    about: Collection[str] | None = None,
) -> list[dict[str, Summary]]:
    """As `summaries_of_copies`, but of the readout what counts for its answer.

    With a window spikes and mean voltage are those of its steps. Of neurons that answer in voltage, the voltage that
    they answer with takes the place of the mean. Only a readout of all steps is summed up within the kernels.
    """
    if readout.by == "spikes" and not readout.window:
        return summaries_of_copies(batch, inputs, populations, common, own, rule, about)
    copies = traces_of_copies(batch, inputs, populations, common, own, rule, about)
    return [
        {
            name: _seen(trace, batch, readout) if name == readout.population else summarized(trace, batch)
            for name, trace in copy.items()
        }
        for copy in copies
    ]


def _seen(trace: Trace, batch: Batch, readout: Readout) -> Summary:
    """The trace of a readout [time, batch, neuron] through its window."""
    steps = torch.arange(len(trace.voltages), device=trace.voltages.device)[:, None]
    ends = batch.lengths
    looked = ((steps < ends) & (steps >= ends - (readout.window or len(steps))))[:, :, None]
    counts = (trace.spikes * looked).sum(0)
    if readout.by in ("last", "value"):
        return Summary(counts, (trace.voltages * (steps == ends - 1)[:, :, None]).sum(0))
    if readout.by == "peak":
        peak = trace.voltages.masked_fill(~looked, -torch.inf).amax(0)
        return Summary(counts, torch.where(ends[:, None] > 0, peak, 0.0))
    return Summary(counts, (trace.voltages * looked).sum(0) / looked.sum(0).clamp(min=1))
