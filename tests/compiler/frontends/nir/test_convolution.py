"""Convolutions and pools against torch's own, and against what is written out by hand."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compiler.analysis.interpret import interpret
from compiler.frontends.nir.convolution import convolution_of
from compiler.frontends.nir.nodes import Node
from compiler.frontends.nir.read import read_nir
from targets.contracts.errors import InputError
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import Sparse
from tests.compiler.frontends.nir.graphs import DT, chain, graph, nir, refused


def node(kind: str, **given: Any) -> Node:
    return Node(kind, given)


def test_a_kernel_of_two_is_written_out() -> None:
    found = convolution_of(
        "c", node("Conv1d", weight=[[[1.0, 2.0]]], stride=1, padding=0, dilation=1, groups=1, bias=[3]), (3,)
    )
    assert found.weights().toarray().tolist() == [[1, 2, 0], [0, 1, 2]]
    assert found.bias is not None
    assert (found.taken, found.given, found.biases().tolist()) == ((1, 3), (1, 2), [3, 3])  # type: ignore[union-attr]


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("seed", range(4))
def test_weights_and_biases_are_those_of_torch(seed: int) -> None:
    functional = pytest.importorskip("torch.nn.functional", reason="torch is not installed")
    import torch

    rng = np.random.default_rng(seed)
    groups, axes = int(rng.integers(1, 3)), 1 + seed % 2
    stride, dilation = (tuple(rng.integers(1, 3, axes).tolist()) for _ in range(2))
    padding: Any = "same" if seed == 3 else tuple(rng.integers(0, 3, axes).tolist())
    stride = (1,) * axes if padding == "same" else stride
    sizes = (2,) * axes if padding == "same" else rng.integers(1, 4, axes)  # an even kernel has no middle
    kernel, bias = rng.normal(size=(2 * groups, 3, *sizes)), rng.normal(size=2 * groups)
    x = rng.normal(size=(3 * groups, *rng.integers(7, 9, axes)))
    settings = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    found = convolution_of("c", node(f"Conv{axes}d", weight=kernel, bias=bias, **settings), x.shape)
    convolve = functional.conv1d if axes == 1 else functional.conv2d
    expected = convolve(torch.tensor(x)[None], torch.tensor(kernel), torch.tensor(bias), **settings)[0].numpy()
    assert found.given == expected.shape
    biases = found.biases()
    assert biases is not None
    np.testing.assert_allclose(found.weights() @ x.ravel() + biases, expected.ravel(), atol=1e-12, err_msg=str(seed))


@pytest.mark.parametrize(("kind", "share"), [("SumPool2d", 1.0), ("AvgPool2d", 0.25)])
def test_a_pool_sums_each_channel_by_itself(kind: str, share: float) -> None:
    x = np.arange(2 * 4 * 4.0).reshape(2, 4, 4)
    found = convolution_of("p", node(kind, kernel_size=2, stride=[2, 2], padding=[0, 0]), x.shape)
    expected = x.reshape(2, 2, 2, 2, 2).sum(axis=(2, 4)) * share
    assert found.given == (2, 2, 2)
    np.testing.assert_array_equal((found.weights() @ x.ravel()).reshape(2, 2, 2), expected)


def test_a_pool_of_millions_of_places_is_refused_before_it_is_made() -> None:
    wide = node("SumPool2d", kernel_size=[2_000_000, 2_000_000], stride=[2, 2], padding=[0, 0])
    with pytest.raises(InputError) as refusal:
        convolution_of("p", wide, (2, 4, 4))
    assert str(refusal.value) == (
        "node 'p' has a kernel of 2,000,000 x 2,000,000 places for 2 channels; 67,108,864 weights can be unrolled, so "
        "give it a smaller one."
    )


def test_an_image_is_read_through_convolution_pool_and_flatten() -> None:
    """As sinabs and snnTorch write an image network; shapes told by the Input alone. One step against plain numpy."""
    rng = np.random.default_rng(0)
    kernel, weight = rng.normal(size=(3, 2, 3, 3)), rng.normal(size=(5, 12))
    whole = graph(
        chain("input", "conv", "cells", "pool", "flat", "fc", "lif", "output"),
        conv=nir.Conv2d(None, kernel, 1, 1, 1, 1, np.arange(3.0)),
        cells=nir.IF(np.array([1.0]), np.array([1.0])),
        pool=nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])),
        flat=nir.Flatten(None, 0, -1),
        fc=nir.Linear(weight),
        lif=nir.IF(np.ones(5), np.ones(5)),
        input=nir.Input({"input": np.array([2, 4, 4])}),
        output=nir.Output({"output": np.array([5])}),
    )
    first, second = read_nir(whole, dt=1.0).projections
    assert isinstance(first.synapses, Sparse)
    assert (first.name, first.synapses.shape, second.name, second.synapses.shape) == (
        "conv",
        (48, 32),
        "pool -> fc",
        (5, 48),
    )
    assert first.bias is not None
    np.testing.assert_array_equal(first.bias, np.repeat(np.arange(3.0), 16))
    s = (rng.random((1, 48)) < 0.5).astype(float)
    pooled = s.reshape(3, 2, 2, 2, 2).sum(axis=(2, 4)).ravel()
    np.testing.assert_allclose(second.synapses.accumulate(s)[0], weight @ pooled)
    x = (rng.random((1, 32)) < 0.5).astype(float)
    padded = np.pad(x.reshape(2, 4, 4), ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
    expected = np.einsum("oikl,ixykl->oxy", kernel, windows)
    np.testing.assert_allclose(first.synapses.accumulate(x)[0], expected.ravel())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"stride": 0}, "node 'c' has stride [0.0]; 1 whole numbers from 1 to 16,777,216 are needed, so "),
        ({"weight": np.ones((2, 1))}, "weight of node 'c' has shape (2, 1); it needs 3 axes [out, in, place...], so "),
        ({"groups": 3}, "node 'c' has 2 channels out, 3 groups and 2 biases; channels must be a multiple of groups "),
        ({"weight": np.ones((2, 1, 9))}, "node 'c' makes an image of shape (2, -1) of one of shape (1, 7), with 0 "),
        ({"weight": np.ones((2, 4, 2))}, "node 'c' hears outputs of shape (2, 7); 4 channels and 1 axes of places "),
        ({"padding": "same", "stride": 2}, "node 'c' has padding 'same' and stride (2,); only 1 goes with it, so "),
    ],
)
def test_a_convolution_that_cannot_be_is_refused(changes: dict[str, Any], sentence: str) -> None:
    given: dict[str, Any] = {
        "weight": np.ones((2, 1, 2)),
        "stride": 1,
        "padding": 0,
        "dilation": 1,
        "groups": 1,
        "bias": np.ones(2),
    }
    given |= {"input_shape": None} | changes
    whole = graph(chain("input", "c", "lif", "output"), c=nir.Conv1d(**given), lif=nir.Threshold(np.array(1.0)))
    channels = 2 if np.shape(given["weight"])[1:] == (4, 2) else 1
    whole.nodes["input"] = nir.Input({"input": np.array([channels, 7])})
    assert refused(whole, dt=DT).startswith(sentence)


def test_a_convolution_beside_a_map_is_their_sum() -> None:
    conv = nir.Conv1d(4, np.array([[[1.0, 2.0, 3.0]]]), 1, "same", 1, 1, np.zeros(1))
    for beside, weights in (
        (nir.Scale(np.full(4, 5.0)), 5 * np.eye(4)),
        (nir.Linear(np.ones((4, 4))), np.ones((4, 4))),
    ):
        edges = [*chain("input", "conv", "lif", "output"), *chain("input", "beside", "lif")]
        whole = graph(edges, conv=conv, beside=beside, lif=nir.Threshold(np.ones(4)))
        whole.nodes["input"] = nir.Input({"input": np.array([4])})
        whole.nodes["output"] = nir.Output({"output": np.array([4])})
        (projection,) = read_nir(whole, dt=DT).projections
        expected = weights + np.diag(np.full(4, 2.0)) + np.diag(np.ones(3), -1) + np.diag(np.full(3, 3.0), 1)
        np.testing.assert_array_equal(projection.synapses.accumulate(np.eye(4)).T, expected)


def test_the_origin_tells_the_image() -> None:
    origins = set()
    for places in (7, 8):
        conv = nir.Conv1d(None, np.ones((1, 1, 2)), 1, 0, 1, 1, np.zeros(1))
        whole = graph(chain("input", "conv", "lif", "output"), conv=conv, lif=nir.Threshold(np.array(1.0)))
        whole.nodes["input"] = nir.Input({"input": np.array([1, places])})
        whole.nodes["output"] = nir.Output({"output": np.array([1, places - 1])})
        origins.add(read_nir(whole, dt=DT).origin)
    assert len(origins) == 2


@pytest.mark.slow
def test_the_image_network_of_the_nir_paper_is_what_torch_makes_of_it(shared: Path) -> None:
    """Its weights, as sinabs wrote them, in layers of torch and integrators written out: every bin of five layers."""
    functional = pytest.importorskip("torch.nn.functional", reason="torch is not installed")
    import torch

    path = shared / "golden" / "nir_cnn" / "cnn_sinabs.nir"
    nodes = nir.read(path, type_check=False).nodes
    x = np.random.default_rng(0).random((8, 2, 34, 34)) < 0.2
    read = read_nir(path, dt=1.0, tell=lambda sentence: None)
    found = interpret(read, {"input": SpikeRaster.pack(x.reshape(1, 8, -1))})
    v: dict[str, Any] = {}
    spikes: dict[str, list[Any]] = {}
    for t in range(8):
        y = torch.tensor(x[t], dtype=torch.float64)
        for name in map(str, range(13)):
            each = nodes[name]
            if isinstance(each, nir.Conv2d):
                weight, bias = (torch.tensor(values, dtype=torch.float64) for values in (each.weight, each.bias))
                y = functional.conv2d(y, weight, bias, tuple(each.stride), tuple(each.padding))
            elif isinstance(each, nir.SumPool2d):
                y = functional.avg_pool2d(y, tuple(each.kernel_size), tuple(each.stride)) * 4
            elif isinstance(each, nir.Affine):
                y = torch.tensor(each.weight, dtype=torch.float64) @ y.ravel() + torch.tensor(each.bias)
            elif isinstance(each, nir.IF):
                v[name] = v.get(name, 0) + y
                y = (v[name] > 1).double()
                v[name] = v[name] * (1 - y)
                spikes.setdefault(name, []).append(y.ravel().numpy())
    assert {name: len(each) for name, each in spikes.items()} == dict.fromkeys(("1", "3", "6", "10", "12"), 8)
    for name, each in spikes.items():
        np.testing.assert_array_equal(found[name].dense()[0], np.array(each), err_msg=name)
    assert all(np.sum(each) > 0 for each in spikes.values())
