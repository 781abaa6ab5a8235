"""Delays: what of an undecided layer is expected to wait, and how many neurons a core then holds."""

from dataclasses import dataclass

import torch
from torch import Tensor

from search.nas.relaxed_layer import Choices, RelaxedLayer
from targets.contracts.chip import ChipSpec


@dataclass(frozen=True, eq=False)
class ExpectedDelays:
    """Delays of a candidate size, in expectation.

    links   [1 + direction] probability that the links of a group take more than one step
    heard   mean over the neurons of a motif of the probability that it hears its input later than after one step
    places  what a neuron takes of a core: one over the neurons that a core holds at the longest delay of the layer
    """

    links: Tensor
    heard: Tensor
    places: Tensor


def expected_delays(
    layer: RelaxedLayer, number: int, choices: Choices, linked: Tensor, chip: ChipSpec
) -> ExpectedDelays:
    """Of candidate `number`; a group without links has no delay: `linked` [1 + direction, post, pre] probabilities."""
    links = _likely(choices.delays, number, len(linked), linked)
    heard = _likely(choices.late, number, layer.sizes[number], linked)
    there = 1 - (1 - linked).flatten(1).prod(1)
    steps, after = linked.new_tensor(layer.delays), 1 + linked.new_tensor(layer.late)
    ends = sorted({*layer.delays, *(1 + late for late in layer.late)})
    # Probability that nothing of the layer takes longer than each of these delays, then that just this one is longest.
    within = torch.stack(
        [(1 - there * links[:, steps > end].sum(1)).prod() * (1 - heard[:, after > end].sum(1)).prod() for end in ends]
    )
    longest = torch.cat([within[:1], within[1:] - within[:-1]])
    held = longest.new_tensor([1 / chip.neurons_at(end) for end in ends])
    return ExpectedDelays(links[:, steps > 1].sum(1), heard[:, after > 1].sum(1).mean(), longest @ held)


def _likely(scores: tuple[Tensor, ...], number: int, count: int, like: Tensor) -> Tensor:
    """Probabilities [group or neuron, option]; of the only one where there is no choice."""
    return scores[number].softmax(-1).to(like.dtype) if scores else like.new_ones((count, 1))
