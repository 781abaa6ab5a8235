"""The one function against the plain operations of the relaxation, link by link and gradient by gradient."""

import pytest
import torch
from torch import Tensor

from search.motif import Wiring
from search.nas.relaxation import Draw, Expected, Gumbel
from search.nas.relaxed_layer import Choices, RelaxedLayer

CPU = torch.device("cpu")


def drawn(seed: int, wiring: Wiring, ties: bool) -> tuple[RelaxedLayer, Choices, dict[str, Tensor]]:
    generator = torch.Generator().manual_seed(seed)
    layer = RelaxedLayer.of(16, (1, 2, 8), wiring, CPU)

    def normal(*shape: int) -> Tensor:
        values = torch.randn(shape, generator=generator, dtype=torch.float64)
        return (values.round() if ties else values).requires_grad_()

    types = tuple(normal(len(each), *each.shape[2:], 3) for each in layer.indices)
    magnitudes = {
        f"{name}.{size}": normal(*each.shape)
        for size, each in zip(layer.sizes, layer.indices, strict=True)
        for name in ("excitatory", "inhibitory")
    }
    return layer, Choices(normal(3), types), magnitudes


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("wiring", ["none", "ring", "grid"])
@pytest.mark.parametrize(("draw", "ties"), [(Draw(0.7, (1, 2)), False), (Draw(), False), (Draw(), True)])
def test_links_and_gradients_are_those_of_the_plain_operations(
    seed: int, wiring: Wiring, draw: Draw, ties: bool
) -> None:
    for candidate, size in enumerate((1, 2, 8)):
        layer, choices, magnitudes = drawn(seed, wiring, ties)
        fast = Gumbel().values(layer, choices, magnitudes, candidate, draw)
        plain = Expected.values(Gumbel(), layer, choices, magnitudes, candidate, draw)
        torch.testing.assert_close(fast, plain, rtol=1e-12, atol=1e-12)
        assert size < 8 or 0 < torch.count_nonzero(fast.detach()) < fast.numel()
        score = torch.randn(fast.shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        over = [choices.types[candidate], magnitudes[f"excitatory.{size}"], magnitudes[f"inhibitory.{size}"]]
        found, expected = (torch.autograd.grad((links * score).sum(), over) for links in (fast, plain))
        for one, other in zip(found, expected, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-12)
