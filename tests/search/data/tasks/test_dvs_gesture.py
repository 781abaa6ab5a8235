from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from search.data.task import Split, labels_of
from search.data.tasks.dvs_gesture import ABOUT, load
from targets.contracts.errors import InputError
from tests.search.data.tasks.event_files import some_events
from tests.search.data.tasks.gesture_files import TRAINING, cut, published


def people_of(split: Split, folder: Path) -> list[set[bytes]]:
    return [{row.tobytes() for row in part.packed} for part in (split.train, split.valid, split.test)]


@pytest.mark.parametrize("layout", [cut, published])
def test_people_are_held_out_whole(layout: Callable[[Path], Path], tmp_path: Path) -> None:
    split = load(0, layout(tmp_path / "gestures"))
    assert [part.samples for part in (split.train, split.valid, split.test)] == [14, 2, 4]
    assert labels_of(split.valid).tolist() == [0, 10]
    assert (split.neurons, split.train.steps, split.classes) == (ABOUT.channels, 60, 11)


def test_both_layouts_give_the_same_spikes(tmp_path: Path) -> None:
    assert load(3, cut(tmp_path / "cut")).digest == load(3, published(tmp_path / "published")).digest


def test_the_seed_chooses_who_is_held_out(tmp_path: Path) -> None:
    folder = cut(tmp_path / "cut")
    assert load(0, folder).digest == load(0, folder).digest != load(1, folder).digest


def test_an_event_lands_in_its_bin_and_coarse_channel(tmp_path: Path) -> None:
    events = some_events(20 * 24, 300, 128, 128, span=2_000)
    expected = np.zeros((60, 2, 32, 32), dtype=np.uint8)
    bins = (events["t"] - events["t"].min()) // 25
    kept = events[bins < 60]
    expected[bins[bins < 60], kept["p"].astype(int), kept["y"] // 4, kept["x"] // 4] = 1
    assert np.array_equal(load(0, cut(tmp_path / "cut")).test.dense()[0], expected.reshape(60, -1))


def test_tonic_reads_the_same_events(tmp_path: Path) -> None:
    tonic = pytest.importorskip("tonic", reason="tonic is not installed")
    folder = cut(tmp_path / "DVSGesture")
    complete = type("DVSGesture", (tonic.datasets.DVSGesture,), {"_check_exists": lambda self: True})
    transforms = tonic.transforms
    framed = complete(
        str(tmp_path),
        train=False,
        transform=transforms.Compose(
            [
                transforms.Downsample(spatial_factor=0.25),
                lambda events: transforms.ToFrame(
                    (32, 32, 2), time_window=25_000, end_time=int(events["t"][0]) + 1_500_000
                )(events),
            ]
        ),
    )
    theirs = sorted((label, (frames.reshape(60, -1) > 0).tobytes()) for frames, label in framed)
    test = load(0, folder.parent).test
    ours = sorted(zip(labels_of(test).tolist(), (each.astype(bool).tobytes() for each in test.dense()), strict=True))
    assert ours == theirs


def test_wrong_names_and_damaged_files_are_told_by_name(tmp_path: Path) -> None:
    folder = cut(tmp_path / "cut")
    place = folder / "ibmGestureTrain" / "user01_led"
    (place / "0.npy").rename(place / "11.npy")
    with pytest.raises(InputError) as raised:
        load(0, folder)
    assert str(raised.value) == (
        f"{place / '11.npy'} is wrongly named; the name is the class, 0.npy to 10.npy, so rename it."
    )
    (place / "11.npy").rename(place / "1.npy")
    np.save(place / "1.npy", np.zeros((5, 3)))
    with pytest.raises(InputError) as raised:
        load(0, folder)
    assert str(raised.value) == (
        f"{place / '1.npy'} is no readable gesture (an array of shape (5, 3)); an .npy array [event, (x, y, p, t)] is "
        "needed, so unpack it again."
    )
    (place / "1.npy").write_bytes(b"")
    with pytest.raises(InputError, match=rf"^{place / '1.npy'} is no readable gesture \("):
        load(0, folder)
    with (place / "1.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (10**12, 4)})
    with pytest.raises(InputError, match=rf"^{place / '1.npy'} is no readable gesture \("):
        load(0, folder)
    place.rename(place.with_name("someone_led"))
    with pytest.raises(InputError, match=r"is of 'someone_led'; userNN_LIGHT, such as user01_led, is needed"):
        load(0, folder)


def test_damaged_labels_and_a_missing_layout_are_told_by_name(tmp_path: Path) -> None:
    folder = published(tmp_path / "published")
    labels = folder / "user01_led_labels.csv"
    labels.write_text("class,startTime_usec,endTime_usec\n12,0,10\n")
    with pytest.raises(InputError) as raised:
        load(0, folder)
    assert str(raised.value) == f"{labels} has the class 12; 1 to 11 are allowed, so get it again."
    labels.write_text("class,startTime_usec,endTime_usec\n1,zero,10\n")
    with pytest.raises(InputError) as raised:
        load(0, folder)
    assert str(raised.value) == (
        f"{labels} has the row 1,zero,10; class, startTime_usec and endTime_usec as whole numbers are needed, so get "
        "it again."
    )
    labels.unlink()
    with pytest.raises(InputError, match=f"^{labels} cannot be read "):
        load(0, folder)
    (folder / "trials_to_train.txt").unlink()
    with pytest.raises(InputError, match=f"^{folder} holds no train gestures; DVS128 Gesture needs either the folders"):
        load(0, folder)


@pytest.mark.parametrize(("factor", "span"), [(1_000, "1978"), (0.001, "0.00")], ids=["microseconds", "seconds"])
def test_cut_gestures_with_times_in_another_unit_are_told(tmp_path: Path, factor: float, span: str) -> None:
    folder = cut(tmp_path / "cut")
    path = folder / "ibmGestureTrain" / "user01_led" / "0.npy"
    np.save(path, np.load(path) * [1, 1, 1, factor])
    with pytest.raises(InputError) as raised:
        load(0, folder)
    assert str(raised.value).startswith(f"{path} lasts {span}")
    assert str(raised.value).endswith(
        "a gesture lasts 0.1 to 100 seconds, so its times are in another unit or it is cut off: convert or get it "
        "again."
    )


@pytest.mark.parametrize("divisor", [1_000, 1_000_000], ids=["milliseconds", "seconds"])
def test_published_gestures_with_times_in_another_unit_are_told(tmp_path: Path, divisor: int) -> None:
    folder = published(tmp_path / "published", divisor=divisor)
    with pytest.raises(InputError) as raised:
        load(0, folder)
    assert str(raised.value).startswith(f"{folder / 'user01_led.aedat'} lasts ")
    assert str(raised.value).endswith(
        "a gesture lasts 0.1 to 100 seconds, so its times are in another unit or it is cut off: convert or get it "
        "again."
    )


@pytest.mark.parametrize("factor", [0.001, 0.000_001], ids=["milliseconds", "seconds"])
def test_labels_in_another_unit_are_told(tmp_path: Path, factor: float) -> None:
    folder = published(tmp_path / "published")
    labels = folder / "user01_led_labels.csv"
    header, *rows = labels.read_text().splitlines()
    spans = [[int(each) for each in row.split(",")] for row in rows]
    changed = [f"{label},{int(first * factor)},{int(last * factor)}" for label, first, last in spans]
    labels.write_text("\n".join([header, *changed]))
    with pytest.raises(InputError) as raised:
        load(0, folder)
    assert str(raised.value).startswith(f"{folder / 'user01_led.aedat'} holds no event of the gesture 1, from (")


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        (0, 128, "x from 0.0 to 128.0, where 0 to 127 are allowed"),
        (2, 2, "p from 0.0 to 2.0, where 0 to 1 are allowed"),
        (3, np.nan, "t from nan to nan, where 0 to 1,099,511,627,776 are allowed"),
    ],
)
def test_columns_of_a_cut_gesture_that_cannot_be(tmp_path: Path, column: int, value: float, found: str) -> None:
    folder = cut(tmp_path / "cut")
    path = folder / "ibmGestureTrain" / "user01_led" / "0.npy"
    columns = np.load(path)
    columns[0, :] = 0
    columns[1, column] = value
    np.save(path, columns)
    with pytest.raises(InputError) as raised:
        load(0, folder)
    assert str(raised.value) == (
        f"{path} is no readable gesture ({found}); an .npy array [event, (x, y, p, t)] is needed, so unpack it again."
    )


@pytest.mark.parametrize("header", ["{'descr': '<f8',", "(" * 60 + "1L", "{1: 2}", "[" * 200 + "]" * 200])
def test_a_cut_gesture_with_a_damaged_header(tmp_path: Path, header: str) -> None:
    folder = cut(tmp_path / "cut")
    path = folder / "ibmGestureTrain" / "user01_led" / "0.npy"
    content = header.encode() + b"\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(content).to_bytes(2, "little") + content)
    with pytest.raises(InputError, match=rf"^{path} is no readable gesture \(.*an \.npy array .*unpack it again\.$"):
        load(0, folder)


@pytest.mark.parametrize("name", ["user01_led_labels.csv", "trials_to_train.txt"])
@pytest.mark.parametrize("character", ["\0", "\x1f", "\x1b[2J"])
def test_lists_and_labels_that_are_no_text(tmp_path: Path, name: str, character: str) -> None:
    folder = published(tmp_path / "published")
    path = folder / name
    path.write_text(path.read_text().replace("user", f"us{character}er").replace("class", f"cl{character}ass"))
    with pytest.raises(InputError, match=rf"^{path} cannot be read \(it holds characters that are no text\);"):
        load(0, folder)


@pytest.mark.parametrize("name", ["/etc/passwd", "../user01_led.aedat", "a/user01_led.aedat"])
def test_lists_name_files_beside_them_only(tmp_path: Path, name: str) -> None:
    folder = published(tmp_path / "published")
    path = folder / "trials_to_train.txt"
    path.write_text(f"{name}\n")
    with pytest.raises(InputError) as raised:
        load(0, folder)
    assert str(raised.value) == (
        f"{path} names {name!r}; names of files beside it, such as user01_led.aedat, are allowed, so get it again."
    )


def test_one_person_cannot_be_held_out(tmp_path: Path) -> None:
    folder = cut(tmp_path / "cut")
    for person in TRAINING[1:]:
        (folder / "ibmGestureTrain" / f"user{person:02}_led").rename(tmp_path / f"{person}")
    with pytest.raises(InputError) as raised:
        load(0, folder)
    assert str(raised.value) == (
        f"{folder} holds training gestures of one person; at least 2 are needed to hold one out, so unpack all of it."
    )
