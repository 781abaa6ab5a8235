"""What a file is, told by its content whatever its name."""

from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from compiler.frontends.network import lower
from compiler.pipeline import compile_network
from compiler.stage import Stage
from motifc.files import expected, kind_of
from targets.contracts.artefact import Artefact, save
from targets.contracts.errors import InputError
from targets.contracts.raster import save_rasters
from tests.networks import random_spikes, tiny_network

CONTENTS = {
    "nir": b"\x89HDF\r\n\x1a\n" + bytes(100),
    "wav": b"RIFF\x24\0\0\0WAVEfmt " + bytes(20),
    "toml": b"\xef\xbb\xbf# settings\n\n[model]\nneurons = 8\n",
    "text": "hello, I am a prögram".encode(),
    "empty": b"",
    "unknown": bytes(range(256)),
    "safetensors": safetensors.numpy.save({"w": np.ones(3)}, metadata={"format": "pt"}),
}


@pytest.mark.parametrize("kind", CONTENTS)
def test_files_of_others_are_known_by_their_beginning(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "net.program"
    path.write_bytes(CONTENTS[kind])
    assert kind_of(path) == kind


def test_our_own_files_are_known_by_what_they_say(tmp_path: Path) -> None:
    network = tiny_network()
    network.save(tmp_path / "network")
    compile_network(network).save(tmp_path / "program")
    Stage(floats=lower(network)).save(tmp_path / "stage")
    save(Artefact("checkpoint", {}, {}), tmp_path / "checkpoint")
    save_rasters({"spikes": random_spikes(0, 3)}, tmp_path / "npz")
    np.save(tmp_path / "npy.npy", np.zeros(3))
    (tmp_path / "npy.npy").rename(tmp_path / "npy")
    for path in tmp_path.iterdir():
        assert kind_of(path) == path.name


def test_an_hdf5_file_behind_a_block_of_its_user_is_known(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(1024) + CONTENTS["nir"])
    assert kind_of(tmp_path / "a") == "nir"


def test_a_text_cut_within_a_character_is_a_text(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a" + "ä" * (1 << 16), encoding="utf-8")
    assert kind_of(tmp_path / "a") == "text"


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        expected(tmp_path / "none", "network", "nir")
    assert str(error.value) == (
        f"{tmp_path / 'none'} does not exist; a .network or .nir file is needed, so check the path."
    )


def test_another_kind_is_told(tmp_path: Path) -> None:
    path = tmp_path / "net.network"
    path.write_bytes(CONTENTS["nir"])
    assert expected(path, "network", "nir") == "nir"
    with pytest.raises(InputError) as error:
        expected(path, "network")
    assert str(error.value) == (
        f"{path} is an HDF5 file, as NIR graphs are; a network is needed here, so give a .network file."
    )


def test_what_is_unknown_goes_to_the_only_reader_there_is(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(CONTENTS["unknown"])
    assert expected(path, "program") == "program"
    with pytest.raises(InputError, match=r"is of no kind known here, or damaged; a network or a program is needed"):
        expected(path, "network", "program")
