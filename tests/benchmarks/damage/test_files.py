"""A few hundred damaged files: none ends in anything but what was there before or one sentence."""

import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY


@pytest.mark.slow
def test_damaged_files_are_taken_as_they_were_or_refused_in_one_sentence() -> None:
    command = [sys.executable, "-m", "benchmarks.damage.files", "--inputs", "300", "--seed", "7"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    name, inputs, equal, refused, other = done.stdout.splitlines()[-1].split()
    assert (name, int(inputs), int(other)) == ("all", 300, 0)
    assert int(equal) > 0
    assert int(refused) > 0
