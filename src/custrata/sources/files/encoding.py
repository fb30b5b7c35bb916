"""Decides in which encoding a text file is written, strictly, and lays a UTF-8 copy beside one that is not UTF-8."""

from __future__ import annotations

import codecs
import hashlib
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from custrata.core.errors import CustrataError, Problem

_BLOCK = 1 << 20
_SAME = {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "ascii": "utf-8", "utf-8-sig": "utf-8"}
_ENOUGH = 40
"""Bytes beyond one a character after which text that was valid UTF-8 so far cannot be GBK by chance."""


@dataclass(frozen=True)
class Readable:
    """A text file that can be read as UTF-8: `path` is the file itself, or the copy in the scratch folder."""

    path: Path
    encoding: str
    sha256: str
    bytes: int
    lines: int | None = None
    """How many lines there are; null where some may be no record: quoted, very long, or empty at the end."""


@dataclass(frozen=True)
class _Misfit:
    """Where a decoding failed. `certain`: what came before proves that the encoding was the right one."""

    offset: int
    certain: bool


def as_utf8(path: Path, name: str, scratch: Path, encoding: str = "auto") -> Readable:
    """The text of `path` as UTF-8, read in blocks of 1 MB so that size costs time and not memory.

    `auto` takes a byte-order mark at its word, then tries UTF-8, then GB18030 (which holds GBK and GB2312). Each must
    fit to the last byte: a damaged UTF-8 file is an error and never becomes GB18030 nonsense. `sha256` and `bytes`
    are those of the original.
    Errors: E-FILE-002 unreadable, E-FILE-004 no encoding fits, E-FILE-005 unknown encoding, E-FILE-006 damaged text.
    """
    try:
        return _as_utf8(path, name, scratch, encoding)
    except OSError as error:
        raise CustrataError(Problem("E-FILE-002", name, {"reason": error.strerror or str(error)})) from error


def _as_utf8(path: Path, name: str, scratch: Path, encoding: str) -> Readable:
    marked = _marked(path)
    candidates = [_known(encoding, name)] if encoding != "auto" else [marked] if marked else ["utf-8", "gb18030"]
    misfits: dict[str, _Misfit] = {}
    for candidate in candidates:
        result = _decode(path, candidate, None if candidate == "utf-8" else scratch)
        if isinstance(result, Readable):
            return result
        misfits[candidate] = result
        if result.certain:
            break
    furthest = max(misfits, key=lambda c: misfits[c].offset)
    offset = misfits[furthest].offset
    guessed = encoding == "auto" and not marked and len(misfits) > 1
    values = {"offset": offset, "line": _line_at(path, offset), "encoding": furthest.upper()}
    raise CustrataError(Problem("E-FILE-004" if guessed else "E-FILE-006", name, values))


def _marked(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    return "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else None


def _known(encoding: str, name: str) -> str:
    wanted = encoding.strip().lower().replace("_", "-")
    wanted = {"utf8": "utf-8"}.get(wanted, wanted)
    wanted = _SAME.get(wanted, wanted)
    try:
        # Refuses an unknown name, and codecs that are not text, such as base64; of empty bytes it would not even ask.
        b"a".decode(wanted, "ignore")
    except (LookupError, ValueError):
        raise CustrataError(Problem("E-FILE-005", name, {"encoding": encoding})) from None
    return wanted


def _decode(path: Path, encoding: str, scratch: Path | None) -> Readable | _Misfit:
    """Read the whole file as `encoding`; with `scratch`, write it there as UTF-8."""
    if scratch is None:
        return _pass(path, encoding, None)
    scratch.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=scratch, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as copy:
            result = _pass(path, encoding, copy)
        if isinstance(result, _Misfit):
            return result
        final = scratch / f"{result.sha256[:32]}.{encoding}.utf8.csv"
        Path(draft).replace(final)
        return replace(result, path=final)
    finally:
        Path(draft).unlink(missing_ok=True)


def _pass(path: Path, encoding: str, copy: IO[bytes] | None) -> Readable | _Misfit:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    digest = hashlib.sha256()
    read = surplus = 0
    lines = _Lines()
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            waiting = decoder.getstate()[0]
            try:
                text = decoder.decode(block, final=not block)
                encoded = text.encode("utf-8") if copy else b""
            except UnicodeDecodeError as error:
                offset = max(0, read - len(waiting) + error.start)
                before = (waiting + block)[: error.start]
                surplus += len(before) - len(before.decode(encoding, "ignore"))
                return _Misfit(offset, encoding == "utf-8" and surplus >= _ENOUGH)
            except UnicodeEncodeError:  # half a surrogate pair is no character
                return _Misfit(read, False)
            surplus += len(waiting) + len(block) - len(decoder.getstate()[0]) - len(text)
            if copy:
                copy.write(encoded)
            lines.take(encoded if copy else block)
            if not block:
                return Readable(path, encoding, digest.hexdigest(), read, lines.count)
            digest.update(block)
            read += len(block)


class _Lines:
    """Counts the lines of a text in UTF-8 that comes in blocks."""

    def __init__(self) -> None:
        self._ended, self._alike, self._last = 0, True, b"\n"
        self._ends: set[bytes] = set()

    @property
    def count(self) -> int | None:
        return self._ended + (self._last != b"\n") if self._alike else None

    def take(self, block: bytes) -> None:
        if not block or not self._alike:
            return
        ended = block.count(b"\n")
        # A block without an end holds a line that is longer than readers take.
        odd = (len(block) >= _BLOCK and not ended) or b'"' in block
        # Empty lines are often the last; others, whoever counts the records will miss.
        odd = odd or block.endswith((b"\n\n", b"\n\r\n"))
        pairs = 0
        if b"\r" in block or self._last == b"\r":
            returns = block.count(b"\r") - block.endswith(b"\r") + (self._last == b"\r")
            pairs = block.count(b"\r\n") + (self._last == b"\r" and block.startswith(b"\n"))
            # Readers do not agree on what a return alone is, nor take well to ends of two kinds.
            odd = odd or returns != pairs or (pairs > 0 and pairs != ended)
        if ended:
            self._ends.add(b"\r\n" if pairs else b"\n")
        odd = odd or len(self._ends) > 1
        self._ended, self._alike, self._last = self._ended + ended, not odd, block[-1:]


def _line_at(path: Path, offset: int) -> int:
    lines, left = 1, offset
    with path.open("rb") as file:
        while left > 0 and (block := file.read(min(_BLOCK, left))):
            lines += block.count(b"\n")
            left -= len(block)
    return lines
