"""SpiKL intrinsic plasticity: every neuron tunes its R and tau_m towards an exponential distribution of its rate."""

import math

import torch
import torch.nn.functional as functional
from torch import Tensor

from search.intrinsic import IntrinsicRule

RATE_BINS = 8


def resistance_slope(rate: Tensor, resistance: Tensor, tau_m: Tensor, mean_rate: float, refractory: float) -> Tensor:
    """-dL/dR of the rule's loss at V_th = 1, by the formula in `adapted`; all tensors [neuron], rate > 0."""
    w = 1 / torch.expm1((1 / rate - refractory) / tau_m)
    return (2 * rate * tau_m - w - 1 - tau_m * rate.square() / mean_rate) / (resistance * w)


def tau_slope(rate: Tensor, tau_m: Tensor, mean_rate: float, refractory: float) -> Tensor:
    """-dL/dtau_m of the rule's loss, by the formula in `adapted`; all tensors [neuron]."""
    return (2 * refractory * rate - 1 - (refractory * rate.square() - rate) / mean_rate) / tau_m


def adapted(
    rate: Tensor,
    resistance: Tensor,
    tau_m: Tensor,
    rule: IntrinsicRule,
    resistance_bounds: tuple[float, float],
    tau_bounds: tuple[float, float],
) -> tuple[Tensor, Tensor]:
    """(R, tau_m) [neuron] after one update from the rates [sample, neuron] of a forward pass.

    A constant input x makes a neuron fire at y = 1 / (t_r + tau_m ln(R x / (R x - V_th))). The loss is the distance
    of its rate from the density exp(-y / mu) / mu, L = -ln(dy/dx) + y / mu, and the update descends it:
    ```
    W       = V_th / (exp((1/y - t_r) / tau_m) - 1)                                   # = R x - V_th
    R      += eta_1 (2 y tau_m V_th - W - V_th - tau_m V_th y^2 / mu) / (R W)
    tau_m  += eta_2 (2 t_r y - 1 - (t_r y^2 - y) / mu) / tau_m
    where y tau_m < silent:  R += 0.1 eta_1;  tau_m -= 0.1 eta_2
    ```
    with V_th = 1. Changes are averaged over samples, whose rates stand for the distribution of the neuron's rate,
    clipped to +-`largest`, and the results to their bounds. dR changes sign at two rates
    (`fixed_rates`): the upper is stable, below the lower R would only fall, and there the silent branch takes over.

    Source: W. Zhang and P. Li, "Information-theoretic intrinsic plasticity for online unsupervised learning in
    spiking neural networks", Front. Neurosci. 13:31 (2019).
    """
    silent = rate * tau_m < rule.silent
    active = torch.where(silent, rule.silent / tau_m, rate)
    up = rule.rate_r * resistance_slope(active, resistance, tau_m, rule.mean_rate, rule.refractory)
    longer = rule.rate_tau * tau_slope(active, tau_m, rule.mean_rate, rule.refractory)
    up = torch.where(silent, torch.full_like(up, 0.1 * rule.rate_r), up)
    longer = torch.where(silent, torch.full_like(longer, -0.1 * rule.rate_tau), longer)
    up, longer = up.mean(0), longer.mean(0)
    return (
        (resistance + up.clamp(-rule.largest, rule.largest)).clamp(*resistance_bounds),
        (tau_m + longer.clamp(-rule.largest, rule.largest)).clamp(*tau_bounds),
    )


def rate_divergence(rates: Tensor, mean_rate: float) -> Tensor:
    """KL divergence [neuron], nats, of rates [sample, neuron] from the density exp(-y / mean_rate) / mean_rate.

    Rates are sorted into bins of equal probability under that density, at least a spike apart in most recordings;
    with n bins the divergence is ln n - H(shares of the bins), 0 for a perfect match and at most ln n.
    """
    edges = -mean_rate * torch.log1p(-torch.arange(1, RATE_BINS, device=rates.device) / RATE_BINS)
    bin_of = torch.bucketize(rates.contiguous(), edges.to(rates.dtype))
    shares = functional.one_hot(bin_of, RATE_BINS).to(rates.dtype).mean(0)
    return math.log(RATE_BINS) - torch.special.entr(shares).sum(-1)
