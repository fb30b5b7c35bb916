"""Workbooks of other kinds than .xlsx: old ones, binary ones, those of OpenOffice, and ones under a password."""

from __future__ import annotations

import struct
from pathlib import Path

from corpus.evil import GOOD, HEADERS, read, refused
from corpus.ole import container, old_book, password, record
from corpus.zips import HEAD, archive, rels

CELLS = [(i, j, cell) for i, row in enumerate([HEADERS, *GOOD]) for j, cell in enumerate(row)]


@read(3)
def an_old_workbook_written_by_hand(data: Path) -> None:
    (data / "a.xls").write_bytes(container({"Workbook": old_book(CELLS)}))


@refused("E-FILE-012")
def an_old_workbook_cut_within_its_container(data: Path) -> None:
    (data / "a.xls").write_bytes(container({"Workbook": old_book(CELLS)})[:1500])


@refused("E-FILE-012")
def an_old_workbook_cut_within_its_records(data: Path) -> None:
    stream = old_book(CELLS)
    (data / "a.xls").write_bytes(container({"Workbook": stream[:60] + b"\xff" * 4000}))


@read(3)
def an_old_container_whose_chain_is_a_ring(data: Path) -> None:
    whole = bytearray(container({"Workbook": old_book(CELLS)}))
    table = len(whole) - 512
    for i in range(8):
        whole[table + 4 * i : table + 4 * i + 4] = struct.pack("<I", (i + 1) % 8)
    (data / "a.xls").write_bytes(whole)


@refused("E-FILE-021")
def an_old_workbook_that_claims_a_vast_area(data: Path) -> None:
    area = record(0x200, struct.pack("<IIHHH", 0, 0xFFFFFFF0, 0, 255, 0))
    (data / "a.xls").write_bytes(container({"Workbook": old_book(CELLS, page=area)}))


@refused("E-FILE-015")
def an_old_workbook_under_a_password(data: Path) -> None:
    (data / "a.xls").write_bytes(container({"Workbook": old_book(CELLS, password())}))


@refused("E-FILE-015")
def a_new_workbook_under_a_password(data: Path) -> None:
    (data / "a.xlsx").write_bytes(container({"EncryptionInfo": b"\4\0\4\0", "EncryptedPackage": bytes(9000)}))


@refused("E-FILE-016")
def an_old_workbook_with_a_far_cell(data: Path) -> None:
    (data / "a.xls").write_bytes(container({"Workbook": old_book([*CELLS, (65_535, 65_535, "x")])}))


def binary_book(
    cells: list[tuple[int, int, str]], area: tuple[int, int, int, int] = (0, 3, 0, 3), texts: int | None = None
) -> bytes:  # fmt: skip
    """An .xlsb of one sheet with texts at (row, column), the area that it says it has, and a part of so many shared
    texts."""
    bundle = struct.pack("<II", 0, 1) + _wide("r0") + _wide("Sheet1")
    book = _record(131, b"") + _record(153, bytes(12)) + _record(143, b"") + _record(156, bundle) + _record(144, b"")
    book += _record(157, bytes(26)) + _record(132, b"")
    sheet, at = _record(129, b"") + _record(148, struct.pack("<IIII", *area)) + _record(145, b""), -1
    for row, column, text in cells:
        if row != at:
            sheet += _record(0, struct.pack("<IIHHBI", row, 0, 300, 0, 0, 0))
            at = row
        sheet += _record(6, struct.pack("<II", column, 0) + _wide(text))
    sheet += _record(146, b"") + _record(130, b"")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    links = rels("worksheets/sheet1.bin").decode().replace("r1", "r0").replace(
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument", kind
    )
    members = {"_rels/.rels": rels("xl/workbook.bin"), "xl/workbook.bin": book, "xl/worksheets/sheet1.bin": sheet}
    if texts is not None:
        shared = '<Relationship Id="r9" Type="' + kind.replace("worksheet", "sharedStrings")
        links = links.replace("</Relationships>", f'{shared}" Target="sharedStrings.bin"/></Relationships>')
        members["xl/sharedStrings.bin"] = _record(159, struct.pack("<II", 3, texts)) + _record(160, b"")
    return archive({**members, "xl/_rels/workbook.bin.rels": links.encode()})


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind: int, content: bytes) -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, left = b"", len(content)
    while left > 127:
        size, left = size + bytes([left & 0x7F | 0x80]), left >> 7
    return head + size + bytes([left]) + content


@read(3)
def a_binary_workbook_written_by_hand(data: Path) -> None:
    (data / "a.xlsb").write_bytes(binary_book(CELLS))


@refused("E-FILE-016")
def a_binary_workbook_with_a_far_cell(data: Path) -> None:
    (data / "a.xlsb").write_bytes(binary_book([*CELLS, (1_048_575, 16_383, "x")]))


@refused("E-FILE-012")
def a_binary_workbook_of_noise(data: Path) -> None:
    (data / "a.xlsb").write_bytes(archive({"xl/workbook.bin": bytes(i * 37 % 256 for i in range(900))}))


_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


def open_book(rows: str) -> bytes:
    """An .ods of one sheet."""
    spaces = " ".join(f'xmlns:{n}="{_OFFICE}:{n}:1.0"' for n in ("office", "table", "text"))
    content = (f'{HEAD}<office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet>'
               f'<table:table table:name="Sheet1">{rows}</table:table></office:spreadsheet></office:body>'
               "</office:document-content>")  # fmt: skip
    manifest = f'{HEAD}<manifest:manifest xmlns:manifest="{_OFFICE}:manifest:1.0"/>'.encode()
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return archive({"mimetype": kind, "content.xml": content.encode(), "META-INF/manifest.xml": manifest})


def open_rows() -> str:
    return "".join(
        "<table:table-row>" + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        ) + "</table:table-row>" for row in (HEADERS, *GOOD)
    )  # fmt: skip


_FAR = ('<table:table-row table:number-rows-repeated="{rows}"><table:table-cell office:value-type="float" '
        'office:value="1" table:number-columns-repeated="{columns}"><text:p>1</text:p></table:table-cell>'
        "</table:table-row>")  # fmt: skip


@read(3)
def an_open_document_with_a_million_empty_rows_at_its_end(data: Path) -> None:
    empty = ('<table:table-row table:number-rows-repeated="1048572"><table:table-cell '
             'table:number-columns-repeated="16384"/></table:table-row>')  # fmt: skip
    (data / "a.ods").write_bytes(open_book(open_rows() + empty))


@refused("E-FILE-012")
def an_open_document_with_repeated_cells(data: Path) -> None:
    (data / "a.ods").write_bytes(open_book(open_rows() + _FAR.format(rows=1_000_000, columns=16_000)))


@refused("E-FILE-012")
def an_open_document_that_stops(data: Path) -> None:
    (data / "a.ods").write_bytes(open_book(open_rows()[:-80] + "<table:table-cell"))
