"""Loss, score and firing rates of supernets and networks."""

import torch
from torch import Tensor

from search.data.loader import Batch, DataLoader
from search.nas.derive import READOUT
from search.nas.relaxation import Draw
from search.nas.supernet import Supernet
from search.network import Network
from search.settings import Settings, TrainingSettings
from search.training.kernels.network import Told, summarized
from search.training.loss import Measure, Tally, readout_loss
from search.training.plasticity import rate_divergence
from search.training.rules import gradient_rule
from search.training.sharded import answers
from search.training.torch_network import TorchNetwork, tensor
from targets.contracts.ports import Readout


def evaluate_supernet(supernet: Supernet, loader: DataLoader, settings: Settings, draw: Draw) -> dict[str, float]:
    """Figures of the network of the most probable sizes on all samples of `loader`.

    ```
    loss, accuracy   as in training; smape instead of accuracy where values are told
    rate_kl          divergence of rates from the target of plasticity, nats, mean over hidden neurons
    LAYER.p_v, q_max, entropy, links    see RelaxedLayer.report
    LAYER.rate, rate_sd, silent         mean and standard deviation over neurons of the mean rate, spikes per step;
                                        share of neurons below the rate at which plasticity calls them silent
    LAYER.resistance, tau_m             means of beta
    ```
    """
    tally = Tally(supernet.readout, settings.training.loss)
    found: dict[str, list[Tensor]] = {name: [] for name in supernet.layers}
    with torch.no_grad():
        for batch in loader.by_length(4 * settings.search.batch):
            told = supernet.run(batch, gradient_rule(settings.training), supernet.leaders, draw)
            tally.add(told[READOUT], batch)
            for name in supernet.layers:
                found[name].append(firing_rates(told[name], batch))
        rates = {name: torch.cat(parts) for name, parts in found.items()}
        divergences = [rate_divergence(each, settings.plasticity.mean_rate) for each in rates.values()]
        figures = {
            **tally.figures,
            "rate_kl": float(torch.cat(divergences).mean()),
        }
        for name, layer in supernet.layers.items():
            rate, tau_m = rates[name].mean(0), supernet.beta[f"{name}.tau_m"]
            neurons = {
                "rate": rate.mean(),
                "rate_sd": rate.std(correction=0),
                "silent": (rate * tau_m < settings.plasticity.silent).float().mean(),
                "resistance": supernet.beta[f"{name}.resistance"].mean(),
                "tau_m": tau_m.mean(),
            }
            own = {**layer.report(supernet.alpha[name]), **{key: float(value) for key, value in neurons.items()}}
            figures |= {f"{name}.{key}": value for key, value in own.items()}
    return figures


def evaluate_network(
    network: Network,
    readout: Readout,
    loader: DataLoader,
    settings: TrainingSettings,
    measure: Measure = readout_loss,
) -> dict[str, float]:
    """Loss and score of a network on all samples, as in training, or by another loss."""
    device = loader.labels.device
    model = TorchNetwork.of(network, device)
    weights = {c.name: tensor(c.synapses.weights, device) for c in network.connections}
    tally = Tally(readout, settings.loss, measure)
    inputs = [source.name for source in network.inputs]
    with torch.no_grad():
        for batch in loader.by_length(4 * settings.batch):
            rule, about = gradient_rule(settings), [readout.population]
            told = answers(batch, inputs, model.cells, model.wires(weights), rule, readout, about)
            tally.add(told[readout.population], batch)
    return tally.figures


def firing_rates(told: Told, batch: Batch) -> Tensor:
    """Spikes per step of every neuron in every sample: [sample, neuron]."""
    return summarized(told, batch).counts / batch.steps
