"""What a person said of how files are read: encoding, delimiter, sheet, row of the headers. The rest is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from custrata.sources.files.delimited import NAMED_DELIMITERS
from custrata.sources.files.spec import means

#: Encodings that are offered; of files from other systems these are what is met.
ENCODINGS = ("utf-8", "gb18030", "big5", "windows-1252", "utf-16", "shift_jis", "euc-kr", "windows-1251")
#: Delimiters that are offered, as a scheme names them.
DELIMITERS = ("comma", "semicolon", "tab", "pipe")
_MOST_ROWS = 1000


@dataclass(frozen=True)
class How:
    """How a file or sheet is read; what is empty is found. `header` counts from 1, as `header:` in a scheme."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header: int | None = None

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> How:
        """From plain data; what means nothing is passed over.

        >>> How.of({"header": "3", "encoding": "big5", "delimiter": "x"})
        How(encoding='big5', delimiter='', sheet='', header=3)
        """
        header, delimiter = str(said.get("header") or ""), str(said.get("delimiter") or "")
        row = int(header) if header.isdecimal() and len(header) < 6 else 0
        known = delimiter if delimiter in DELIMITERS else ""
        encoding = str(said.get("encoding") or "")[:40]
        return cls(encoding, known, str(said.get("sheet") or ""), row if 1 <= row <= _MOST_ROWS else None)


AS_FOUND = How()


def hows_of(choices: Mapping[str, Any]) -> dict[str, How]:
    """What choices say of files: `{"reading": {file or sheet: {encoding, delimiter, sheet, header}}}`."""
    found = {str(name): How.of(said) for name, said in (choices.get("reading") or {}).items()}
    return {name: how for name, how in found.items() if how != AS_FOUND}


def how_of(hows: Mapping[str, How] | None, name: str) -> How:
    """What was said of a file: under its very name, else under a pattern that means it, with its folder or without."""
    if not hows:
        return AS_FOUND
    bare = name.rpartition("/")[2]
    named = (how for pattern, how in hows.items() if means(pattern, name) or means(pattern, bare))
    return hows.get(name) or next(named, AS_FOUND)


def header_of(hows: Mapping[str, How] | None, sheet: str) -> int | None:
    """The header row that was said of one sheet (`a.xlsx[1月]`), under its very name, with its folder or without."""
    said = hows or {}
    return (said.get(sheet) or said.get(sheet.rpartition("/")[2]) or AS_FOUND).header


def delimiter_name(sign: str) -> str:
    """What a scheme calls a delimiter.

    >>> delimiter_name(";"), delimiter_name("~")
    ('semicolon', '~')
    """
    return next((name for name in DELIMITERS if NAMED_DELIMITERS[name] == sign), sign)
