"""Which sheets of workbooks are tables worth reading, which of them are one source, and why the others are left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, Protocol, TypeVar

from custrata.core.guess import TableGuess
from custrata.locale import Lang, text

#: Sheets that are called so hold sums of what other sheets hold line by line.
_SUMMARY = re.compile(
    r"汇总|统计|透视|图表|排行|排名|分析|看板|summary|pivot|charts?\b|dashboard|overview|totals?\b", re.I
)
#: Headers that a pivot table writes.
_PIVOT = re.compile(r"(行标签|列标签|求和项|计数项|平均值项|row labels|column labels|(sum|count|average) of )", re.I)
#: A sheet that nobody named and that is less likely than this what it is taken for is no table of facts.
_LIKELY = 0.5
#: Kinds of which one sheet is enough; a second one of sales or returns may hold other sales, so it is asked about.
_ONE_OF = ("customers", "products", "assets")


@dataclass(frozen=True)
class SkippedSheet:
    """A sheet that is not read: `why` is empty, no_header, same, summary, pivot, unlikely, lacking or second."""

    file: str
    sheet: str
    why: str
    values: dict[str, Any] = field(default_factory=dict)

    def text(self, lang: Lang) -> str:
        """Why, in words.

        >>> SkippedSheet("a.xlsx", "Sheet3", "empty").text("en")
        "a.xlsx, sheet 'Sheet3' is left out: it is empty"
        """
        why = text(f"init.skipped.{self.why}", lang, **self.values)
        return text("init.skipped_sheet", lang, file=self.file, sheet=self.sheet, why=why)


class SheetOf(Protocol):
    """A sheet that is read: its workbook, what it is called, all sheets of that workbook and how many look like
    tables."""

    @property
    def file(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def titles(self) -> tuple[str, ...]: ...
    @property
    def tables(self) -> int: ...


class Candidate(Protocol):
    """A table that a source could be."""

    guess: TableGuess

    @property
    def sheets(self) -> Sequence[SheetOf]: ...
    @property
    def source(self) -> str: ...
    @property
    def size(self) -> int: ...


def sheet_choice(sheets: Sequence[SheetOf]) -> str | list[str] | None:
    """What stands under `sheet:` for a source that reads these sheets: a name, a pattern that means them and no other,
    or a list; null where the workbooks differ in their sheets so that nothing can stand there."""
    by_file: dict[str, list[str]] = {}
    for s in sheets:
        by_file.setdefault(s.file, []).append(s.title)
    wanted = list(dict.fromkeys(s.title for s in sheets))
    if len(wanted) == 1:
        return wanted[0]
    all_of = {s.file: s.titles for s in sheets}
    for glob in _globs(wanted):
        fits = re.compile(re.escape(glob).replace(r"\*", ".*")).fullmatch
        if all([t for t in all_of[file] if fits(t)] == titles for file, titles in by_file.items()):
            return glob
    return wanted if all(titles == wanted for titles in by_file.values()) else None


def _globs(titles: Sequence[str]) -> list[str]:
    """Patterns that mean all of the titles: by how they begin, how they end, or both."""
    start = _alike(titles).rstrip("0123456789")
    end = _alike([t[::-1] for t in titles])[::-1].lstrip("0123456789")
    return [glob for glob in (f"{start}*", f"*{end}", f"{start}*{end}") if glob.strip("*") and glob.count("*") == 1]


def _alike(titles: Sequence[str]) -> str:
    return "".join(s[0] for s in takewhile(lambda signs: len(set(signs)) == 1, zip(*titles, strict=False)))


T = TypeVar("T", bound=Candidate)


def worth_reading(tables: Sequence[T]) -> tuple[list[T], list[SkippedSheet]]:
    """The tables without the sheets that nobody asked for and that hold no facts, and why those are left out.

    A file with one sheet of data was asked for, and so were the only sheets that could be sales.
    """
    sales = [t for t in tables if t.guess.kind.kind == "orders" and not t.guess.missing and not _summary(t)]
    left: list[SkippedSheet] = []
    kept: list[T] = []
    for t in tables:
        why = _why_not(t, sales) if _unasked(t) else ("", {})
        if why[0]:
            left += [SkippedSheet(s.file, s.title, *why) for s in t.sheets]
        else:
            kept.append(t)
    for source in dict.fromkeys(t.source for t in kept):
        same = [t for t in kept if t.source == source]
        if len(same) > 1 and source in _ONE_OF and any(map(_unasked, same)):
            best = max(same, key=lambda t: (not _unasked(t), round(t.guess.kind.certainty, 1), t.size))
            for t in same:
                if t is not best and _unasked(t):
                    kept.remove(t)
                    values = {"other": best.sheets[0].title or best.sheets[0].file}
                    left += [SkippedSheet(s.file, s.title, "second", values) for s in t.sheets]
    return kept, left


def _why_not(table: Candidate, sales: Sequence[Candidate]) -> tuple[str, dict[str, Any]]:
    guess = table.guess
    if not sales or table in sales:
        return "", {}
    if any(_PIVOT.match(header) for header in guess.profiles):
        return "pivot", {}
    if _summary(table):
        return "summary", {}
    if guess.missing:
        return "lacking", {}
    return ("unlikely", {}) if guess.kind.certainty < _LIKELY else ("", {})


def _summary(table: Candidate) -> bool:
    return _unasked(table) and all(_SUMMARY.search(s.title) for s in table.sheets)


def _unasked(table: Candidate) -> bool:
    """Whether the table is one of several sheets of a workbook that was named as a whole."""
    return all(s.tables > 1 for s in table.sheets)
