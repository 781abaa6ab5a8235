"""The rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("motifc", "compiler", "search", "targets")
SOURCES = [path for package in (*PACKAGES, "benchmarks") for path in sorted((ROOT / package).rglob("*.py"))]
CHIP_NUMBERS = {1024, 4096, 4095, 8192, 131071, 131072, 16384, 2048}


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_packages_are_siblings() -> None:
    assert all((ROOT / package / "__init__.py").is_file() for package in PACKAGES)


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_a_file_fits_one_room(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert path.stem not in {"utils", "helpers", "common", "base", "core"}


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_no_assert_outside_tests(path: Path) -> None:
    assert not [node.lineno for node in ast.walk(_tree(path)) if isinstance(node, ast.Assert)]


@pytest.mark.parametrize("path", [path for path in SOURCES if path.name == "__init__.py"], ids=_name)
def test_an_init_holds_a_docstring_and_no_code(path: Path) -> None:
    """Names imported to make a package look like one module are the one thing allowed beside __all__."""
    for number, node in enumerate(_tree(path).body):
        docstring = number == 0 and isinstance(node, ast.Expr)
        assert docstring or isinstance(node, ast.ImportFrom | ast.Assign | ast.AnnAssign), ast.unparse(node)


@pytest.mark.parametrize("path", sorted((ROOT / "compiler" / "passes").glob("[a-z]*.py")), ids=_name)
def test_a_pass_exports_the_function_with_the_name_of_its_file_and_the_types_it_returns(path: Path) -> None:
    public = [node for node in _tree(path).body if not getattr(node, "name", "_").startswith("_")]
    (function,) = [node for node in public if not isinstance(node, ast.ClassDef)]
    assert isinstance(function, ast.FunctionDef)
    assert function.name == path.stem
    returned = {node.id for node in ast.walk(function.returns or function) if isinstance(node, ast.Name)}
    assert {node.name for node in public if isinstance(node, ast.ClassDef)} <= returned


@pytest.mark.parametrize("path", [path for path in SOURCES if path.parent != ROOT / "targets" / "chips"], ids=_name)
def test_no_number_of_a_chip_outside_its_file(path: Path) -> None:
    numbers = {node.value for node in ast.walk(_tree(path)) if isinstance(node, ast.Constant)}
    assert not {number for number in numbers if type(number) is int} & CHIP_NUMBERS


@pytest.mark.parametrize(
    "module",
    [
        "targets",
        "targets.program.program",
        "targets.runtime.backend",
        "targets.program.check",
        "search.network",
        "search.motif",
        "search.settings",
        "compiler.pipeline",
    ],
)
def test_nothing_heavy_at_import(module: str) -> None:
    heavy = {"torch", "onnx", "onnxruntime", "lava", "sklearn", "nir", "tonic"}
    code = f"import sys, {module}; print(sorted({heavy!r} & {{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_the_contracts_import_numpy_safetensors_and_the_standard_library_only() -> None:
    allowed = {"numpy", "safetensors", "targets", "search"} | set(sys.stdlib_module_names)
    contracts = [ROOT / "search" / name for name in ("network.py", "motif.py", "settings.py")]
    contracts += [path for path in SOURCES if path.is_relative_to(ROOT / "targets") and "backends" not in path.parts]
    for path in contracts:
        for node in _tree(path).body:  # what a function imports is its own affair
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= allowed, path


def test_no_path_of_a_machine_and_no_registry() -> None:
    tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=False).stdout.split()
    wrong = re.compile(r"(?<![\w.])/(?:work|root|home|tmp|opt)/\w|index-url|find-links")
    for name in tracked:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".txt"} and path != Path(__file__) and path.is_file():
            assert not wrong.search(path.read_text(encoding="utf-8")), name
