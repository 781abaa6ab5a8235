"""Provenance: samples known again by what counts of them, and who made what."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from search.network import Network
from targets.contracts.errors import InputError
from targets.contracts.provenance import DataOrigin, Provenance, keys_of, making, sample_digests
from targets.contracts.raster import SpikeRaster
from tests.networks import random_network
from tests.provenances import PROVENANCE


def raster(seed: int = 0, samples: int = 6, neurons: int = 11) -> SpikeRaster:
    generator = np.random.default_rng(seed)
    spikes = generator.random((samples, 9, neurons)) < 0.3
    return SpikeRaster.pack(spikes, np.arange(4, 4 + samples), np.arange(samples) % 2)


def origin_of(*rasters: SpikeRaster, split: str = "a", seed: int | None = 3, data: str = "digits") -> DataOrigin:
    trained = np.unique(np.concatenate([keys_of(sample_digests(each)) for each in rasters]))
    return DataOrigin(data, "", seed, split, len(trained), 0, 0, trained)


def test_padding_and_junk_beyond_the_length_do_not_matter() -> None:
    plain = raster()
    longer = np.pad(plain.dense(), ((0, 0), (0, 5), (0, 0)))
    for number, length in enumerate(plain.lengths):
        longer[number, length:] = 1
    padded = SpikeRaster.pack(longer, plain.lengths, plain.labels)
    assert np.array_equal(sample_digests(padded), sample_digests(plain))
    assert np.array_equal(keys_of(sample_digests(padded)), keys_of(sample_digests(plain)))


def test_spikes_labels_lengths_and_widths_are_told_apart() -> None:
    plain = raster(samples=1)
    moved = plain.dense().copy()
    moved[0, 0, 0] ^= 1
    others = [
        SpikeRaster.pack(moved, plain.lengths, plain.labels),
        SpikeRaster(plain.packed, 11, plain.lengths + 1, plain.labels),
        SpikeRaster(plain.packed, 11, plain.lengths, np.array([1])),
        SpikeRaster(plain.packed, 11, plain.lengths),
        SpikeRaster.pack(np.pad(plain.dense(), ((0, 0), (0, 0), (0, 1))), plain.lengths, plain.labels),
    ]
    assert len({sample_digests(each).tobytes() for each in (plain, *others)}) == 6


def test_samples_trained_on_are_counted() -> None:
    whole = raster(samples=6)
    first, second = whole.take([0, 1, 2]), whole.take([2, 3])
    once = Provenance((origin_of(first),))
    assert [once.seen(each) for each in (whole, first, second, whole.take([4, 5]))] == [3, 3, 1, 0]
    twice = once.after_training(origin_of(second, split="b"))
    assert twice.seen(whole) == 4  # of any split it was ever trained on
    assert twice.latest is not None
    assert twice.latest.split == "b"
    again = twice.after_training(origin_of(first))
    assert [each.split for each in again.trained_on] == ["b", "a"]


def test_what_cannot_be_known_is_not_a_number() -> None:
    spikes = raster()
    assert Provenance().seen(spikes) is None
    assert Provenance((origin_of(spikes),)).seen(replace(spikes, labels=None)) is None


def test_it_is_told_in_rows() -> None:
    assert PROVENANCE.rows() == [
        (
            "trained on",
            "digits, split of seed 3: 862 training and 575 validation samples, 360 left for the test; split digest "
            "5eed5eed5eed5eed",
        ),
        (
            "made by",
            "search by hrmas, 2026-11-28T12:00:00+00:00: motifc search --data digits --seed 3 --out net.network "
            "(python 3.11.9, torch 2.13.0, cpu with 1 thread, a processor)",
        ),
    ]
    assert origin_of(raster(), data="", seed=None).name == "data made in Python"


def test_the_step_taken_now_is_that_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/motifc", "compile", "my net.network"])
    step = making("compile")
    assert (step.step, step.command, step.device, step.threads) == ("compile", "motifc compile 'my net.network'", "", 0)
    assert step.versions["numpy"] == np.__version__
    assert step.cpu
    assert step.date.endswith("+00:00")
    monkeypatch.setattr(sys, "argv", ["/usr/lib/motifc/__main__.py", "compile"])
    assert making("compile").command == "motifc compile"  # python -m motifc
    assert "compile, " in step.sentence
    assert "threads" not in step.sentence
    assert "seconds" not in step.sentence


def test_a_search_tells_its_cpu_seconds_and_files_without_them_are_read(tmp_path: Path) -> None:
    step = making("search by halving", "cpu", 1, {"search": 12.34, "training": 5.0})
    assert step.sentence.endswith(", search 12.3 CPU seconds, training 5.0 CPU seconds)")
    network = replace(random_network(0), provenance=Provenance((), (step, making("train"))))
    network.save(tmp_path / "net.network")
    read = Network.load(tmp_path / "net.network")
    assert [each.seconds for each in read.provenance.made] == [{"search": 12.34, "training": 5.0}, None]
    assert read.digest == random_network(0).digest


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"valid": -1},
            "a split has 862, -1 and 360 samples; none may be below 0, so write the file again.",
        ),
        ({"seed": -1}, "a split has the seed -1; 0 to 4294967295 is allowed, so write the file again."),
    ],
)
def test_a_split_that_cannot_be_is_refused(changes: dict[str, int], sentence: str) -> None:
    with pytest.raises(InputError) as error:
        replace(PROVENANCE.trained_on[0], **changes)  # type: ignore[arg-type]
    assert str(error.value) == sentence
