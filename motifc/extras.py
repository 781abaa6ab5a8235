"""extras: which of the optional parts of motifc, as pyproject.toml names them, brings a package."""

_EXTRAS = {
    "torch": "search",
    "sklearn": "search",
    "h5py": "search",
    "soundfile": "search",
    "soxr": "search",
    "lz4": "search",
    "zstandard": "search",
    "tonic": "data",
    "sktime": "data",
    "onnx": "onnx",
    "onnxruntime": "onnx",
    "nir": "nir",
    "elephant": "compare",
    "neo": "compare",
    "quantities": "compare",
    "matplotlib": "plot",
    "tensorboardX": "tensorboard",
    "submitit": "cluster",
    "sanafe": "sanafe",
}
_MODULES = {"scikit-learn": "sklearn"}


_CPU = "; on Linux that brings several GB for GPUs, pytorch.org/get-started has the command for its CPU build"


def packages_of_extras() -> dict[str, tuple[str, ...]]:
    """Optional part -> the modules that it brings and motifc imports."""
    extras = sorted(set(_EXTRAS.values()))
    return {extra: tuple(name for name, of in _EXTRAS.items() if of == extra) for extra in extras}


def advice_for(package: str) -> str | None:
    """`command_for`, and what is good to know beside it."""
    command = command_for(package)
    return f"{command}{_CPU}" if command and package.partition(".")[0] == "torch" else command


def command_for(package: str) -> str | None:
    """What installs `package`, a module or distribution that motifc needs for some of its work; None for others."""
    module = package.partition(".")[0]
    extra = _EXTRAS.get(_MODULES.get(module, module))
    return None if extra is None else f'pip install "motifc[{extra}]"'
