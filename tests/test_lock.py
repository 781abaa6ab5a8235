"""The lock of hashes holds what pyproject.toml asks for, in the versions that were checked together."""

import re
import tomllib

from tests.conftest import REPOSITORY

_WITHOUT = {"torch", "motifc"}
"""Torch has other hashes on every index."""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(file: str) -> dict[str, str]:
    text = (REPOSITORY / file).read_text(encoding="utf-8")
    return {normal(name): version for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE)}


def asked_for() -> set[str]:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = (project["dependencies"], *project["optional-dependencies"].values())
    names = (re.match(r"[\w.-]+", line) for lines in lists for line in lines)
    return {normal(name[0]) for name in names if name} - _WITHOUT


def test_everything_asked_for_is_in_the_lock() -> None:
    missing = sorted(asked_for() - set(pinned("requirements.lock")))
    assert not missing, "run make lock"


def test_the_lock_has_the_versions_checked_together() -> None:
    locked, checked = pinned("requirements.lock"), pinned("constraints.txt")
    differ = {
        name: (locked[name], checked[name]) for name in locked.keys() & checked.keys() if locked[name] != checked[name]
    }
    assert not differ, "run make lock"


def test_every_package_of_the_lock_has_hashes_and_no_address() -> None:
    for file in ("requirements.lock", "lava.lock"):
        text = (REPOSITORY / file).read_text(encoding="utf-8")
        assert "://" not in text
        entries = re.split(r"\n(?=\w)", text.strip())
        assert all("--hash=sha256:" in entry for entry in entries)


def test_the_list_of_licences_has_every_package_asked_for() -> None:
    rows = (REPOSITORY / "docs" / "licences.md").read_text(encoding="utf-8")
    listed = {normal(name) for name in re.findall(r"^\| ([\w.-]+) \|", rows, re.MULTILINE)}
    assert not sorted(asked_for() - listed), "run make licences"
