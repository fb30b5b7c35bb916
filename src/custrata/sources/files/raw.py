"""The first rows of a file and its last ones as they lie, before anybody knows which row is the header."""

from __future__ import annotations

import csv
import os
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from custrata.core.errors import CustrataError, Problem
from custrata.sources.files.bounds import MAX_COLUMNS
from custrata.sources.files.delimited import NAMED_DELIMITERS, find_delimiter
from custrata.sources.files.encoding import as_utf8
from custrata.sources.files.excel import Workbook, sheet_rows
from custrata.sources.files.parquet import parquet_columns
from custrata.sources.files.sniff import Format, sniff

Row = tuple[str | None, ...]
_HEAD, _TAIL = 50, 30
_SAMPLE_LINES = 200
_LONGEST_LINE, _MOST_CHARS = 1 << 20, 4 << 20
_TAIL_BYTES = 1 << 18
_MOST_SHEETS = 400


@dataclass(frozen=True)
class RawRows:
    """Rows of text, blank ones included. `numbers` are the lines of a text file on which rows begin, or the rows of a
    sheet, from 1; `tail` are the last rows and `last` the number of the first of them. `sheet` is null for the first
    sheet, `title` what a sheet is called. `encoding` and `delimiter` are empty where the file is no text."""

    format: Format
    rows: tuple[Row, ...]
    numbers: tuple[int, ...]
    tail: tuple[Row, ...]
    last: int
    sheet: str | None = None
    encoding: str = ""
    delimiter: str = ""
    title: str = ""


def raw_rows(
    path: Path, name: str, scratch: Path, encoding: str = "auto", delimiter: str = "auto"
) -> list[RawRows]:  # fmt: skip
    """A file as it lies; of a workbook every sheet, without rows where it is empty. The columns of Parquet are its only
    row.

    `encoding` and `delimiter` are as in a `FileSpec`. A UTF-8 copy of other text goes to `scratch`. Errors: those of
    opening the file, E-FILE-002 to E-FILE-027, E-FILE-029 and E-FILE-030.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.csv").write_bytes("销售表\\n单号;金额\\n1;2,50\\n合计;2,50\\n".encode("gbk"))
    >>> found, = raw_rows(folder / "a.csv", "a.csv", folder)
    >>> found.rows[1], found.numbers, found.encoding, found.delimiter
    (('单号', '金额'), (1, 2, 3, 4), 'gb18030', ';')
    """
    kind = sniff(path, name)
    if kind == "parquet":
        return [RawRows(kind, (parquet_columns(path, name),), (1,), (), 2)]
    if kind == "csv":
        readable = as_utf8(path, name, scratch, encoding)
        try:
            found_text = _text(readable.path, readable.encoding, NAMED_DELIMITERS.get(delimiter, delimiter))
        except OSError as error:
            raise CustrataError(Problem("E-FILE-002", name, {"reason": error.strerror or str(error)})) from error
        widest = Counter(map(len, found_text.rows)).most_common(1)
        if widest and widest[0][0] > MAX_COLUMNS:
            raise CustrataError(Problem("E-FILE-016", name, {"n": widest[0][0], "limit": MAX_COLUMNS}))
        # A stray row that is wider than any table would cost the guess minutes, and tells it nothing.
        cut = [tuple(row[:MAX_COLUMNS] for row in rows) for rows in (found_text.rows, found_text.tail)]
        return [replace(found_text, rows=cut[0], tail=cut[1])]
    found = []
    book = Workbook(path, name, kind)
    for i, title in enumerate(book.titles[:_MOST_SHEETS]):
        columns = book.columns(title)
        height = len(columns[0]) if columns else 0
        first = max(0, height - _TAIL)
        head, tail = (tuple(sheet_rows([c[part] for c in columns])) for part in (slice(_HEAD), slice(first, None)))
        numbers = tuple(range(1, len(head) + 1))
        found.append(RawRows(kind, head, numbers, tail, first + 1, title if i else None, title=title))
    return found


def first_lines(path: Path, most: int) -> list[str]:
    """The first lines of a file that is no readable text, with a mark for each character that cannot be told."""
    with path.open("rb") as file:
        head = file.read(_LONGEST_LINE // 16)
    return head.decode("utf-8-sig", "replace").replace("\0", "").splitlines()[:most]


def _text(path: Path, encoding: str, said: str) -> RawRows:
    lines: list[str] = []
    chars = 0
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        while len(lines) < _SAMPLE_LINES and chars < _MOST_CHARS and (line := file.readline(_LONGEST_LINE)):
            chars += len(line)
            lines.append(line)
            while not line.endswith(("\n", "\r")) and (line := file.readline(_LONGEST_LINE)):
                pass  # the rest of a line without end tells nothing more
    # Titles stand at the top and may hold commas; further down are rows of data.
    delimiter = find_delimiter(lines[len(lines) // 3 :]) if said == "auto" else said
    head, numbers = _records(lines, delimiter, 1)
    last, ends = _last_lines(path)
    tail, tail_numbers = _records(ends, delimiter, last)
    return RawRows("csv", tuple(head[:_HEAD]), tuple(numbers[:_HEAD]), tuple(tail),
                   tail_numbers[0] if tail_numbers else last, None, encoding, delimiter)  # fmt: skip


def _last_lines(path: Path) -> tuple[int, list[str]]:
    """The last lines of a file, without blank ones at its very end, and the number of the first of them."""
    count, size = 0, path.stat().st_size
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            count += block.count(b"\n")
        file.seek(max(0, size - _TAIL_BYTES), os.SEEK_SET)
        end = file.read()
    whole = end.decode("utf-8-sig" if size <= _TAIL_BYTES else "utf-8", "replace").split("\n")
    lines = deque(whole[1:] if size > _TAIL_BYTES else whole)
    total = count + 1
    while lines and not lines[-1].strip():
        lines.pop()
        total -= 1
    kept = list(lines)[-_TAIL:]
    return total - len(kept) + 1, [f"{line}\n" for line in kept]


def _records(lines: Sequence[str], delimiter: str, first: int) -> tuple[list[Row], list[int]]:
    """Each record and the line that it begins on; a quoted field may hold line breaks."""
    rows: list[Row] = []
    numbers: list[int] = []
    reader = csv.reader(lines, delimiter=delimiter)
    before = 0
    try:
        for record in reader:
            rows.append(tuple(cell.strip() or None for cell in record))
            numbers.append(first + before)
            before = reader.line_num
    except csv.Error:  # a field beyond the library's limit; what came before tells enough
        pass
    return rows, numbers
