import dataclasses
import json
from pathlib import Path

import pytest

from search.settings import Settings, as_dict, load_settings
from targets.contracts.errors import InputError


def written(folder: Path, text: str) -> Path:
    path = folder / "search.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_all_defaults_hold() -> None:
    assert load_settings(None) == Settings()


def test_a_file_changes_what_it_names(tmp_path: Path) -> None:
    settings = load_settings(
        written(tmp_path, "[model]\nneurons = 64\nsizes = [4, 8]\ntau_s = 3\n[plasticity]\nwindow = 0\n")
    )
    assert settings.model == dataclasses.replace(Settings().model, neurons=(64,), sizes=(4, 8), tau_s=3.0)
    assert settings.plasticity.window == 0
    assert settings.training == Settings().training


def test_stored_settings_are_json_and_read_back(tmp_path: Path) -> None:
    stored = as_dict(Settings())
    assert json.loads(json.dumps(stored)) == stored
    text = "\n".join(
        f"[{table}]\n" + "\n".join(f"{key} = {json.dumps(value)}" for key, value in entries.items())
        for table, entries in stored.items()
    )
    assert load_settings(written(tmp_path, text)) == Settings()


def test_every_setting_tells_what_it_is_and_where_it_comes_from() -> None:
    for table in dataclasses.fields(Settings):
        for spec in dataclasses.fields(getattr(Settings(), table.name)):
            assert spec.metadata["about"], spec.name
            assert spec.metadata["source"], spec.name


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[modle]\nneurons = 3\n",
            "{path} has an unknown table 'modle'; known are model, start, search, plasticity, training, so rename it.",
        ),
        (
            "epochs = 3\n",
            "{path} has an unknown table 'epochs'; known are model, start, search, plasticity, training, so rename it.",
        ),
        (
            "[start]\nvolts = 3\n",
            "{path} has an unknown setting start.volts; known are voltage, recurrence, alpha, so rename it.",
        ),
        (
            "[model]\nneurons = 64.5\n",
            "setting model.neurons is 64.5; a whole number is needed, so change it.",
        ),
        (
            "[model]\nneurons = true\n",
            "setting model.neurons is True; a whole number is needed, so change it.",
        ),
        (
            "[model]\nsizes = []\n",
            "setting model.sizes is []; a list of whole numbers is needed, so change it.",
        ),
        (
            "[model]\nsizes = [2, 3]\n",
            "setting model.sizes has a motif of 3, which does not divide the 128 neurons of a layer; "
            "change one of the two.",
        ),
        (
            '[model]\nwiring = "star"\n',
            "setting model.wiring is 'star'; allowed are none, ring, grid, so choose one of them.",
        ),
        (
            "[training]\nrate = -1\n",
            "setting training.rate is -1.0; 0 to 1 is allowed, so change it.",
        ),
        (
            "[training]\nrate = nan\n",
            "setting training.rate is nan; 0 to 1 is allowed, so change it.",
        ),
        (
            "[training]\nepochs = 0\n",
            "setting training.epochs is 0; at least 1 is allowed, so change it.",
        ),
        (
            "[search]\nalpha_betas = [0.5]\n",
            "setting search.alpha_betas is (0.5,); two numbers are needed, so give two.",
        ),
        (
            "[plasticity]\ntau_m = [1.5, 2]\n",
            "setting plasticity.tau_m is (1.5, 2.0); a lower bound up to 1 and an upper one from 1 are needed, "
            "so give two such numbers.",
        ),
        (
            "[plasticity]\nmean_rate = 0.1\n",
            "plasticity with mean_rate 0.1 and tau_m down to 15 steps lowers R at every rate; their product is 1.5 "
            "and at least 3 is needed, so raise one of the two.",
        ),
        (
            "[plasticity]\nsilent = 3\n",
            "setting plasticity.silent is 3; at tau_m 15 it must lie between the unstable and the stable rate * tau_m, "
            "0.826 and 2.3, so move it there.",
        ),
    ],
)
def test_bad_settings_are_told_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError) as raised:
        load_settings(path)
    assert str(raised.value) == sentence.format(path=path)


def test_unreadable_files_are_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        load_settings(tmp_path / "none.toml")
    assert str(raised.value) == (f"{tmp_path / 'none.toml'} does not exist; a TOML file is needed, so check the path.")
    with pytest.raises(InputError, match=r"is not readable TOML \(.*\); correct it\.$"):
        load_settings(written(tmp_path, "[model\n"))
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"is not readable TOML \(it is no text in UTF-8\); save it as UTF-8\.$"):
        load_settings(tmp_path / "bytes.toml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[training]\nrate = inf", "setting training.rate is inf; numbers up to 1e+09 are allowed"),
        ("[training]\nslope = inf", "setting training.slope is inf; numbers up to 1e+09 are allowed"),
        ("[training]\nslope = nan", "setting training.slope is nan; at least 0 is allowed"),
        ("[training]\nepochs = 1000000000000000000000", "numbers up to 1e+09 are allowed"),
        ("[training]\nrate = 1" + "0" * 400, "numbers up to 1e+09 are allowed"),
        ("[training]\nrate = 0x" + "f" * 5000, "setting training.rate is a int too long to show"),
        ("[training]\nepochs = " + "9" * 5000, "is not readable TOML (Exceeds the limit"),
        ("[training]\nepochs = " + "[" * 5000, "is not readable TOML (too many brackets in one another); correct it."),
        ("a." * 4000 + "b = 1", "is not readable TOML (a key of more than 32 parts); correct it."),
        ("# " + "x" * (1 << 16), "is not readable TOML (it has 65,538 bytes; up to 65,536 are read); correct it."),
        ("[training]\nepochs = [" + "1," * 5000 + "]", "a whole number is needed"),
        ("[model]\nsizes = [1.5]", "setting model.sizes is 1.5; a whole number is needed"),
    ],
)
def test_numbers_and_nesting_without_bounds_are_told_briefly(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError) as raised:
        load_settings(written(tmp_path, text))
    assert told in str(raised.value)
    assert len(str(raised.value)) < 400


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbf[training]\r\nepochs = 3\r\n")
    assert load_settings(path).training.epochs == 3


def test_dots_in_remarks_are_no_keys(tmp_path: Path) -> None:
    text = "# " + "." * 100 + "\n[search]\ncost_shares = [" + "1.5, 2.5, 3.5]\n"
    assert load_settings(written(tmp_path, text)).search.cost_shares == (1.5, 2.5, 3.5)
