"""gradient_rule: surrogate gradients or TSSL-BP, by the settings."""

from search.settings import TrainingSettings
from search.training.neuron import GradientRule, Surrogate
from search.training.tssl import TsslBp


def gradient_rule(settings: TrainingSettings) -> GradientRule:
    """The rule that `settings.gradient` names, in search and training alike."""
    return TsslBp() if settings.gradient == "tssl-bp" else Surrogate(settings.slope)
