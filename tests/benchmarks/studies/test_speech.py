"""The study of spoken digits: who has a part in what, and its page as the rows that are kept say."""

from dataclasses import asdict, replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("sklearn", reason="scikit-learn is not installed")

import torch

from benchmarks.runs import Row, text
from benchmarks.studies.command import PAGES
from benchmarks.studies.speech import command
from benchmarks.studies.speech.attempts import BASE, attempted, ways
from benchmarks.studies.speech.augmentations import noisy, stretched, tilted, warped
from benchmarks.studies.speech.choosing import Judged, chosen, judged, scores
from benchmarks.studies.speech.command import CHOICES, READOUTS, ROWS, TRIALS, kept, main, repeated
from benchmarks.studies.speech.page import Study, by_speaker, page
from benchmarks.studies.speech.plan import (
    ARMS,
    LATER,
    READINGS,
    SEARCHED,
    SEEDS,
    STRETCHED,
    choices,
    left_out,
    valid_of,
)
from benchmarks.studies.speech.readouts import LINEAR, Readout, parts, read, windows
from benchmarks.studies.speech.trials import Trial, tried
from search.data.loader import Batch
from search.settings import Settings
from targets.contracts.raster import SpikeRaster
from targets.contracts.writing import write_text
from tests.search.data.tasks.sounds import tone, write_wav

SPEAKERS = ("ada", "bob", "eve", "ian", "zoe")
FIRST, SECOND = list(choices())[:2]
KINDS = (
    "loss of every step, later ones more",
    "mean voltage as the answer",
    "readouts of 10 and 1000, weights averaged",
    "input weights smoothed over 2 channels",
)
"""One way of each kind to learn otherwise."""
TRIAL = Trial("causal", "ada", "bob", 101, SEARCHED, FIRST, 0.6, 900, 12_000, None, 8, 38.0, 20.0, "n", "a cpu")


def test_settings_of_a_fold_are_chosen_without_its_test_speaker() -> None:
    rows = [
        Judged("causal", name, {one: low, other: high}, 1.0)
        for name, low, high in ((FIRST, 0.5, 0.7), (SECOND, 0.6, 0.4))
        for one, other in left_out(SPEAKERS)
    ]
    assert scores(rows, "causal", "bob") == pytest.approx({FIRST: 0.6, SECOND: 0.5})
    assert chosen(rows, "causal", "bob") == FIRST
    # What bob himself scored changes nothing for the fold that tests him.
    told = [replace(row, accuracies={**row.accuracies, "bob": 0.0}) if "bob" in row.accuracies else row for row in rows]
    assert scores(told, "causal", "bob") == scores(rows, "causal", "bob")
    assert scores(told, "causal", "ada") != scores(rows, "causal", "ada")
    assert scores(rows, "normalised", "bob") == {}


def test_every_speaker_is_left_out_twice_and_never_judges_his_own_fold() -> None:
    assert sorted(name for pair in left_out(SPEAKERS) for name in pair) == sorted([*SPEAKERS, *SPEAKERS])
    for test in SPEAKERS:
        valid = [valid_of(test, seed, SPEAKERS) for seed in SEEDS]
        assert test not in valid
        assert len(set(valid)) == len(SEEDS)
    assert valid_of("zoe", SEEDS[0], SPEAKERS) == "ada"


def test_what_was_added_later_is_offered_to_one_reading() -> None:
    for later, own in LATER.items():
        rows = [Judged(reading, later, dict.fromkeys(SPEAKERS, 1.0), 1.0) for reading in READINGS]
        rows += [Judged(reading, FIRST, dict.fromkeys(SPEAKERS, 0.5), 1.0) for reading in READINGS]
        assert {reading: chosen(rows, reading, "bob") for reading in READINGS} == {
            reading: later if reading == own else FIRST for reading in READINGS
        }


def test_choices_differ_and_begin_with_the_defaults() -> None:
    found = list(choices().values())
    assert len({repr(each) for each in found}) == len(found)
    assert found[0].training.weight_decay == Settings().training.weight_decay
    assert {each.model.neurons for each in found} == {(128,)}


def test_windows_and_parts_count_what_counts() -> None:
    spikes = np.zeros((2, 20, 3), bool)
    spikes[0, :, 0] = spikes[1, 8:, 1] = True
    raster = SpikeRaster.pack(spikes, lengths=[20, 16], labels=[0, 1])
    told = windows(raster, 0.010).reshape(2, 14, 3)
    assert told[0, :, 0].tolist() == [7, 7, 6] + 11 * [0]
    assert told[1, :, 1].tolist() == [0, 6, 2] + 11 * [0]
    assert not told[:, :, 2].any()
    assert parts(raster).reshape(2, 8, 3)[1, :, 1].tolist() == [0, 0, 0, 0, 2, 2, 2, 2]


def made_up() -> Study:
    pairs = list(product(READINGS, SPEAKERS))
    choice = [
        Judged(reading, name, dict.fromkeys(held, 0.5), 1.0)
        for reading in READINGS
        for name in choices()
        for held in left_out(SPEAKERS)
    ]
    names = [*READINGS, "fsdd, 70 ms", "fsdd, eight parts"]
    readouts = [Readout(name, LINEAR, test, 0.1, 0.5, 1.0) for name in names for test in SPEAKERS]
    trials = [
        replace(TRIAL, reading=reading, test=test, seed=seed, arm=arm, accuracy=0.55 + 0.01 * SPEAKERS.index(test))
        for (reading, test), seed, arm in product(pairs, SEEDS, ARMS)
    ]
    return Study(choice, readouts, trials)


def test_a_page_says_what_was_reached() -> None:
    written = page(made_up())
    assert "| causal | linear | +7.0 | +5.0 to +9.0 | above | yes |" in written
    assert "| normalised | linear | +7.0 | +5.0 to +9.0 | at least -1.0 | yes |" in written
    assert "| ada | 55.0 |" in written
    assert "| **mean** | 57.0 |" in written
    lower = [replace(row, accuracy=row.accuracy - 0.1) for row in made_up().trials]
    written = page(replace(made_up(), trials=lower))
    assert "| causal | linear | -3.0 | -5.0 to -1.0 | above | no |" in written
    assert "| normalised | linear | -3.0 | -5.0 to -1.0 | at least -1.0 | no |" in written


def test_a_second_run_is_told_beside_the_first() -> None:
    lower = [replace(row, accuracy=row.accuracy - 0.1, cpu="another") for row in made_up().trials]
    written = page(made_up(), replace(made_up(), trials=lower))
    assert "| causal | linear | +7.0 | +5.0 to +9.0 | above | yes |" in written
    _, _, again = written.partition("## Again on another kind of processor")
    assert "on another, where sums" in " ".join(again.split())
    assert "| causal | linear | -3.0 | -5.0 to -1.0 | above | no |" in again


def test_a_second_run_is_kept_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for speaker in SPEAKERS:
        write_wav(tmp_path / f"0_{speaker}_0.wav", tone(0.2, 200))
    asked: list[str] = []

    def complete(path: Path, *_: object) -> list[Row]:
        asked.append(path.name)
        return []

    monkeypatch.setattr(command, "complete", complete)
    command.ran(tmp_path, tmp_path, 1)
    command.ran(tmp_path, tmp_path, 1, again=True)
    assert asked == [CHOICES, READOUTS, TRIALS, CHOICES, f"again_{READOUTS}", f"again_{TRIALS}"]
    write_text(tmp_path / TRIALS, text([asdict(TRIAL)]))
    write_text(tmp_path / f"again_{TRIALS}", text([asdict(replace(TRIAL, accuracy=0.25))]))
    assert [row.accuracy for row in kept(tmp_path).trials] == [TRIAL.accuracy]
    assert [row.accuracy for row in repeated(tmp_path, kept(tmp_path)).trials] == [0.25]


@pytest.mark.parametrize("missing", ["trials", "readouts"])
def test_a_page_of_a_study_that_was_stopped(missing: str) -> None:
    written = page(replace(made_up(), **{missing: []}))
    assert "| causal | linear | - | - | above | no |" in written
    assert "| normalised | linear | - | - | at least -1.0 | no |" in written


def test_seeds_that_some_speaker_lacks_are_left_out_of_means() -> None:
    study = replace(made_up(), trials=[TRIAL, replace(TRIAL, seed=102), replace(TRIAL, test="bob", accuracy=0.9)])
    assert study.arm("causal", SEARCHED) == {}
    whole = replace(study, trials=[*study.trials, *(replace(TRIAL, test=each, accuracy=0.9) for each in SPEAKERS[2:])])
    assert whole.arm("causal", SEARCHED) == {"ada": 0.6} | dict.fromkeys(SPEAKERS[1:], 0.9)


def test_trials_of_settings_that_are_chosen_no_more_are_told_apart() -> None:
    told = made_up()
    old = replace(TRIAL, chosen="none of these", accuracy=0.123)
    written = page(replace(told, trials=[*told.trials, old]))
    assert "| causal | hrmas-delays | 12.3 | - | - | - | - | 1 |" in written
    assert "| ada | 55.0 |" in written
    assert "None." in page(told)
    assert chosen([], "causal", "ada") == ""


@pytest.mark.slow
def test_a_small_study_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for n, (speaker, digit, index) in enumerate(product(SPEAKERS, range(10), range(2))):
        write_wav(tmp_path / f"{digit}_{speaker}_{index}.wav", tone(0.2, 200 + 250 * digit + 3 * n / 10))
    tiny = replace(
        Settings(),
        model=replace(Settings().model, neurons=(16,), readout="last"),
        search=replace(Settings().search, budget=16.0),
        training=replace(Settings().training, epochs=1),
    )
    for module in ("choosing", "trials", "attempts"):
        monkeypatch.setattr(f"benchmarks.studies.speech.{module}.choices", lambda: {"tiny": tiny, STRETCHED: tiny})
    rows = judged("causal", "tiny", SPEAKERS, tmp_path)
    assert [set(row["accuracies"]) for row in rows] == [set(pair) for pair in left_out(SPEAKERS)]
    made = [tried("normalised", 101, arm, {"eve": "tiny"}, SPEAKERS, tmp_path)[0] for arm in ARMS]
    assert [(each["test"], each["valid"], each["arm"]) for each in made] == [("eve", "ian", arm) for arm in ARMS]
    assert [each["delay"] is not None for each in made] == [arm == "recurrent-delay" for arm in ARMS]
    assert [each["recurrent"] > 0 for each in made][-1] is False
    for way in KINDS:
        rows = attempted(way, 1, SPEAKERS[:2], tmp_path)
        assert [set(row["accuracies"]) for row in rows] == 2 * [set(SPEAKERS[:2])], way
        assert all(0 <= accuracy <= 1 for row in rows for accuracy in row["accuracies"].values()), way
    told = read("causal", LINEAR, SPEAKERS, tmp_path)
    assert [each["test"] for each in told] == list(SPEAKERS)
    assert np.mean([each["accuracy"] for each in told]) > 0.5


def words(samples: int = 40, steps: int = 30, channels: int = 78) -> Batch:
    """Words of several lengths in whose every bin a spike is as likely as not."""
    generator = torch.Generator().manual_seed(0)
    lengths = torch.randint(10, steps + 1, (samples,), generator=generator)
    spikes = (torch.rand(steps, samples, channels, generator=generator) < 0.5).float()
    return Batch.of(spikes, (torch.arange(steps)[:, None] < lengths).float()[:, :, None], torch.zeros(samples).long())


def test_a_part_of_a_word_is_stretched_more_than_another_and_its_steps_stay_in_order() -> None:
    steps, samples = 30, 40
    spikes = torch.zeros(steps, samples, 32)
    spikes[torch.arange(steps), :, torch.arange(steps)] = 1  # a channel for every step
    batch = Batch.of(spikes, torch.ones(steps, samples, 1), torch.zeros(samples).long())
    made = warped(1.0, 1.7)(batch, torch.Generator().manual_seed(1))
    assert torch.equal(made.lengths, batch.lengths)
    heard = made.spikes.argmax(2).T  # [sample, time]
    assert (heard.diff(dim=1) >= 0).all()
    assert (heard != torch.arange(steps)).any(1).float().mean() > 0.9
    longer = warped(1.4, 1.0)(batch, torch.Generator().manual_seed(1))
    assert longer.lengths.min() >= round(steps / 1.4) - 1
    assert longer.lengths.max() <= round(steps * 1.4)
    assert len(set(longer.lengths.tolist())) > 5


def test_noise_fills_its_share_of_silent_bins_within_words() -> None:
    batch = words()
    made = noisy(0.2, stretched(1.0))(batch, torch.Generator().manual_seed(1))
    assert (made.spikes >= batch.spikes).all()
    assert ((made.spikes * (1 - made.mask)) == 0).all()
    silent = (1 - batch.spikes) * batch.mask
    assert float((made.spikes * silent).sum() / silent.sum()) == pytest.approx(0.2, abs=0.01)


def test_channels_are_lost_smoothly_and_differently_from_word_to_word() -> None:
    batch = words(samples=200)
    made = tilted(0.5, stretched(1.0))(batch, torch.Generator().manual_seed(1))
    assert (made.spikes <= batch.spikes).all()
    left = made.spikes.sum(0) / batch.spikes.sum(0).clamp(min=1)  # [sample, channel]
    assert 0.5 < float(left.mean()) < 0.95
    assert float(left.mean(1).std()) > 0.05
    near, far = (np.corrcoef(left[:, 20], left[:, 20 + by])[0, 1] for by in (2, 40))
    assert near > far + 0.1


def test_every_way_is_named_by_what_differs_from_the_first() -> None:
    made = ways()
    assert next(iter(made)) == BASE
    assert len({repr(way.settings) for way in made.values()}) > 8
    assert {row.way for row in kept(ROWS).attempts} == set(made)


def test_no_way_gains_on_all_speakers_as_the_page_says() -> None:
    rows = kept(ROWS).attempts
    for way in {row.way for row in rows} - {BASE}:
        own = [row for row in rows if row.way == way]
        known = [row for row in rows if row.way == BASE and row.seed in {each.seed for each in own}]
        one, other = by_speaker(own), by_speaker(known)
        assert min(one[speaker] - other[speaker] for speaker in one) <= 0, way


def test_the_page_in_the_documents_says_what_its_rows_say(tmp_path: Path) -> None:
    main(["--out", str(tmp_path)])
    assert (tmp_path / "speech.md").read_text() == (PAGES / "speech.md").read_text()
