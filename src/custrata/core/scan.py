"""What a source found and an engine is to read: files as they lie, or tables in memory; nothing is read here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from custrata.core.errors import Problem


@dataclass(frozen=True)
class FileRecord:
    """One input file as the run's record names it. `path` is relative to the workspace; `sha256` of the bytes, empty
    where nobody asked for it."""

    path: str
    bytes: int
    sha256: str
    format: str
    encoding: str | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class DatabaseRecord:
    """One load from a database as the run's record names it: never with host, user or password.

    `path` is what the user calls the source; `format` the kind of database; `at` the server's clock in UTC when the
    snapshot was taken; `sha256` that of the table's name or the query; `rows` how many were read, from `since` on (all
    where it is null); `watermark` how far they reach.
    """

    path: str
    format: str
    server: str
    database: str
    snapshot: str
    at: str
    sha256: str
    rows: int
    since: str | None = None
    watermark: str | None = None


@dataclass(frozen=True)
class TextPart:
    """One delimited file. `path` is readable as UTF-8 (a transcoded copy if the original was not);
    `name` is what the user calls it; the header stands on line `header_line` (from 1)."""

    path: Path
    name: str
    columns: tuple[str, ...]
    delimiter: str = ","
    quote: str = '"'
    header_line: int = 1
    lines: int | None = field(default=None, compare=False)
    """How many lines the file has, where each can only be one record, or empty: nothing is quoted."""


@dataclass(frozen=True)
class TextScan:
    """Delimited text; every value is read as text, empty cells as null."""

    parts: tuple[TextPart, ...]


@dataclass(frozen=True)
class ParquetScan:
    """Parquet files, typed; columns are matched by name."""

    paths: tuple[Path, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class TablePart:
    """An Arrow table (a sheet of a workbook, a data frame). Its first row is row `first_row` of what the user sees.

    A `sheet` is texts, as people type them: its whole numbers and days may lie there as such, for an engine to write
    out wherever somebody looks at the text."""

    table: Any
    name: str
    first_row: int = 2
    sheet: bool = False


@dataclass(frozen=True)
class TableScan:
    """Arrow tables in memory; text or typed."""

    parts: tuple[TablePart, ...]


@dataclass(frozen=True)
class MixedScan:
    """Delimited text and sheets of workbooks that are one source; every value is read as text, empty cells as null."""

    text: TextScan
    tables: TableScan

    @property
    def parts(self) -> tuple[TextPart | TablePart, ...]:
        """The text files, then the sheets."""
        return (*self.text.parts, *self.tables.parts)


@dataclass(frozen=True)
class ExpressionScan:
    """An Ibis table that the engine already knows (the Python API takes them)."""

    table: Any
    name: str


InputRecord = FileRecord | DatabaseRecord
Scan = TextScan | ParquetScan | TableScan | MixedScan | ExpressionScan


@dataclass(frozen=True)
class Opened:
    """A source ready to be read: the scan, its columns (in the file's order, union over files), the files or loads
    behind it, and notes that should be shown but stop nothing."""

    scan: Scan
    columns: Sequence[str]
    files: Sequence[FileRecord | DatabaseRecord] = field(default=())
    notes: Sequence[Problem] = field(default=())
    file_columns: Sequence[tuple[str, ...]] = field(default=())
    """The columns of each of the `files`, where there are several and they can differ."""
