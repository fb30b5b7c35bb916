"""Decides what a file is by its first bytes, because export programs give files wrong names."""

from __future__ import annotations

import codecs
import re
import zipfile
import zlib
from pathlib import Path
from typing import Literal

from custrata.core.errors import CustrataError, Problem

Format = Literal["csv", "xlsx", "xlsb", "xls", "ods", "parquet"]

_PACKED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"Rar!": "rar", b"7z\xbc\xaf": "7z"}
_FOREIGN = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"SQLite format 3\x00": "SQLite",
    b"\x00\x01\x00\x00Standard": "Microsoft Access",
    b"\x09\x02\x06\x00": "Excel 3",
    b"\x09\x04\x06\x00": "Excel 4",
    b"PARE": "encrypted Parquet",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = ("<html", "<!doctype html", "<table", "<meta", "<head", "<style", "<body", "mime-version:")
_COMMENTS = re.compile(r"^(?:<!--.*?(?:-->|\Z)\s*)+", re.DOTALL)
MAX_UNPACKED = 4 << 30
"""A workbook that unpacks to more than this is refused."""


def sniff(path: Path, name: str) -> Format:
    """What the file holds, whatever its name ends with; text of any kind is `csv`.

    Errors: E-FILE-002 unreadable, E-FILE-007 empty, E-FILE-010 not a table, E-FILE-011 packed, E-FILE-012 damaged,
    E-FILE-014 a web page under the name of a workbook, E-FILE-015 protected by a password, E-FILE-017 unpacks to a
    suspicious size.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise CustrataError(Problem("E-FILE-002", name, {"reason": error.strerror or str(error)})) from error
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise CustrataError(Problem("E-FILE-007", name))
    if head.startswith(b"PK\x03\x04"):
        return _inside_zip(path, name)
    if head.startswith(b"PK\x05\x06"):
        raise CustrataError(Problem("E-FILE-012", name, {"reason": "empty zip"}))
    if head.startswith(_OLE):
        return _inside_ole(path, name)
    if head.startswith(b"PAR1"):
        return "parquet"
    for magic, kind in _PACKED.items():
        if head.startswith(magic):
            raise CustrataError(Problem("E-FILE-011", name, {"kind": kind}))
    for magic, kind in _FOREIGN.items():
        if head.startswith(magic):
            raise CustrataError(Problem("E-FILE-010", name, {"kind": kind}))
    _refuse_markup(head, name)
    if not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and head.count(0) > len(head) // 5:
        # Text has the odd NUL at most; a fifth of them is a binary file, or UTF-16 without its mark.
        raise CustrataError(Problem("E-FILE-010", name, {"kind": "binary / UTF-16"}))
    return "csv"


def _refuse_markup(head: bytes, name: str) -> None:
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    start = head.decode("utf-16" if wide else "latin-1", "ignore").lstrip("ï»¿\ufeff \t\r\n").lower()
    start = _COMMENTS.sub("", start)
    if start.startswith(_HTML):
        raise CustrataError(Problem("E-FILE-014", name, {"kind": "HTML"}))
    if start.startswith("<?xml"):
        kind = "XML Spreadsheet 2003" if "schemas-microsoft-com:office" in start else "XML"
        raise CustrataError(Problem("E-FILE-014", name, {"kind": "HTML" if "<html" in start else kind}))


def _inside_zip(path: Path, name: str) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = {m.filename.replace("\\", "/") for m in members}
            kind = _mimetype(archive) if "mimetype" in names else ""
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, NotImplementedError, RuntimeError,
            KeyError) as error:  # fmt: skip
        raise CustrataError(Problem("E-FILE-012", name, {"reason": str(error)})) from error
    unpacked = sum(m.file_size for m in members)
    # Sheets shrink to a tenth or twentieth; a hundredth of something large was made to fill a disk.
    bomb = any(m.file_size > 100 << 20 and m.file_size > 100 * max(m.compress_size, 1) for m in members)
    if bomb or unpacked > MAX_UNPACKED:
        raise CustrataError(Problem("E-FILE-017", name, {"mb": unpacked >> 20, "packed_kb": path.stat().st_size >> 10}))
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if kind.startswith("application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    if "word/document.xml" in names or "ppt/presentation.xml" in names or kind:
        raise CustrataError(Problem("E-FILE-010", name, {"kind": kind or "Word / PowerPoint"}))
    raise CustrataError(Problem("E-FILE-011", name, {"kind": "zip"}))


def _mimetype(archive: zipfile.ZipFile) -> str:
    with archive.open("mimetype") as part:
        return part.read(200).decode("ascii", "replace")


def _inside_ole(path: Path, name: str) -> Format:
    # The directory of an OLE file may stand anywhere; its entries are UTF-16 names, so looking for them is enough.
    wanted = {k: k.encode("utf-16-le") for k in ("EncryptedPackage", "Workbook", "Book", "WordDocument")}
    seen: set[str] = set()
    try:
        with path.open("rb") as file:
            tail = b""
            while block := file.read(1 << 20):
                seen |= {key for key, mark in wanted.items() if mark in tail + block}
                tail = block[-64:]
    except OSError as error:
        raise CustrataError(Problem("E-FILE-002", name, {"reason": error.strerror or str(error)})) from error
    if "EncryptedPackage" in seen:
        raise CustrataError(Problem("E-FILE-015", name))
    if "WordDocument" in seen and not seen & {"Workbook", "Book"}:
        raise CustrataError(Problem("E-FILE-010", name, {"kind": "Word"}))
    return "xls"
