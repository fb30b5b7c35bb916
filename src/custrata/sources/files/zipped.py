"""Decides whether the parts of a zipped workbook are what they say they are, before they are unpacked into memory."""

from __future__ import annotations

import copy
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from custrata.core.errors import CustrataError, Problem
from custrata.sources.files.bounds import MAX_TOLD

BLOCK = 1 << 22
"""Bytes of a part that are looked at in one go."""
_HARMLESS = 64 << 10
"""Packed bytes that cannot unpack to more than 64 MB, whatever their size is said to be."""
_CARRIED = 256
#: How many texts there are, as the part of shared texts says; and what would be said too far apart to be seen.
_TOLD = re.compile(rb"""uniqueCount\s{0,64}=\s{0,64}["']\s*\+?(\d{1,30})|uniqueCount\s{65}|uniqueCount\s*=\s{65}""")


_MOST_LISTED = 32 << 20
"""Bytes of a list of sheets, or of links; some hundred bytes a sheet. As a tree it takes thirty times as much."""
_CELL = len('<c t="s"><v>0</v></c>')
_MOST_TEXT = 4 << 30
"""Bytes that the texts of a sheet may take if each of its cells holds the longest one."""
_MOST_SHARED = 512 << 20
"""Bytes of shared texts, as they are written, that are read without limits: in memory they take some times as much."""


class Oversized(Exception):
    """A part of a zip file unpacks to more than it says."""


def check_parts(path: Path, name: str) -> bool:
    """Refuse a workbook of which a part unpacks to more than it says, or says that it has more texts than it can have;
    readers believe both and fill the memory.

    Says whether texts that cells share may fill the memory as well: a text of 30 KB in 100,000 cells is written once
    and read as 3 GB. The sheets themselves are left to `check_extent`.
    Errors: E-FILE-012 damaged, E-FILE-026 a part is larger than said.
    """
    swells = False
    with told_as_damage(name), zipfile.ZipFile(path) as archive:
        sheets, texts = _parts(archive)
        cells = max((m.file_size for m in archive.infolist() if m.filename in sheets or not sheets), default=0) // _CELL
        for member in archive.infolist():
            large = member.compress_size > _HARMLESS and member.filename not in sheets
            if member.filename in texts or "strings" in member.filename.lower():
                swells |= _check_texts(archive, member, _MOST_TEXT // max(1, cells))
            elif large:
                for _ in unpacked(archive, member):
                    pass
    return swells


def _check_texts(archive: zipfile.ZipFile, member: zipfile.ZipInfo, longest: int) -> bool:
    """Whether there are very many texts, or one that may be longer than this. One that surely is not ends in every
    quarter of that length."""
    swells, step = member.file_size > _MOST_SHARED, min(max(longest // 4, 64), BLOCK // 4)
    carried = b""
    for block in unpacked(archive, member):
        told, first = carried + block, 0 if carried else max(0, block.find(b"<si"))
        carried = told[-_CARRIED:]
        if b"uniqueCount" in told:
            for found in _TOLD.finditer(told):
                if found[1] is None or int(found[1]) > max(MAX_TOLD, member.file_size):
                    raise ValueError(f"{member.filename}: uniqueCount {(found[1] or b'').decode()}")
        # What only looks like an end stands in a comment or the like, and no program writes one.
        ends = (block.find(b"</si", at, at + step + 3) for at in range(first, len(block) - step, step))
        swells = swells or b"<!" in told or any(end < 0 for end in ends)
    return swells


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part of a zip file in blocks, read to its true end: a `ZipFile` by itself stops where the size is said to end,
    other readers do not. Raises `Oversized`."""
    free = copy.copy(member)
    free.file_size = 1 << 62
    read = 0
    with archive.open(free) as part:
        while block := part.read(BLOCK):
            read += len(block)
            if read > member.file_size:
                raise Oversized(member.filename)
            yield block


@contextmanager
def told_as_damage(name: str) -> Iterator[None]:
    """Whatever goes wrong with a zip file, as a coded error."""
    try:
        yield
    except Oversized as error:
        raise CustrataError(Problem("E-FILE-026", name, {"part": str(error)})) from None
    except OSError as error:
        raise CustrataError(Problem("E-FILE-002", name, {"reason": error.strerror or str(error)})) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, ElementTree.ParseError, NotImplementedError, RuntimeError,
            ValueError, KeyError) as error:  # fmt: skip
        raise CustrataError(Problem("E-FILE-012", name, {"reason": str(error)})) from error


def members_of(archive: zipfile.ZipFile, title: str) -> list[str]:
    """A sheet's path inside the file; all parts where a program wrote its links in a way of its own."""
    for name, member in _listed(*_links(archive)):
        if name == title and member in archive.namelist():
            return [member]
    return [member for member in archive.namelist() if member.lower().endswith(".xml")]


def _listed(workbook: list[ElementTree.Element], links: list[ElementTree.Element]) -> list[tuple[str | None, str]]:
    """The name of each sheet, and its path."""
    targets = {link.get("Id"): _target(link) for link in links}
    sheets = [element for element in workbook if element.tag.endswith("}sheet")]
    ids = (next((value for key, value in s.attrib.items() if key.endswith("}id")), None) for s in sheets)
    return [(sheet.get("name"), targets.get(link, "")) for sheet, link in zip(sheets, ids, strict=True)]


def _parts(archive: zipfile.ZipFile) -> tuple[set[str], set[str]]:
    """Parts that are read as sheets and as nothing else, and those that hold shared texts. A part that is many sheets
    at once would be read as often."""
    workbook, found = _links(archive)
    members = [member for _, member in _listed(workbook, found) if member]
    if len(set(members)) < len(members):
        raise ValueError("two sheets in one part")
    links = [(_target(link), link.get("Type", "").rpartition("/")[2]) for link in found]
    others = {target for target, kind in links if kind != "worksheet"}
    sheets = {target for target, _ in links if target.startswith("xl/worksheets/")} - others
    return sheets, {target for target, kind in links if kind == "sharedStrings"}


def _links(archive: zipfile.ZipFile) -> tuple[list[ElementTree.Element], list[ElementTree.Element]]:
    """What the workbook lists, and the links of its parts; nothing where it does not lie where it always does."""
    try:
        first = [link.get("Target", "").lstrip("/") for link in _parsed(archive, "_rels/.rels")
                 if link.get("Type", "").endswith("/officeDocument")]  # fmt: skip
        if first != ["xl/workbook.xml"]:
            return [], []
        return list(_parsed(archive, "xl/workbook.xml").iter()), list(_parsed(archive, "xl/_rels/workbook.xml.rels"))
    except KeyError:
        return [], []


def _parsed(archive: zipfile.ZipFile, member: str) -> ElementTree.Element:
    info = archive.getinfo(member)
    if info.file_size > _MOST_LISTED:
        raise ValueError(f"{member}: {info.file_size} bytes")
    return ElementTree.fromstring(b"".join(unpacked(archive, info)))


def _target(link: ElementTree.Element) -> str:
    target = link.get("Target", "")
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
