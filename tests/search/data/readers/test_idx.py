import gzip
from pathlib import Path

import numpy as np
import pytest

from search.data.readers.idx import read_idx, read_images
from targets.contracts.errors import InputError
from tests.search.data.tasks.event_files import write_idx

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 28, 28), dtype=np.uint8)
LABELS = np.arange(5, dtype=np.uint8)


def refusal(path: Path, axes: int = 3) -> str:
    with pytest.raises(InputError) as raised:
        read_idx(path, axes)
    return str(raised.value)


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_numbers_come_back_gzipped_or_not(tmp_path: Path, ending: str) -> None:
    images, labels = tmp_path / f"images{ending}", tmp_path / f"labels{ending}"
    write_idx(images, IMAGES)
    write_idx(labels, LABELS)
    read, classes = read_images(images, labels, 28, 28, 10)
    assert np.array_equal(read, IMAGES)
    assert np.array_equal(classes, LABELS)


def test_the_real_digits(shared: Path) -> None:
    folder = shared / "data" / "mnist"
    images, labels = read_images(folder / "t10k-images-idx3-ubyte.gz", folder / "t10k-labels-idx1-ubyte.gz", 28, 28, 10)
    assert images.shape == (10_000, 28, 28)
    assert labels[:5].tolist() == [7, 2, 1, 0, 4]


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "images"
    write_idx(path, IMAGES, magic=b"RIFF")
    assert refusal(path) == (
        f"{path} begins with 52 49 46 46; an idx file of images [sample, row, column] begins with 00 00 08 03, so "
        "check that it is the right file."
    )
    path.touch()
    path.write_bytes(b"")
    assert refusal(path, 1) == (
        f"{path} begins with nothing; an idx file of labels [sample] begins with 00 00 08 01, so check that it is the "
        "right file."
    )


def test_a_file_cut_off_or_too_long(tmp_path: Path) -> None:
    path = tmp_path / "images"
    write_idx(path, IMAGES)
    content = path.read_bytes()
    path.write_bytes(content[:10])
    assert refusal(path) == f"{path} ends within its header after 10 bytes; it is cut off, so get it again."
    path.write_bytes(content[:-1])
    assert refusal(path) == (
        f"{path} says it holds 3,920 numbers and has only 3,919; it is cut off or damaged, so get it again."
    )
    path.write_bytes(content + b"x")
    assert (
        refusal(path) == f"{path} says it holds 3,920 numbers and has more; it is cut off or damaged, so get it again."
    )


def test_a_header_that_promises_too_much_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "images"
    path.write_bytes(bytes([0, 0, 8, 3]) + 12 * b"\xff")
    assert refusal(path) == (
        f"{path} says it holds 4294967295 x 4294967295 x 4294967295 numbers; at most 268,435,456 are allowed, so it "
        "is damaged: get it again."
    )


def test_a_damaged_gzip_file(tmp_path: Path) -> None:
    path = tmp_path / "images.gz"
    write_idx(path, IMAGES)
    whole = path.read_bytes()
    path.write_bytes(b"not gzip at all, and long enough to see")
    assert refusal(path) == f"{path} is a damaged gzip file (Not a gzipped file (b'no')); get it again."
    path.write_bytes(whole[:2000])
    assert refusal(path).startswith(f"{path} is a damaged gzip file (Compressed file ended")
    path.write_bytes(whole[:1000] + bytes(200) + whole[1200:])
    assert refusal(path).startswith(f"{path} is a damaged gzip file (")
    path.write_bytes(gzip.compress(b""))
    assert refusal(path).startswith(f"{path} begins with nothing;")


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    assert refusal(absent) == (
        f"{absent} cannot be read (No such file or directory); an idx file of images [sample, row, column] is needed, "
        "so restore it."
    )
    assert "(Is a directory)" in refusal(tmp_path)


def test_images_and_labels_that_do_not_match(tmp_path: Path) -> None:
    images, labels = tmp_path / "images", tmp_path / "labels"
    write_idx(images, IMAGES)
    write_idx(labels, LABELS[:4])
    with pytest.raises(InputError) as raised:
        read_images(images, labels, 28, 28, 10)
    assert str(raised.value) == (
        f"{images} holds 5 images and {labels} 4 labels; one each and at least one are needed, so get both again."
    )
    write_idx(labels, LABELS + 6)
    with pytest.raises(InputError) as raised:
        read_images(images, labels, 28, 28, 10)
    assert str(raised.value) == (f"{labels} has the label 10; 0 to 9 are allowed, so check that it is the right file.")
    write_idx(images, IMAGES[:, :8])
    with pytest.raises(InputError) as raised:
        read_images(images, labels, 28, 28, 10)
    assert str(raised.value) == (
        f"{images} holds images of 8 x 28 pixels; 28 x 28 are needed, so check that it is the right file."
    )
