"""pack and unpack: what comes back equals what was stored, whatever the names; what is wrong is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field, make_dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, TypeVar

import numpy as np
import pytest
from hypothesis import given, strategies as st

from targets.contracts.arrays import Floats, Ints
from targets.contracts.artefact import Artefact, save
from targets.contracts.errors import InputError
from targets.contracts.serial import pack, read, unpack

X = TypeVar("X")


@dataclass(frozen=True, eq=False)
class Leaf:
    kind: ClassVar[str] = "leaf"
    weights: Ints
    side: Literal["left", "right"] = "left"


@dataclass(frozen=True, eq=False)
class Twig:
    kind: ClassVar[str] = "twig"
    weights: Floats
    bent: bool = False


@dataclass(frozen=True, eq=False)
class Tree(Generic[X]):
    name: str
    parts: tuple[X, ...]
    either: Leaf | Twig
    members: Mapping[str, Ints]
    height: float
    range: tuple[int, int]
    bias: Floats | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


LeafTree = Tree[Leaf]


@dataclass(frozen=True)
class Choice:
    offset: Literal[1, 0]


def tree(**changes: Any) -> LeafTree:
    parts: dict[str, Any] = {
        "name": "a",
        "parts": (Leaf(np.array([1, 2], np.int32)), Leaf(np.array([3], np.int32), "right")),
        "either": Twig(np.array([0.5])),
        "members": {"a": np.array([1], np.int32), "a.z": np.array([2], np.int32)},
        "height": 2.5,
        "range": (1, 2),
    }
    return LeafTree(**parts | changes)


def back(value: LeafTree) -> LeafTree:
    return unpack(LeafTree, *pack(value))


def test_everything_comes_back() -> None:
    again = back(tree(bias=np.array([0.25]), settings={"list": [1, None, "x"], "in": {"a": True}}))
    assert [leaf.weights.tolist() for leaf in again.parts] == [[1, 2], [3]]
    assert [leaf.side for leaf in again.parts] == ["left", "right"]
    assert isinstance(again.either, Twig)
    assert again.either.weights.tolist() == [0.5]
    assert {name: values.tolist() for name, values in again.members.items()} == {"a": [1], "a.z": [2]}
    assert (again.height, again.range) == (2.5, (1, 2))
    assert again.bias is not None
    assert dict(again.settings) == {"list": [1, None, "x"], "in": {"a": True}}
    assert back(tree()).bias is None


def test_keys_hold_names_of_fields_and_numbers_only() -> None:
    _, arrays = pack(tree(members={"../x[0].shape": np.array([1], np.int32)}))
    assert sorted(arrays) == ["either/weights", "members/0", "parts/0/weights", "parts/1/weights"]


@given(st.lists(st.text(max_size=8), unique=True, max_size=5), st.text(max_size=8))
def test_any_names_survive(names: list[str], own: str) -> None:
    members = {name: np.array([number], np.int32) for number, name in enumerate(names)}
    again = back(tree(name=own, members=members))
    assert again.name == own
    assert {name: int(values[0]) for name, values in again.members.items()} == {n: i for i, n in enumerate(names)}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": 3}, "field /name of the header is 3; a text is needed, so write the file again."),
        ({"height": "x"}, "field /height of the header is 'x'; a number is needed, so write the file again."),
        ({"range": [1]}, "field /range of the header is [1]; a list of 2 is needed, so write the file again."),
        ({"parts": {}}, "field /parts of the header is {}; a list is needed, so write the file again."),
        (
            {"parts": [{"weights": "parts/0/weights", "side": "up"}]},
            "field /parts/0/side of the header is 'up'; one of 'left', 'right' is needed, so write the file again.",
        ),
        (
            {"parts": [{"weights": "gone"}]},
            "field /parts/0/weights of the header is 'gone'; the name of a stored array is needed, so write the file "
            "again.",
        ),
        (
            {"either": {"kind": "root"}},
            "field /either/kind of the header is 'root'; one of leaf, twig is needed, so write the file again.",
        ),
        (
            {"members": [["a", "members/0"], ["a", "members/0"]]},
            "field /members of the header names one thing twice; write the file again.",
        ),
        (
            {"roots": 1},
            "field /roots of the header is unknown; Tree has name, parts, either, members, height, range, bias, "
            "settings, so write the file again.",
        ),
    ],
)
def test_what_is_wrong_is_told(change: dict[str, Any], sentence: str) -> None:
    header, arrays = pack(tree())
    with pytest.raises(InputError) as error:
        unpack(LeafTree, header | change, arrays)
    assert str(error.value) == sentence


def test_a_missing_field_is_told() -> None:
    header, arrays = pack(tree())
    del header["height"]
    with pytest.raises(InputError, match=r"^field /height of the header is missing; write the file again\.$"):
        unpack(LeafTree, header, arrays)


def test_whole_numbers_stand_for_floats_and_truth_for_no_number() -> None:
    header, arrays = pack(tree())
    assert unpack(LeafTree, header | {"height": 2}, arrays).height == 2.0
    with pytest.raises(InputError, match=r"a number is needed"):
        unpack(LeafTree, header | {"height": True}, arrays)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"height": 10**400}, "a number is needed"),
        ({"range": [1, True]}, "field /range/1 of the header is True; a whole number is needed"),
        ({"range": [1, 2.0]}, "field /range/1 of the header is 2.0; a whole number is needed"),
        ({"either": {"kind": ["leaf"]}}, "one of leaf, twig is needed"),
        ({"either": {"kind": {}}}, "one of leaf, twig is needed"),
        ({"either": 3}, "one of leaf, twig is needed"),
        ({"name": "\ud800"}, "a text that UTF-8 can hold is needed"),
        ({"a\x1b[2J": 1}, r"field /a\\x1b\[2J of the header is unknown"),
        ({"kind": "Tree"}, "field /kind of the header is unknown"),
        ({"parts": [{"kind": "twig", "weights": "parts/0/weights"}]}, "field /parts/0/kind of the header is 'twig'"),
        ({"bias": "either/weights"}, "takes the array 'either/weights', as another field does"),
        ({"bias": "parts/0/weights"}, "takes the array 'parts/0/weights', as another field does"),
        ({"parts": []}, "array 'parts/0/weights' belongs to no field of the header"),
    ],
)
def test_forged_headers_are_told_in_one_printable_sentence(change: dict[str, Any], told: str) -> None:
    header, arrays = pack(tree())
    with pytest.raises(InputError, match=told) as error:
        unpack(LeafTree, header | change, arrays)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 300


@pytest.mark.parametrize(
    ("name", "array", "sentence"),
    [
        (
            "members/0",
            np.array([1.0]),
            "array 'members/0' holds float64; whole numbers are needed, so write the file again.",
        ),
        (
            "either/weights",
            np.array([1]),
            "array 'either/weights' holds int64; floats are needed, so write the file again.",
        ),
        (
            "members/0",
            np.array([True]),
            "array 'members/0' holds bool; whole numbers are needed, so write the file again.",
        ),
    ],
)
def test_arrays_of_another_kind_are_refused(name: str, array: np.ndarray, sentence: str) -> None:
    header, arrays = pack(tree())
    with pytest.raises(InputError) as error:
        unpack(LeafTree, header, arrays | {name: array})
    assert str(error.value) == sentence


def test_1_does_not_stand_for_true() -> None:
    header, arrays = pack(Choice(0))
    assert unpack(Choice, header, arrays) == Choice(0)
    for other in (False, 0.0):
        with pytest.raises(InputError, match="one of 1, 0 is needed"):
            unpack(Choice, {"offset": other}, arrays)


def test_a_file_is_named_in_what_is_told_of_its_fields(tmp_path: Path) -> None:
    header, arrays = pack(tree())
    save(Artefact("tree", header | {"height": "x"}, arrays), tmp_path / "a.tree")
    with pytest.raises(InputError, match=f"^in {tmp_path / 'a.tree'}, field /height of the header is 'x'"):
        read(tmp_path / "a.tree", "tree", LeafTree)


@pytest.mark.parametrize("failure", [KeyError("routes"), TypeError("x"), IndexError("y"), AttributeError("z")])
def test_a_header_that_was_never_of_version_1_is_told(tmp_path: Path, failure: Exception) -> None:
    def upgraded(stored: Artefact) -> Artefact:
        raise failure

    save(Artefact("tree", {}, {}, version=1), tmp_path / "a.tree")
    with pytest.raises(InputError, match=r"a\.tree, its header is none of version 1 \(.*\); write the file again\.$"):
        read(tmp_path / "a.tree", "tree", LeafTree, upgraded)


def test_aliases_of_the_statement_type_are_what_they_stand_for() -> None:
    """As numpy's NDArray is from Python 3.12 on, where files could not be read for it."""
    extensions = pytest.importorskip("typing_extensions", reason="typing_extensions is not installed")
    element: Any = TypeVar("element", bound=np.generic)  # type: ignore[misc]
    stored: Any = np.ndarray[Any, np.dtype[element]]
    array = extensions.TypeAliasType("array", stored, type_params=(element,))
    plain = extensions.TypeAliasType("plain", int)
    whole: Any = make_dataclass("whole", [("a", array[np.int32]), ("b", array[np.float64] | None), ("c", plain)])
    made: Any = unpack(whole, {"a": "x", "b": None, "c": 3}, {"x": np.arange(2)})
    assert made.c == 3
    with pytest.raises(InputError, match="whole numbers are needed"):
        unpack(whole, {"a": "x", "b": None, "c": 3}, {"x": np.arange(2.0)})
