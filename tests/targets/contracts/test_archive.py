"""Archives of arrays: only what is asked for is read, under stated limits, and nothing is executed."""

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from targets.contracts import archive
from targets.contracts.archive import Archive, UnreadableError


def npy(array: object) -> bytes:
    written = io.BytesIO()
    np.lib.format.write_array(written, np.asarray(array), allow_pickle=True)
    return written.getvalue()


def written(path: Path, members: list[tuple[str, bytes]], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, data in members:
            file.writestr(name, data)
    return path


def with_header(text: str, version: int = 1) -> bytes:
    header = text.encode() + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(header)) + header


def opened(path: Path, name: str = "a") -> np.ndarray:
    with path.open("rb") as file:
        return Archive(file)[name]


def reason(path: Path) -> str:
    with pytest.raises(UnreadableError) as error:
        opened(path)
    return str(error.value)


@pytest.mark.parametrize(
    "array", [np.eye(3), np.asfortranarray(np.arange(6).reshape(2, 3)), np.array(5), np.zeros((2, 0))]
)
def test_arrays_come_back_read_only(tmp_path: Path, array: np.ndarray) -> None:
    found = opened(written(tmp_path / "a.npz", [("a.npy", npy(array))]))
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(found, array)
    assert not found.flags.writeable


def test_what_is_not_asked_for_is_not_read(tmp_path: Path) -> None:
    """A member of objects or of any size stands beside what is wanted."""
    members = [("a.npy", npy([1])), ("names.npy", npy(np.array([{}], dtype=object))), ("notes.txt", b"x")]
    path = written(tmp_path / "a.npz", [*members, ("__MACOSX/._a.npy", b"no array")])
    assert opened(path).tolist() == [1]
    with path.open("rb") as file:
        assert Archive(file).shapes == {"a": (1,), "names": (1,)}


def test_objects_are_never_read(tmp_path: Path) -> None:
    path = written(tmp_path / "a.npz", [("a.npy", npy(np.array([{}], dtype=object)))])
    assert reason(path) == "array 'a' holds Python objects, which are never read"


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 4)",
        "(" * 9000,
        "'''unclosed",
        "1" * 6000,
        "",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-1, 3), }",
        "{'descr': ('|u1', (70000, 70000)), 'fortran_order': False, 'shape': (2,), }",
    ],
)
@pytest.mark.parametrize("version", [1, 2, 3])
def test_headers_that_make_no_sense_are_told_briefly(tmp_path: Path, header: str, version: int) -> None:
    told = reason(written(tmp_path / "a.npz", [("a.npy", with_header(header, version))]))
    assert told.startswith("array 'a'")
    assert len(told) < 250


def test_a_header_of_python_2_is_read_without_a_warning(tmp_path: Path) -> None:
    data = with_header("{'descr': '|u1', 'fortran_order': False, 'shape': (2L,), }") + b"\1\2"
    assert opened(written(tmp_path / "a.npz", [("a.npy", data)])).tolist() == [1, 2]


def test_a_shape_larger_than_its_member_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    data = with_header("{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000,), }")
    assert "unpacks to 1,000,000,000,000 bytes" in reason(written(tmp_path / "a.npz", [("a.npy", data)]))
    data = with_header("{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000, 0), }")
    assert "unpacks to 0 bytes" in reason(written(tmp_path / "a.npz", [("a.npy", data)]))


@pytest.mark.parametrize("change", [-1, 1])
def test_a_member_of_another_size_than_its_shape_is_refused(tmp_path: Path, change: int) -> None:
    data = npy([1, 2, 3])
    data = data[:change] if change < 0 else data + b"\0"
    assert "more or fewer bytes than its shape (3,)" in reason(written(tmp_path / "a.npz", [("a.npy", data)]))


def test_what_unpacks_to_far_more_than_its_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_FREE", 1 << 10)
    path = written(tmp_path / "a.npz", [("a.npy", npy(np.zeros(1 << 17, np.uint8)))])
    size = path.stat().st_size
    assert reason(path) == (
        f"array 'a' unpacks to 131,072 bytes; of a file of {size:,} up to {100 * size:,} are read, so store it with "
        "numpy.savez, which packs nothing"
    )
    written(path, [("a.npy", npy(np.zeros(1 << 17, np.uint8)))], zipfile.ZIP_STORED)
    assert opened(path).size == 1 << 17


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_name_twice_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.npz", [("a.npy", npy([1])), ("a.npy", npy([2]))])
    assert reason(path) == "two arrays named 'a'"


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (8, b"\1", "is encrypted"),
        (6, b"\x63", "zip file version 9.9"),
        (10, b"\x63", "compression method is not supported"),
    ],
)
def test_archives_that_python_cannot_unpack_are_told(tmp_path: Path, place: int, value: bytes, told: str) -> None:
    path = written(tmp_path / "a.npz", [("a.npy", npy([1, 2]))])
    content = bytearray(path.read_bytes())
    central = content.index(b"PK\x01\x02")
    content[central + place : central + place + 1] = value
    if place != 6:
        content[place - 2 : place - 1] = value
    path.write_bytes(content)
    assert told in reason(path)


def test_a_listing_that_lost_members_is_refused(tmp_path: Path) -> None:
    """The remark of one entry is said to reach over all that follow."""
    path = written(tmp_path / "a.npz", [(f"{name}.npy", npy([1])) for name in "abc"])
    content = bytearray(path.read_bytes())
    first, second, end = content.index(b"PK\x01\x02"), content.rindex(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    content[first + 32 : first + 34] = struct.pack("<H", end - content.index(b"PK\x01\x02", first + 4))
    assert second > first
    path.write_bytes(content)
    assert reason(path) == "1 members where it tells of 3"


@pytest.mark.parametrize("wrong", [b"\0.npy", b"b.npz", b"b.npy"])
def test_a_member_that_is_listed_under_another_name_is_refused(tmp_path: Path, wrong: bytes) -> None:
    """Else an array of labels would be gone without a word."""
    path = written(tmp_path / "a.npz", [("a.npy", npy([1])), ("c.npy", npy([1]))])
    content = bytearray(path.read_bytes())
    place = content.rindex(b"c.npy")
    content[place : place + 5] = wrong
    path.write_bytes(content)
    assert reason(path).startswith(("File name in directory", "a member named"))
