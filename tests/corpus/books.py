"""Workbooks that are cut, spoilt, blown up, or laid out as no table is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xlsxwriter

from corpus.evil import GOOD, HEADERS, read, refused
from corpus.zips import archive, blown, book, rels, sheet_xml, text_rows

TABLE = text_rows([HEADERS, *GOOD])


def put(data: Path, content: bytes) -> None:
    (data / "a.xlsx").write_bytes(content)


def written(path: Path, rows: list[list[Any]]) -> bytes:
    with xlsxwriter.Workbook(str(path)) as made:
        page = made.add_worksheet()
        for i, row in enumerate(rows):
            page.write_row(i, 0, row)
    return path.read_bytes()


def sound(data: Path) -> bytes:
    return written(data / "a.xlsx", [list(HEADERS), *([*row[:3], float(row[3])] for row in GOOD * 200)])


@refused("E-FILE-012")
def a_workbook_cut_within_its_first_member(data: Path) -> None:
    put(data, sound(data)[:200])


@refused("E-FILE-012")
def a_workbook_cut_in_the_middle(data: Path) -> None:
    whole = sound(data)
    put(data, whole[: len(whole) // 2])


@refused("E-FILE-012")
def a_workbook_without_its_last_byte(data: Path) -> None:
    put(data, sound(data)[:-1])


@refused("E-FILE-012")
def a_workbook_whose_sheet_is_noise(data: Path) -> None:
    whole = bytearray(sound(data))
    at = whole.index(b"xl/worksheets/sheet1.xml") + 60
    whole[at : at + 200] = bytes(i * 53 % 256 for i in range(200))
    put(data, bytes(whole))


@refused("E-FILE-012")
def a_workbook_whose_xml_stops(data: Path) -> None:
    put(data, book(sheet_xml(TABLE)[:-60]))


@refused("E-FILE-012")
def a_workbook_that_names_a_sheet_that_is_not_there(data: Path) -> None:
    put(data, book(b"").replace(b"xl/worksheets/sheet1.xml", b"xl/worksheets/sheet9.xml"))


@refused("E-FILE-012")
def a_workbook_of_an_empty_member(data: Path) -> None:
    put(data, archive({"xl/workbook.xml": b""}))


@refused("E-FILE-011")
def a_zip_that_is_no_workbook(data: Path) -> None:
    put(data, archive({"a.csv": b"a,b\n1,2\n"}))


@refused("E-FILE-012")
def the_four_letters_of_a_zip_and_nothing_else(data: Path) -> None:
    put(data, b"PK\x03\x04")


@refused("E-FILE-017")
def a_sheet_of_gigabytes(data: Path) -> None:
    put(data, book(blown(sheet_xml("")[:-30], text_rows([GOOD[0]]).encode() * 4000, 3000)))


@refused("E-FILE-026")
def a_sheet_of_gigabytes_that_says_it_is_small(data: Path) -> None:
    put(data, book(blown(sheet_xml("")[:-30], text_rows([GOOD[0]]).encode() * 4000, 3000, claimed=9000)))


@refused("E-FILE-026")
def texts_of_gigabytes_that_say_they_are_small(data: Path) -> None:
    strings = blown(b"<sst>", b"<si><t>x</t></si>" * 60_000, 3000, claimed=9000)
    put(data, book(sheet_xml(TABLE), strings=strings))


@refused("E-FILE-026")
def styles_of_gigabytes_that_say_they_are_small(data: Path) -> None:
    styles = blown(b"<styleSheet><cellXfs>", b'<xf numFmtId="14"/>' * 60_000, 3000, claimed=9000)
    put(data, book(sheet_xml(TABLE), styles=styles))


@refused("E-FILE-017")
def many_members_that_share_the_same_bytes(data: Path) -> None:
    shared = blown(b"", b" " * (1 << 20), 90)
    put(data, archive({"xl/workbook.xml": b"<workbook/>", **{f"xl/media/{i}": shared for i in range(60)}}))


@refused("E-FILE-012")
def a_workbook_within_a_workbook_within_a_workbook(data: Path) -> None:
    inner = book(sheet_xml(TABLE))
    for _ in range(50):
        inner = book(inner)
    put(data, inner)


@refused("E-FILE-012")
def entities_that_multiply(data: Path) -> None:
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><worksheet><sheetData><row r="1">'
    cell = '<c r="A1" t="inlineStr"><is><t>&l11;</t></is></c>'
    put(data, book(f"{head}{cell}</row></sheetData></worksheet>".encode()))


@refused("E-FILE-012")
def entities_that_multiply_in_the_list_of_sheets(data: Path) -> None:
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    xml = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><workbook>&l11;</workbook>'
    links = {"_rels/.rels": rels("xl/workbook.xml"), "xl/_rels/workbook.xml.rels": b"<Relationships/>"}
    put(data, archive({**links, "xl/workbook.xml": xml.encode()}))


@refused("E-FILE-016")
def a_sheet_of_ten_thousand_columns(data: Path) -> None:
    written(data / "a.xlsx", [[f"c{i}" for i in range(10_000)]])


@read(3)
def a_million_empty_rows_with_formats(data: Path) -> None:
    rows = "".join(f'<row r="{i}" s="1" customFormat="1" ht="15"/>' for i in range(5, 1_000_005))
    put(data, book(sheet_xml(TABLE + rows)))


@read(3)
def empty_cells_with_formats_for_a_million_rows(data: Path) -> None:
    rows = "".join(f'<row r="{i}"><c r="A{i}" s="1"/><c r="D{i}" s="1"/></row>' for i in range(5, 1_000_005))
    put(data, book(sheet_xml(TABLE + rows)))


def _stray(cell: str) -> bytes:
    return sheet_xml(TABLE + cell)


@refused("E-FILE-016")
def a_cell_in_the_last_column_and_row(data: Path) -> None:
    put(data, book(_stray('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')))


@refused("E-FILE-016")
def a_far_cell_in_single_quotes(data: Path) -> None:
    put(data, book(_stray("<row r='1048576'><c\n r = 'XFD1048576'><v>1</v></c></row>")))


@refused("E-FILE-016")
def a_far_cell_in_small_letters(data: Path) -> None:
    put(data, book(_stray('<row r="1048576"><c r="xfd1048576"><v>1</v></c></row>')))


@refused("E-FILE-021")
def a_far_cell_in_a_row_that_says_it_is_near(data: Path) -> None:
    put(data, book(_stray('<row r="5"><c r="ZZ1048576"><v>1</v></c></row>')))


@refused("E-FILE-021")
def a_far_cell_in_a_row_without_a_number(data: Path) -> None:
    put(data, book(_stray('<row><c r="ZZ1048576"><v>1</v></c></row>')))


@refused("E-FILE-016")
def a_wide_row_of_cells_without_names(data: Path) -> None:
    last = '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    put(data, book(_stray(f"<row>{'<c><v>1</v></c>' * 16_000}</row>{last}")))


@refused("E-FILE-021")
def a_cell_beyond_every_sheet(data: Path) -> None:
    put(data, book(_stray('<row r="4000000000"><c r="A4000000000"><v>1</v></c></row>')))


@read(1, {3: "E-ROW-003", 4: "E-ROW-002", 5: "E-ROW-002"})
def cells_with_errors(data: Path) -> None:
    bad = {"C3": "#N/A", "D4": "#REF!", "D5": "#DIV/0!"}
    rows = sheet_xml(text_rows([HEADERS, *GOOD, ("A4", "C4", "2024-03-04", "1")])).decode()
    for cell, error in bad.items():
        start = rows.index(f'<c r="{cell}"')
        end = rows.index("</c>", start) + 4
        rows = rows[:start] + f'<c r="{cell}" t="e"><v>{error}</v></c>' + rows[end:]
    put(data, book(rows.encode()))


@read(2, {2: "E-ROW-001"})
def a_formula_that_was_never_worked_out(data: Path) -> None:
    rows = sheet_xml(TABLE).decode()
    start = rows.index('<c r="D2"')
    end = rows.index("</c>", start) + 4
    put(data, book((rows[:start] + '<c r="D2"><f>SUM(A1:A9)</f></c>' + rows[end:]).encode()))


@refused("E-FILE-008", init="")
def a_title_merged_over_the_headers(data: Path) -> None:
    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:D1"/></mergeCells>'
    put(data, book(sheet_xml(text_rows([("一月销售",), HEADERS, *GOOD])).replace(b"</sheetData>", merged)))


@read(3)
def two_tables_side_by_side(data: Path) -> None:
    other = [("", "品名", "库存"), ("", "茶", "5"), ("", "墨", "7"), ("", "纸", "9")]
    put(data, book(sheet_xml(text_rows([(*a, *b) for a, b in zip([HEADERS, *GOOD], other, strict=True)]))))


@read(3, {7: "E-ROW-003", 8: "E-ROW-001"})
def two_tables_one_below_the_other(data: Path) -> None:
    below = text_rows([("品名", "客户", "产地", "库存"), ("茶", "C5", "", "5")], first=7)
    put(data, book(sheet_xml(TABLE + below)))


@read(4, init="E-DATA-002")
def a_customer_who_is_called_as_a_formula(data: Path) -> None:
    put(data, book(sheet_xml(text_rows([HEADERS, *GOOD, ("A4", "=HYPERLINK(1)", "2024-03-04", "1")]))))


@refused("E-FILE-007", init="E-INIT-001")
def a_workbook_of_an_empty_sheet(data: Path) -> None:
    put(data, book(sheet_xml("")))


@refused("E-DATA-002")
def a_workbook_of_headers_only(data: Path) -> None:
    put(data, book(sheet_xml(text_rows([HEADERS]))))


@refused("E-FILE-009")
def a_workbook_with_a_name_twice(data: Path) -> None:
    put(data, book(sheet_xml(text_rows([(*HEADERS, "金额"), *((*row, "1") for row in GOOD)]))))


@refused("E-FILE-012")
def a_workbook_in_another_encoding(data: Path) -> None:
    xml = sheet_xml(TABLE).decode().replace("UTF-8", "UTF-16").encode("utf-16")
    put(data, book(xml))
