"""Decides, before a workbook of a binary kind is laid out in memory, whether the area its sheets span can be read.

.xls: the records of [MS-XLS] in the OLE container of [MS-CFB]; .xlsb: those of [MS-XLSB]. Only where cells stand is
looked at: 0.4 s for a million of them.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

from custrata.core.errors import CustrataError, Problem
from custrata.sources.files.extent import told_as_damage, unpacked
from custrata.sources.files.spec import MAX_CELLS, MAX_COLUMNS

_HEAD = struct.Struct("<HH")
_PLACE = struct.Struct("<HH")
_END_OF_SHEET, _DIMENSIONS, _LISTED_SHEET = 0x0A, 0x200, 0x85
#: Records of one cell, which begin with its row and column.
_CELLS = frozenset((0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0xD6, 0xFD, 0x201, 0x203, 0x204, 0x205, 0x207, 0x27E, 0x406))
#: Records of several cells of a row → bytes of each: numbers, blanks.
_SEVERAL = {0xBD: 6, 0xBE: 2}
_CHAIN_END = 0xFFFFFFFA
#: Of an .xlsb: a row, the cells of one (1 to 11, and one of rich text), the area that a sheet says it has.
_ROW, _LAST_CELL, _RICH_CELL, _AREA = 0x00, 0x0B, 0x3E, 0x94


def check_old_book(path: Path, name: str) -> None:
    """Refuse an .xls in which a cell stands where none can: its column would blow the area up beyond all memory.

    What is no workbook at all is left to the reader to tell. Errors: E-FILE-002 unreadable, E-FILE-016 too many
    columns, E-FILE-021 too many cells.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CustrataError(Problem("E-FILE-002", name, {"reason": error.strerror or str(error)})) from error
    for stream in _streams(content):
        sheets = [body for kind, body in _records(stream, 0) if kind == _LISTED_SHEET and len(body) >= 4]
        starts = {struct.unpack_from("<I", body)[0] for body in sheets}
        for start in [0, *sorted(starts)]:
            rows = columns = 1
            for kind, body in _records(stream, start):
                if kind in _CELLS and len(body) >= 4:
                    row, column = _PLACE.unpack_from(body)
                elif kind in _SEVERAL and len(body) >= 6:
                    row, column = _PLACE.unpack_from(body)
                    column += (len(body) - 6) // _SEVERAL[kind]
                elif kind == _DIMENSIONS and len(body) >= 12:
                    _, last, _, right = struct.unpack_from("<IIHH", body)
                    row, column = max(1, last) - 1, max(1, right) - 1
                else:
                    continue
                rows, columns = max(rows, row + 1), max(columns, column + 1)
            _refuse(rows, columns, name)


def check_binary_book(path: Path, name: str) -> None:
    """Refuse an .xlsb of which a sheet is too wide or too large.

    Errors: E-FILE-012 damaged, E-FILE-016 too many columns, E-FILE-021 too many cells, E-FILE-026 larger than it says.
    """
    with told_as_damage(name), zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.filename.lower().endswith(".bin") and "sheet" in member.filename.lower():
                content = b"".join(unpacked(archive, member))
                rows = columns = 1
                for kind, at in _wide_records(content):
                    if kind == _ROW:
                        rows = max(rows, int.from_bytes(content[at : at + 4], "little") + 1)
                    elif kind <= _LAST_CELL or kind == _RICH_CELL:
                        columns = max(columns, int.from_bytes(content[at : at + 4], "little") + 1)
                    elif kind == _AREA:
                        _, last, _, right = struct.unpack("<IIII", content[at : at + 16].ljust(16, b"\0"))
                        rows, columns = max(rows, last + 1), max(columns, right + 1)
                _refuse(rows, columns, name)


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


def _streams(content: bytes) -> Iterator[bytes]:
    """The streams of an OLE file that hold a workbook; none where it is too damaged to tell."""
    if len(content) < 512:
        return
    sector = 1 << min(16, struct.unpack_from("<H", content, 30)[0])
    small = 1 << min(16, struct.unpack_from("<H", content, 32)[0])
    (directory,) = struct.unpack_from("<I", content, 48)
    smallest, first_small = struct.unpack_from("<II", content, 56)
    next_list = struct.unpack_from("<I", content, 68)[0]
    tables = list(struct.unpack_from("<109I", content, 76))
    seen: set[int] = set()
    while next_list < _CHAIN_END and next_list not in seen:
        seen.add(next_list)
        listed = _numbers(_sector(content, next_list, sector))
        tables += listed[:-1]
        next_list = listed[-1] if listed else _CHAIN_END
    fat = [n for table in tables if table < _CHAIN_END for n in _numbers(_sector(content, table, sector))]
    entries = _chain(content, directory, fat, sector)
    small_fat = _numbers(_chain(content, first_small, fat, sector))
    pool = b""
    for at in range(0, len(entries) - 127, 128):
        length, kind = struct.unpack_from("<HB", entries, at + 64)
        name = entries[at : at + max(0, min(64, length) - 2)].decode("utf-16-le", "replace")
        start, size = struct.unpack_from("<II", entries, at + 116)
        if kind == 5:
            pool = _chain(content, start, fat, sector)
        elif name.lower() in ("workbook", "book"):
            if size < smallest:
                yield _chain(pool, start, small_fat, small, first=0)[:size]
            else:
                yield _chain(content, start, fat, sector)[:size]


def _chain(content: bytes, start: int, table: list[int], size: int, first: int = 1) -> bytes:
    parts: list[bytes] = []
    while start < len(table) and len(parts) <= len(table):
        parts.append(content[(start + first) * size : (start + first + 1) * size])
        start = table[start]
    return b"".join(parts)


def _sector(content: bytes, number: int, size: int) -> bytes:
    return content[(number + 1) * size : (number + 2) * size]


def _numbers(content: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4]))
