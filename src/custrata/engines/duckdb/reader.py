"""Decides how DuckDB sees a scan: its raw columns, the file and row behind each, and the lines that fit nowhere.

For text, the file's records = the rows of `relation` + the lines of `rejects`; no line is dropped. A line too short is
filled up with nulls and is a row; a line with too many fields, or whose quotes do not close, is a reject.
"""

from __future__ import annotations

import itertools
import sys
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import ibis
from ibis.backends.duckdb import Backend

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.exact import Form
from custrata.core.scan import ExpressionScan, MixedScan, ParquetScan, Scan, TablePart, TableScan, TextPart, TextScan
from custrata.engines.duckdb import tables
from custrata.engines.duckdb.checked import Checks, csv_function, escape_glob, runs_line_by_line
from custrata.engines.duckdb.objects import Objects, literal, quoted
from custrata.engines.duckdb.pieces import FILE, NAMED, PATH, ROW, Piece, select, union, with_names
from custrata.engines.duckdb.typed import sql_types

#: Up to so many cells a table is sooner copied than registered (`Objects.copied`).
_FEW_CELLS = 4_000_000
#: The column under which DuckDB counts the rows of a Parquet file.
_COUNTED = "file_row_number"


@dataclass(frozen=True)
class RejectedLine:
    """A line of a text file that could not be made a row: where it stands, its first 200 characters, and why."""

    file: str
    row: int
    line_text: str
    reason_code: str


class Reader:
    """Reads scans on one connection; what it puts there is among the `objects`, and goes with them."""

    def __init__(self, con: Backend, objects: Objects | None = None) -> None:
        self._con = con
        self._objects = objects if objects is not None else Objects(con.con)
        self._checks = Checks(self._objects)
        self.parquet: list[ParquetScan] = []
        """Parquet files that were read, for an error that shows when their pages are."""

    def relation(self, scan: Scan) -> ibis.Table:
        """All rows of the scan under their raw column names, as a view: nothing is copied but files that need mending.

        Text: every column is text, empty is null (quoted or not). Files are matched by column name, case aside; what a
        file lacks is null. Parquet and tables keep their types; where files differ in type, the wider one holds.
        A column `_row` of whole numbers in an Arrow table is its row number and not among the columns.
        Errors: E-FILE-002 a file is gone, E-FILE-022 hardly a line fits the header, E-FILE-023 DuckDB cannot read it.

        >>> import pyarrow as pa
        >>> table = pa.table({"id": ["7"], "amount": ["12.50"]})
        >>> Reader(ibis.duckdb.connect()).relation(TableScan((TablePart(table, "frame"),))).to_pyarrow().to_pylist()
        [{'id': '7', 'amount': '12.50'}]
        """
        match scan:
            case ExpressionScan():
                expression: ibis.Table = scan.table
                return expression
            case ParquetScan():
                self.parquet.append(scan)
                paths = ", ".join(literal(escape_glob(path)) for path in scan.paths)
                sql = f"SELECT * FROM read_parquet([{paths}], union_by_name=true, hive_partitioning=false)"
            case TableScan():
                sql = union(self._table_pieces(scan))
            case TextScan():
                sql = union(self._text_pieces(scan))
            case MixedScan():
                sql = union([*self._text_pieces(scan.text), *self._table_pieces(scan.tables)])
        return self._view(sql, _names(scan))

    def filed(
        self, scan: Scan, *, unchecked: bool = False, forms: Mapping[str, Form] | None = None
    ) -> ibis.Table:  # fmt: skip
        """`relation` with `_file` (what the user calls the file), as fast as without. A column of the user's that is
        itself called `_file` is left out. `unchecked` does not look for lines that are no rows beforehand, where their
        number shows afterwards whether there are any (`confirmed`); columns of text files then have the types of their
        `forms` if every text of theirs is written so, and whole numbers and days of a sheet are such. Errors: those of
        `relation`."""
        match scan:
            case ExpressionScan():
                table: ibis.Table = scan.table
                return table.drop(*{FILE} & set(table.columns)).mutate(**{FILE: ibis.literal(scan.name)})
            case ParquetScan():
                sql = self._filed_parquet(scan)
            case TableScan():
                sql = union(self._table_pieces(scan, filed=True, typed=unchecked and len(scan.parts) == 1))
            case TextScan():
                typed = forms if forms and unchecked and self._checks.fit(scan.parts, forms) else None
                sql = union(self._text_pieces(scan, filed=True, unchecked=unchecked, forms=typed))
            case MixedScan():
                texts = self._text_pieces(scan.text, filed=True, unchecked=unchecked)
                sql = union([*texts, *self._table_pieces(scan.tables, filed=True)])
        return self._view(sql, _names(scan))

    def _filed_parquet(self, scan: ParquetScan) -> str:
        self.parquet.append(scan)
        paths = ", ".join(literal(escape_glob(path)) for path in scan.paths)
        several = len(scan.paths) > 1
        path = f", filename='{PATH}'" if several else ""
        reader = f"read_parquet([{paths}], union_by_name=true, hive_partitioning=false{path})"
        try:
            described = self._con.con.execute(f"DESCRIBE SELECT * FROM {reader}").fetchall()
        except duckdb.Error as error:
            raise _unreadable(scan.names, error) from error
        kept = ", ".join(quoted(row[0]) for row in described if row[0] not in (PATH, FILE))
        if not several:
            return f"SELECT {literal(scan.names[0])} AS {FILE}, {kept} FROM {reader}"
        names = [(str(path), name) for path, name in zip(scan.paths, scan.names, strict=True)]
        return f"SELECT {NAMED} AS {FILE}, {kept} FROM {with_names(reader, names)}"

    def rows(self, scan: Scan) -> ibis.Table:
        """`relation` with `_file` (what the user calls the file) and `_row` (int64: the row that the user sees).

        Text: the line of the file on which the record begins, as an editor counts (exact: quoted line breaks, empty and
        rejected lines are counted). Excel: the row of the sheet. Data frames: `first_row` and on. Parquet and
        expressions: the record's number from 1 (an expression that has no order has no stable numbers either).
        Slower than `relation`: a file with line breaks inside fields is gone through line by line. Columns of the
        user's that are themselves called `_file` or `_row` are left out. Errors: those of `relation`.
        """
        match scan:
            case ExpressionScan():
                table: ibis.Table = scan.table
                own = {FILE: ibis.literal(scan.name), ROW: ibis.row_number() + 1}
                return table.drop(*{FILE, ROW} & set(table.columns)).mutate(**own).relocate(FILE, ROW)
            case ParquetScan():
                self.parquet.append(scan)
                sql = " UNION ALL BY NAME ".join(
                    self._parquet_rows(path, name)
                    for path, name in zip(scan.paths, scan.names, strict=True)
                )
            case TableScan():
                sql = union(self._numbered_tables(scan))
            case TextScan():
                sql = union([self._numbered_piece(part) for part in scan.parts])
            case MixedScan():
                texts = [self._numbered_piece(part) for part in scan.text.parts]
                sql = union([*texts, *self._numbered_tables(scan.tables)])
        return self._view(sql, _names(scan))

    def rejects(self, scan: Scan) -> list[RejectedLine]:
        """The lines of text files that are no rows, file by file in their order; for all else there are none.

        `reason_code` is E-ROW-901 (too many fields), E-ROW-902 (a quote that is not closed or stands wrong) or
        E-ROW-903 (a further line of a record rejected above it). Costs nothing more after `relation`. Errors: those of
        `relation`.
        """
        if isinstance(scan, MixedScan):
            return self.rejects(scan.text)
        if not isinstance(scan, TextScan):
            return []
        return [
            RejectedLine(part.name, reject.line, reject.text, reject.reason)
            for part in scan.parts
            for reject in self._checks.check(part).rejects
        ]

    def confirmed(self, scan: Scan, rows: Mapping[str, int]) -> bool:
        """Whether each file has so many records and no line that is none, which costs nothing more."""
        if isinstance(scan, MixedScan):
            return self.confirmed(scan.text, rows)
        if not isinstance(scan, TextScan):
            return True
        return all(self._checks.confirm(part, rows.get(part.name, 0)) for part in scan.parts)

    def _table_pieces(self, scan: TableScan, *, filed: bool = False, typed: bool = False) -> list[Piece]:
        return [
            Piece(self._registered(p), {c: c for c in _columns(p) if not (filed and c == FILE)},
                   literal(p.name) if filed else None, texts=p.sheet and not typed)
            for p in scan.parts
        ]  # fmt: skip

    def _numbered_tables(self, scan: TableScan) -> list[Piece]:
        return [
            Piece(self._registered(p, numbered=True), {c: c for c in _columns(p) if c != FILE}, literal(p.name), ROW,
                  texts=p.sheet)
            for p in scan.parts
        ]  # fmt: skip

    def _text_pieces(
        self, scan: TextScan, *, filed: bool = False, unchecked: bool = False, forms: Mapping[str, Form] | None = None
    ) -> list[Piece]:  # fmt: skip
        """Neighbouring clean files of one layout go to one call of the reader; a mended one stands for itself."""
        pieces: list[Piece] = []
        look = self._checks.expect if unchecked else self._checks.check
        checked = [look(part) for part in scan.parts]
        for (clean, extra, layout), group in itertools.groupby(checked, lambda c: (c.clean, c.option, _layout(c.part))):
            columns = {name: f"c{i}" for i, name in enumerate(layout[0]) if not (filed and name == FILE)}
            parts = list(group)
            types = sql_types(parts[0].part, forms) if forms else None
            if not clean:
                pieces += [
                    Piece(quoted(self._checks.numbered(c)), columns, literal(c.part.name) if filed else None)
                    for c in parts
                ]
            elif filed and len(parts) > 1:
                reader = csv_function([c.part for c in parts], f"{extra}, filename='{PATH}'", types)
                names = [(str(c.part.path), c.part.name) for c in parts]
                pieces.append(Piece(with_names(reader, names), columns, NAMED))
            else:
                reader = csv_function([c.part for c in parts], extra, types)
                pieces.append(Piece(reader, columns, literal(parts[0].part.name) if filed else None))
        return pieces

    def _numbered_piece(self, part: TextPart) -> Piece:
        checked = self._checks.check(part)
        columns = {name: f"c{i}" for i, name in enumerate(part.columns) if name not in (FILE, ROW)}
        ordered = self._con.con.execute("SELECT current_setting('preserve_insertion_order')").fetchone()
        if checked.clean and ordered and ordered[0] and runs_line_by_line(checked):
            reader = csv_function([part], checked.option)
            return Piece(reader, columns, literal(part.name), f"row_number() OVER () + {part.header_line}")
        return Piece(quoted(self._checks.numbered(checked)), columns, literal(part.name), ROW)

    def _parquet_rows(self, path: Path, name: str) -> str:
        file = literal(escape_glob(path))
        try:
            asked = f"DESCRIBE SELECT * FROM read_parquet({file}, hive_partitioning=false)"
            found = [row[0] for row in self._con.con.execute(asked).fetchall()]
        except duckdb.Error as error:
            raise _unreadable([name], error) from error
        if any(column.lower() == _COUNTED for column in found):
            return self._numbered_by_arrow(path, name)
        reader = f"read_parquet({file}, {_COUNTED}=true, hive_partitioning=false)"
        kept = [quoted(column) for column in found if column not in (FILE, ROW)]
        own = [f"{literal(name)} AS {FILE}", f"{_COUNTED} + 1 AS {ROW}"]
        return f"SELECT {', '.join(own + kept)} FROM {reader}"

    def _numbered_by_arrow(self, path: Path, name: str) -> str:
        """The rows of a file with a column of the very name under which DuckDB counts them."""
        import pyarrow.parquet as pq

        table = pq.read_table(path)
        table = table.drop_columns([c for c in (FILE, ROW) if c in table.column_names])
        columns = {c: c for c in table.column_names}
        registered = self._registered(TablePart(table, name, 1), numbered=True)
        return select(Piece(registered, columns, literal(name), ROW), {c.lower(): c for c in columns})

    def _registered(self, part: TablePart, *, numbered: bool = False) -> str:
        """The Arrow table under a name of its own."""
        table = part.table
        if numbered and not _has_rows(table):
            import pyarrow as pa

            # A text column of that name is the user's own; ours takes its place in `rows` only.
            bare = array("q", range(part.first_row, part.first_row + table.num_rows))
            numbers = pa.Array.from_buffers(pa.int64(), table.num_rows, [None, pa.py_buffer(bare)])
            names = [f"{ROW}_" if name == ROW else name for name in table.column_names]
            table = table.rename_columns(names).append_column(ROW, numbers)
        copied = "pandas" not in sys.modules and table.num_rows * table.num_columns <= _FEW_CELLS
        return quoted((self._objects.copied if copied else self._objects.register)("table", table))

    def _view(self, sql: str, names: Iterable[str]) -> ibis.Table:
        try:
            return tables.table(self._con, self._objects.view("scan", sql), self._objects.catalog)
        except duckdb.Error as error:
            raise _unreadable(names, error) from error


def _layout(part: TextPart) -> tuple[tuple[str, ...], str, str, int]:
    return part.columns, part.delimiter, part.quote, part.header_line


def _has_rows(table: Any) -> bool:
    import pyarrow as pa

    return ROW in table.column_names and pa.types.is_integer(table.schema.field(ROW).type)


def _columns(part: TablePart) -> list[str]:
    return [name for name in part.table.column_names if name != ROW]


def _names(scan: Scan) -> list[str]:
    if isinstance(scan, ParquetScan):
        return list(scan.names)
    return [scan.name] if isinstance(scan, ExpressionScan) else [part.name for part in scan.parts]


def _unreadable(names: Iterable[str], error: duckdb.Error) -> CustrataError:
    return CustrataError(Problem("E-FILE-023", ", ".join(names), {"reason": str(error).splitlines()[0]}))
