"""A trial runs the tests of a file on a mutated source, in a process of its own, and changes nothing on disk."""

import sys
from pathlib import Path

import pytest

from benchmarks.mutation.trial import ROOT, afresh, trials
from targets.contracts.errors import InputError

PATH, TESTS = "targets/contracts/arithmetic.py", ["tests/targets/contracts/test_arithmetic.py"]
SOURCE = (ROOT / PATH).read_text(encoding="utf-8")
SECONDS = 60.0

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="trials limit memory as Linux does")


@pytest.mark.slow
def test_faults_are_noticed_and_the_first_test_that_fails_is_named() -> None:
    """Of a method, which is changed in place; of a constant, which needs a fresh process; and then of nothing."""
    loaded = sys.modules.get("targets.contracts.arithmetic")
    with trials(PATH, SOURCE, TESTS) as waiting:
        method = waiting.run(SOURCE.replace("1 << self.decay_bits", "2 << self.decay_bits"), SECONDS)
        constant = waiting.run(SOURCE.replace("_DECAY = (2, 16)", "_DECAY = (3, 16)"), SECONDS)
        assert waiting.run(SOURCE, SECONDS).state == "survived"
    assert (method.state, method.by) == ("killed", f"{TESTS[0]}::test_limits_follow_from_the_widths")
    assert (constant.state, constant.by) == ("killed", f"{TESTS[0]}::test_the_ends_are_allowed[widths0]")
    assert sys.modules.get("targets.contracts.arithmetic") is loaded
    assert (ROOT / PATH).read_text(encoding="utf-8") == SOURCE


@pytest.mark.slow
def test_a_warning_of_the_compiler_is_no_failure() -> None:
    """`is` in the place of `==`; small numbers are one object each, so that nothing changes."""
    mutated = SOURCE.replace("if not least <= bits <= most:", "if least is 2000 or not least <= bits <= most:")
    with trials(PATH, SOURCE, TESTS) as waiting:
        assert waiting.run(mutated, SECONDS).state == "survived"


@pytest.mark.slow
def test_a_module_that_cannot_be_imported_is_killed_too() -> None:
    found = afresh(PATH, SOURCE.replace("_DECAY = (2, 16)", "_DECAY = 1 / 0"), TESTS, SECONDS)
    assert (found.state, found.by) == ("killed", f"import in {TESTS[0]}")


@pytest.mark.slow
def test_a_loop_without_end_is_stopped() -> None:
    mutated = SOURCE.replace("return 1 << self.decay_bits", "while True:\n            pass")
    with trials(PATH, SOURCE, TESTS) as waiting:
        assert waiting.run(mutated, 1).state == "timeout"


@pytest.mark.slow
def test_tests_that_are_not_there_are_told() -> None:
    with trials(PATH, SOURCE, ["tests/nowhere.py"]) as waiting, pytest.raises(InputError) as error:
        waiting.run(SOURCE, SECONDS)
    assert str(error.value) == "pytest ended with status 4 on tests/nowhere.py; 0 to 2 are expected, so run it alone."
