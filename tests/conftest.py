"""Options and fixtures of all tests."""

import gc
import os
from collections import Counter
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"

# Two threads of torch on a busy machine can be ten times slower than one; set before torch is loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Rich keeps the width that it finds when it is loaded: wide enough for every table, in whatever terminal tests run.
os.environ["COLUMNS"] = "200"
# Lines about what is done would come with the load of the machine; tests of them switch them on.
os.environ["MOTIFC_PROGRESS"] = "off"
# Processes that tests start elsewhere take this checkout too, whichever one is installed.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")]))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden texts with what is there now")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, None, None]:
    """Modules and thousands of tests stay to the end: garbage is not looked for among them, now or later."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with most slow tests first, since a file is run by one process: the last ones are short then."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the golden file of that name, or rewrite the file under --update-golden."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return compare


@pytest.fixture(scope="session", autouse=True)
def _cache_of_all(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> None:
    """What tests keep lies in a folder of their own."""
    os.environ["MOTIFC_CACHE"] = str(_new_cache(tmp_path_factory, request.config))


@pytest.fixture
def own_cache(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A cache of the test's own, empty but for compiled loops."""
    folder = _new_cache(tmp_path_factory, request.config)
    monkeypatch.setenv("MOTIFC_CACHE", str(folder))
    return folder


def _new_cache(folders: pytest.TempPathFactory, config: pytest.Config) -> Path:
    """A new cache folder, whose compiled loops lie where pytest keeps things for the next time."""
    folder = folders.mktemp("cache")
    if config.pluginmanager.has_plugin("cacheprovider"):
        (folder / "compiled").symlink_to(config.cache.mkdir("compiled"))
    return folder


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recordings by others; tests that need it skip where it is not."""
    folder = Path(os.environ.get("MOTIFC_SHARED", REPOSITORY.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("the shared folder is absent: set MOTIFC_SHARED to where golden/ and data/ are")
    return folder
