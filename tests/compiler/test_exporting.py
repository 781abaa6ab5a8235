"""Formats are found by listing, and refuse what they have no use for."""

from pathlib import Path

import pytest

from compiler.exporting import export_formats, export_program
from compiler.pipeline import compile_network
from targets.contracts.errors import InputError
from tests.networks import random_network

PROGRAM = compile_network(random_network(0))


def test_formats_are_backends_with_an_export_their_variants_and_the_files_of_the_folder() -> None:
    assert {"c", "graphml", "json", "lava", "lava:core", "onnx"} <= set(export_formats())
    assert not {"numpy", "numba", "torch"} & set(export_formats())


@pytest.mark.parametrize("format", ["numpy", "json:core", "lava:tile", "", ":"])
def test_unknown_format_is_refused(format: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^unknown export format .*; known are .*, so choose one of them\.$"):
        export_program(PROGRAM, format, tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_spikes_are_refused_where_no_messages_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^format 'c' tells of no messages; give no spikes for it"):
        export_program(PROGRAM, "c", tmp_path / "a", {})


def test_lava_by_cores_is_another_folder(tmp_path: Path) -> None:
    pytest.importorskip("lava", reason="Lava is not installed")
    export_program(PROGRAM, "lava:core", tmp_path / "core")
    assert "one per core" in (tmp_path / "core" / "README.md").read_text(encoding="utf-8")
