"""The kernels against the plain loop, their oracle, on random networks; a failure names the seed it was drawn from."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from search.data.loader import Batch
from search.training.kernels import block
from search.training.kernels.fused import blocks_of
from search.training.kernels.lanes import NARROW, WIDE
from tests.search.training.kernels.random_case import Network, by_kernels, by_loop, gradients, random_network

SUMMARIES, TRACES = (0, 1), (2, 3)


def apart(one: list[Tensor], other: list[Tensor]) -> float:
    """Largest distance of two gradients, as a share of the length of the first, which counts as 0.01 at least."""
    return max(float((a - b).norm() / a.norm().clamp(min=0.01)) for a, b in zip(one, other, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30))
def test_spikes_equal_those_of_the_loop_and_gradients_agree(seed: int) -> None:
    network = random_network(seed)
    plain, fast = by_loop(network), by_kernels(network)
    for copy, expected in enumerate(plain):
        for name, each in expected.items():
            assert torch.equal(fast[copy][name][2], each[2]), (seed, copy, name)
            torch.testing.assert_close(fast[copy][name], each, rtol=1e-9, atol=1e-9)
    for kinds in ((0,), SUMMARIES, TRACES):
        assert apart(gradients(network, plain, kinds, seed), gradients(network, fast, kinds, seed)) < 1e-8, (
            seed,
            kinds,
        )


def margin(network: Network, seed: int) -> float:
    """How far the voltage was from the threshold where the spikes of both first differ; 0 where they never do."""
    worst = 0.0
    for expected, found in zip(by_loop(network), by_kernels(network), strict=True):
        differs = {name: each[2] != found[name][2] for name, each in expected.items()}
        anywhere = torch.stack([each.any(-1) for each in differs.values()]).any(0)  # [time, batch]
        for sample in torch.nonzero(anywhere.any(0)).flatten().tolist():
            first = int(anywhere[:, sample].nonzero()[0])
            for name, each in differs.items():
                threshold = network.populations[name].threshold
                over = (expected[name][3][first, sample] - threshold).abs()[each[first, sample]]
                worst = max(worst, float(over.max()) if len(over) else 0.0)
    return worst


@pytest.mark.parametrize("seed", range(30, 50))
def test_in_single_precision_spikes_part_only_at_the_threshold(seed: int) -> None:
    network = random_network(seed, torch.float32)
    distance = margin(network, seed)
    assert distance <= 1e-5, seed
    if distance == 0:
        both = (gradients(network, results, SUMMARIES, seed) for results in (by_loop(network), by_kernels(network)))
        assert apart(*both) < 1e-4, seed


def test_the_same_call_gives_the_same_numbers() -> None:
    one, other = (
        gradients(network, by_kernels(network), TRACES, 0)
        for network in (random_network(7, torch.float32), random_network(7, torch.float32))
    )
    assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("threads", [2, 3])
def test_no_number_depends_on_the_number_of_threads(threads: int) -> None:
    network, before = random_network(9, torch.float32), torch.get_num_threads()
    packed, lengths, labels = (
        torch.cat(3 * [each]) for each in (network.batch.packed, network.batch.lengths, network.batch.labels)
    )
    batch = Batch(packed, network.batch.neurons, lengths, labels)
    network = replace(network, batch=batch)
    assert len(blocks_of(len(batch.labels))) > 2
    found = []
    try:
        for number in (1, threads):
            torch.set_num_threads(number)
            results = by_kernels(network)
            told = [tensor.detach() for result in results for each in result.values() for tensor in each]
            found.append([*told, *gradients(network, results, SUMMARIES, 0)])
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(one, other) for one, other in zip(*found, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [41, 50, 55])
def test_no_number_depends_on_how_many_lanes_a_processor_works_on_at_a_time(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = random_network(seed, torch.float32)
    found = []
    for piece in (NARROW, WIDE):
        monkeypatch.setattr(block, "piece_of", lambda like, piece=piece: min(like, piece))
        results = by_kernels(network)
        told = [tensor.detach() for result in results for each in result.values() for tensor in each]
        found.append([*told, *gradients(network, results, SUMMARIES, 0), *gradients(network, results, TRACES, 0)])
    assert all(torch.equal(one, other) for one, other in zip(*found, strict=True)), seed


def test_without_gradients_the_same_is_told() -> None:
    network = random_network(3)
    with torch.no_grad():
        quiet = by_kernels(network)
    for one, other in zip(quiet, by_kernels(network), strict=True):
        assert all(torch.equal(a, b) for name in one for a, b in zip(one[name], other[name], strict=True))


@pytest.mark.parametrize(
    ("samples", "sizes"),
    [
        (0, []),
        (1, [1]),
        (16, [16]),
        (17, [16, 1]),
        (32, [16, 16]),
        (33, [33]),
        (64, [64]),
        (70, [64, 6]),
        (100, [64, 36]),
    ],
)
def test_samples_are_cut_into_blocks_that_fit(samples: int, sizes: list[int]) -> None:
    blocks = blocks_of(samples)
    assert [end - first for first, end, _ in blocks] == sizes
    assert [first for first, _, _ in blocks] == [sum(sizes[:k]) for k in range(len(sizes))]
    assert all(like == (WIDE if end - first > 16 else NARROW) for first, end, like in blocks)


@pytest.mark.parametrize("seed", range(2))
def test_spikes_that_are_left_out_reach_neither_the_loop_nor_the_kernels(seed: int) -> None:
    """In blocks of samples beyond the first too; twice thinned is thinned by both shares."""
    whole = next(each for each in map(random_network, range(seed * 50, 10**6)) if len(each.batch.labels) > 64)
    batch = whole.batch.thinned(0.3, torch.Generator().manual_seed(1))
    for each in (batch, batch.thinned(0.3, torch.Generator().manual_seed(2))):
        assert each.spikes.sum() < 0.85 * whole.batch.spikes.sum()
        assert ((each.spikes > 0) <= (whole.batch.spikes > 0)).all()
        network = replace(whole, batch=each)
        for expected, found in zip(by_loop(network), by_kernels(network), strict=True):
            for name, told in expected.items():
                torch.testing.assert_close(found[name], told, rtol=1e-9, atol=1e-9)
