"""Decides how a sheet of a workbook becomes a table of text: which sheet, which header, what each cell says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.scan import TablePart
from custrata.sources.files.cells import Cells, Typed
from custrata.sources.files.delimited import check_header, column_names, joined_header
from custrata.sources.files.extent import check_extent
from custrata.sources.files.limited import LimitedCells
from custrata.sources.files.sniff import Format

ROW = "_row"
#: What the texts of some dates and times hold, and what of them counts.
_MIDNIGHT = (" 00:00:00", r"^(\d{4}-\d\d-\d\d) 00:00:00$")
_DAY_ZERO = ("1899-12-3", r"^1899-12-3[01] (\d\d:\d\d:\d\d)$")


@dataclass(frozen=True)
class Sheet:
    """A sheet as text, and what the workbook calls it."""

    part: TablePart
    title: str


class Workbook:
    """A workbook, opened once for all of its sheets. `name` is what the user calls it.

    Errors: E-FILE-002 unreadable, E-FILE-012 damaged, E-FILE-015 password, E-FILE-026 larger than it says; where it
    is read in a process with limits, E-FILE-016 too many columns, E-FILE-021 too large an area, E-FILE-029 too much
    memory, E-FILE-030 too long.
    """

    def __init__(self, path: Path, name: str, kind: Format) -> None:
        self.path, self.name, self.kind = path, name, kind
        self._cells = _cells(path, name, kind)
        self._checked: dict[str, bool] = {}

    @property
    def titles(self) -> list[str]:
        """The sheets in their order."""
        return self._cells.titles

    def columns(self, title: str) -> list[Any]:
        """The cells of a sheet, column by column; none where it is empty. Errors: as `read_sheet`."""
        self._check(title)
        return self._cells.columns(title)

    def quickly(self, title: str, header: int) -> Typed | None:
        """The header of a sheet and what stands below it, in half the time, whole numbers and days as such; null where
        that cannot be. Errors: as `read_sheet`."""
        if not self._check(title) or self.kind != "xlsx":
            return None
        return self._cells.typed(title, header)

    def _check(self, title: str) -> bool:
        """Whether a sheet that may be read has neither truths nor errors, looked at once."""
        if title not in self._checked:
            self._checked[title] = self.kind == "xlsx" and check_extent(self.path, self.name, title)
        return self._checked[title]


def read_sheet(book: Workbook, sheet: str | int | None, header: int, name: str = "", lines: int = 1) -> Sheet:
    """One sheet, every cell as the text that a person would type; `name` is what its rows are told under. The header is
    the row `header`, with those above it if it has several `lines`. Of an .xlsx,
    columns of nothing but whole numbers or days hold those, which stand for the texts that write them.

    Dates are `YYYY-MM-DD`, with ` HH:MM:SS` if there is a time; whole numbers have no `.0`, others at most nine
    decimals; errors are their own text (`#N/A`); empty cells are null. Empty rows are left out: where one stood
    between others, the column `_row` holds the sheet's row numbers, else they run on from `first_row`.
    Columns without name and without value are left out.
    Errors: E-FILE-007 empty, E-FILE-008 no header there, E-FILE-009 two columns of one name, E-FILE-012 damaged,
    E-FILE-013 no such sheet, E-FILE-015 password, E-FILE-016 too many columns, E-FILE-021 too large an area.
    """
    title = _choose(book.titles, sheet, book.name)
    # One row above others is all that the quick way sees of a header.
    told, found = name or book.name, book.quickly(title, header) if lines == 1 else None
    if found is not None:
        return Sheet(_table(*found, told, header), title)
    columns = book.columns(title)
    if not columns:
        raise CustrataError(Problem("E-FILE-007", f"{book.name}[{title}]"))
    there = range(max(0, header - lines), header) if header <= len(columns[0]) else range(0)
    rows = [[column[i].as_py() for column in columns] for i in there]
    first: list[str | None] = [*joined_header(rows)] if lines > 1 else next(iter(rows), [])
    return Sheet(_table(first, [column.slice(header) for column in columns], told, header), title)


def sheet_titles(path: Path, name: str, kind: Format) -> list[str]:
    """The sheets of a workbook in their order."""
    return Workbook(path, name, kind).titles


def sheet_rows(columns: Sequence[Any]) -> list[tuple[str | None, ...]]:
    """The rows of a sheet's columns as they lie, empty ones included, cells as `read_sheet` has them."""
    return list(zip(*(_as_text(column).to_pylist() for column in columns), strict=True))


def _cells(path: Path, name: str, kind: Format) -> Cells | LimitedCells:
    """A workbook's cells. All but .xlsx are read in a process with limits: their reader has none, and no look sees all
    that they may say. So is an .xlsx of texts that may fill the memory; for others a new process costs too much."""
    if kind == "xlsx" and not (cells := Cells(path, name, kind)).swells:
        return cells
    return LimitedCells(path, name, kind)


def _table(first: list[str | None], columns: list[Any], name: str, header: int) -> TablePart:
    """`first` are the cells of the header, `columns` what stands below."""
    below = zip(*(_shown(column.slice(0, 30)) for column in columns), strict=True)
    check_header([first, *map(list, below)] if first else [], name, header)
    body = [_as_text(column) if pa.types.is_string(column.type) else column for column in columns]
    kept = [i for i, cell in enumerate(first) if (cell or "").strip() or body[i].null_count < len(body[i])]
    names = column_names(first, name)  # of all columns, so that column_7 is the seventh
    table = pa.table([body[i] for i in kept], names=[names[i] for i in kept])
    filled = _any_value(table)
    at = pc.indices_nonzero(filled)
    top = header + 1 + (at[0].as_py() if len(at) else 0)
    gaps = len(at) > 0 and at[-1].as_py() - at[0].as_py() + 1 != len(at)
    table = table if len(at) == table.num_rows else table.filter(filled)
    if ROW in table.column_names:  # from a list of bad rows, mended and loaded again: old numbers mean nothing here
        table = table.drop_columns([ROW])
    if gaps:
        table = table.append_column(ROW, pa.array([header + 1 + i for i in at.to_pylist()], pa.int64()))
    return TablePart(table, name, top, sheet=True)


def _shown(column: Any) -> list[str | None]:
    """A few cells; of which type they are does not matter."""
    return [None if cell is None else str(cell) for cell in column.to_pylist()]


def _any_value(table: pa.Table) -> Any:
    filled = pc.is_valid(table.column(0))
    for column in table.columns[1:]:
        filled = pc.or_(filled, pc.is_valid(column))
    return filled.combine_chunks() if isinstance(filled, pa.ChunkedArray) else filled


def _as_text(column: Any) -> Any:
    """Midnight is a date without time, day zero is a time without date, and an empty text is nothing."""
    text = column
    for mark, pattern in (_MIDNIGHT, _DAY_ZERO):
        if pc.any(pc.match_substring(text, mark)).as_py():
            # A regular expression costs a hundred times this; days and times are few, however many cells tell them.
            words = text.dictionary_encode()
            text = pc.take(pc.replace_substring_regex(words.dictionary, pattern, r"\1"), words.indices)
    if pc.min(pc.binary_length(text)).as_py() != 0:
        return text  # a text of ours in Arrow, "" too, would have it import pandas
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _choose(titles: list[str], wanted: str | int | None, name: str) -> str:
    if not titles:
        raise CustrataError(Problem("E-FILE-007", name))
    if wanted is None:
        return titles[0]
    if isinstance(wanted, int) and 1 <= wanted <= len(titles):
        return titles[wanted - 1]
    for title in titles:
        if title == wanted or title.strip() == str(wanted).strip():
            return title
    known = ", ".join(f"{i} {title}" for i, title in enumerate(titles[:20], 1))
    values = {"sheet": wanted, "known": known, "suggestion": did_you_mean(str(wanted), titles)}
    raise CustrataError(Problem("E-FILE-013", name, values))
