"""The program in PyTorch, on CPU or GPU: batched over samples; on a GPU all steps in one launch."""

from targets.backends.torch.machine import PACKAGES, TorchMachine, load, requirement

__all__ = ["PACKAGES", "TorchMachine", "load", "requirement"]
