"""Histories as a search leaves them."""

from typing import Any

LAYER = {"q_max": 0.5, "entropy": 1.0, "links": 9.0, "rate": 0.1, "rate_sd": 0.05, "silent": 0.0, "resistance": 20.0}


def history(*layers: str) -> list[dict[str, Any]]:
    """Three iterations in which step 2 lowers the rate KL twice and the loss once; layers of two candidate sizes."""
    entries = []
    for number, (loss, rate_kl) in enumerate([(1.25, 0.5), (1.0, 0.25), (1.5, 0.75)]):
        entry = {"loss_before": 2.0, "loss_step_1": 1.25, "loss": loss, "accuracy": 0.5}
        entry |= {"accuracy_before": 0.25, "accuracy_step_1": 0.5}
        entry |= {"rate_kl_before": 1.0, "rate_kl_step_1": 0.5 + 0.25 * (number == 0), "rate_kl": rate_kl}
        for layer in layers:
            entry |= {f"{layer}.p_16": 0.25, f"{layer}.p_2": 0.75}
            entry |= {f"{layer}.{name}": value for name, value in (LAYER | {"tau_m": 20.0 - number}).items()}
        entries.append(entry)
    return entries
