"""Every command tells the same accuracy of the same thing, on samples that were not trained on; with commands alone."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from tests.motifc.command_line import Motifc

TINY = """
[model]
neurons = [8]
sizes = [2, 4]
[search]
epochs = 1
[training]
epochs = {}
"""
ACCURACY = r"accuracy (?:of the {} )?([\d.]+)% of (\d+) \(95 % interval ([\d.]+)% to ([\d.]+)%\)"


def told(text: str, what: str) -> tuple[str, ...]:
    """(accuracy, samples, ends of the interval) that a text tells of "program" or "float network"."""
    found = re.findall(ACCURACY.format(what), text)
    assert len(found) == 1, text
    return tuple(found[0])


def counted(path: str, readout: str = "readout") -> str:
    """The accuracy that plain numpy counts from a file of spikes, ties wrong, in per cent."""
    with np.load(path) as file:
        samples, steps, neurons = file[f"{readout}.shape"]
        spikes = np.unpackbits(file[readout], axis=2, count=int(neurons))
        lengths, labels = file[f"{readout}.lengths"], file[f"{readout}.labels"]
    valid = np.arange(steps)[None, :, None] < lengths[:, None, None]
    counts = (spikes * valid).sum(axis=1, dtype=np.int64).reshape(samples, labels.max() + 1, -1).sum(axis=2)
    own = counts[np.arange(samples), labels]
    counts[np.arange(samples), labels] = -1
    return f"{100 * np.mean(own > counts.max(axis=1)):.2f}"


def ran(motifc: Motifc, *arguments: str) -> str:
    outcome = motifc(*arguments)
    assert outcome.status == 0, outcome.err
    return outcome.out


@pytest.mark.slow
def test_random_labels_are_not_learned(motifc: Motifc) -> None:
    """Sixty samples, labels by chance: a program run without a seed is judged on samples that nobody trained on."""
    Path("tiny.toml").write_text(TINY.format(15))
    right, samples, seen = 0, 0, []
    for labels in range(5):
        generator = np.random.default_rng(labels)
        spikes = generator.random((60, 15, 12)) < 0.3
        np.savez(f"{labels}.npz", spikes=spikes, labels=generator.permutation(np.arange(60) % 2))
        data = ["--data", f"{labels}.npz", "--config", "tiny.toml"]
        ran(motifc, "search", *data, "--seed", "3", "--out", "a.network")
        ran(motifc, "compile", "a.network", "--out", "a.program")
        out = ran(motifc, "run", "a.program", "--out", "o.npz")
        assert out.startswith(
            f"{labels}.npz, split of seed 3, the one a.program was trained on: 12 test samples, 0 of them trained on\n"
        )
        accuracy, of, low, high = told(out, "program")
        assert float(low) <= 50 <= float(high)
        right, samples = right + round(float(accuracy) / 100 * int(of)), samples + int(of)
        other = ran(motifc, "run", "a.program", "--seed", "0", "--out", "o.npz")
        seen.append(int(re.findall(r"12 test samples, (\d+) of them trained on", other)[0]))
    assert abs(right / samples - 0.5) < 1.96 * (0.25 / samples) ** 0.5
    assert min(seen) >= 6  # four fifths of another split were trained on


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1"])
def test_every_command_tells_the_same_accuracy_of_digits(motifc: Motifc, seed: str) -> None:
    Path("tiny.toml").write_text(TINY.format(2))
    arguments = ("--data", "digits", "--config", "tiny.toml", "--seed", seed)
    last = ran(motifc, "search", *arguments, "--out", "a.network").splitlines()[-1]
    float_told = told(last, "float network")
    evaluated = json.loads(ran(motifc, "eval", "a.network", "--json"))
    assert f"{100 * evaluated['accuracy']:.2f}" == float_told[0]
    assert (evaluated["data"]["trained_on"], evaluated["data"]["seed"]) == (0, int(seed))
    assert told(ran(motifc, "run", "a.network", "--out", "float.npz"), "float network") == float_told
    assert counted("float.npz") == float_told[0]

    following = last.rpartition("; next: motifc ")[2].split()
    ran(motifc, *following)
    program_told = told(ran(motifc, "run", "a.program", "--out", "program.npz"), "program")
    assert counted("program.npz") == program_told[0]
    verified = ran(motifc, "verify", "a.program", "--backends", "numpy,torch", "--against-float", "a.network", "--json")
    accuracies = {name: f"{100 * share:.2f}" for name, share in json.loads(verified)["accuracy"].items()}
    assert accuracies == {"program": program_told[0], "float network": float_told[0]}
    named = ran(motifc, "verify", "a.program", "--against-float", "a.network")
    assert (told(named, "program"), told(named, "float network")) == (program_told, float_told)
    for file, what, expected in (("a.program", "program", program_told), ("a.network", "float network", float_told)):
        ran(motifc, "report", file, "--out", "page.html")
        rows = dict(re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td></tr>", Path("page.html").read_text(encoding="utf-8")))
        assert told(f"accuracy {rows[f'test accuracy of the {what}']}", what) == expected
