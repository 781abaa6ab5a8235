"""Commands of benchmarks answer bad input with one sentence."""

from pathlib import Path

import pytest

from benchmarks.refusals import refusing
from benchmarks.studies.large import main as large
from benchmarks.studies.linear_readout import main as linear_readout
from benchmarks.studies.speech.command import main as speech
from targets.contracts.errors import InputError


def test_what_a_command_returns_is_returned() -> None:
    @refusing
    def main(number: int) -> int:
        return number + 1

    assert main(2) == 3


def test_bad_input_ends_a_command_with_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    @refusing
    def main() -> None:
        raise InputError("there is no such thing; name another.")

    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == "error: there is no such thing; name another.\n"


def test_other_errors_are_not_hidden() -> None:
    @refusing
    def main() -> None:
        raise ValueError("a fault of ours")

    with pytest.raises(ValueError, match="a fault of ours"):
        main()


@pytest.mark.parametrize("main", [large, linear_readout, speech])
def test_studies_of_recordings_name_a_folder_that_is_not_there(
    main: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "nowhere"
    with pytest.raises(SystemExit) as ended:
        main(["--fsdd", str(folder), "--rows", str(tmp_path), "--out", str(tmp_path)])  # type: ignore[operator]
    error = capsys.readouterr().err
    assert ended.value.code == 2
    told = error.splitlines()[-1]
    assert told.startswith("error: ")
    assert str(folder) in told
    assert "Traceback" not in error
