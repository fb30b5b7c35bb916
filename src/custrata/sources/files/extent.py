"""Decides, before a sheet is unpacked into memory, whether the area it spans can be read."""

from __future__ import annotations

import re
import zipfile
from array import array
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from custrata.core.errors import CustrataError, Problem
from custrata.sources.files.bounds import MAX_CELLS, MAX_COLUMNS
from custrata.sources.files.zipped import members_of, told_as_damage, unpacked

_MOST_CARRIED = 1 << 20
"""A tag longer than this is cut in two; none has more than a few hundred characters."""
_FOLDED = bytes.maketrans(b"'\t\r\n", b'"   ')
_PREFIX = re.compile(rb"<(/?)\w+:")
_PREFIXED = re.compile(rb"<\w+:[cr]")
_REFERENCE = re.compile(rb' r="[A-Za-z]*(\d+)"')
#: A truth or an error where a number could stand; a word of somebody's that looks so does no harm.
_OTHER = r"""[ \t\r\n]t[ \t\r\n]*=[ \t\r\n]*["'][^sni]"""
_ANY_COLUMN = re.compile(rb' r="([A-Za-z]+)\d')


def check_extent(path: Path, name: str, title: str) -> bool:
    """Refuse an .xlsx sheet that is too wide or too large, and one whose packed data is damaged.

    Readers lay a sheet out as a full rectangle: one stray cell in XFD1048576 asks for 17 thousand million cells and
    kills the process. So the cell references are looked through first (a quarter of what reading the sheet costs).
    Says whether all cells are numbers, days and texts: neither truths nor errors.
    Errors: E-FILE-012 damaged, E-FILE-016 too many columns, E-FILE-021 too many cells, E-FILE-026 larger than said.
    """
    widest, last, usual = 1, 1, True
    with told_as_damage(name), zipfile.ZipFile(path) as archive:
        for member in members_of(archive, title):
            found = _extent(archive, archive.getinfo(member))
            widest, last, usual = max(widest, found.columns), max(last, found.rows), usual and not found.others
    if widest > MAX_COLUMNS:
        raise CustrataError(Problem("E-FILE-016", name, {"n": widest, "limit": MAX_COLUMNS}))
    if widest * last > MAX_CELLS:
        raise CustrataError(Problem("E-FILE-021", name, {"rows": last, "columns": widest, "limit": MAX_CELLS}))
    return usual


@dataclass
class _Extent:
    """The last column and row that anything in a sheet refers to."""

    columns: int = 26  # columns of one letter are not looked at
    rows: int = 1
    unnamed_rows: int = 0
    open_cells: int = 0
    others: bool = False
    """Whether any cell may be neither a number nor a text."""

    @property
    def digits(self) -> int:
        """Rows of fewer digits than this cannot make the area too large."""
        return len(str(max(1, MAX_CELLS // min(self.columns, MAX_COLUMNS))))

    def take(self, block: bytes) -> None:
        """Looks through a block of whole tags. Most are as Excel writes them, and then this must be quick."""
        self.others |= self.open_cells > 0  # nobody looks
        if not self.open_cells and not self._worth_a_look(block):
            self.rows = max(self.rows, _row_at(block, block.rfind(b' r="')))
            return
        usual = block.count(b' r="') >= block.count(b"<c") + block.count(b"<row")
        if not usual or self.open_cells or ((b":c" in block or b":r" in block) and _PREFIXED.search(block)):
            block = _as_usual(block)
            if self.open_cells or block.count(b' r="') < _cells(block) + block.count(b"<row"):
                self._take_unnamed(block)
        for wide, far in set(_references(self.digits).findall(block)):
            letters = wide or far.rstrip(b"0123456789")
            self.columns = max(self.columns, _number(letters))
            self.rows = max(self.rows, int(far[len(letters) :][:12] or 1))
        self.rows = max(self.rows, _row_at(block, block.rfind(b' r="')))

    def _worth_a_look(self, block: bytes) -> bool:
        """Whether any cell or row does not say first of all where it is, or may be beyond column Z or in a row of so
        many digits. In the same pass, whether any cell may be something else than a number or a text."""
        unusual = _unusual(self.digits)
        if self.others:
            return _matches(block, unusual)
        if not _matches(block, f"{unusual}|{_OTHER}"):
            return False
        self.others = _matches(block, _OTHER)
        return not self.others or _matches(block, unusual)

    def _take_unnamed(self, block: bytes) -> None:
        """Cells that do not say where they are stand beside the one before, rows below the one before."""
        for i, row in enumerate(block.split(b"<row")):
            self.open_cells = _cells(row) + (self.open_cells if i == 0 else 0)
            said = max(map(_number, set(_ANY_COLUMN.findall(row))), default=0)
            self.columns = max(self.columns, self.open_cells + said)
            self.unnamed_rows += i > 0 and b' r="' not in row[: row.find(b">")]


def _matches(block: bytes, pattern: str) -> bool:
    """Whether a pattern is found. Arrow's search takes a fifth of the time that Python's takes."""
    # Not `pa.array`: for a value of Python's it would import pandas.
    parts = [None, pa.py_buffer(array("i", [0, len(block)])), pa.py_buffer(block)]
    found = pc.match_substring_regex(pa.Array.from_buffers(pa.binary(), 1, parts), pattern)
    return bool(found[0].as_py())


@lru_cache
def _unusual(digits: int) -> str:
    elsewhere = r'<(?:c|row)(?:[^ A-Za-z]| (?:[^r]|r[^=]|r=[^"]))'
    far = rf' r="(?:[A-Za-z]{{2}}|[A-Za-z]?\d{{{digits}}})'
    return rf"{elsewhere}|{far}|<[^<>: ]*:[cr]"


@lru_cache
def _references(digits: int) -> re.Pattern[bytes]:
    """References to columns of two letters and more, and any to rows of so many digits."""
    return re.compile(rb' r="(?:([A-Za-z]{2,})\d{1,%d}|([A-Za-z]*\d{%d,}))"' % (max(1, digits - 1), digits))


def _as_usual(block: bytes) -> bytes:
    """The block with attributes and tags written as Excel does."""
    block = block.translate(_FOLDED)
    while b" =" in block or b"= " in block:
        block = block.replace(b" =", b"=").replace(b"= ", b"=")
    return _PREFIX.sub(rb"<\1", block)


def _extent(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> _Extent:
    known = _Extent()
    while True:
        found = _Extent(columns=known.columns)
        digits = found.digits
        carried = b""
        for block in unpacked(archive, member):
            block = carried + block
            cut = block.rfind(b"<", max(0, len(block) - _MOST_CARRIED))
            carried = block[cut:] if cut > 0 else b""
            found.take(block[:cut] if cut > 0 else block)
        found.take(carried)
        found.rows += found.unnamed_rows
        if found.digits == digits or found.columns > MAX_COLUMNS:
            return found
        known = found  # it is wider than thought, so rows of fewer digits count: once more


def _row_at(block: bytes, at: int) -> int:
    found = _REFERENCE.match(block, at) if at >= 0 else None
    return int(found[1][:12]) if found else 1


def _cells(block: bytes) -> int:
    return block.count(b"<c ") + block.count(b"<c>") + block.count(b"<c/")


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + letter - 64
    return number
