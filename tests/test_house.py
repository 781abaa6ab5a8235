"""The rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("motifc", "compiler", "search", "targets")
SOURCES = [path for package in (*PACKAGES, "benchmarks") for path in sorted((ROOT / package).rglob("*.py"))]
FACE = ROOT / "motifc" / "__init__.py"
INITS = [path for path in SOURCES if path.name == "__init__.py" and path != FACE]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
CHIP_NUMBERS = {1024, 4096, 4095, 8192, 131071, 131072, 16384, 2048}

ADDS_UP = {"Tally"}
"""Dataclasses that are not frozen, since adding up is all they do."""
TESTED_ELSEWHERE = {
    "motifc/workers/side_worker.py": "a process of its own, run by the tests of verifying.py",
    "compiler/repair/spread.py": "as what asks for it: tests/compiler/repair/test_program.py",
    "motifc/commands/damage.py": "with what it breaks made whole: tests/motifc/commands/test_repair.py",
    "motifc/repairing.py": "as damage.py",
    "targets/program/damage.py": "as the faults that it makes: tests/targets/program/test_faults.py",
    "search/data/encoders/simulated.py": "the two tasks it makes: tests/search/data/tasks/test_simulated_events.py",
    "search/data/readers/riff.py": "sound in either container: tests/search/data/readers/test_sound.py",
    "search/data/readers/sphere.py": "as riff.py",
    "search/data/readers/hdf5_walk.py": "a process of its own, run by the tests of hdf5.py",
    "search/data/tasks/ssc.py": "as the set it shares its format with: tests/search/data/tasks/test_shd.py",
    "search/training/cross_entropies.py": "as the loss it is, beside the same in torch: tests/.../test_loss.py",
    "search/training/kernels/backward.py": "a kernel, of which fused.py is the one call: its tests/.../test_fused.py",
    "search/training/kernels/block.py": "as backward.py",
    "search/training/kernels/forward.py": "as backward.py",
    "search/training/kernels/layout.py": "as backward.py",
    "search/training/kernels/numbers.py": "as backward.py",
    "search/training/kernels/triton_kernels.py": "kernels, of which device.py is the one call: its test_device.py",
    "search/training/kernels/triton_layer.py": "as triton_kernels.py",
    "targets/backends/onnx/": "one graph in three files: tests/targets/backends/test_onnx.py",
    "targets/backends/lava/": "one machine in six files and a child process: tests/targets/backends/test_lava.py",
}
"""Modules without a test file of their own, or folders of such, and what tests them."""
LINES_OF_WEIGHT = 40


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(_tree(path)))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _imported(nodes: Iterable[ast.AST]) -> list[str]:
    """Top-level names of what the import statements among `nodes` import."""
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return [name.split(".")[0] for name in names]


def _of_weight(path: Path) -> bool:
    """True of a module long enough to need tests that has something public to test."""
    public = [
        node
        for node in _tree(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    long = len(path.read_text(encoding="utf-8").splitlines()) > LINES_OF_WEIGHT
    return long and bool(public) and path.name != "__init__.py"


def test_the_packages_are_siblings() -> None:
    assert all((ROOT / package / "__init__.py").is_file() for package in PACKAGES)


def test_a_file_fits_one_room() -> None:
    assert not [_name(path) for path in SOURCES if len(path.read_text(encoding="utf-8").splitlines()) > 400]
    assert not {path.stem for path in SOURCES} & {"utils", "helpers", "common", "base", "core"}


def test_no_assert_outside_tests() -> None:
    assert not [_name(path) for path in SOURCES if any(isinstance(node, ast.Assert) for node in _nodes(path))]


@pytest.mark.parametrize("path", INITS, ids=_name)
def test_an_init_holds_a_docstring_and_no_code(path: Path) -> None:
    """Names imported to make a package look like one module are the one thing allowed beside __all__."""
    for number, node in enumerate(_tree(path).body):
        docstring = number == 0 and isinstance(node, ast.Expr)
        assert docstring or isinstance(node, ast.ImportFrom | ast.Assign | ast.AnnAssign), ast.unparse(node)


def test_an_init_exports_what_it_imports() -> None:
    for path in INITS:
        body = _tree(path).body
        imported = {alias.name for node in body if isinstance(node, ast.ImportFrom) for alias in node.names}
        listed = [node.value for node in body if isinstance(node, ast.Assign | ast.AnnAssign) and node.value]
        assert imported == {name for names in listed for name in ast.literal_eval(names)}, _name(path)


def test_imports_are_absolute() -> None:
    relative = re.compile(r"^\s*from\s+\.", re.MULTILINE)
    assert not [_name(path) for path in (*SOURCES, *TESTS) if relative.search(path.read_text(encoding="utf-8"))]


def test_only_motifc_prints() -> None:
    for path in SOURCES:
        if not path.is_relative_to(ROOT / "motifc"):
            nodes = _nodes(path)
            called = {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}
            assert "print" not in called, _name(path)
            assert not {"typer", "rich"} & set(_imported(nodes)), _name(path)


def test_dataclasses_are_frozen() -> None:
    for path in SOURCES:
        for node in _nodes(path):
            if isinstance(node, ast.ClassDef) and node.name not in ADDS_UP:
                decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
                assert all("frozen=True" in text for text in decorators if text.startswith("dataclass")), node.name


def test_no_two_modules_of_a_package_differ_by_case_or_plural_alone() -> None:
    endings = ((r"ies$", "y"), (r"(?<=[^s])s$", ""))
    for folder in {path.parent for path in SOURCES}:
        names = [path.stem.lower() for path in folder.glob("*.py")]
        for ending, singular in endings:
            names = [re.sub(ending, singular, name) for name in names]
        assert len(set(names)) == len(names), (_name(folder), Counter(names).most_common(1))


@pytest.mark.parametrize("path", sorted((ROOT / "compiler" / "passes").glob("[a-z]*.py")), ids=_name)
def test_a_pass_exports_the_function_with_the_name_of_its_file_and_the_types_it_returns(path: Path) -> None:
    public = [node for node in _tree(path).body if not getattr(node, "name", "_").startswith("_")]
    (function,) = [node for node in public if not isinstance(node, ast.ClassDef)]
    assert isinstance(function, ast.FunctionDef)
    assert function.name == path.stem
    returned = {node.id for node in ast.walk(function.returns or function) if isinstance(node, ast.Name)}
    assert {node.name for node in public if isinstance(node, ast.ClassDef)} <= returned


def test_no_number_of_a_chip_outside_its_file() -> None:
    for path in SOURCES:
        if path.parent != ROOT / "targets" / "chips":
            numbers = {node.value for node in _nodes(path) if isinstance(node, ast.Constant)}
            assert not {number for number in numbers if type(number) is int} & CHIP_NUMBERS, _name(path)


@pytest.mark.slow
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
        "compiler.frontends.nir.read",
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
        assert set(_imported(_tree(path).body)) <= allowed, path  # what a function imports is its own affair


def test_every_module_of_weight_has_its_test_file() -> None:
    """tests/ mirrors the rooms: targets/program/check.py is tested by tests/targets/program/test_check.py."""
    untested = []
    for path in filter(_of_weight, SOURCES):
        if path.is_relative_to(ROOT / "benchmarks"):  # tested by the pages they write
            continue
        mirrored = ROOT / "tests" / path.parent.relative_to(ROOT) / f"test_{path.name}"
        if not mirrored.is_file() and not _name(path).startswith(tuple(TESTED_ELSEWHERE)):
            untested.append(f"{_name(path)} is tested by no {_name(mirrored)}")
    assert not untested, "\n".join(untested)


def test_every_folder_of_tests_is_a_package() -> None:
    """Else two test files of one name hide each other, as do those of a dependency that ships its own tests."""
    assert all((path.parent / "__init__.py").is_file() for path in TESTS if path.name != "conftest.py")


def test_no_path_of_a_machine_and_no_registry() -> None:
    tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=False).stdout.split()
    wrong = re.compile(r"(?<![\w.])/(?:work|root|home|tmp|opt)/\w|index-url|find-links")
    for name in tracked:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".txt"} and path != Path(__file__) and path.is_file():
            assert not wrong.search(path.read_text(encoding="utf-8")), name
