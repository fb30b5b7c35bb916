"""Decides whether the container of an old workbook holds together, and finds the workbook in it: [MS-CFB].

A reader believes the counts of the header and follows chains of sectors to their end. So counts beyond the file's own
size and chains that run in a ring are refused beforehand; where the reader asks for a thing, so does this look.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_HEADER = 512
_CHAIN_END, _FREE = 0xFFFFFFFA, 0xFFFFFFFF
#: Streams below this size lie in sectors of 64 bytes.
_SMALL_STREAM, _SMALL = 4096, 64
_ENTRY = 128


class Damage(ValueError):
    """What is wrong with the container or the records of an old workbook."""


def workbook_streams(content: bytes) -> Iterator[bytes]:
    """The streams of an OLE file that hold a workbook: of Excel 97 and later, and of Excel 95. Raises `Damage`."""
    if len(content) < _HEADER:
        raise Damage("header")
    power, small = struct.unpack_from("<HH", content, 30)
    if power not in (9, 12) or small != 6:
        raise Damage("sector size")
    sector = 1 << power
    sectors = -(-len(content) // sector)
    folders, tables = struct.unpack_from("<II", content, 40)
    small_start, small_tables, _, lists = struct.unpack_from("<IIII", content, 60)
    for what, count in (("directory", folders), ("FAT", tables), ("small FAT", small_tables), ("DIFAT", lists)):
        if count > sectors:
            raise Damage(f"{what} of {count} sectors in a file of {sectors}")
    fat = _fat(content, sector, sectors)
    entries = _chain(content, struct.unpack_from("<I", content, 48)[0], fat, sector, folders * sector)
    if len(entries) < _ENTRY:
        raise Damage("directory")
    pool = _stream(content, entries[:_ENTRY], fat, sector)
    small_fat = _numbers(_chain(content, small_start, fat, sector, small_tables * sector))
    found = False
    for wanted in ("Workbook", "Book"):
        entry = next((e for e in _each(entries) if _name(e) == wanted), None)
        if entry is None:
            continue
        found = True
        if _size(entry, sector) < _SMALL_STREAM:
            yield _chain(pool, _start(entry), small_fat, _SMALL, _size(entry, sector), first=0)
        else:
            yield _stream(content, entry, fat, sector)
    if not found:
        raise Damage("no workbook in it")


def _fat(content: bytes, sector: int, sectors: int) -> list[int]:
    """Of each sector, which one follows it."""
    tables = list(struct.unpack_from("<109I", content, 76))
    (following,) = struct.unpack_from("<I", content, 68)
    seen: set[int] = set()
    while following < _CHAIN_END:
        listed = _numbers(_sector(content, following, sector))
        if following in seen or not listed:
            raise Damage("DIFAT")
        seen.add(following)
        tables += listed[:-1]
        following = listed[-1]
    used = [table for table in tables if table < _CHAIN_END]
    if len(used) != len(set(used)) or any(table >= sectors for table in used):
        raise Damage("FAT")
    return [number for table in used for number in _numbers(_sector(content, table, sector))]


def _stream(content: bytes, entry: bytes, fat: list[int], sector: int) -> bytes:
    size = _size(entry, sector)
    if size > len(content):
        raise Damage(f"a stream of {size} bytes in a file of {len(content)}")
    return _chain(content, _start(entry), fat, sector, size)


def _chain(content: bytes, start: int, table: list[int], size: int, wanted: int, first: int = 1) -> bytes:
    """What stands in the sectors of a chain, up to the bytes `wanted`; 0 is all of it."""
    parts: list[bytes] = []
    while start < _CHAIN_END and (not wanted or len(parts) * size < wanted):
        if start >= len(table) or len(parts) > len(table):
            raise Damage("a chain of sectors without end")
        parts.append(content[(start + first) * size : (start + first + 1) * size])
        start = table[start]
    whole = b"".join(parts)
    return whole[:wanted] if wanted else whole


def _each(entries: bytes) -> Iterator[bytes]:
    return (entries[at : at + _ENTRY] for at in range(0, len(entries) - _ENTRY + 1, _ENTRY))


def _name(entry: bytes) -> str:
    return entry[:64].decode("utf-16-le", "replace").partition("\0")[0]


def _start(entry: bytes) -> int:
    return int(struct.unpack_from("<I", entry, 116)[0])


def _size(entry: bytes, sector: int) -> int:
    """Only containers of large sectors have sizes of eight bytes."""
    return int(struct.unpack_from("<I" if sector == _HEADER else "<Q", entry, 120)[0])


def _sector(content: bytes, number: int, size: int) -> bytes:
    return content[(number + 1) * size : (number + 2) * size]


def _numbers(content: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4]))
