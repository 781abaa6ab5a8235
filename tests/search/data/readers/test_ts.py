from pathlib import Path

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
