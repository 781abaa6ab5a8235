"""Documents that repeat what the code says must say the same."""

import ast
import dataclasses
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from benchmarks import reference
from compiler.analysis import estimate
from search.data.task import TASKS
from search.settings import Settings
from targets.contracts.chip import CHIPS
from targets.runtime.registry import BACKENDS

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGE = ROOT / "docs" / "settings.md"
NAMED = re.compile(r"(?<![\w./-])(?:targets|search|compiler|motifc|benchmarks|tests|examples|docs)(?:[./]\w+)+")
HEAD = """# Settings

Hyperparameters of `motifc search` and `motifc train`, given as a TOML file with `--config`; what is left out keeps
its default. All of them are stored in the `.network` file. Sources: "paper" is W. Zhang, H. Geng, P. Li, Composing
recurrent spiking neural networks using locally-recurrent motifs and risk-mitigating architectural optimization, Front.
Neurosci. 18 (2024); the code of its group is that of TSSL-BP and SpiKL-IP; DARTS is H. Liu et al., ICLR 2019; "ours"
are choices of this project, most of them made on validation data. `motifc sweep` varies them by a plan, whose own
entries are in [sweep.md](sweep.md).

```toml
[search]
epochs = 20

[plasticity]
window = 0     # no intrinsic plasticity
```
"""


def settings_page() -> str:
    """The page that the settings' own metadata makes."""
    parts = [HEAD]
    for table in dataclasses.fields(Settings):
        settings = getattr(Settings(), table.name)
        about = (type(settings).__doc__ or "").splitlines()[0]
        parts.append(f"## [{table.name}]\n\n{about}\n\n| setting | default | what it is | from |\n|---|---|---|---|")
        for field in dataclasses.fields(settings):
            value = getattr(settings, field.name)
            shown = f'"{value}"' if isinstance(value, str) else list(value) if isinstance(value, tuple) else value
            about = str(field.metadata["about"]).replace("|", "\\|")
            parts.append(f"| `{field.name}` | `{shown}` | {about} | {field.metadata['source']} |")
        parts.append("")
    return "\n".join(parts)


def test_the_settings_page_lists_every_setting(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        PAGE.write_text(settings_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == settings_page()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_modules_and_files_that_a_page_names_are_there(page: Path) -> None:
    assert [name for name in named(page.read_text(encoding="utf-8")) if not exists(name)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_what_is_not_there_is_noticed() -> None:
    told = (
        "`search/data/tasks` `search.network.Network.load` `targets.chips` `compiler.nothing` `search/data/nothing`\n"
    )
    told += "`search.network.Nothing` `search.network.Network.nothing` `search.order = 2` `motifc.tasks`\n"
    told += "```python\nfrom search.network import Network, Nothing\n```\n"
    wrong = ["compiler.nothing", "search/data/nothing", "search.network.Nothing", "search.network.Network.nothing"]
    assert [name for name in named(told) if not exists(name)] == [*wrong, "search.network.Nothing"]


def named(text: str) -> Iterator[str]:
    """Modules, what is in them, and files: in code spans of a page, and what its Python imports."""
    blocks = re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    settings = {f"{table}.{field}" for table, own in vars(Settings()).items() for field in vars(own)}
    groups = {plugins.group for plugins in (BACKENDS, CHIPS, TASKS)}
    for span in re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)):
        yield from (name for name in NAMED.findall(span) if name not in settings | groups)
    for node in (node for block in blocks for node in ast.walk(ast.parse(block))):
        if isinstance(node, ast.ImportFrom):
            yield from (name for alias in node.names for name in NAMED.findall(f"{node.module}.{alias.name}"))


def exists(name: str) -> bool:
    """Whether the checkout has this file, folder, module or name in a module; nothing is imported."""
    if "/" in name:
        return (ROOT / name).exists()
    parts, place = name.split("."), ROOT
    while parts and (place / parts[0]).is_dir():
        place /= parts.pop(0)
    if not parts:
        return True
    file = place / f"{parts[0]}.py"
    return within(tree(file), parts[1:]) if file.is_file() else within(tree(place / "__init__.py"), parts)


def within(scope: ast.Module | ast.ClassDef | ast.If, names: Sequence[str]) -> bool:
    """Whether a module or class defines the first name, and that the next; an __init__ may name what it brings."""
    if not names:
        return True
    for node in scope.body:
        match node:
            case ast.ClassDef(name=name) if name == names[0]:
                return within(node, names[1:])
            case ast.FunctionDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)) if name == names[0]:
                return True
            case ast.Assign() | ast.ImportFrom() if names[0] in words(node):
                return True
            case ast.If() if within(node, names):  # what type checkers alone see, and motifc brings when asked
                return True
    return False


def words(node: ast.AST) -> set[str]:
    """Names and texts that a statement mentions."""
    told = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    told |= {part.asname or part.name for part in ast.walk(node) if isinstance(part, ast.alias)}
    return told | {str(part.value) for part in ast.walk(node) if isinstance(part, ast.Constant)}


@cache
def tree(file: Path) -> ast.Module:
    """A file of the checkout, read once."""
    return ast.parse(file.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_the_reference_lists_every_command_and_name(request: pytest.FixtureRequest) -> None:
    for page, text in (("cli.md", reference.cli()), ("api.md", reference.api())):
        path = ROOT / "docs" / "reference" / page
        if request.config.getoption("--update-golden"):
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text, f"run python -m benchmarks.reference for {page}"


def test_the_site_has_every_page() -> None:
    listed = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        assert str(page.relative_to(ROOT / "docs")) in listed, page


def test_the_page_on_energy_has_the_figures_that_are_counted_with() -> None:
    text = (ROOT / "docs" / "energy.md").read_text(encoding="utf-8")
    for name in ("SYNAPTIC_OPERATION", "NEURON_ACTIVE", "NEURON_IDLE", "MESSAGE", "HOP_EAST_WEST", "HOP_NORTH_SOUTH"):
        figure = getattr(estimate, name)
        assert f"| {figure.energy} pJ | {figure.time} ns |" in text, name
    assert f"| {estimate.BARRIER[1]:.0f} and {estimate.BARRIER[32]:.0f} ns |" in text
