"""serve and printing_to: the side of a worker; what it answers is tested beside spread."""

import os
import subprocess
import sys
from pathlib import Path

from motifc.workers.serve import printing_to
from motifc.workers.spread import worker_environment


def test_what_libraries_print_goes_into_the_file(tmp_path: Path) -> None:
    path = tmp_path / "log"
    for _ in range(2):
        with printing_to(path):
            os.write(1, b"out ")
            os.write(2, b"err ")
    assert path.read_text() == "out err out err "


def test_a_worker_ends_with_its_input_and_leaves_ctrl_c_to_others() -> None:
    command = [sys.executable, "-P", "-m", "tests.motifc.workers.echo_worker", "p"]
    done = subprocess.run(
        command, input="a\n", capture_output=True, text=True, check=True, env=worker_environment({}), timeout=60
    )
    assert done.stdout in ("ready\np a on 1 thread\n", "ready\n")  # the end of the input ends work at once
    asked = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=worker_environment({})
    )
    assert asked.stdin is not None
    assert asked.stdout is not None
    assert asked.stdout.readline() == "ready\n"
    for line in ("a", "b"):
        asked.stdin.write(f"{line}\n")
        asked.stdin.flush()
        assert asked.stdout.readline() == f"p {line} on 1 thread\n"
        os.kill(asked.pid, 2)
    asked.stdin.close()
    assert asked.wait(30) == 0
    asked.stdout.close()
