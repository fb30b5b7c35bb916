"""What one file of which little is known holds: the header row of each table in it, and the rows that are no data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.guess import HeaderGuess, NoData, header_at, header_row, named_kind, rows_without_data
from custrata.sources.files.raw import RawRows, first_lines, raw_rows
from custrata.sources.files.sheets import sheet_name
from custrata.usecases.init_how import AS_FOUND, How, header_of, how_of
from custrata.usecases.init_sheets import SkippedSheet

#: Kinds that the name of a file or sheet tells even where its headers are those of sales.
_APART = ("returns", "interactions", "assets")
#: Lines of a file that are shown to who says where its headers stand.
LINES = 20
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
    how: How = AS_FOUND
    """What a person said of how it is read."""

    @property
    def title(self) -> str:
        return self.raw.title

    @property
    def name(self) -> str:
        """What the user calls it: the file, or the sheet where the file has several tables."""
        return sheet_name(self.file, self.title) if self.tables > 1 else self.file

    @property
    def key(self) -> str:
        """What choices call it, however many of the sheets are tables."""
        return key_of(self.file, self.titles, self.title, self.how)

    @property
    def called(self) -> str:
        """The name that may say what the rows are."""
        return self.title if self.tables > 1 and not _NAMELESS(self.title) else self.path.stem

    @property
    def row(self) -> int:
        """The line or row of the header, as `header:` in a scheme counts."""
        return self.raw.numbers[(self.header.row or 1) - 1]

    @property
    def header_lines(self) -> int:
        """How many lines the header has, as `header_lines:` in a scheme counts."""
        above = self.header.above
        return 1 if above is None else self.row - self.raw.numbers[above - 1] + 1

    @property
    def layout(self) -> tuple[object, ...]:
        """Files of one layout are one source, wherever their headers stand."""
        named = named_kind(self.called)
        # Sales and returns are often exported under the same headers, each into a file or sheet of its own name.
        told = named if named in _APART else ""
        family = self.raw.format if self.raw.format in ("csv", "parquet") else "workbook"
        return family, told, frozenset(n.lower() for n in self.header.names)


@dataclass(frozen=True)
class Lie:
    """How a file, or a sheet of a workbook of several, lies there: its first rows, all sheets of the workbook, the row
    that is taken for its header (null for none), what a person said of it and why it cannot be read so."""

    file: str
    raw: RawRows | None
    titles: tuple[str, ...]
    row: int | None
    how: How
    lines: tuple[str, ...] = ()
    """The first lines, where no rows can be told."""
    problems: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        """What choices call it."""
        return key_of(self.file, self.titles, self.raw.title if self.raw else "", self.how)


Seen = Callable[[Lie], None]


def key_of(file: str, titles: Sequence[str], title: str, how: How) -> str:
    """What choices call a file, or a sheet of a workbook of several where nobody chose one of them."""
    return file if len(titles) < 2 or how.sheet else sheet_name(file, title)


def looks_at(
    path: Path, name: str, scratch: Path, hows: Mapping[str, How] | None = None, seen: Seen = lambda _: None
) -> tuple[list[FileLook], list[SkippedSheet]]:  # fmt: skip
    """A file's header and what stands around it, or those of every sheet that has one; and the sheets that have none,
    or the very rows of another.

    `hows` says of files and sheets how they are read, where a person said so; `seen` is told how each of them lies,
    also where it cannot be read. Errors: those of `raw_rows`, E-FILE-013 no such sheet, E-INIT-001 no row is a header,
    E-INIT-008 the row that a person named is none.
    """
    how = how_of(hows, name)
    try:
        sheets = raw_rows(path, name, scratch, how.encoding or "auto", how.delimiter or "auto")
        titles = tuple(raw.title for raw in sheets)
        if how.sheet and sheets[0].format not in ("csv", "parquet"):
            sheets = _sheet(sheets, name, how.sheet)
    except CustrataError as error:
        seen(_unreadable(path, name, scratch, how, tuple(error.problems)))
        raise
    tables: list[tuple[RawRows, HeaderGuess, How]] = []
    skipped: list[SkippedSheet] = []
    met: dict[tuple[object, ...], str] = {}
    for raw in sheets:
        its = replace(how, header=header_of(hows, sheet_name(name, raw.title)) or how.header) if raw.title else how
        header = _header(raw, its)
        row = raw.numbers[header.row - 1] if header.row else None
        seen(Lie(name, raw, titles, row, its))
        if not raw.rows:
            skipped.append(SkippedSheet(name, raw.title, "empty"))
            continue
        other = met.setdefault((raw.rows, raw.tail, raw.last), raw.title)
        if header.row is None:
            skipped.append(SkippedSheet(name, raw.title, "no_header"))
        elif other != raw.title:
            skipped.append(SkippedSheet(name, raw.title, "same", {"other": other}))
        else:
            tables.append((raw, header, its))
    if not tables:
        if how.header:
            raise CustrataError(Problem("E-INIT-008", name, {"row": how.header}))
        first = next((cell for raw in sheets for row in raw.rows for cell in row if cell), "")
        raise CustrataError(Problem("E-INIT-001", name, {"example": first[:60]}))
    return [_look(path, name, raw, header, titles, len(tables), its) for raw, header, its in tables], skipped


def _sheet(sheets: Sequence[RawRows], name: str, wanted: str) -> list[RawRows]:
    found = [raw for raw in sheets if raw.title == wanted]
    if not found:
        titles = [raw.title for raw in sheets]
        values = {"sheet": wanted, "known": ", ".join(titles[:20]), "suggestion": did_you_mean(wanted, titles)}
        raise CustrataError(Problem("E-FILE-013", name, values))
    return found


def _unreadable(path: Path, name: str, scratch: Path, how: How, problems: tuple[Problem, ...]) -> Lie:
    """A file that cannot be read as somebody said, as it lies where nobody says anything."""
    if how != AS_FOUND:
        try:
            sheets = raw_rows(path, name, scratch)
            return Lie(name, sheets[0], tuple(raw.title for raw in sheets), None, how, problems=problems)
        except CustrataError:
            pass
    try:
        return Lie(name, None, (), None, how, tuple(first_lines(path, LINES)), problems)
    except OSError:
        return Lie(name, None, (), None, how, (), problems)


def _look(
    path: Path, name: str, raw: RawRows, header: HeaderGuess, titles: tuple[str, ...], tables: int, how: How
) -> FileLook:  # fmt: skip
    line = raw.numbers[(header.row or 1) - 1]
    # Blank lines and line breaks inside fields: rows count by the number that the user sees.
    seen = replace(header, row=line, units=raw.numbers[header.units - 1] if header.units else None)
    above = [(n, row) for n, row in zip(raw.numbers, raw.rows, strict=True) if n < raw.last]
    no_data = [*_of_head(above, seen), *rows_without_data(raw.tail, seen, first=raw.last)]
    once = {r.row: r for r in no_data}
    return FileLook(path, name, raw, header, tuple(once.values()), titles, tables, how)


def _of_head(above: list[tuple[int, tuple[str | None, ...]]], header: HeaderGuess) -> list[NoData]:
    """Rows without data among the first ones, whose numbers may have gaps."""
    if not above:
        return []
    first, last = above[0][0], above[-1][0]
    by_number = dict(above)
    return list(rows_without_data([by_number.get(n, ()) for n in range(first, last + 1)], header, first=first))


def _header(raw: RawRows, how: How) -> HeaderGuess:
    if how.header and raw.format != "parquet":
        at = next((i for i, number in enumerate(raw.numbers, 1) if number == how.header), 0)
        return header_at(raw.rows, at)
    if raw.format == "parquet":
        return HeaderGuess(1, tuple(n or "" for n in raw.rows[0]), tuple(n or "" for n in raw.rows[0]), certainty=1.0)
    return header_row(raw.rows)
