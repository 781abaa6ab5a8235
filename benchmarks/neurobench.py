"""The harness of NeuroBench on a network of ours, beside our own counts: python -m benchmarks.neurobench NET.network.

It needs `pip install --no-deps neurobench==2.3.0 snntorch` and tqdm beside torch: with its dependencies the harness
would bring tonic, which is GPL-3.
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader

from motifc.load_inputs import samples
from motifc.neurobench import neurobench_figures
from search.network import Connection, Layer, Network
from targets.contracts.ports import Readout
from targets.contracts.raster import SpikeRaster
from targets.contracts.synapses import dense

Item = tuple[Tensor, Tensor]
"""A sample: spikes [time, neuron] and what it is asked."""


def harness_figures(network: Network, spikes: SpikeRaster, batch: int = 1) -> dict[str, Any]:
    """What the harness measures of a network with one input; `batch` samples at a time, of equal lengths then."""
    from neurobench.benchmarks import Benchmark
    from neurobench.metrics.static import ConnectionSparsity, Footprint, ParameterCount
    from neurobench.metrics.workload import (
        MSE,
        SMAPE,
        ActivationSparsity,
        ClassificationAccuracy,
        MembraneUpdates,
        SynapticOperations,
    )
    from neurobench.models import SNNTorchModel

    readout = network.readout
    if readout is None:
        raise ValueError("the network has no readout")
    judging = [MSE, SMAPE] if readout.tells_values else [ClassificationAccuracy]
    counting = [ActivationSparsity, SynapticOperations, MembraneUpdates, *judging]
    benchmark = Benchmark(
        SNNTorchModel(module_of(network)),
        DataLoader(items(spikes, readout), batch_size=batch),  # type: ignore[arg-type]
        [],
        [answer_of(readout)],
        [[Footprint, ParameterCount, ConnectionSparsity], counting],
    )
    with torch.no_grad():
        return dict(benchmark.run(quiet=True))


def items(spikes: SpikeRaster, readout: Readout) -> list[Item]:
    """Every sample up to its length, float64 [time, neuron], with its class or its values."""
    asked = spikes.targets if readout.tells_values else spikes.labels
    if asked is None:
        raise ValueError("the samples do not say what is asked of them")
    truth = torch.from_numpy(np.array(asked, np.float64 if readout.tells_values else np.int64))
    pairs = zip(spikes.dense(), spikes.lengths.tolist(), truth, strict=True)
    return [(torch.from_numpy(each[:length].astype(np.float64)), what) for each, length, what in pairs]


def answer_of(readout: Readout) -> Callable[[Tensor], Tensor]:
    """What comes of the outputs [sample, time, neuron]: classes [sample], or values [sample, value]."""

    def answer(outputs: Tensor) -> Tensor:
        seen = outputs[:, -readout.window :]
        seen = seen.reshape(*seen.shape[:2], readout.classes, -1)
        if readout.tells_values:
            return seen[:, -1].mean(2)
        votes = {"spikes": seen.sum(1), "last": seen[:, -1], "peak": seen.amax(1)}[readout.by]
        return votes.sum(2).argmax(1)

    return answer


def module_of(network: Network) -> nn.Module:
    """The network as a torch module of a step, in which the harness finds its layers; float32, computed in float64."""
    from snntorch import SpikingNeuron

    class Matrix(nn.Linear):
        """A connection; the harness calls a copy of it too, with weights of 0 and 1."""

        def __init__(self, connection: Connection) -> None:
            post, pre = connection.synapses.shape
            super().__init__(pre, post, bias=False)
            self.weight.data = torch.from_numpy(dense(connection.synapses).astype(np.float32))

        def forward(self, spikes: Tensor) -> Tensor:
            return functional.linear(spikes.double(), self.weight.double())

    class Neurons(SpikingNeuron):  # type: ignore[misc]
        """A layer with u and v of its own; what its base would add to the footprint is left out."""

        mem: Tensor
        current: Tensor

        def __init__(self, layer: Layer) -> None:
            nn.Module.__init__(self)
            self.init_hidden, self.output = True, False
            for key in ("tau_s", "tau_m", "resistance", "threshold", "bias"):
                self.register_buffer(key, torch.from_numpy(getattr(layer, key).astype(np.float32)))
            self.silent = layer.answers == "voltage"

        def reset(self, samples: int) -> None:
            self.mem = self.current = torch.zeros((samples, self.tau_s.numel()), dtype=torch.float64)

        def forward(self, arriving: Tensor) -> Tensor:
            tau_s, tau_m, resistance, threshold, bias = (
                each.double() for each in (self.tau_s, self.tau_m, self.resistance, self.threshold, self.bias)
            )
            self.current = (1 - 1 / tau_s) * self.current + resistance / (tau_m * tau_s) * arriving
            v = (1 - 1 / tau_m) * self.mem + self.current + bias
            spikes = torch.zeros_like(v) if self.silent else (v > threshold).double()
            self.mem = torch.where(spikes > 0, 0.0, v)
            return spikes

    class Step(nn.Module):
        """All layers one step further."""

        def __init__(self) -> None:
            super().__init__()
            self.neurons = [Neurons(each) for each in network.layers]
            self.layers = nn.ModuleList(self.neurons)
            self.matrices = nn.ModuleList([Matrix(each) for each in network.connections])
            self.past: dict[str, list[Tensor]] = {}

        def reset(self) -> None:
            self.past = {name: [] for name in widths(network)}

        def forward(self, spikes: Tensor) -> tuple[Tensor, None]:
            self.past[network.inputs[0].name].append(spikes)
            t = len(self.past[network.inputs[0].name]) - 1
            if t == 0:
                for each in self.neurons:
                    each.reset(len(spikes))
            heard: dict[str, list[Tensor]] = {layer.name: [] for layer in network.layers}
            for edge, matrix in zip(network.connections, self.matrices, strict=True):
                silence = torch.zeros((len(spikes), edge.synapses.shape[1]), dtype=torch.float64)
                sent = self.past[edge.source][t - edge.delay] if t >= edge.delay else silence
                heard[edge.target].append(matrix(sent))
            for layer, neurons in zip(network.layers, self.neurons, strict=True):
                arriving = heard[layer.name] or [torch.zeros((len(spikes), layer.neurons), dtype=torch.float64)]
                self.past[layer.name].append(neurons(torch.stack(arriving).sum(0)))
            last = [each.name for each in network.layers].index(network.readout.population if network.readout else "")
            voltage = network.layers[last].answers == "voltage"
            return self.neurons[last].mem if voltage else self.past[network.layers[last].name][-1], None

    return Step()


def widths(network: Network) -> Mapping[str, int]:
    """Neurons of inputs and layers by name."""
    return {each.name: each.neurons for each in network.inputs} | {each.name: each.neurons for each in network.layers}


def main(path: str, limit: int = 64) -> int:
    """Print both, key by key; 1 where they differ."""
    network = Network.load(path)
    given = samples(path, network.provenance, limit=limit, readout=network.readout)
    ours, theirs = neurobench_figures(network, given.raster), harness_figures(network, given.raster)
    sys.stdout.write(f"{given.sentence}\n{json.dumps({'motifc': ours, 'harness': theirs}, indent=2)}\n")
    return int(ours != theirs)


if __name__ == "__main__":
    sys.exit(main(str(Path(sys.argv[1])), *map(int, sys.argv[2:3])))
