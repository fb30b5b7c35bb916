"""Delimited text as no program should write it."""

from __future__ import annotations

from pathlib import Path

from corpus.evil import GOOD, HEADERS, csv_text, read, refused

MIDDLE = ("A9", "C9", "2024-03-09", "9")


def put(data: Path, content: str | bytes, encoding: str = "utf-8") -> None:
    (data / "a.csv").write_bytes(content if isinstance(content, bytes) else content.encode(encoding))


@refused("E-FILE-007")
def an_empty_file(data: Path) -> None:
    put(data, b"")


@refused("E-FILE-007")
def a_file_of_line_ends_only(data: Path) -> None:
    put(data, b"\r\n\n\r\n" * 2000)


@refused("E-DATA-002")
def a_header_without_rows(data: Path) -> None:
    put(data, csv_text())


@refused("E-DATA-003", init="E-INIT-005")
def a_file_of_one_column(data: Path) -> None:
    put(data, "金额\n1\n2\n3\n")


@refused("E-FILE-009")
def a_header_with_a_name_twice(data: Path) -> None:
    put(data, "单号,会员号,日期,金额,金额\nA1,C1,2024-03-01,1,2\nA2,C2,2024-03-02,1,2\n")


@read(2)
def a_header_with_empty_names(data: Path) -> None:
    put(data, "单号,,会员号,,日期,金额,\nA1,x,C1,,2024-03-01,1,\nA2,,C2,y,2024-03-02,1,\n")


@refused("E-FILE-016")
def ten_thousand_columns(data: Path) -> None:
    put(data, ",".join([*HEADERS, *(f"c{i}" for i in range(10_000))]) + "\n" + ",".join(GOOD[0]) + "\n")


@read(3, {3: "E-ROW-901"})
def a_line_with_more_fields(data: Path) -> None:
    put(data, csv_text(GOOD[0], ",".join(MIDDLE) + ",more,still more", *GOOD[1:]))


@read(3, {3: "E-ROW-001"})
def a_line_with_fewer_fields(data: Path) -> None:
    put(data, csv_text(GOOD[0], "A9,C9,2024-03-09", *GOOD[1:]))


@read(4)
def a_quoted_field_over_lines(data: Path) -> None:
    put(data, csv_text(GOOD[0], 'A9,"C\n9\r\n\n",2024-03-09,9', *GOOD[1:]))


@read(3, {3: "E-ROW-902"})
def a_quote_that_is_never_closed(data: Path) -> None:
    put(data, csv_text(GOOD[0], 'A9,"C9,2024-03-09,9', *GOOD[1:]))


@read(2000, {1002: "E-ROW-902"})
def a_quote_that_is_never_closed_in_a_long_file(data: Path) -> None:
    rows = [(f"A{i}", f"C{i % 9}", "2024-03-01", "1") for i in range(2000)]
    put(data, csv_text(*rows[:1000], 'A,"C,2024-03-09,9', *rows[1000:]))


@read(3, {3: "E-ROW-902"})
def a_quote_amid_a_quoted_field(data: Path) -> None:
    put(data, csv_text(GOOD[0], 'A9,"C"9",2024-03-09,9', *GOOD[1:]))


@read(3)
def line_ends_of_an_old_mac(data: Path) -> None:
    put(data, csv_text(*GOOD, end="\r"))


@read(3)
def line_ends_of_three_kinds(data: Path) -> None:
    a, b, c = (",".join(row) for row in GOOD)
    put(data, f"{','.join(HEADERS)}\r\n{a}\n{b}\r{c}\r\n")


@read(4)
def a_byte_order_mark_amid_the_file(data: Path) -> None:
    put(data, csv_text(GOOD[0], ("A9", "\ufeffC9", "2024-03-09", "9"), *GOOD[1:]))


@read(1, {3: "E-ROW-001", 4: "E-ROW-001"}, check="E-DATA-011")
def a_delimiter_that_changes_midway(data: Path) -> None:
    put(data, csv_text(GOOD[0], *(";".join(row) for row in GOOD[1:])))


@read(4)
def nul_bytes_amid_text(data: Path) -> None:
    put(data, csv_text(GOOD[0], ("A9", "C\x009", "2024-03-09", "9"), *GOOD[1:]))


@read(3, {3: "E-ROW-003"})
def a_nul_byte_in_a_date(data: Path) -> None:
    put(data, csv_text(GOOD[0], ("A9", "C9", "2024-03\x00-09", "9"), *GOOD[1:]))


@refused("E-FILE-010")
def mostly_nul_bytes(data: Path) -> None:
    put(data, csv_text(*GOOD).encode() + bytes(3000))


@refused("E-FILE-007")
def nul_bytes_only(data: Path) -> None:
    put(data, bytes(100_000))


@read(3)
def unicode_text_of_excel(data: Path) -> None:
    put(data, csv_text(*GOOD, end="\r\n").replace(",", "\t"), "utf-16")


@refused("E-FILE-010")
def unicode_text_without_its_mark(data: Path) -> None:
    put(data, csv_text(*GOOD * 20), "utf-16-le")


@refused("E-FILE-006")
def unicode_text_cut_within_a_letter(data: Path) -> None:
    put(data, csv_text(*GOOD).encode("utf-16")[:-1])


@refused("E-FILE-004")
def two_encodings_in_one_file(data: Path) -> None:
    put(data, csv_text(("A1", "王一", "2024-03-01", "1")).encode("gbk") + "A2,王,2024-03-01,1\n".encode())


@refused("E-FILE-006")
def two_encodings_in_a_long_file(data: Path) -> None:
    rows = [(f"A{i}", "张三的公司", "2024-03-01", "1") for i in range(300)]
    put(data, csv_text(*rows).encode() + "A2,王五,2024-03-01,1\n".encode("gbk"))


@read(3)
def a_million_blank_lines(data: Path) -> None:
    put(data, csv_text(*GOOD[:2]) + "\n" * 1_000_000 + ",".join(GOOD[2]) + "\n")


@read(3, {3: "E-ROW-001"})
def a_line_of_delimiters_only(data: Path) -> None:
    put(data, csv_text(GOOD[0], ",,,", *GOOD[1:]))


@read(3)
def html_under_the_name_of_text_within_a_field(data: Path) -> None:
    put(data, csv_text(("A1", "<html><table>", "2024-03-01", "1"), *GOOD[1:]))


@refused("E-FILE-014")
def a_web_page_named_xls(data: Path) -> None:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in (HEADERS, *GOOD))
    (data / "a.xls").write_bytes(f"<html><body><table>{rows}</table></body></html>".encode("gbk"))


@refused("E-FILE-014")
def an_office_web_page_with_a_mark_and_a_comment(data: Path) -> None:
    text = '\ufeff\r\n<!-- made by ERP -->\r\n<HTML xmlns:x="urn:schemas-microsoft-com:office:excel"><TABLE></TABLE>'
    (data / "a.xls").write_bytes(text.encode())


@read(3)
def text_named_xlsx(data: Path) -> None:
    (data / "a.xlsx").write_bytes(csv_text(*GOOD).encode("gbk"))
