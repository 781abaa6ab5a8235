"""TableReader: the entries of a table of a plan, each checked, and nothing left unread."""

from collections.abc import Mapping, Sequence
from typing import Any

from targets.contracts.errors import InputError
from targets.contracts.shown import brief, shown

REQUIRED: Any = object()
"""Default of an entry that must be given."""
_LONGEST = 200


class TableReader:
    """Reads a table of a TOML file entry by entry; `end` refuses what nobody has asked for.

    source  the file
    where   name of the table in it, "" for the outermost
    """

    def __init__(self, table: object, source: str, where: str = "") -> None:
        if not isinstance(table, Mapping):
            raise InputError(f"{source}: {where} is {brief(table)}; a table is needed, so write [{where}].")
        self.table, self.source, self.where = table, source, where
        self.asked: list[str] = []

    def text(self, key: str, default: Any = REQUIRED, among: Sequence[str] = ()) -> Any:
        """A text that is not empty and at most 200 characters long, where there are such one of those `among`."""
        return self._text(self._given(key, default), key, among) if self._has(key, default) else default

    def texts(self, key: str, default: Any = REQUIRED, among: Sequence[str] = ()) -> Any:
        """A list of one text or more, none of them twice, as a tuple; a single text stands for a list of one."""
        if not self._has(key, default):
            return default
        given = self._given(key, default)
        listed = self._listed([given] if isinstance(given, str) else given, key, "texts")
        return self._once(tuple(self._text(each, key, among) for each in listed), key)

    def whole(self, key: str, default: Any = REQUIRED, least: int = 0, most: int = 1 << 31) -> Any:
        """A whole number in a range."""
        return self._number(self._given(key, default), key, least, most) if self._has(key, default) else default

    def wholes(self, key: str, default: Any = REQUIRED, least: int = 0, most: int = 1 << 31) -> Any:
        """A list of one whole number or more in a range, none of them twice, as a tuple."""
        if not self._has(key, default):
            return default
        listed = self._listed(self._given(key, default), key, "whole numbers")
        return self._once(tuple(self._number(each, key, least, most) for each in listed), key)

    def number(self, key: str, default: Any = REQUIRED, least: float = 0, most: float = 1e9) -> Any:
        """A number in a range."""
        if not self._has(key, default):
            return default
        given = self._given(key, default)
        if isinstance(given, bool) or not isinstance(given, int | float) or not least <= given <= most:
            self.refuse(key, given, f"a number from {least:g} to {most:g}")
        return given

    def inner(self, key: str) -> "TableReader":
        """A table within this one; an empty one where it is left out."""
        return TableReader(self._given(key, {}), self.source, self._named(key))

    def inners(self, key: str) -> "list[TableReader]":
        """Tables of a list, [[key]]; none where it is left out."""
        given = self._given(key, [])
        if not isinstance(given, list | tuple):
            self.refuse(key, given, f"a list of tables, each under [[{self._named(key)}]]")
        return [TableReader(each, self.source, f"{self._named(key)}[{n}]") for n, each in enumerate(given, 1)]

    def has(self, key: str) -> bool:
        """Whether an entry is given."""
        self.asked.append(key)
        return key in self.table

    def end(self) -> None:
        """InputError for an entry that was never asked for."""
        for key in self.table:
            if key not in self.asked:
                known = ", ".join(dict.fromkeys(self.asked))
                raise InputError(
                    f"{self.source} has an unknown entry {shown(self._named(str(key)))[:80]}; known are {known}, so "
                    "rename it or leave it out."
                )

    def refuse(self, key: str, got: object, allowed: str) -> None:
        """Raise the InputError on an entry of this table."""
        raise InputError(f"{self.source}: {self._named(key)} is {brief(got)}; {allowed} is needed, so change it.")

    def _has(self, key: str, default: Any) -> bool:
        return self.has(key) or default is REQUIRED

    def _given(self, key: str, default: Any) -> Any:
        self.asked.append(key)
        if key not in self.table and default is REQUIRED:
            raise InputError(f"{self.source} does not say {self._named(key)}; it is needed, so add it.")
        return self.table.get(key, default)

    def _text(self, given: object, key: str, among: Sequence[str]) -> str:
        if not isinstance(given, str) or not 0 < len(given) <= _LONGEST or not given.isprintable():
            self.refuse(key, given, f"a text of 1 to {_LONGEST} printable characters")
        if among and given not in among:
            self.refuse(key, given, f"one of {', '.join(among)}")
        return str(given)

    def _number(self, given: object, key: str, least: int, most: int) -> int:
        if type(given) is not int or not least <= given <= most:
            self.refuse(key, given, f"a whole number from {least} to {most}")
        return int(given)  # type: ignore[call-overload]  # a whole number, as was asked

    def _listed(self, given: object, key: str, what: str) -> Sequence[object]:
        if not isinstance(given, list | tuple) or not given:
            self.refuse(key, given, f"a list of at least one of {what}")
        return given  # type: ignore[return-value]  # a list, as was asked

    def _once(self, given: tuple[Any, ...], key: str) -> tuple[Any, ...]:
        for each in given:
            if given.count(each) > 1:
                self.refuse(key, each, "every entry once")
        return given

    def _named(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key
