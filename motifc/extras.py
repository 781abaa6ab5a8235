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
}
_MODULES = {"scikit-learn": "sklearn"}


def command_for(package: str) -> str | None:
    """What installs `package`, a module or distribution that motifc needs for some of its work; None for others."""
    module = package.partition(".")[0]
    extra = _EXTRAS.get(_MODULES.get(module, module))
    return None if extra is None else f'pip install "motifc[{extra}]"'
