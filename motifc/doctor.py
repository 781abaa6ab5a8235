"""doctor: what is installed, which device there is, what is missing and the command that mends it."""

import importlib.metadata
import platform
from dataclasses import dataclass

from targets.contracts.errors import InputError
from targets.runtime.backend import backend_named, backend_names

_PACKAGES = {
    "numpy": "everything",
    "scipy": "compiling",
    "networkx": "compiling",
    "safetensors": "every file",
    "torch": "search and the torch backend",
    "scikit-learn": "the digits task",
    "onnx": "the onnx backend and export",
    "onnxruntime": "the onnx backend",
    "lava-nc": "the lava backend",
    "elephant": "motifc verify --against-float",
    "nir": "motifc explain of a graph",
    "matplotlib": "motifc report of a network",
    "tensorboardX": "motifc search --tensorboard",
    "numba": "compiling, and encoding sound and pictures",
    "h5py": "SHD, SSC and N-TIDIGITS",
    "tonic": "data sets of tonic (GPL-3, optional)",
}
_COMMANDS = {"lava-nc": "pip install --no-deps --ignore-requires-python lava-nc==0.10.0"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `remedy` is empty where all is well."""

    name: str
    found: str
    remedy: str = ""


def doctor() -> tuple[Finding, ...]:
    """Findings on Python, packages, the device and the backends."""
    findings = [Finding("Python", platform.python_version())]
    for name, purpose in _PACKAGES.items():
        try:
            findings.append(Finding(name, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            command = _COMMANDS.get(name, f"pip install {name}")
            findings.append(Finding(name, "not installed", f"{purpose} needs it: {command}"))
    for name in backend_names():
        try:
            backend_named(name)
            findings.append(Finding(f"backend {name}", "ready"))
        except InputError as error:
            findings.append(Finding(f"backend {name}", "not ready", str(error)))
    return (*findings, Finding("device", _device()))


def _device() -> str:
    try:
        import torch
    except ImportError:
        return "cpu"
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu (no CUDA device)"
