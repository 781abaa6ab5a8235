"""ONNX: the program as a graph that any runtime executes, and as a backend on onnxruntime."""

from targets.backends.onnx.machine import PACKAGES, OnnxMachine, load, requirement
from targets.backends.onnx.model import export, model

__all__ = ["PACKAGES", "OnnxMachine", "export", "load", "model", "requirement"]
