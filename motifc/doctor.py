"""doctor: what is installed, which device there is, what is missing and the command that mends it."""

import importlib.metadata
import os
import platform
from dataclasses import dataclass
from importlib.util import find_spec

from motifc import __version__
from motifc.extras import advice_for, packages_of_extras
from targets.contracts.cache_folder import cache_folder
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
    """Findings on motifc, Python, packages, backends, extras, folders and the device."""
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
    own = (Finding("motifc", __version__), Finding("Python", platform.python_version()))
    return (*own, *installed, *backends, *_extras(), *_folders(), Finding("device", _device()))


def _package(name: str, remedy: str) -> Finding:
    """The version of a package, or what to do where it is not installed."""
    try:
        return Finding(name, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "not installed", remedy)


def _extras() -> tuple[Finding, ...]:
    """Which of the optional parts are whole."""
    found = []
    for extra, packages in packages_of_extras().items():
        missing = [name for name in packages if find_spec(name) is None]
        state = f"without {', '.join(missing)}" if missing else "installed"
        found.append(Finding(f"extra {extra}", state, f'pip install "motifc[{extra}]"' if missing else ""))
    return tuple(found)


def _folders() -> tuple[Finding, Finding]:
    """Where encoded data and compiled code are kept, and where data sets are looked for."""
    given = os.environ.get("MOTIFC_DATA")
    data = Finding("data folder", given) if given else Finding("data folder", "none named", "set MOTIFC_DATA")
    try:
        return Finding("cache folder", str(cache_folder())), data
    except InputError as error:
        return Finding("cache folder", "unknown", str(error)), data


def _command(package: str) -> str:
    return advice_for(package) or f"pip install {package}"


def _device() -> str:
    try:
        import torch
    except ImportError:
        return "cpu"
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu (no CUDA device)"
