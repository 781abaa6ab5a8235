"""Files that are whole or not there, and digests that tell content apart."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from safetensors import safe_open

from targets.contracts.artefact import Artefact, load, save
from targets.contracts.errors import InputError


def _artefact(**changes: Any) -> Artefact:
    arrays = {"b": np.arange(6, dtype=np.int32).reshape(2, 3), "a": np.array([0.5, -1.0])}
    return Artefact(
        **{"format": "program", "header": {"chip": "loihi2", "list": [1, [2, 3]]}, "arrays": arrays} | changes
    )


def test_round_trip(tmp_path: Path) -> None:
    artefact = _artefact()
    digest = save(artefact, tmp_path / "a.program")
    again = load(tmp_path / "a.program", "program")
    assert digest == artefact.digest == again.digest
    assert dict(again.header) == {"chip": "loihi2", "list": [1, [2, 3]]}
    assert again.arrays.keys() == {"a", "b"}
    for name, array in artefact.arrays.items():
        assert again.arrays[name].dtype == array.dtype
        assert np.array_equal(again.arrays[name], array)
        assert not again.arrays[name].flags.writeable


def test_safetensors_itself_reads_the_same_arrays(tmp_path: Path) -> None:
    artefact = _artefact()
    save(artefact, tmp_path / "a.program")
    theirs = safetensors.numpy.load_file(tmp_path / "a.program")
    assert theirs.keys() == artefact.arrays.keys()
    assert all(np.array_equal(theirs[name], array) for name, array in artefact.arrays.items())
    assert all(theirs[name].dtype == array.dtype for name, array in artefact.arrays.items())


def test_the_file_is_byte_for_byte_that_of_safetensors(tmp_path: Path) -> None:
    kinds = ["?", "u1", "i1", "i2", "u2", "f2", "i4", "u4", "f4", "f8", "i8", "u8"]
    arrays = {f'{kind} "\u00fc\n': np.arange(3 * n).reshape(n, 3).astype(kind) for n, kind in enumerate(kinds)}
    large = Artefact("program", {"chip": "loihi2"}, {**arrays, "many": np.arange(2_000_000)})
    save(large, tmp_path / "a.program")
    with safe_open(tmp_path / "a.program", "np") as file:
        metadata = file.metadata()
    assert (tmp_path / "a.program").read_bytes() == safetensors.numpy.save(dict(large.arrays), metadata=metadata)


def test_digest_is_the_same_on_every_machine() -> None:
    """Written down once: a change here makes every file of older versions unreadable."""
    assert _artefact().digest == "a2871ef1cfdef0223ddcc89bdf16cb57cc96cc25b8885d188c8a2cac367c77c8"


def test_digest_does_not_depend_on_order_or_memory_layout() -> None:
    artefact = _artefact()
    turned = {
        "a": artefact.arrays["a"].astype(">f8"),
        "b": np.asfortranarray(artefact.arrays["b"]),
    }
    header = dict(reversed(list(artefact.header.items())))
    assert _artefact(header=header, arrays=turned).digest == artefact.digest


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "network"},
        {"header": {"chip": "loihi1", "list": [1, [2, 3]]}},
        {"arrays": {"b": np.arange(6, dtype=np.int32).reshape(2, 3), "a": np.array([0.5, -1.5])}},
        {"arrays": {"b": np.arange(6, dtype=np.int32).reshape(3, 2), "a": np.array([0.5, -1.0])}},
        {"arrays": {"b": np.arange(6, dtype=np.int64).reshape(2, 3), "a": np.array([0.5, -1.0])}},
        {"arrays": {"c": np.arange(6, dtype=np.int32).reshape(2, 3), "a": np.array([0.5, -1.0])}},
    ],
    ids=["format", "header", "value", "shape", "dtype", "name"],
)
def test_digest_tells_content_apart(changes: dict[str, Any]) -> None:
    assert _artefact(**changes).digest != _artefact().digest


def test_missing_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.program"
    with pytest.raises(InputError) as error:
        load(path, "program")
    assert str(error.value) == f"{path} does not exist; a .program file is needed, so check the path."


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        load(tmp_path, "network")
    assert str(error.value) == f"{tmp_path} is a folder; a .network file is needed, so check the path."


@pytest.mark.parametrize("length", [0, 4, 8, 100, -1])
def test_truncated_file_is_refused(tmp_path: Path, length: int) -> None:
    path = tmp_path / "a.program"
    save(_artefact(), path)
    path.write_bytes(path.read_bytes()[:length])
    _assert_unreadable(path, "program", "compile")


@pytest.mark.parametrize("content", [b"chip: loihi2\n", b"\x89PNG\r\n\x1a\n" + bytes(100), bytes(1000), b"\xff" * 1000])
def test_other_content_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.network"
    path.write_bytes(content)
    _assert_unreadable(path, "network", "search")


def test_foreign_safetensors_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.program"
    for metadata in (None, {"format": "pt"}, {"motifc": "{}"}, {"motifc": "[1]"}):
        path.write_bytes(safetensors.numpy.save({"w": np.ones(3)}, metadata=metadata))
        with pytest.raises(InputError) as error:
            load(path, "program")
        assert str(error.value) == f"{path} was not written by motifc; a .program file is needed, so check the path."


def test_metadata_that_is_no_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.program"
    path.write_bytes(safetensors.numpy.save({"w": np.ones(3)}, metadata={"motifc": "{"}))
    _assert_unreadable(path, "program", "compile")


def test_wrong_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.program"
    save(_artefact(format="network"), path)
    with pytest.raises(InputError) as error:
        load(path, "program")
    assert str(error.value) == f"{path} is a network; a program is needed here, so give a .program file."


def test_wrong_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.program"
    metadata = {"format": "program", "version": 3, "digest": "", "header": {}}
    path.write_bytes(safetensors.numpy.save({}, metadata={"motifc": json.dumps(metadata)}))
    with pytest.raises(InputError) as error:
        load(path, "program")
    assert str(error.value) == (
        f"{path} has file version 3; this motifc reads 1 and 2, so use the motifc that wrote it or write it again."
    )


def test_changed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.program"
    digest = save(_artefact(), path)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        load(path, "program")
    assert str(error.value).startswith(f"{path} has been changed since it was written (digest ")
    assert str(error.value).endswith(f", stored {digest[:12]}); write it again.")


def _assert_unreadable(path: Path, format: str, maker: str) -> None:
    with pytest.raises(InputError) as error:
        load(path, format)
    assert str(error.value).startswith(f"{path} is not a readable .{format} file (")
    assert str(error.value).endswith(
        f"): it is truncated, damaged or of another kind; write it again with motifc {maker}."
    )


def stored(path: Path, header: str, version: str = "2", digest: str = '""') -> Path:
    """A file with such a header, as text."""
    text = f'{{"format":"program","version":{version},"digest":{digest},"header":{header}}}'
    path.write_bytes(safetensors.numpy.save({}, metadata={"motifc": text}))
    return path


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ('{"a":NaN}', "a header with the number NaN"),
        ('{"a":-Infinity}', "a header with the number -Infinity"),
        ('{"a":1e999}', "a header with the number 1e999"),
        ('{"a":1,"a":2}', "a header in which a key comes twice"),
        ('{"a":' + "[" * 70 + "]" * 70 + "}", "a header of more than 64 lists and objects in one another"),
        ('{"a":' + "[" * 5000 + "]" * 5000 + "}", "maximum recursion depth exceeded"),
        ('{"a":' + "9" * 5000 + "}", "Exceeds the limit"),
        ('{"a":"' + "x" * (1 << 24) + '"}', "a header of 16,777,2"),
    ],
    ids=["nan", "infinity", "large", "twice", "deep", "deeper", "digits", "long"],
)
def test_headers_that_nobody_writes_are_refused(tmp_path: Path, header: str, reason: str) -> None:
    path = stored(tmp_path / "a.program", header)
    with pytest.raises(InputError) as error:
        load(path, "program")
    assert str(error.value).startswith(f"{path} is not a readable .program file ({reason}")
    assert str(error.value).endswith("damaged or of another kind; write it again with motifc compile.")
    assert len(str(error.value)) < 500


@pytest.mark.parametrize(
    ("header", "version", "digest"), [("3", "2", '""'), ("{}", "true", '""'), ("{}", "2", "7"), ("null", "2", '""')]
)
def test_parts_of_another_type_are_not_ours(tmp_path: Path, header: str, version: str, digest: str) -> None:
    with pytest.raises(InputError, match=r"was not written by motifc; a \.program file is needed"):
        load(stored(tmp_path / "a.program", header, version, digest), "program")


@pytest.mark.parametrize("code", ["BF16", "F8_E4M3", "F8_E5M2"])
def test_types_that_numpy_has_not_are_refused(tmp_path: Path, code: str) -> None:
    path = tmp_path / "a.program"
    save(Artefact("program", {}, {"x": np.zeros(4, np.uint16 if code == "BF16" else np.uint8)}), path)
    path.write_bytes(path.read_bytes().replace(b'"U16"' if code == "BF16" else b'"U8"', f'"{code}"'.encode(), 1))
    content = path.read_bytes()
    size = content.index(b"}", content.rindex(b"data_offsets")) + 2
    path.write_bytes(size.__sub__(8).to_bytes(8, "little") + content[8:size] + content[-(8 if code == "BF16" else 4) :])
    with pytest.raises(InputError, match=f"array 'x' of type {code}, which motifc does not write"):
        load(path, "program")


def test_a_header_that_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="up to 16,777,216 are read again, so store less in its settings"):
        save(_artefact(header={"a": "x" * (1 << 24)}), tmp_path / "a.program")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_checkpoint_is_to_be_removed(tmp_path: Path) -> None:
    """It stands in the way of the search that would write it again."""
    path = tmp_path / "a.checkpoint"
    save(_artefact(format="checkpoint"), path)
    whole = path.read_bytes()
    for content in (whole[:50], whole[:-1] + b"\x01"):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"; remove it, and the search begins anew\.$"):
            load(path, "checkpoint")


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match=r"pipe is no regular file; a \.program file is needed, so check the path\.$"):
        load(tmp_path / "pipe", "program")
    with pytest.raises(InputError, match=r"cannot be read \(File name too long\)"):
        load(tmp_path / ("x" * 300), "program")
