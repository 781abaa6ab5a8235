"""Architecture parameters that leave no doubt."""

import torch

from search.nas.relaxed_layer import OPTIONS, Choices, RelaxedLayer
from targets.contracts.arrays import Array

SURE = 200.0
"""A logit whose softmax is one-hot in float64."""


def decided_choices(layer: RelaxedLayer, chosen: int, types: Array) -> Choices:
    """All probability on size number `chosen`, whose links have `types`; other sizes are left undecided."""
    sizes = torch.zeros(len(layer.sizes), dtype=torch.float64)
    sizes[chosen] = SURE
    all_types = [torch.zeros(len(types), v, v, len(OPTIONS), dtype=torch.float64) for v in layer.sizes]
    for option, link in enumerate(OPTIONS):
        all_types[chosen][..., option] = SURE * torch.from_numpy(types == link)
    return Choices(sizes, tuple(all_types))
