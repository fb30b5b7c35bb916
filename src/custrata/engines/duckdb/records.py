"""Decides, for a text file that the fast reader refuses or cannot number, where each record begins and which to reject.

Slower than DuckDB's reader by an order of magnitude, so it is used for such files only; it goes through the file once
and keeps one record in memory.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Literal

TOO_MANY = "E-ROW-901"
BROKEN_QUOTE = "E-ROW-902"
PART_OF_BROKEN = "E-ROW-903"

_CHUNK = 1_000
"""Lines that are tried together with the csv module, at five times the speed of one by one."""
_LONGEST = 2_000_000
"""Characters of one record, as in DuckDB's own reader; a quote still open after that was never meant to close."""
_BLOCK_LINES = 50
"""A record over more lines than this with a wrong number of fields is taken for a quote that was never closed."""


@dataclass(frozen=True)
class Reject:
    """A line that is no record: its number in the editor, its text, a code of errors.toml."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class Layout:
    """How to cut the lines: delimiter, quote, the line of the header, how many fields a record has."""

    delimiter: str
    quote: str
    header_line: int
    width: int


Row = tuple[int, list[str]]


def read_records(path: Path, layout: Layout) -> Iterator[Row | Reject]:
    """Each record below the header as (line where it begins, fields), or the line as a `Reject`; in the file's order.

    Short records are filled up with empty fields; empty fields beyond the last column are cut off; empty lines are
    no records (in a file of one column they are empty records). A quote that never closes costs its own line only.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = _Lines(iter(file))
        for _ in range(layout.header_line - 1):
            lines.take()
        header = lines.take()
        if header is not None and layout.quote and layout.quote in header:
            _complete(header, lines, layout)
        while chunk := lines.take_many(_CHUNK):
            rows = _plain_rows(chunk, layout)
            if rows is not None:
                yield from enumerate(rows, lines.number - len(chunk) + 1)
                continue
            lines.give_back(chunk)
            end = lines.number + len(chunk)
            while lines.number < end and (line := lines.take()) is not None:
                yield from _record(line, lines, layout)


def _plain_rows(chunk: list[str], layout: Layout) -> list[list[str]] | None:
    """The rows of a chunk in which every line is one sound record of the right width; None for any other chunk."""
    if layout.quote and f" {layout.quote}" in "".join(chunk):
        return None  # blanks before a quote are the one thing that the csv module sees otherwise than DuckDB
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if layout.quote else csv.QUOTE_NONE
    quote = layout.quote or None
    try:
        rows = list(csv.reader(chunk, delimiter=layout.delimiter, quotechar=quote, quoting=quoting, strict=True))
    except csv.Error:
        return None
    whole = len(rows) == len(chunk) and all(len(row) == layout.width for row in rows)
    return rows if whole else None


def _record(line: str, lines: _Lines, layout: Layout) -> Iterator[Row | Reject]:
    at = lines.number
    if layout.quote and layout.quote in line:
        yield from _quoted(line, at, lines, layout)
    elif line.strip("\r\n") or layout.width == 1:
        bare = line.rstrip("\r\n")
        fields = _fit(bare.split(layout.delimiter), layout.width)
        yield Reject(at, bare, TOO_MANY) if fields is None else (at, fields)


def _quoted(line: str, at: int, lines: _Lines, layout: Layout) -> Iterator[Row | Reject]:
    found, taken = _complete(line, lines, layout)
    if found is None:
        yield Reject(at, line.rstrip("\r\n"), BROKEN_QUOTE)
        return
    fitted = _fit(found, layout.width)
    suspicious = len(found) < layout.width and taken
    if fitted is not None and not suspicious:
        yield at, fitted
    elif len(taken) > _BLOCK_LINES:
        lines.give_back(taken)
        yield Reject(at, line.rstrip("\r\n"), BROKEN_QUOTE)
    else:
        # Whether the record or its quotes are wrong cannot be known: every line of it is shown, none becomes a row.
        yield Reject(at, line.rstrip("\r\n"), BROKEN_QUOTE if suspicious else TOO_MANY)
        for i, further in enumerate(taken, 1):
            yield Reject(at + i, further.rstrip("\r\n"), PART_OF_BROKEN)


def _complete(line: str, lines: _Lines, layout: Layout) -> tuple[list[str] | None, list[str]]:
    """The fields of the record that begins with `line`, and the further lines it took; None if no quoting fits."""
    taken: list[str] = []
    text, size = line, len(line)
    fields = split_quoted(text.rstrip("\r\n"), layout.delimiter, layout.quote)
    while fields == "open":
        waiting: list[str] = []
        while True:
            further = lines.take()
            if further is None:
                break
            waiting.append(further)
            size += len(further)
            if layout.quote in further or size > _LONGEST:
                break
        taken += waiting
        if not waiting or size > _LONGEST or layout.quote not in waiting[-1]:
            fields = "broken"
            break
        text = "".join([text, *waiting])
        fields = split_quoted(text.rstrip("\r\n"), layout.delimiter, layout.quote)
    if isinstance(fields, str):
        lines.give_back(taken)
        return None, []
    return fields, taken


def split_quoted(text: str, delimiter: str, quote: str) -> list[str] | str:
    """The fields of a record; `open` if its last quote is not closed yet, `broken` if no reading of the quotes fits.

    As DuckDB does it: blanks around a quoted field are no part of it, a doubled quote is one, a quote inside a field
    that does not begin with one is an ordinary character.

    >>> split_quoted("a,'b,''c''',5' pipe", ",", "'")
    ['a', "b,'c'", "5' pipe"]
    >>> split_quoted("a,'b", ",", "'"), split_quoted("a,'b'c", ",", "'")
    ('open', 'broken')
    """
    closed, opened, plain, begins = _patterns(delimiter, quote)
    fields: list[str] = []
    at = 0
    while True:
        if match := closed.match(text, at):
            fields.append(match[1].replace(quote * 2, quote))
        elif opened.match(text, at):
            return "open"
        elif begins.match(text, at):
            return "broken"
        else:
            match = plain.match(text, at)
            assert match is not None  # it matches the empty field as well
            fields.append(match[0])
        at = match.end() + 1
        if at > len(text):
            return fields


@lru_cache
def _patterns(delimiter: str, quote: str) -> tuple[re.Pattern[str], ...]:
    d, q = re.escape(delimiter), re.escape(quote)
    inside = f"((?:[^{q}]++|{q}{q})*+)"
    return (
        re.compile(f" *{q}{inside}{q} *(?={d}|\\Z)"),
        re.compile(f" *{q}{inside}\\Z"),
        re.compile(f"[^{d}]*+"),
        re.compile(f" *{q}"),
    )


def _fit(fields: list[str], width: int) -> list[str] | None:
    if len(fields) <= width:
        return fields + [""] * (width - len(fields))
    return None if any(fields[width:]) else fields[:width]


class _Lines:
    """The lines of a file, some of which can be given back; `number` is that of the last one taken, from 1."""

    def __init__(self, source: Iterator[str]) -> None:
        self._source = source
        self._returned: deque[str] = deque()
        self.number = 0

    def take(self) -> str | None:
        line = self._returned.popleft() if self._returned else next(self._source, None)
        if line is not None:
            self.number += 1
        return line

    def take_many(self, count: int) -> list[str]:
        returned = [self._returned.popleft() for _ in range(min(count, len(self._returned)))]
        taken = returned + list(islice(self._source, count - len(returned)))
        self.number += len(taken)
        return taken

    def give_back(self, lines: list[str]) -> None:
        self._returned.extendleft(reversed(lines))
        self.number -= len(lines)
