"""Workbooks as zip files written by hand: what lies in them need not be true."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True)
class Packed:
    """A member as it lies: deflated bytes, and what the directory claims of it."""

    deflated: bytes
    size: int
    crc: int = 0


def packed(content: bytes) -> Packed:
    press = zlib.compressobj(6, zlib.DEFLATED, -15)
    return Packed(press.compress(content) + press.flush(), len(content), zlib.crc32(content))


def blown(start: bytes, block: bytes, times: int, *, claimed: int | None = None) -> Packed:
    """`start` and then a block many times over, without ever holding it; `claimed` is the size that it tells."""
    press = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = press.compress(start) + press.flush(zlib.Z_FULL_FLUSH)
    one = press.compress(block) + press.flush(zlib.Z_FULL_FLUSH)
    size = len(start) + len(block) * times
    return Packed(first + one * times + press.flush(), size if claimed is None else claimed)


def archive(members: Mapping[str, bytes | Packed]) -> bytes:
    """A zip file of the members."""
    body, directory = bytearray(), bytearray()
    for name, content in members.items():
        member = content if isinstance(content, Packed) else packed(content)
        sizes = len(member.deflated), member.size, len(name.encode()), 0
        told = struct.pack("<HHHHIIIHH", 0, 8, 0, 33, member.crc, *sizes)
        at = len(body)
        body += b"PK\x03\x04" + struct.pack("<H", 20) + told + name.encode() + member.deflated
        directory += b"PK\x01\x02" + struct.pack("<HH", 20, 20) + told + struct.pack("<HHHII", 0, 0, 0, 0, at)
        directory += name.encode()
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(directory), len(body), 0)
    return bytes(body + directory + b"PK\x05\x06" + end)


def book(sheet: bytes | Packed, *, sheets: int = 1, listed: str = "", **further: bytes | Packed) -> bytes:
    """An .xlsx of one part that is so many sheets; what is `listed` beside them; `further` members by the names
    `strings`, `styles`."""
    names = "".join(f'<sheet name="Sheet{i}" sheetId="{i}" r:id="r0"/>' for i in range(1, sheets + 1))
    where = {"strings": "xl/sharedStrings.xml", "styles": "xl/styles.xml"}
    kinds = {"strings": "sharedStrings", "styles": "styles"}
    links = [f'<Relationship Id="r0" Type="{_LINKS}/worksheet" Target="worksheets/sheet1.xml"/>']
    links += [f'<Relationship Id="{k}" Type="{_LINKS}/{kinds[k]}" Target="{kinds[k]}.xml"/>' for k in further]
    members: dict[str, bytes | Packed] = {
        "[Content_Types].xml": f"{HEAD}<Types/>".encode(),
        "_rels/.rels": rels("xl/workbook.xml"),
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>{names}</sheets>{listed}'
        "</workbook>".encode(),
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{_PACKAGE}">{"".join(links)}</Relationships>'
        .encode(),
        "xl/worksheets/sheet1.xml": sheet,
    }  # fmt: skip
    return archive(members | {where[k]: v for k, v in further.items()})


def rels(workbook: str) -> bytes:
    """The links of the package, of which the first says where the workbook is."""
    return (
        f'{HEAD}<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{_LINKS}/officeDocument" '
        f'Target="{workbook}"/></Relationships>'
    ).encode()


def sheet_xml(rows: str) -> bytes:
    return f'{HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def text_rows(rows: Sequence[Sequence[str]], first: int = 1) -> str:
    """Rows of inline text."""
    return "".join(
        f'<row r="{i}">' + "".join(f'<c r="{chr(65 + j)}{i}" t="inlineStr"><is><t>{cell}</t></is></c>'
                                   for j, cell in enumerate(row)) + "</row>"
        for i, row in enumerate(rows, first)
    )  # fmt: skip
