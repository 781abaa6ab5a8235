"""Which compiler is taken, and what it says."""

from pathlib import Path

import pytest

from targets.backends.c.toolchain import build, compiler
from targets.contracts.errors import BackendError


def test_cc_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "false -m32")
    assert compiler() == ["false", "-m32"]
    monkeypatch.setenv("CC", "no-such-compiler")
    assert compiler() is None


@pytest.mark.skipif(compiler() is None, reason="there is no C compiler")
def test_a_warning_is_an_error_and_is_told(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match=r"refuses the program: a\.c:1:.*unused"):
        build({"a.c": "static int unused; int main(void) { return 0; }\n"}, (), tmp_path / "a")
    build({"a.c": "int main(void) { return 0; }\n"}, (), tmp_path / "a")
    assert (tmp_path / "a").exists()


def test_without_a_compiler_nothing_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(BackendError, match="no C compiler is found"):
        build({}, (), tmp_path / "a")
