"""The extras named to users are those of pyproject.toml."""

import re
import tomllib

import pytest

from motifc.extras import command_for
from tests.conftest import REPOSITORY

EXTRAS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
PACKAGES = ["torch", "scikit-learn", "h5py", "tonic", "sktime", "onnx", "onnxruntime", "nir", "elephant", "matplotlib"]


@pytest.mark.parametrize("package", [*PACKAGES, "tensorboardX"])
def test_the_extra_brings_the_package(package: str) -> None:
    command = command_for(package)
    assert command is not None
    found = re.fullmatch(r'pip install "motifc\[(\w+)\]"', command)
    assert found is not None
    assert package in {re.split("[<>=]", requirement)[0] for requirement in EXTRAS[found[1]]}


def test_modules_of_a_package_and_other_packages() -> None:
    assert command_for("sklearn.datasets") == command_for("scikit-learn")
    assert command_for("far_away") is None
    assert command_for("numpy") is None
