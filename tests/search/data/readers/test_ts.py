from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from search.data.readers.ts import read_ts
from targets.contracts.errors import InputError

GOOD = """# a comment
@problemName tiny
@classLabel true b a
@data
1,2,3:4,5,6:a
-1.5:2:b

"""


def test_series_and_classes_come_back(tmp_path: Path) -> None:
    path = tmp_path / "tiny.ts"
    path.write_text(GOOD)
    series, classes = read_ts(path, 2)
    assert [each.tolist() for each in series] == [[[1, 4], [2, 5], [3, 6]], [[-1.5, 2]]]
    assert classes.tolist() == [1, 0]


@pytest.mark.slow
@pytest.mark.parametrize("part", ["TRAIN", "TEST"])
def test_sktime_reads_the_same_of_the_real_files(part: str) -> None:
    datasets = pytest.importorskip("sktime.datasets", reason="sktime is not installed")
    spec = find_spec("sktime")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    path = (
        Path(spec.submodule_search_locations[0]) / "datasets" / "data" / "JapaneseVowels" / f"JapaneseVowels_{part}.ts"
    )
    theirs, labels = datasets.load_from_tsfile(str(path), return_data_type="nested_univ")
    series, classes = read_ts(path, 12)
    assert len(series) == len(theirs) == {"TRAIN": 270, "TEST": 370}[part]
    for ours, row in zip(series, theirs.to_numpy().tolist(), strict=True):
        assert np.array_equal(ours, np.stack([channel.to_numpy() for channel in row], axis=1))
    assert np.array_equal(classes, labels.astype(int) - 1)


@pytest.mark.parametrize("line", ["1,2:3:a", "1:x:a", "1:2:c", "1:2:3:a", "1:nan:a", "1", ":"])
def test_a_damaged_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "tiny.ts"
    path.write_text(GOOD + line)
    with pytest.raises(InputError) as raised:
        read_ts(path, 2)
    assert str(raised.value) == (
        f"{path} is damaged in line 8; 2 series of equal length with a label among b, a are needed, so get it again."
    )


def test_empty_binary_and_missing_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "tiny.ts"
    with pytest.raises(InputError) as raised:
        read_ts(path, 2)
    assert str(raised.value) == (
        f"{path} cannot be read ([Errno 2] No such file or directory: '{path}'); a .ts file is needed there, so "
        "restore it."
    )
    path.write_text("@data\n")
    with pytest.raises(InputError) as raised:
        read_ts(path, 2)
    assert str(raised.value) == (
        f"{path} holds no samples; a .ts file with lines after @data is needed, so get it again."
    )
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read"):
        read_ts(path, 2)
