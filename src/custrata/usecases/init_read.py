"""Files of which nothing is known yet: their header rows found, those of one layout put together, columns looked at."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from custrata.core.errors import CustrataError, Problem
from custrata.core.guess import ColumnProfile, HeaderGuess, NoData, header_row, profile, rows_without_data
from custrata.core.guess.cells import as_text
from custrata.core.scan import Opened
from custrata.sources.files.find import find_files, shown_name
from custrata.sources.files.open import open_files
from custrata.sources.files.raw import RawRows, raw_rows
from custrata.sources.files.spec import FileSpec
from custrata.usecases.ports import Engine, Progress, silent

#: Rows that are looked at: whole blocks from all over the files, because lines of an order stand together.
SAMPLE, _BLOCK = 5_000, 500
_FAMILY = {"csv": "text", "parquet": "parquet"}


@dataclass(frozen=True)
class FileLook:
    """One file: the sheet that is read (null: the first), the row of its header, and the rows that are no data.
    `unread` are further sheets that look like tables."""

    path: Path
    name: str
    raw: RawRows
    header: HeaderGuess
    no_data: tuple[NoData, ...]
    unread: tuple[str, ...] = ()

    @property
    def row(self) -> int:
        """The line or row of the header, as `header:` in a scheme counts."""
        return self.raw.numbers[(self.header.row or 1) - 1]

    @property
    def layout(self) -> tuple[object, ...]:
        """Files of one layout can be one source."""
        family = _FAMILY.get(self.raw.format, "workbook")
        return family, self.raw.sheet, self.row, frozenset(n.lower() for n in self.header.names)


@dataclass(frozen=True)
class Export:
    """Files of one layout and a sample of their rows. `count` gives how often each value of a column stands in all
    rows, `rows` how many there are."""

    files: tuple[FileLook, ...]
    profiles: tuple[ColumnProfile, ...]
    rows: int
    count: Callable[[str], Counter[str]] = field(repr=False)

    @property
    def sampled(self) -> bool:
        """Whether the profiles are of a part of the rows only."""
        return self.rows > SAMPLE

    @property
    def title(self) -> str:
        return ", ".join(f.name for f in self.files)


def read_exports(
    patterns: Sequence[str], base: Path, engine: Engine, scratch: Path, progress: Progress = silent
) -> list[Export]:
    """All files that the patterns name, those of one layout together.

    `engine` reads them and must stay open while the exports are used; `scratch` must outlive them. Errors: those of
    opening files, E-INIT-001 no row is a header, E-DATA-002 no rows; all files are looked at before any is raised.
    """
    looks: list[FileLook] = []
    problems: list[Problem] = []
    for path in find_files(patterns, base):
        name = shown_name(path, base)
        progress("guess", file=name)
        try:
            looks.append(look_at(path, name, scratch))
        except CustrataError as error:
            problems.extend(error.problems)
    groups: dict[tuple[object, ...], list[FileLook]] = {}
    for look in looks:
        groups.setdefault(look.layout, []).append(look)
    exports = []
    for files in groups.values():
        try:
            exports.append(_export(tuple(files), base, engine, scratch))
        except CustrataError as error:
            problems.extend(error.problems)
    if problems:
        raise CustrataError.all(problems)
    return exports


def look_at(path: Path, name: str, scratch: Path) -> FileLook:
    """One file's header and what stands around it; of a workbook the first sheet that has a header."""
    sheets = raw_rows(path, name, scratch)
    found = [(raw, _header(raw)) for raw in sheets]
    tables = [(raw, header) for raw, header in found if header.row is not None]
    if not tables:
        first = next((cell for raw in sheets for row in raw.rows for cell in row if cell), "")
        raise CustrataError(Problem("E-INIT-001", name, {"example": first[:60]}))
    raw, header = tables[0]
    line = raw.numbers[(header.row or 1) - 1]
    # Blank lines and line breaks inside fields: rows count by the number that the user sees.
    seen = replace(header, row=line, units=raw.numbers[header.units - 1] if header.units else None)
    above = [(n, row) for n, row in zip(raw.numbers, raw.rows, strict=True) if n < raw.last]
    no_data = [*_of_head(above, seen), *rows_without_data(raw.tail, seen, first=raw.last)]
    once = {r.row: r for r in no_data}
    unread = tuple(other.sheet or "" for other, _ in tables[1:])
    return FileLook(path, name, raw, header, tuple(once.values()), unread)


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


def _export(files: tuple[FileLook, ...], base: Path, engine: Engine, scratch: Path) -> Export:
    one = files[0]
    spec = FileSpec([str(f.path) for f in files], sheet=one.raw.sheet, header=one.row, hashed=False)
    opened = open_files(spec, base, scratch)
    table = engine.read(opened.scan)
    rows = engine.rows(table.aggregate(n=table.count()))[0]["n"]
    sample = _sample(engine, opened, rows, files)
    if not sample.num_rows:
        raise CustrataError(Problem("E-DATA-002", one.name))
    labels = {name.lower(): label for f in files for name, label in zip(f.header.names, f.header.labels, strict=True)}

    def count(header: str) -> Counter[str]:
        column = table[header]
        found = Counter[str]()
        for row in engine.rows(table.group_by(value=column).aggregate(n=table.count())):
            text = as_text(row["value"])
            if text is not None:
                found[text] += row["n"]
        return found

    profiles = tuple(
        profile(name, map(_hashable, _values(sample.column(name))), label=labels.get(name.lower()))
        for name in opened.columns if name in sample.column_names
    )  # fmt: skip
    return Export(files, profiles, rows, count)


def _sample(engine: Engine, opened: Opened, rows: int, files: Sequence[FileLook]) -> pa.Table:
    table = engine.numbered(opened.scan)
    if rows > SAMPLE:
        table = table.filter(((table["_row"] // _BLOCK) % math.ceil(rows / SAMPLE)) == 0)
    found: pa.Table = engine.arrow(table).sort_by([("_file", "ascending"), ("_row", "ascending")])
    skipped = {(f.path, r.row) for f in files for r in f.no_data}
    if skipped:
        names = {f.name: f.path for f in files}
        places = zip(found.column("_file").to_pylist(), found.column("_row").to_pylist(), strict=True)
        found = found.filter(pa.array([(names.get(file), row) not in skipped for file, row in places]))
    return found


def _values(column: Any) -> list[Any]:
    """The values of an Arrow column; as text where Python has none for them: days before Christ and after 9999."""
    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):
        return list(column.cast(pa.string()).to_pylist())


def _hashable(value: object) -> object:
    """A list or a structure in a Parquet file is known by its text."""
    return str(value) if isinstance(value, list | dict) else value
