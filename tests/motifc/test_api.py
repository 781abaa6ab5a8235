"""import motifc: every documented name, nothing before it is used, and a word where a package is hidden."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import motifc
from motifc.api import HOMES
from motifc.hidden import PACKAGES, hidden_package
from tests.conftest import REPOSITORY

HEAVY = ("torch", "numba", "scipy", "onnx", "onnxruntime", "matplotlib", "networkx", "lava", "nir")


def loaded_after(code: str) -> set[str]:
    """Top-level names of all modules that a fresh interpreter has loaded after `code`."""
    script = f"{code}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    command = [sys.executable, "-c", script]
    return set(subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY).stdout.split())


def typed() -> dict[str, set[str]]:
    """Module -> names, as type checkers see them: the imports of `motifc` under TYPE_CHECKING."""
    tree = ast.parse(Path(str(motifc.__file__)).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    return {
        str(node.module): {alias.name for alias in node.names if alias.asname == alias.name}
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.module != "motifc"  # whose own modules are no names of HOMES
    }


def test_type_checkers_see_the_same_names_in_the_same_modules() -> None:
    assert typed() == {module: set(names) for module, names in HOMES.items()}


@pytest.mark.parametrize("name", sorted(name for names in HOMES.values() for name in names))
def test_every_name_is_there_and_says_what_it_is(name: str) -> None:
    value = getattr(motifc, name)
    assert name in dir(motifc)
    if inspect.isfunction(value) or inspect.isclass(value):
        assert value.__name__ == name
        assert (inspect.getdoc(value) or "").strip()


def test_a_name_is_documented_where_to_start() -> None:
    page = (REPOSITORY / "docs" / "api.md").read_text(encoding="utf-8")
    assert [name for names in HOMES.values() for name in names if name not in page] == []


def test_plots_are_loaded_when_they_are_asked_for() -> None:
    assert motifc.plot.__name__ == "motifc.plot"
    assert loaded_after("import motifc; motifc.plot") & {"matplotlib", "torch", "numba"} == set()


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(AttributeError, match=r"^module 'motifc' has no attribute 'compile'; docs/api\.md lists"):
        motifc.compile  # noqa: B018


def test_import_loads_nothing_beyond_the_standard_library() -> None:
    ours = {"motifc", *PACKAGES}
    new = loaded_after("import motifc") - loaded_after("pass")
    assert new - set(sys.stdlib_module_names) - ours == set()
    assert new & set(PACKAGES) == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    [
        "import motifc; motifc.compile_network",
        "import motifc; motifc.Network, motifc.Program, motifc.run, motifc.compare, motifc.Settings",
        "import motifc.cli",
    ],
)
def test_names_load_nothing_heavy(code: str) -> None:
    assert loaded_after(code) & set(HEAVY) == set()


def test_the_command_shows_a_program_without_anything_heavy() -> None:
    file = REPOSITORY / "tests" / "golden" / "version1" / "tiny-loihi1.program"
    code = f"import sys; sys.argv = ['motifc', 'show', {str(file)!r}]\ntry:\n    from motifc.cli import main; main()"
    assert loaded_after(f"{code}\nexcept SystemExit: pass") & set(HEAVY) == set()


def test_our_own_packages_are_not_hidden() -> None:
    assert hidden_package(Path(str(motifc.__file__)).parent) is None


@pytest.mark.parametrize("hiding", ["search/__init__.py", "targets.py", "compiler/__init__.py"])
@pytest.mark.parametrize("command", [["-c", "import motifc"], ["-m", "motifc", "--help"]])
def test_a_folder_of_the_user_that_hides_ours_is_named(hiding: str, command: list[str], tmp_path: Path) -> None:
    path = tmp_path / hiding
    path.parent.mkdir(exist_ok=True)
    path.touch()
    environment = {"PYTHONPATH": f"{tmp_path}:{REPOSITORY}"}
    done = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, cwd=tmp_path, env=environment, check=False
    )
    name = hiding.split("/", maxsplit=1)[0].removesuffix(".py")
    sentence = (
        f"motifc needs its own package {name!r} from {REPOSITORY}, but Python finds {path}; rename that, or start "
        "Python in another folder."
    )
    assert done.stderr.strip().splitlines()[-1].partition(": ")[2] == sentence
    assert ("Traceback" in done.stderr) == (command[0] == "-c")
    assert done.returncode == (1 if command[0] == "-c" else 2)
