"""Decides for each text file whether DuckDB's own reader may be trusted with it, and mends it if not.

A file is looked through once with DuckDB's parser (a sixth of what loading costs). Where every record fits, or is only
too short, the file is read straight from disk. Where a line is too long or a quote broken, DuckDB would abort, or drop
what it cannot read; such a file is gone through record by record into a temporary table, and what fits nowhere becomes
a reject.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.exact import Form
from custrata.core.scan import TextPart
from custrata.engines.duckdb.objects import Objects, literal
from custrata.engines.duckdb.records import Layout, Reject, Row, read_records
from custrata.engines.duckdb.typed import all_fit

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 20_000
_LENIENT = ", ignore_errors=true"
MOST_REJECTS = 100_000
"""With more rejects than this the delimiter or the header is wrong, not the lines."""
PADDED = ", null_padding=true"
"""Not with quoted line breaks: those DuckDB refuses to pad in parallel."""


@dataclass
class Checked:
    """What is known of a file on a connection: its records if it is clean, its mended or numbered table if any.

    `padded`: short lines are there, and DuckDB may fill them up. `expected`: nobody has looked yet.
    """

    part: TextPart
    records: int | None = None
    padded: bool = False
    expected: bool = False
    table: str | None = None
    rejects: list[Reject] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether DuckDB may read the file from disk."""
        return self.records is not None

    @property
    def option(self) -> str:
        """What DuckDB's reader is told besides."""
        return _LENIENT if self.expected else PADDED if self.padded else ""


class Checks:
    """The text files that one engine reads, each looked at once for every version of it (its size and time)."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._known: dict[tuple[Any, ...], Checked] = {}

    def check(self, part: TextPart) -> Checked:
        """The state of a file.

        Errors: E-FILE-002 the file is gone or locked, E-FILE-006 not UTF-8, E-FILE-022 hardly a line fits the header.
        """
        with _coded(part):
            key = _version(part)
            if key not in self._known:
                self._known[key] = self._check(part)
            return self._known[key]

    def expect(self, part: TextPart) -> Checked:
        """The state of a file; where each of its lines can only be one record, that of a clean one that is yet to be
        confirmed: lines that are no records are then not read. Errors: those of `check`."""
        with _coded(part):
            if part.lines is None or _version(part) in self._known:
                return self.check(part)
            return Checked(part, part.lines - part.header_line, expected=True)

    def fit(self, parts: Sequence[TextPart], forms: Mapping[str, Form]) -> bool:
        """Whether all files are yet to be confirmed and their texts written in the `forms` of their columns, so that
        DuckDB may read them with those types. Errors: those of `check`."""
        if not all(self.expect(part).expected for part in parts):
            return False
        for part in parts:
            with _coded(part):
                if not all_fit(part, forms):
                    return False
        return True

    def confirm(self, part: TextPart, records: int) -> bool:
        """Whether a file of which so many records were read as was expected is clean. Errors: those of `check`."""
        with _coded(part):
            if _version(part) not in self._known and part.lines is not None:
                if records != part.lines - part.header_line:
                    return False
                self._known[_version(part)] = Checked(part, records)
            return True

    def numbered(self, checked: Checked) -> str:
        """The temporary table that holds the file's records with the line each begins on (`_row`); built when first
        asked. Its columns are `_row`, `c0`, `c1` … in the file's order."""
        if checked.table is None:
            checked.table, checked.rejects = self._load(checked.part)
            if checked.rejects:
                # DuckDB lets a few broken quotes pass (`"x" "y"`) that the record reader does not; from here on the
                # table holds for everything, so that rows and rejects still add up.
                checked.records = None
        return checked.table

    def _check(self, part: TextPart) -> Checked:
        checked = Checked(part)
        if not _quotes_above_header(part):
            checked.records = _records_if_clean(self._objects, part)
            if not checked.clean:
                short = Checked(part, _records_if_clean(self._objects, part, PADDED), padded=True)
                # With padding a quote that never closes could swallow lines and pass for a short record.
                if short.clean and runs_line_by_line(short):
                    return short
        if not checked.clean:
            self.numbered(checked)
        return checked

    def _load(self, part: TextPart) -> tuple[str, list[Reject]]:
        rejects = list[Reject]()
        width, objects = len(part.columns), self._objects
        name = objects.table("lines", f"(_row BIGINT, {', '.join(f'c{i} VARCHAR' for i in range(width))})")
        try:
            for batch in _batches(part, rejects):
                incoming = objects.register("batch", batch)
                objects.raw.execute(f'INSERT INTO "{name}" FROM "{incoming}"')
                objects.drop(incoming)
        except UnicodeDecodeError as error:
            values = {"encoding": "UTF-8", "offset": "?", "line": "?"}
            raise CustrataError(Problem("E-FILE-006", part.name, values)) from error
        return name, rejects


def _version(part: TextPart) -> tuple[Any, ...]:
    stat = part.path.stat()
    return part, stat.st_mtime_ns, stat.st_size


@contextmanager
def _coded(part: TextPart) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CustrataError(Problem("E-FILE-002", part.name, {"reason": error.strerror or str(error)})) from error


def runs_line_by_line(checked: Checked) -> bool:
    """Whether record n stands on the n-th line below the header: no line break in a field, no empty line."""
    part, lines, last = checked.part, 0, b"\n"
    if part.lines is not None:
        return part.header_line + (checked.records or 0) == part.lines
    with part.path.open("rb") as file:
        while block := file.read(1 << 22):
            lines += block.count(b"\n")
            last = block[-1:]
    return part.header_line + (checked.records or 0) == lines + (last != b"\n")


def csv_function(parts: Sequence[TextPart], extra: str = "", types: Mapping[str, str] | None = None) -> str:
    """The call of DuckDB's reader for files of one layout, every column as text but those that have `types`, named
    `c0`, `c1` …"""
    part = parts[0]
    kinds = [(types or {}).get(name, "VARCHAR") for name in part.columns]
    columns = ", ".join(f"'c{i}': '{kind}'" for i, kind in enumerate(kinds))
    paths = ", ".join(literal(escape_glob(p.path)) for p in parts)
    quote = literal(part.quote)
    return (
        f"read_csv([{paths}], columns={{{columns}}}, auto_detect=false, header=true, skip={part.header_line - 1}, "
        f"delim={literal(part.delimiter)}, quote={quote}, escape={quote}, compression='none'{extra})"
    )


def escape_glob(path: Path) -> str:
    """The path for a place where DuckDB expects a pattern: `[`, `*` and `?` lose their power.

    Unescaped, `sales[1].csv` would read `sales1.csv` without a word.

    >>> escape_glob(Path("sales[1].csv"))
    'sales[[]1].csv'
    """
    return "".join(f"[{c}]" if c in "[*?" else c for c in str(path))


def _quotes_above_header(part: TextPart) -> bool:
    # DuckDB's `skip` counts a quoted line break as no line, so a title with one would shift the header.
    with part.path.open("rb") as file:
        above = (file.readline(1 << 20) for _ in range(part.header_line - 1))
        return bool(part.quote) and any(part.quote.encode() in line for line in above)


def _records_if_clean(objects: Objects, part: TextPart, extra: str = "") -> int | None:
    """The number of records, or None if DuckDB finds a fault anywhere.

    Not by storing rejects: for a line of 20,000 fields too many that takes eight seconds, and four times as long for
    twice as many.
    """
    # On a connection of its own: a fault must not end the transaction in which the file is loaded.
    with objects.raw.cursor() as probe:
        try:
            counted = probe.execute(f"SELECT count(*) FROM {csv_function([part], extra)}").fetchall()
            return int(counted[0][0])
        except (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.InterruptException):
            raise
        except duckdb.Error:
            return None


def _batches(part: TextPart, rejects: list[Reject]) -> Iterator[pa.Table]:
    """The records as Arrow tables; rejects are put into the list on the way."""
    width = len(part.columns)
    rows: list[Row] = []
    for record in read_records(part.path, Layout(part.delimiter, part.quote, part.header_line, width)):
        if isinstance(record, Reject):
            rejects.append(Reject(record.line, record.text[:200], record.reason))
            if len(rejects) > MOST_REJECTS:
                values = {"n": MOST_REJECTS, "columns": width, "delimiter": part.delimiter, "line": part.header_line}
                raise CustrataError(Problem("E-FILE-022", part.name, values))
            continue
        rows.append(record)
        if len(rows) == _BATCH:
            yield _arrow(rows, width)
            rows = []
    if rows:
        yield _arrow(rows, width)


def _arrow(rows: list[Row], width: int) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    none = pa.scalar(None, pa.string())
    columns = [pa.array([fields[i] for _, fields in rows], pa.string()) for i in range(width)]
    texts = [pc.if_else(pc.equal(column, ""), none, column) for column in columns]
    return pa.table(
        [pa.array([line for line, _ in rows], pa.int64()), *texts], ["_row", *(f"c{i}" for i in range(width))]
    )
