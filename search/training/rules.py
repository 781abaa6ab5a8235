"""gradient_rule: surrogate gradients or TSSL-BP, by the settings."""

from search.settings import Training
from search.training.neuron import GradientRule, Surrogate
from search.training.tssl import TsslBp


def gradient_rule(settings: Training) -> GradientRule:
    """The rule that `settings.gradient` names, in search and training alike."""
    return TsslBp() if settings.gradient == "tssl-bp" else Surrogate(settings.slope)
