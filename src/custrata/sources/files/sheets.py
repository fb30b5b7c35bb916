"""Decides which sheets of which files a source reads: of one workbook one sheet, or several under names of their own.

A source that reads several sheets takes each for a file: `sales.xlsx[2024-01]` is what runs, the quarantine and mends
call it. Excel and its kin allow neither `[` nor `*` in the name of a sheet, so nothing is ambiguous.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.sources.files.find import POSTED, find_files, shown_name
from custrata.sources.files.sniff import sniff

SheetChoice = str | int | Sequence[str | int] | None
_NAMED = re.compile(r"(.+)\[([^\[\]]+)\]", re.DOTALL).fullmatch
_MOST_SHOWN = 20


@dataclass(frozen=True)
class Place:
    """A file, or one sheet of a workbook where a source reads several: `sheet` is null where it is not one of them."""

    path: Path
    name: str
    sheet: str | None = None


def several(sheet: SheetChoice) -> bool:
    """Whether a source may read more than one sheet of a workbook: a list, or a pattern with `*` or `?`.

    >>> several("2024*"), several(["1月", "2月"]), several("1月"), several(2), several(None)
    (True, True, False, False, False)
    """
    return not isinstance(sheet, str | int | None) or (isinstance(sheet, str) and bool({"*", "?"} & set(sheet)))


def sheet_name(file: str, title: str) -> str:
    """What a sheet is called as if it were a file.

    >>> sheet_name("data/sales.xlsx", "2024-01")
    'data/sales.xlsx[2024-01]'
    """
    return f"{file}[{title}]"


def find_places(patterns: Sequence[str], sheet: SheetChoice, base: Path) -> list[Place]:
    """The files that the patterns name, or the sheets of them that `sheet` means. A pattern may be a sheet's own name.

    Only workbooks have sheets; of other files `sheet` says nothing. Sheets come in the order of the workbook.
    Errors: those of `find_files` and, where several sheets are meant, of `sniff` and of opening a workbook; E-FILE-013
    a name or pattern that none of a workbook's sheets has.
    """
    if not several(sheet):
        return [Place(path, shown_name(path, base)) for path in find_files(patterns, base)]
    places: dict[str, Place] = {}
    problems: list[Problem] = []
    for pattern in patterns:
        named = _NAMED(pattern)
        if named and not _exists(base / Path(pattern).expanduser()):
            wanted: list[Place] = []
            for path in find_files([named[1]], base):
                name = shown_name(path, base)
                wanted.append(Place(path, sheet_name(name, named[2]), named[2]))
            places |= {place.name: place for place in wanted}
            continue
        for path in _files(pattern, patterns, base):
            name = shown_name(path, base)
            try:
                places |= {place.name: place for place in _sheets(path, name, sheet)}
            except CustrataError as error:
                problems.extend(error.problems)
    if problems:
        raise CustrataError.all(problems)
    if not places:
        find_files(patterns, base)  # of patterns that may mean nothing yet, all do
    return list(places.values())


def _files(pattern: str, patterns: Sequence[str], base: Path) -> list[Path]:
    try:
        return find_files([pattern], base)
    except CustrataError:
        if pattern.startswith(POSTED) and len(patterns) > 1:
            return []
        raise


def _sheets(path: Path, name: str, sheet: SheetChoice) -> list[Place]:
    kind = sniff(path, name)
    if kind in ("csv", "parquet"):
        return [Place(path, name)]
    from custrata.sources.files.excel import sheet_titles  # takes long to import, and most sources are no workbooks

    titles = sheet_titles(path, name, kind)
    meant: set[str] = set()
    for choice in [sheet] if isinstance(sheet, str | int | None) else sheet:
        found = _matching(titles, choice)
        if not found:
            known = ", ".join(f"{i} {title}" for i, title in enumerate(titles[:_MOST_SHOWN], 1))
            values = {"sheet": choice, "known": known, "suggestion": did_you_mean(str(choice), titles)}
            raise CustrataError(Problem("E-FILE-013", name, values))
        meant |= found
    return [Place(path, sheet_name(name, title), title) for title in titles if title in meant]


def _matching(titles: Sequence[str], choice: str | int | None) -> set[str]:
    """The sheets of a number, a name, or a pattern in which `*` stands for any signs and `?` for one."""
    if isinstance(choice, int):
        return set(titles[choice - 1 : choice]) if choice > 0 else set()
    fits = re.compile(translate(str(choice).strip().replace("[", "[[]"))).match
    return {title for title in titles if title == choice or fits(title.strip())}


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
