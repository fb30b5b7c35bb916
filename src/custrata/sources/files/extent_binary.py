"""Decides, before a workbook of a binary kind is laid out in memory, whether the area its sheets span can be read.

.xls: the records of [MS-XLS] in its container; .xlsb: those of [MS-XLSB]. Only where cells stand, and how many of a
thing the workbook says it has, is looked at: 0.4 s for a million cells.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

from custrata.core.errors import CustrataError, Problem
from custrata.sources.files.bounds import MAX_CELLS, MAX_COLUMNS, MAX_TOLD
from custrata.sources.files.ole import Damage, workbook_streams
from custrata.sources.files.zipped import told_as_damage, unpacked

_HEAD = struct.Struct("<HH")
_PLACE = struct.Struct("<HH")
_END_OF_SHEET, _DIMENSIONS, _LISTED_SHEET, _TEXTS = 0x0A, 0x200, 0x85, 0xFC
#: Records of one cell, which begin with its row and column.
_CELLS = frozenset((0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0xD6, 0xFD, 0x201, 0x203, 0x204, 0x205, 0x207, 0x27E, 0x406))
#: Records of several cells of a row → bytes of each: numbers, blanks.
_SEVERAL = {0xBD: 6, 0xBE: 2}
#: Of an .xlsb: a row, the cells of one (1 to 11, and one of rich text), where a sheet begins, the area that it says it
#: has, how many texts are shared.
_ROW, _LAST_CELL, _RICH_CELL, _SHEET, _AREA, _SHARED = 0x00, 0x0B, 0x3E, 0x81, 0x94, 0x9F


def check_old_book(path: Path, name: str) -> None:
    """Refuse an .xls of which the container does not hold together, or in which a cell stands where none can: its
    column would blow the area up beyond all memory.

    Errors: E-FILE-002 unreadable, E-FILE-012 damaged, E-FILE-016 too many columns, E-FILE-021 too many cells.
    """
    with told_as_damage(name):
        for stream in workbook_streams(path.read_bytes()):
            listed = [body for kind, body in _records(stream, 0) if kind == _LISTED_SHEET and len(body) >= 4]
            starts = [int(struct.unpack_from("<I", body)[0]) for body in listed]
            if len(set(starts)) < len(starts):
                raise Damage("two sheets in one place")
            # Sheets lie one behind the other; those that overlap would be read again and again.
            left = 2 * len(stream)
            for start in [0, *sorted(starts)]:
                left -= _check_old_sheet(stream, start, name)
                if left < 0:
                    raise Damage("sheets that overlap")


def _check_old_sheet(stream: bytes, start: int, name: str) -> int:
    """Refuses a sheet, or what stands before the first one. Gives the bytes that it takes."""
    rows = columns = 1
    taken = 0
    for kind, body in _records(stream, start):
        taken += 4 + len(body)
        if kind in _CELLS and len(body) >= 4:
            row, column = _PLACE.unpack_from(body)
        elif kind in _SEVERAL and len(body) >= 6:
            row, column = _PLACE.unpack_from(body)
            column += (len(body) - 6) // _SEVERAL[kind]
        elif kind == _DIMENSIONS and len(body) >= 8:
            row, column = _last(body)
        elif kind == _TEXTS and len(body) >= 8:
            _check_told(struct.unpack_from("<I", body, 4)[0], len(stream))
            continue
        else:
            continue
        rows, columns = max(rows, row + 1), max(columns, column + 1)
    _refuse(rows, columns, name)
    return taken


def _last(area: bytes) -> tuple[int, int]:
    """The last row and column of the area that a sheet says it has; rows are wider from Excel 97 on. An area that ends
    before it begins is taken by readers for one of thousands of millions of cells."""
    first, below, left, right = struct.unpack_from("<IIHH" if len(area) >= 12 else "<HHHH", area)
    if below and right and (first > below or left > right):
        raise Damage("DIMENSIONS")
    return max(1, below) - 1, max(1, right) - 1


def check_binary_book(path: Path, name: str) -> None:
    """Refuse an .xlsb of which a sheet is too wide or too large.

    Errors: E-FILE-012 damaged, E-FILE-016 too many columns, E-FILE-021 too many cells, E-FILE-026 larger than it says.
    """
    with told_as_damage(name), zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.filename.lower().endswith(".bin"):
                content = b"".join(unpacked(archive, member))
                _refuse(*_extent(content, known="sheet" in member.filename.lower()), name)


def _extent(content: bytes, *, known: bool) -> tuple[int, int]:
    """The rows and columns of a part. What is not `known` for a sheet is one where it says so."""
    rows = columns = 1
    for kind, at in _wide_records(content):
        if kind == _SHARED:
            _check_told(int.from_bytes(content[at + 4 : at + 8], "little"), len(content))
        elif kind == _SHEET:
            known = True
        elif not known:
            continue
        elif kind == _ROW:
            rows = max(rows, int.from_bytes(content[at : at + 4], "little") + 1)
        elif kind <= _LAST_CELL or kind == _RICH_CELL:
            columns = max(columns, int.from_bytes(content[at : at + 4], "little") + 1)
        elif kind == _AREA:
            first, last, left, right = struct.unpack("<IIII", content[at : at + 16].ljust(16, b"\0"))
            if first > last or left > right:
                raise Damage("area of a sheet")
            rows, columns = max(rows, last + 1), max(columns, right + 1)
    return rows, columns


def _check_told(count: int, size: int) -> None:
    if count > max(MAX_TOLD, size):
        raise Damage(f"{count} texts")


def _refuse(rows: int, columns: int, name: str) -> None:
    if columns > MAX_COLUMNS:
        raise CustrataError(Problem("E-FILE-016", name, {"n": columns, "limit": MAX_COLUMNS}))
    if rows * columns > MAX_CELLS:
        raise CustrataError(Problem("E-FILE-021", name, {"rows": rows, "columns": columns, "limit": MAX_CELLS}))


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of a part of an old workbook, from a place up to the one that ends it."""
    end = len(stream)
    while at + 4 <= end:
        kind, size = _HEAD.unpack_from(stream, at)
        if kind == _END_OF_SHEET:
            return
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _wide_records(content: bytes) -> Iterator[tuple[int, int]]:
    """The records of a sheet of an .xlsb: kind and where its body begins; both kind and size are of variable length."""
    at, end = 0, len(content)
    while at + 1 < end:
        kind = content[at]
        at += 1
        if kind & 0x80:
            kind = kind & 0x7F | (content[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while at < end:
            byte = content[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 or shift > 21:
                break
        yield kind, at
        at += size
