"""Workbooks that say they have more than they have: readers that make room for it ask for all memory there is."""

from __future__ import annotations

import struct
from pathlib import Path

from corpus.books import TABLE
from corpus.evil import refused
from corpus.old_books import CELLS, binary_book, open_book, open_rows
from corpus.ole import container, old_book, record
from corpus.zips import HEAD, archive, book, sheet_xml

_MOST = 0xFFFFFFFF
_DIRECTORY = 48
"""Where the header of a container says in which sector its directory begins."""


def _spoilt(at: int, number: int) -> bytes:
    """An old workbook with a number of its container's header, of its container's first sectors."""
    whole = bytearray(container({"Workbook": old_book(CELLS)}))
    struct.pack_into("<I", whole, at, number)
    return bytes(whole)


@refused("E-FILE-012")
def an_old_container_of_more_tables_than_sectors(data: Path) -> None:
    (data / "a.xls").write_bytes(_spoilt(44, _MOST))


@refused("E-FILE-012")
def an_old_container_of_more_small_tables_than_sectors(data: Path) -> None:
    (data / "a.xls").write_bytes(_spoilt(64, _MOST))


@refused("E-FILE-012")
def an_old_container_whose_directory_is_a_ring(data: Path) -> None:
    whole = bytearray(container({"Workbook": old_book(CELLS)}))
    (directory,) = struct.unpack_from("<I", whole, _DIRECTORY)
    struct.pack_into("<I", whole, len(whole) - 512 + 4 * directory, directory)
    (data / "a.xls").write_bytes(whole)


@refused("E-FILE-012")
def an_old_container_whose_stream_is_larger_than_the_file(data: Path) -> None:
    whole = bytearray(container({"Workbook": old_book(CELLS)}))
    (directory,) = struct.unpack_from("<I", whole, _DIRECTORY)
    struct.pack_into("<I", whole, 512 * (directory + 1) + 128 + 120, _MOST)
    (data / "a.xls").write_bytes(whole)


@refused("E-FILE-012")
def an_old_workbook_whose_area_ends_before_it_begins(data: Path) -> None:
    area = record(0x200, struct.pack("<IIHHH", 7, 4, 0, 4, 0))
    (data / "a.xls").write_bytes(container({"Workbook": old_book(CELLS, page=area)}))


@refused("E-FILE-012")
def an_older_workbook_whose_area_ends_before_it_begins(data: Path) -> None:
    area = record(0x200, struct.pack("<HHHHH", 0, 4, 7, 4, 0))
    (data / "a.xls").write_bytes(container({"Workbook": old_book(CELLS, page=area)}))


@refused("E-FILE-012")
def an_old_workbook_of_thousands_of_millions_of_texts(data: Path) -> None:
    texts = record(0xFC, struct.pack("<II", 4, 0x7FFFFFFF) + bytes(20))
    (data / "a.xls").write_bytes(container({"Workbook": old_book(CELLS, texts)}))


@refused("E-FILE-012")
def an_old_workbook_of_many_sheets_in_one_place(data: Path) -> None:
    listed = record(0x85, struct.pack("<IHBB", 0, 0, 6, 0) + b"Sheet2")
    (data / "a.xls").write_bytes(container({"Workbook": old_book(CELLS, listed * 400)}))


def greedy_book(cells: int = 60_000) -> bytes:
    """An old workbook of cells of a few bytes, each of which says that its text is of 64 KB: no look sees it, and its
    reader asks for gigabytes."""
    page = b"".join(record(0x204, struct.pack("<HHHHB", i + 4, 0, 0, 0xFFFF, 0)) for i in range(cells))
    return container({"Workbook": old_book(CELLS, page=page)})


@refused("E-FILE-029")
def an_old_workbook_of_texts_that_say_they_are_long(data: Path) -> None:
    (data / "a.xls").write_bytes(greedy_book())


@refused("E-FILE-012")
def a_binary_workbook_whose_area_ends_before_it_begins(data: Path) -> None:
    whole = binary_book(CELLS, area=(7, 3, 0, 3))
    (data / "a.xlsb").write_bytes(whole)


@refused("E-FILE-012")
def a_binary_workbook_of_thousands_of_millions_of_texts(data: Path) -> None:
    (data / "a.xlsb").write_bytes(binary_book(CELLS, texts=_MOST))


@refused("E-FILE-012")
def a_workbook_of_thousands_of_millions_of_texts(data: Path) -> None:
    texts = f'{HEAD}<sst count="3" uniqueCount = "4000000000"><si><t>A1</t></si></sst>'.encode()
    (data / "a.xlsx").write_bytes(book(sheet_xml(TABLE), strings=texts))


@refused("E-FILE-012")
def a_workbook_of_many_sheets_in_one_part(data: Path) -> None:
    (data / "a.xlsx").write_bytes(book(sheet_xml(TABLE), sheets=400))


@refused("E-FILE-012")
def a_list_of_sheets_of_many_megabytes(data: Path) -> None:
    (data / "a.xlsx").write_bytes(book(sheet_xml(TABLE), listed="<a/>" * 9_000_000))


@refused("E-FILE-029")
def a_long_text_in_a_hundred_thousand_cells(data: Path) -> None:
    texts = f"{HEAD}<sst><si><t>{'x' * 32_000}</t></si></sst>".encode()
    rows = "".join(f'<row r="{i}"><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(1, 100_001))
    (data / "a.xlsx").write_bytes(book(sheet_xml(rows), strings=texts))


@refused("E-FILE-012")
def an_open_document_whose_kind_is_noise(data: Path) -> None:
    whole = bytearray(open_book(open_rows()))
    at = whole.index(b"mimetype") + len(b"mimetype")
    whole[at : at + 8] = b"\xff" * 8
    (data / "a.ods").write_bytes(whole)


@refused("E-FILE-010")
def a_zip_whose_kind_is_of_megabytes(data: Path) -> None:
    (data / "a.ods").write_bytes(archive({"mimetype": b"application/pdf" * 5_000_000, "content.xml": b"<a/>"}))
