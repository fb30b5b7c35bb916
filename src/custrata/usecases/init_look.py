"""What one file of which nothing is known holds: the header row of each table in it, and the rows that are no data."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from custrata.core.errors import CustrataError, Problem
from custrata.core.guess import HeaderGuess, NoData, header_row, named_kind, rows_without_data
from custrata.sources.files.raw import RawRows, raw_rows
from custrata.sources.files.sheets import sheet_name
from custrata.usecases.init_sheets import SkippedSheet

_FAMILY = {"csv": "text", "parquet": "parquet"}
#: Kinds that the name of a file or sheet tells even where its headers are those of sales.
_APART = ("returns", "interactions", "assets")
#: Names that a program gives to sheets that nobody named.
_NAMELESS = re.compile(r"(sheet|工作表|表)\s*\d*", re.I).fullmatch


@dataclass(frozen=True)
class FileLook:
    """One file, or one sheet of a workbook with several tables: the row of its header, and the rows that are no data.
    `titles` are all sheets of the workbook, `tables` says how many of them look like tables."""

    path: Path
    file: str
    raw: RawRows
    header: HeaderGuess
    no_data: tuple[NoData, ...]
    titles: tuple[str, ...] = ()
    tables: int = 1

    @property
    def title(self) -> str:
        return self.raw.title

    @property
    def name(self) -> str:
        """What the user calls it: the file, or the sheet where the file has several tables."""
        return sheet_name(self.file, self.title) if self.tables > 1 else self.file

    @property
    def called(self) -> str:
        """The name that may say what the rows are."""
        return self.title if self.tables > 1 and not _NAMELESS(self.title) else self.path.stem

    @property
    def row(self) -> int:
        """The line or row of the header, as `header:` in a scheme counts."""
        return self.raw.numbers[(self.header.row or 1) - 1]

    @property
    def layout(self) -> tuple[object, ...]:
        """Files of one layout can be one source."""
        family, named = _FAMILY.get(self.raw.format, "workbook"), named_kind(self.called)
        # Sales and returns are often exported under the same headers, each into a file or sheet of its own name.
        told = named if named in _APART else ""
        return family, told, self.row, frozenset(n.lower() for n in self.header.names)


def looks_at(path: Path, name: str, scratch: Path) -> tuple[list[FileLook], list[SkippedSheet]]:
    """A file's header and what stands around it, or those of every sheet that has one; and the sheets that have none,
    or the very rows of another."""
    sheets = raw_rows(path, name, scratch)
    titles = tuple(raw.title for raw in sheets)
    tables: list[tuple[RawRows, HeaderGuess]] = []
    skipped: list[SkippedSheet] = []
    seen: dict[tuple[object, ...], str] = {}
    for raw in sheets:
        if not raw.rows:
            skipped.append(SkippedSheet(name, raw.title, "empty"))
            continue
        header = _header(raw)
        other = seen.setdefault((raw.rows, raw.tail, raw.last), raw.title)
        if header.row is None:
            skipped.append(SkippedSheet(name, raw.title, "no_header"))
        elif other != raw.title:
            skipped.append(SkippedSheet(name, raw.title, "same", {"other": other}))
        else:
            tables.append((raw, header))
    if not tables:
        first = next((cell for raw in sheets for row in raw.rows for cell in row if cell), "")
        raise CustrataError(Problem("E-INIT-001", name, {"example": first[:60]}))
    return [_look(path, name, raw, header, titles, len(tables)) for raw, header in tables], skipped


def _look(
    path: Path, name: str, raw: RawRows, header: HeaderGuess, titles: tuple[str, ...], tables: int
) -> FileLook:  # fmt: skip
    line = raw.numbers[(header.row or 1) - 1]
    # Blank lines and line breaks inside fields: rows count by the number that the user sees.
    seen = replace(header, row=line, units=raw.numbers[header.units - 1] if header.units else None)
    above = [(n, row) for n, row in zip(raw.numbers, raw.rows, strict=True) if n < raw.last]
    no_data = [*_of_head(above, seen), *rows_without_data(raw.tail, seen, first=raw.last)]
    once = {r.row: r for r in no_data}
    return FileLook(path, name, raw, header, tuple(once.values()), titles, tables)


def _of_head(above: list[tuple[int, tuple[str | None, ...]]], header: HeaderGuess) -> list[NoData]:
    """Rows without data among the first ones, whose numbers may have gaps."""
    if not above:
        return []
    first, last = above[0][0], above[-1][0]
    by_number = dict(above)
    return list(rows_without_data([by_number.get(n, ()) for n in range(first, last + 1)], header, first=first))


def _header(raw: RawRows) -> HeaderGuess:
    if raw.format == "parquet":
        return HeaderGuess(1, tuple(n or "" for n in raw.rows[0]), tuple(n or "" for n in raw.rows[0]), certainty=1.0)
    return header_row(raw.rows)
