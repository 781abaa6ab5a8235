"""doctor: what is installed, which device there is, what is missing and the command that mends it."""

import importlib.metadata
import platform
from dataclasses import dataclass

from motifc.extras import command_for
from targets.contracts.errors import InputError
from targets.runtime.backend import about, backend_names

_PACKAGES = {  # what backends alone need they say themselves
    "numpy": "everything",
    "scipy": "compiling",
    "networkx": "compiling",
    "safetensors": "every file",
    "torch": "search",
    "scikit-learn": "the digits task",
    "elephant": "motifc verify --against-float",
    "nir": "motifc explain of a graph",
    "matplotlib": "motifc report of a network",
    "tensorboardX": "motifc search --tensorboard",
    "numba": "compiling, the numba backend, and encoding sound and pictures",
    "h5py": "SHD, SSC and N-TIDIGITS",
    "soundfile": "Free Spoken Digits and TI46",
    "soxr": "Free Spoken Digits and TI46",
    "tonic": "data sets of tonic (GPL-3, optional)",
}


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `remedy` is empty where all is well."""

    name: str
    found: str
    remedy: str = ""


def doctor() -> tuple[Finding, ...]:
    """Findings on Python, packages, the device and the backends."""
    backends: list[Finding] = []
    packages = {name: f"{purpose} needs it: {_command(name)}" for name, purpose in _PACKAGES.items()}
    for name in backend_names():
        try:
            known = about(name)
        except InputError as error:
            backends.append(Finding(f"backend {name}", "not ready", str(error)))
            continue
        backends.append(Finding(f"backend {name}", "not ready" if known.missing else "ready", known.missing or ""))
        for package in known.packages:
            packages.setdefault(package, known.missing or f"the {name} backend needs it: {_command(package)}")
    installed = [_package(name, remedy) for name, remedy in packages.items()]
    return (Finding("Python", platform.python_version()), *installed, *backends, Finding("device", _device()))


def _package(name: str, remedy: str) -> Finding:
    """The version of a package, or what to do where it is not installed."""
    try:
        return Finding(name, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "not installed", remedy)


def _command(package: str) -> str:
    return command_for(package) or f"pip install {package}"


def _device() -> str:
    try:
        import torch
    except ImportError:
        return "cpu"
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu (no CUDA device)"
