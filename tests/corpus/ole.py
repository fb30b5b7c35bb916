"""OLE containers written by hand, as old workbooks and encrypted new ones are, and the records of an old workbook."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

_SECTOR, _FREE, _END, _FAT = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def container(streams: Mapping[str, bytes]) -> bytes:
    """An OLE file of these streams, each of at least 4,096 bytes (smaller ones are filled up with zeros)."""
    chain: list[int] = []
    body = bytearray()
    starts: dict[str, tuple[int, int]] = {}
    for name, content in streams.items():
        content = content.ljust(4096, b"\0")
        n = -(-len(content) // _SECTOR)
        starts[name] = (len(chain), len(content))
        chain += [*range(len(chain) + 1, len(chain) + n), _END]
        body += content.ljust(n * _SECTOR, b"\0")
    directory = bytearray(_entry("Root Entry", 5, 1, _END, 0))
    for i, (name, (start, size)) in enumerate(starts.items(), 1):
        directory += _entry(name, 2, _FREE, start, size, right=i + 1 if i < len(starts) else _FREE)
    directory += bytes(-len(directory) % _SECTOR)
    first_directory, n = len(chain), len(directory) // _SECTOR
    chain += [*range(len(chain) + 1, len(chain) + n), _END]
    body += directory
    tables = -(-(len(chain) + 1) // 127)
    first_table = len(chain)
    chain += [_FAT] * tables
    chain += [_FREE] * (tables * 128 - len(chain))
    body += struct.pack(f"<{len(chain)}I", *chain)
    known = [*range(first_table, first_table + tables), *[_FREE] * (109 - tables)]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, tables, first_directory, 0, 4096, _END, 0, _END, 0)
    return head + struct.pack("<109I", *known) + bytes(body)


def _entry(name: str, kind: int, child: int, start: int, size: int, right: int = _FREE) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<BBIII", kind, 1, _FREE, right, child)
    head = written.ljust(64, b"\0") + struct.pack("<H", len(written)) + links
    return head + bytes(36) + struct.pack("<IQ", start, size)


def old_book(cells: Sequence[tuple[int, int, str]], further: bytes = b"", page: bytes = b"") -> bytes:
    """The stream of an Excel 97 workbook of one sheet with texts at (row, column), both from 0; `further` records stand
    before the list of sheets, those of `page` before the cells."""
    start = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + further
    end = record(0x0A, b"")
    sheet_name = "Sheet1".encode("latin-1")
    length = len(start) + len(record(0x85, bytes(8) + sheet_name)) + len(end)
    listed = record(0x85, struct.pack("<IHBB", length, 0, len(sheet_name), 0) + sheet_name)
    page = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + page
    for row, column, text in cells:
        told = text.encode("utf-16-le")
        page += record(0x204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + told)
    return start + listed + end + page + end


def password() -> bytes:
    """The record that says that all after it is encrypted."""
    return record(0x2F, struct.pack("<HH", 1, 1) + bytes(50))


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content
