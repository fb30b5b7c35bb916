"""How the tables of a synthetic company are written: CSV as Excel saves it, XLSX with real dates, Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import xlsxwriter

from custrata.synthetic.season import EPOCH
from custrata.synthetic.words import Bools, Ints

Format = Literal["csv", "xlsx", "parquet"]
Encoding = Literal["gbk", "utf-8-sig"]
MONEY = pa.decimal128(12, 2)
SHEET_ROWS = 1_000_000
"""Rows a workbook holds at most; Excel itself ends at 1,048,576 with the header."""


def cents(amount: Ints, where: Bools | None = None) -> pa.Array:
    """Whole cents as decimal yuan; null where `where` is false.

    >>> cents(np.array([1250, -5])).to_pylist()
    [Decimal('12.50'), Decimal('-0.05')]
    """
    # A decimal128 is the 128-bit integer, low half first; the high half repeats the sign.
    halves = np.empty((len(amount), 2), np.int64)
    halves[:, 0], halves[:, 1] = amount, amount >> 63
    array = pa.Array.from_buffers(MONEY, len(amount), [None, pa.py_buffer(halves)])
    return array if where is None else pc.if_else(pa.array(where), array, pa.scalar(None, MONEY))


def days(offset: Ints, start: date, where: Bools | None = None) -> pa.Array:
    """Days after `start` as dates; null where `where` is false."""
    numbers = np.where(True if where is None else where, offset, 0) + (start - EPOCH).days
    dates = pa.array(numbers.astype(np.int32)).cast(pa.date32())
    return dates if where is None else pc.if_else(pa.array(where), dates, pa.scalar(None, pa.date32()))


class Writer(Protocol):
    """One table of the company, written piece by piece."""

    paths: list[Path]
    rows: int

    def write(self, table: pa.Table) -> None: ...
    def close(self) -> None: ...


def open_table(folder: Path, name: str, form: Format, encoding: Encoding, *, slashes: bool = False) -> Writer:
    """A writer for the table `name` in `folder`; `slashes` writes dates as 2024/3/5 in CSV, else 2024-03-05."""
    if form == "csv":
        return CsvTable(folder / f"{name}.csv", encoding, slashes=slashes)
    if form == "xlsx":
        return XlsxTable(folder / f"{name}.xlsx")
    return ParquetTable(folder / f"{name}.parquet")


class CsvTable:
    """Unquoted CSV with CRLF line ends; a value that would need quotes is an error, since no word here has one."""

    def __init__(self, path: Path, encoding: Encoding, *, slashes: bool = False) -> None:
        self.paths, self.rows = [path], 0
        self._encoding, self._slashes = encoding, slashes
        self._file = path.open("wb")

    def write(self, table: pa.Table) -> None:
        if not self._file.tell():
            self._file.write((",".join(table.column_names) + "\r\n").encode(self._encoding))
        if self._slashes:
            for i, field in enumerate(table.schema):
                if field.type == pa.date32():
                    table = table.set_column(i, field.name, _with_slashes(table.column(i).combine_chunks()))
        sink = pa.BufferOutputStream()
        options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
        pyarrow.csv.write_csv(table, sink, options)
        body = sink.getvalue().to_pybytes().replace(b"\n", b"\r\n")
        self._file.write(body.decode("utf-8").encode("gbk") if self._encoding == "gbk" else body)
        self.rows += table.num_rows

    def close(self) -> None:
        self._file.close()


def _with_slashes(dates: pa.Array) -> pa.Array:
    """2024/3/5, as Excel shows dates in China; each different day is formatted once."""
    coded = dates.dictionary_encode()
    texts = [f"{d.year}/{d.month}/{d.day}" for d in coded.dictionary.to_pylist()]
    return pa.array(texts, pa.string()).take(coded.indices)


class ParquetTable:
    """One Parquet file, typed, a row group for each piece."""

    def __init__(self, path: Path) -> None:
        self.paths, self.rows = [path], 0
        self._writer: Any = None

    def write(self, table: pa.Table) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self.paths[0], table.schema, compression="zstd")
        self._writer.write_table(table)
        self.rows += table.num_rows

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


class XlsxTable:
    """Workbooks of one sheet, written row by row so that memory stays small; a full one is followed by name-2.xlsx."""

    def __init__(self, path: Path) -> None:
        self.paths: list[Path] = []
        self.rows = 0
        self._first = path
        self._book: Any = None
        self._left = 0

    def write(self, table: pa.Table) -> None:
        while table.num_rows or self._book is None:
            if not self._left:
                self._next_book(table.column_names)
            piece = table.slice(0, self._left)
            self._write_rows(piece)
            self.rows += piece.num_rows
            self._left -= piece.num_rows
            table = table.slice(piece.num_rows)

    def close(self) -> None:
        if self._book is not None:
            self._book.close()
            self._book = None

    def _next_book(self, names: list[str]) -> None:
        self.close()
        part = f"-{len(self.paths) + 1}" if self.paths else ""
        self.paths.append(self._first.with_name(f"{self._first.stem}{part}.xlsx"))
        self._book = xlsxwriter.Workbook(self.paths[-1], {"constant_memory": True})
        # A fixed date of making keeps the same company the same file.
        self._book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 -- Excel knows no zones
        self._sheet = self._book.add_worksheet(self._first.stem)
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._money = self._book.add_format({"num_format": "0.00"})
        self._sheet.set_column(0, len(names) - 1, 14)
        self._sheet.freeze_panes(1, 0)
        self._sheet.write_row(0, 0, names)
        self._at, self._left = 1, SHEET_ROWS

    def _write_rows(self, piece: pa.Table) -> None:
        columns = list(zip(*[_cells(c) for c in piece.columns], strict=True))
        formats = [self._date if t == pa.date32() else self._money if t == MONEY else None for t in piece.schema.types]
        texts = [t == pa.string() for t in piece.schema.types]
        for row, values in enumerate(columns, self._at):
            for column, value in enumerate(values):
                if value is None:
                    continue
                if texts[column]:
                    self._sheet.write_string(row, column, value)
                else:
                    self._sheet.write_number(row, column, value, formats[column])
        self._at += piece.num_rows


def _cells(column: Any) -> list[Any]:
    """The column as Excel counts: dates as days since 1899-12-30, money as numbers."""
    if column.type == pa.date32():
        return list(pc.add(column.cast(pa.int32()), 25_569).to_pylist())
    values: list[Any] = column.to_pylist()
    # Not Arrow's cast: it makes 7.600000000000001 of 7.60.
    return [None if v is None else float(v) for v in values] if column.type == MONEY else values


def pieces(table: pa.Table, rows: int = 100_000) -> Iterator[pa.Table]:
    """The table in slices, so that text is never built for all rows at once."""
    yield from (table.slice(at, rows) for at in range(0, max(table.num_rows, 1), rows))
